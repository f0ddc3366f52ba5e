package config

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// parse returns the root mapping of a YAML document, or what keeps it from being one.
func parse(text []byte) (*yaml.Node, *Problem) {
	if at := invalidUTF8(text); at >= 0 {
		before := text[:at]
		return nil, &Problem{
			Line:   bytes.Count(before, []byte("\n")) + 1,
			Column: utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1,
			What:   "the file is not UTF-8 text", Want: "the file saved as UTF-8",
		}
	}
	if root := composePieces(text); root != nil {
		return root, nil
	}
	return composeWhole(text)
}

func composeWhole(text []byte) (*yaml.Node, *Problem) {
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return nil, yamlFault(err)
	}
	var document, second yaml.Node
	if err := loader.Load(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, yamlFault(err)
	}
	if document.Kind != yaml.DocumentNode || document.Content[0].Kind != yaml.MappingNode {
		return nil, &Problem{Line: 1, Column: 1, What: "the file has no mapping", Want: "the keys of a backup.yaml, version: 1 first"}
	}
	switch err := loader.Load(&second); {
	case errors.Is(err, io.EOF):
		return document.Content[0], nil
	case err != nil:
		return nil, yamlFault(err)
	}
	start := second.Content[0]
	return nil, &Problem{Line: start.Line, Column: start.Column, What: "a second YAML document starts here", Want: "one document in the file"}
}

func invalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
}

// yamlFault turns the YAML library's error into a problem; after it, nothing can be said of the rest.
func yamlFault(err error) *Problem {
	p := &Problem{Line: 1, Column: 1, What: "is not YAML: " + err.Error()}
	var fault *yaml.LoadError
	if errors.As(err, &fault) {
		mark := fault.Mark
		if strings.Contains(fault.Message, "end of stream") { // the quote or bracket that is never closed
			mark = fault.ContextMark
		}
		p.Line, p.Column = max(mark.Line, 1), max(mark.Column, 1)
		p.What = "is not YAML: " + strings.TrimSpace(fault.ContextMsg+" "+fault.Message)
	}
	return p
}
