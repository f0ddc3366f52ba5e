package main

import (
	"os"
	"strings"
)

// writeSection replaces the section of the results with the same heading, or adds it at the end.
func writeSection(section string) error {
	text, err := os.ReadFile("results.md")
	if err != nil {
		return err
	}
	heading, _, _ := strings.Cut(section, "\n")
	before, after, found := strings.Cut(string(text), "\n"+heading+"\n")
	_, others, more := strings.Cut(after, "\n## ")
	if more {
		others = "\n## " + others
	}
	if !found {
		before, others = string(text), ""
	}
	return os.WriteFile("results.md", []byte(before+"\n"+section+others), 0o644)
}

// replaceResults replaces what comes before the first section.
func replaceResults(first string) error {
	text, err := os.ReadFile("results.md")
	if err != nil {
		return err
	}
	if _, sections, more := strings.Cut(string(text), "\n## "); more {
		first += "\n## " + sections
	}
	return os.WriteFile("results.md", []byte(first), 0o644)
}
