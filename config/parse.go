package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// parse returns the root mapping of a YAML document, or what keeps it from being one.
func parse(text []byte) (*yaml.Node, *Problem) {
	if at := unreadable(text); at >= 0 {
		before := text[:at]
		return nil, &Problem{
			Line:   bytes.Count(before, []byte("\n")) + 1,
			Column: utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1,
			What:   "the file is not UTF-8 text", Got: fmt.Sprintf("the byte 0x%02x", text[at]), Want: "text saved as UTF-8",
		}
	}
	if root := composePlain(text); root != nil {
		return root, nil
	}
	return composeWhole(text)
}

func composeWhole(text []byte) (*yaml.Node, *Problem) {
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return nil, yamlFault(text, err)
	}
	var document, second yaml.Node
	if err := loader.Load(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, yamlFault(text, err)
	}
	if document.Kind != yaml.DocumentNode || document.Content[0].Kind != yaml.MappingNode {
		return nil, &Problem{Line: 1, Column: 1, What: "the file has no mapping", Want: "the keys of a backup.yaml, version: 1 first"}
	}
	switch err := loader.Load(&second); {
	case errors.Is(err, io.EOF):
		return document.Content[0], nil
	case err != nil:
		return nil, yamlFault(text, err)
	}
	start := second.Content[0]
	return nil, &Problem{Line: start.Line, Column: start.Column, What: "a second YAML document starts here", Want: "one document in the file"}
}

// unreadable returns where a character stands that no YAML file may have, or -1.
func unreadable(text []byte) int {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return at
		}
		at += size
	}
	return -1
}

// yamlFault turns the YAML library's error into a problem; after it, nothing can be said of the
// rest. What is open and never closed is reported where it was opened: the library goes on until it
// no longer can, lines later.
func yamlFault(text []byte, err error) *Problem {
	p := &Problem{Line: 1, Column: 1, What: "is not YAML: " + err.Error()}
	var fault *yaml.LoadError
	if !errors.As(err, &fault) {
		return p
	}
	mark := fault.Mark
	switch fault.ContextMsg {
	case "while scanning a quoted scalar", "while scanning a simple key", "while parsing a flow mapping", "while parsing a flow sequence":
		mark = fault.ContextMark
	}
	p.Line, p.Column = max(mark.Line, 1), max(mark.Column, 1)
	p.What = "is not YAML: " + strings.TrimSpace(fault.ContextMsg+" "+fault.Message)
	if line, column := openQuote(text, max(mark.Line, fault.Mark.Line)); line > 0 {
		p.Line, p.Column = line, column
		p.What, p.Want = "a quote is opened here and not closed in its line", `a second "`
	}
	return p
}

// openQuote returns the first place, up to a line, where a line has a double quote without a second one.
func openQuote(text []byte, upTo int) (line, column int) {
	number := 0
	for l := range bytes.Lines(text) {
		number++
		if number > upTo {
			break
		}
		code, _, _ := bytes.Cut(l, []byte(" #"))
		if bytes.Count(code, []byte(`"`))%2 == 1 {
			return number, utf8.RuneCount(code[:bytes.LastIndexByte(code, '"')]) + 1
		}
	}
	return 0, 0
}
