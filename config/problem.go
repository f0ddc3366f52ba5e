package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong, or doubtful, in a backup.yaml.
type Problem struct {
	// File as it was named to [LoadFile].
	File string
	// Line and Column of the offending value, or of the key or the mapping where there is none. From 1.
	Line, Column int
	// Path of the value, such as workloads[0].buckets[1].tier. Empty: the file as a whole.
	Path string
	// Warning does not stop a synthesis. False: an error.
	Warning bool
	// What is wrong, and what would come of it.
	What string
	// Got is the value found. Empty: nothing to show.
	Got string
	// Want is what would be right.
	Want string
	// Fact is a number of docs/aws-facts.md that the problem rests on. Empty: a rule of this app's own.
	Fact string
}

// String is the problem in one line: FILE:LINE:COL: path: what; got …; want … [F-…].
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Warning {
		b.WriteString("warning: ")
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.What)
	if p.Got != "" {
		b.WriteString("; got " + p.Got)
	}
	if p.Want != "" {
		b.WriteString("; want " + p.Want)
	}
	if p.Fact != "" {
		b.WriteString(" [" + p.Fact + "]")
	}
	return b.String()
}

// Problems are all that was found in a file, in the order of its lines. As an error, it has at least
// one Problem that is not a warning.
type Problems []Problem

// Error lists the problems, one in a line, and counts them in the last.
func (ps Problems) Error() string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.String() + "\n")
	}
	warnings := ps.warnings()
	fmt.Fprintf(&b, "%s", count(len(ps)-warnings, "error"))
	if warnings > 0 {
		fmt.Fprintf(&b, ", %s", count(warnings, "warning"))
	}
	return b.String()
}

func (ps Problems) warnings() int {
	n := 0
	for _, p := range ps {
		if p.Warning {
			n++
		}
	}
	return n
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// oneOf lists values as the end of a sentence: "a, b or c".
func oneOf(values []string) string {
	if len(values) < 2 {
		return strings.Join(values, "")
	}
	last := len(values) - 1
	return strings.Join(values[:last], ", ") + " or " + values[last]
}
