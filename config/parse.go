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

// parse returns the root mapping of a YAML document, or why there is none.
func parse(text []byte) (*yaml.Node, *Problem) {
	if at := unreadable(text); at >= 0 {
		before := text[:at]
		line, column := bytes.Count(before, []byte("\n"))+1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])+1
		return nil, notText.at(line, column, Problem{
			What: "the file is not UTF-8 text",
			Got:  fmt.Sprintf("the byte 0x%02x", text[at]), Want: "text saved as UTF-8",
		})
	}
	root, fault := compose(text)
	if fault != nil {
		return nil, fault
	}
	placeAtKeys(root)
	return root, nil
}

// placeAtKeys gives a mapping or list that starts below its key the place of that key: readers look
// there for what is missing.
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
		if p := withoutSpace(text); p != nil {
			return nil, p
		}
		return nil, noMapping.at(1, 1, Problem{What: noKeys(text), Want: "version: 1 and the other keys of a backup.yaml"})
	}
	switch err := loader.Load(&second); {
	case errors.Is(err, io.EOF):
		return document.Content[0], nil
	case err != nil:
		return nil, yamlFault(text, err)
	}
	start := second
	return nil, secondDocument.at(start.Line, start.Column, Problem{
		What: "a second YAML document starts here",
		Want: "one document in the file",
	})
}

// noKeys says what a file is that has no keys.
func noKeys(text []byte) string {
	if len(bytes.TrimSpace(text)) == 0 {
		return "the file is empty"
	}
	for line := range strings.Lines(string(text)) {
		if content(line) != "" {
			return "the file has no keys"
		}
	}
	return "the file has only comments"
}

// at is a problem at a place where no value was read.
func (ch check) at(line, column int, p Problem) *Problem {
	p = ch.complete(p)
	p.Line, p.Column = line, column
	return &p
}

// unreadable returns the position of the first character that a YAML file must not have, or -1.
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
