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
		line, column := bytes.Count(before, []byte("\n"))+1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])+1
		return nil, notText.at(line, column, Problem{What: "the file is not UTF-8 text", Got: fmt.Sprintf("the byte 0x%02x", text[at]), Want: "text saved as UTF-8"})
	}
	root, fault := compose(text)
	if fault != nil {
		return nil, fault
	}
	placeAtKeys(root)
	return root, nil
}

// placeAtKeys gives a mapping or list that starts below its key the place of the key, which is where
// a reader looks for what is missing in it.
func placeAtKeys(n *yaml.Node) {
	for i, value := range n.Content {
		if value.Kind == yaml.ScalarNode {
			continue
		}
		if key := n.Content[max(i-1, 0)]; n.Kind == yaml.MappingNode && i%2 == 1 && key.Line < value.Line {
			value.Line, value.Column = key.Line, key.Column
		}
		placeAtKeys(value)
	}
}

func compose(text []byte) (*yaml.Node, *Problem) {
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return nil, yamlFault(text, err)
	}
	var document, second yaml.Node
	if err := loader.Load(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, yamlFault(text, err)
	}
	if document.Kind != yaml.DocumentNode || document.Content[0].Kind != yaml.MappingNode {
		return nil, noMapping.at(1, 1, Problem{What: "the file has no mapping", Want: "the keys of a backup.yaml, version: 1 first"})
	}
	switch err := loader.Load(&second); {
	case errors.Is(err, io.EOF):
		return document.Content[0], nil
	case err != nil:
		return nil, yamlFault(text, err)
	}
	start := second
	return nil, secondDocument.at(start.Line, start.Column, Problem{What: "a second YAML document starts here", Want: "one document in the file"})
}

// at is a problem with the file as a whole, found where reading it ended.
func (ch check) at(line, column int, p Problem) *Problem {
	p = ch.complete(p)
	p.Line, p.Column = line, column
	return &p
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
	p := notYAML.at(1, 1, Problem{What: "is not YAML: " + err.Error()})
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
		if bytes.HasPrefix(l, []byte("#")) {
			continue
		}
		if bytes.Count(code, []byte(`"`))%2 == 1 {
			return number, utf8.RuneCount(code[:bytes.LastIndexByte(code, '"')]) + 1
		}
	}
	return 0, 0
}
