package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// printReport prints a report in the form of --output: as one JSON document, or as text for people.
func printReport(stdout io.Writer, form string, report any, text func() string) error {
	if form == "json" {
		document, _ := json.MarshalIndent(report, "", "  ") // of texts and numbers
		_, err := fmt.Fprintln(stdout, string(document))
		return err
	}
	_, err := io.WriteString(stdout, text())
	return err
}

// namedLines adds lines of a name and what it says. A line that would say nothing is left out.
func namedLines(b *strings.Builder) func(name, what string) {
	return func(name, what string) {
		if what != "" {
			fmt.Fprintf(b, "%-15s %s\n", name, what)
		}
	}
}
