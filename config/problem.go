package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mitchellh/go-wordwrap"
)

// Level says whether a problem stops the synthesis.
type Level string

const (
	// Error stops the synthesis: nothing is written.
	Error Level = "error"
	// Warning lets the synthesis continue.
	Warning Level = "warning"
)

// Problem is a configuration error or warning.
type Problem struct {
	Place
	// Check is the name of the check that reports it, a row of docs/checks.md.
	Check string `json:"check"`
	// Level is Error or Warning.
	Level Level `json:"level"`
	// What is wrong, and its consequence.
	What string `json:"what"`
	// Got is the present value. Empty: the message shows none.
	Got string `json:"got"`
	// Want is a correct value. Empty: the message shows none.
	Want string `json:"want"`
	// See lists the places of the other values that the problem rests on.
	See []Place `json:"see,omitempty"`
	// Fact is the number of the fact in docs/aws-facts.md behind the problem. Empty: a rule of this app, not of AWS.
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

// excerptWidth is the greatest number of characters of a line that an excerpt shows.
const excerptWidth = 120

// Paint puts the marks of a level into a color, or leaves them as they are.
type Paint func(level Level, mark string) string

// excerpt is the problem, marked as an error or warning and wrapped at so many characters, and the lines of its places, with a
// caret under each.
func (p Problem) excerpt(width int, paint Paint) string {
	var b strings.Builder
	place, mark := p.Place.String(), string(p.Level)+":"
	text := wrapped(place+": "+mark+" "+p.text(), width)
	at := len(place) + strings.Index(text[len(place):], mark) // it is wrapped with the rest, and painted only now: colors have no width
	b.WriteString(text[:at] + paint(p.Level, mark) + text[at+len(mark):] + "\n")
	for _, place := range append([]Place{p.Place}, p.See...) {
		if place.Line > 0 {
			line, below := place.marked()
			fmt.Fprintf(&b, "%6d | %s\n%6s | %s%s\n", place.Line, line, "", below, paint(p.Level, "^"))
		}
	}
	b.WriteString("\n")
	return b.String()
}

// Problems are all errors and warnings of a file, in the order of its lines. Returned as an error, they
// have at least one of level Error.
type Problems []Problem

// Error lists the problems and, in the last line, their number.
func (ps Problems) Error() string { return ps.Lines() + ps.Count() }

// Lines lists the problems, one in each line. It shows the same mistake ten times and then counts the others.
func (ps Problems) Lines() string { return ps.list(Problem.line) }

// Excerpts lists the problems as [Problems.Lines] does, for a terminal that is so many characters wide. Problems are
// wrapped between words and marked as errors or warnings. Below each are its lines of the file, with a caret under the place.
// Zero: no problem is wrapped. Without paint there are no colors.
func (ps Problems) Excerpts(width int, paint Paint) string {
	if paint == nil {
		paint = func(_ Level, mark string) string { return mark }
	}
	return ps.list(func(p Problem) string { return p.excerpt(width, paint) })
}

// hanging is what the lines of a wrapped problem begin with, after the first.
const hanging = "    "

// minWidth is the narrowest terminal, in characters, for which problems are wrapped.
const minWidth = 40

// wrapped breaks a text between words into lines of at most so many characters. A longer word is not broken.
func wrapped(text string, width int) string {
	if width < minWidth {
		return text
	}
	lines := wordwrap.WrapString(text, uint(width-len(hanging)))
	return strings.ReplaceAll(lines, "\n", "\n"+hanging)
}

// maxSameShown is how often the same mistake is shown before the others are counted.
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

// Count returns the number of errors and warnings: "2 errors, 1 warning".
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

// Number returns the number of problems of a level.
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
