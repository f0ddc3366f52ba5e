package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Level says what a problem does to a synthesis.
type Level string

const (
	// Error stops it: nothing is written.
	Error Level = "error"
	// Warning lets it go on.
	Warning Level = "warning"
)

// Problem is one thing that is wrong, or doubtful, in a backup.yaml.
type Problem struct {
	Place
	// Check is the name of the check that found it, a row of docs/checks.md.
	Check string `json:"check"`
	// Level is Error or Warning.
	Level Level `json:"level"`
	// What is wrong, and what would come of it.
	What string `json:"what"`
	// Got is the value found. Empty: nothing to show.
	Got string `json:"got"`
	// Want is what would be right.
	Want string `json:"want"`
	// See lists the other places of a contradiction.
	See []Place `json:"see,omitempty"`
	// Fact is a number of docs/aws-facts.md that the problem rests on. Empty: a rule of this app's own.
	Fact string `json:"fact"`
}

// String is the problem in one line: FILE:LINE:COL: path: what; got …; want …; see FILE:LINE:COL [F-…].
func (p Problem) String() string {
	return p.prefix() + p.text()
}

func (p Problem) prefix() string {
	if p.Level == Warning {
		return p.Place.String() + ": warning: "
	}
	return p.Place.String() + ": "
}

func (p Problem) text() string {
	var b strings.Builder
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
	for _, place := range p.See {
		b.WriteString("; see " + place.String())
	}
	if p.Fact != "" {
		b.WriteString(" [" + p.Fact + "]")
	}
	return b.String()
}

func (p Problem) line() string { return p.String() + "\n" }

// excerptWidth is how many characters of a line are shown at most.
const excerptWidth = 120

// excerpt is the problem and the lines of its places, with a caret under each.
func (p Problem) excerpt() string {
	var b strings.Builder
	b.WriteString(p.line())
	for _, place := range append([]Place{p.Place}, p.See...) {
		if place.Line > 0 {
			line, below := place.marked()
			fmt.Fprintf(&b, "%6d | %s\n%6s | %s^\n", place.Line, line, "", below)
		}
	}
	b.WriteString("\n")
	return b.String()
}

// Problems are all that was found in a file, in the order of its lines. As an error, it has at least
// one Problem of level Error.
type Problems []Problem

// Error lists the problems and counts them in the last line.
func (ps Problems) Error() string { return ps.Lines() + ps.Count() }

// Lines lists the problems, one in a line. The same mistake is shown ten times and then summed up.
func (ps Problems) Lines() string { return ps.list(Problem.line) }

// Excerpts lists the problems as Lines does, each with the lines that it is about and a caret under
// the place, for people at a terminal.
func (ps Problems) Excerpts() string { return ps.list(Problem.excerpt) }

// maxSameShown is how often the same mistake is shown before it is summed up.
const maxSameShown = 10

func (ps Problems) list(show func(Problem) string) string {
	type mistake struct{ check, what string }
	total, last := map[mistake]int{}, map[mistake]int{}
	for _, p := range ps {
		m := mistake{p.Check, p.What}
		total[m]++
		last[m] = p.Line
	}
	shown := map[mistake]int{}
	var b strings.Builder
	for _, p := range ps {
		m := mistake{p.Check, p.What}
		shown[m]++
		more := total[m] - maxSameShown
		switch {
		case shown[m] <= maxSameShown || more == 1:
			b.WriteString(show(p))
		case shown[m] == maxSameShown+1:
			fmt.Fprintf(&b, "%s%s: %d more of the same, the last in line %d\n", p.prefix(), p.What, more, last[m])
		}
	}
	return b.String()
}

// Count says how many errors and warnings there are: "2 errors, 1 warning".
func (ps Problems) Count() string {
	errors, warnings := ps.Number(Error), ps.Number(Warning)
	text := "no errors"
	if errors > 0 {
		text = count(errors, "error")
	}
	if warnings > 0 {
		text += ", " + count(warnings, "warning")
	}
	return text
}

// Number returns how many of a level there are.
func (ps Problems) Number(level Level) int {
	n := 0
	for _, p := range ps {
		if p.Level == level {
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

func orNone(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}
