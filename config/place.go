package config

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// Place is a place in a file.
type Place struct {
	// File as it was named to [LoadFile].
	File string `json:"file"`
	// Line and Column of the value, or of the key or mapping around it where there is no value.
	// They count from 1, columns in characters. Zero: the whole file.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Path of the value, such as workloads[0].buckets[1].tier. Empty: the whole file.
	Path string `json:"path"`

	source []byte // the line's text
}

// String is FILE:LINE:COL.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// marked returns the line as it is shown, and the spaces before the caret below it.
func (p Place) marked() (line, below string) {
	text := []rune(string(p.source))
	column := min(p.Column-1, len(text))
	if from := max(0, column-excerptWidth*2/3); from > 0 {
		text = append([]rune("…"), text[from:]...)
		column -= from - 1
	}
	if len(text) > excerptWidth {
		text = append(text[:excerptWidth:excerptWidth], '…')
	}
	before := slices.Clone(text[:column])
	for i, r := range before {
		if r != '\t' {
			before[i] = ' '
		}
	}
	return printable(string(text)), string(before)
}

// printable replaces the control characters of a line, which a terminal would obey.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return '·'
	}, line)
}

// placed is a problem and the node where it is.
type placed struct {
	problem Problem
	node    *yaml.Node
}

// places returns the places of paths in a document. Their file is filled in later.
func places(root *yaml.Node, paths ...string) []Place {
	var found []Place
	for _, path := range paths {
		if n, ok := lookup(root, path); ok {
			found = append(found, Place{Path: path, Line: n.Line, Column: n.Column})
		}
	}
	return found
}

// inOrder fills in the places of problems and sorts them by line.
func inOrder(file string, text []byte, found []placed) Problems {
	problems := make(Problems, len(found))
	var lines [][]byte
	if len(found) > 0 {
		lines = linesOf(text)
	}
	if len(found) > maxProblems {
		found[maxProblems].problem = tooManyProblems.complete(Problem{
			What: fmt.Sprintf("there are more than %d problems; the rest of the file is not checked", maxProblems),
			Want: "a backup.yaml",
		})
	}
	for i, p := range found {
		problems[i] = p.problem
		problems[i].Line, problems[i].Column = p.node.Line, p.node.Column
		problems[i].locate(file, lines)
		for j := range problems[i].See {
			problems[i].See[j].locate(file, lines)
		}
	}
	problems.sort()
	return problems
}

func linesOf(text []byte) [][]byte { return bytes.Split(text, []byte("\n")) }

// locate fills in the file and the source of a place, unless it has a file already.
func (p *Place) locate(file string, lines [][]byte) {
	if p.File != "" {
		return
	}
	p.File = file
	if p.Line > 0 && p.Line <= len(lines) {
		p.source = bytes.TrimRight(lines[p.Line-1], "\r")
	}
}
