package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// jsonFile is a JSON file that a bucket names. Its values are nodes as those of a backup.yaml, so the same decoder reads them.
type jsonFile struct {
	name  string // as messages show it
	path  string // absolute
	lines [][]byte
	root  *yaml.Node
}

// jsonFault is why there is no JSON. Without a line it is the whole file.
type jsonFault struct {
	what         string
	line, column int
}

// besides is where a path leads that is relative to the directory of backup.yaml.
func (c *checker) besides(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(filepath.Dir(c.file), path)
}

// readJSON reads the file that the value at a path names. It reports why there is none, and returns nil.
func (c *checker) readJSON(at, value string) *jsonFile {
	if value == "" || c.doubtful(at) {
		return nil
	}
	f := &jsonFile{name: c.besides(value)}
	text, fault := readSmallFile(f.name)
	if fault == nil {
		f.lines = linesOf(text)
		f.root, fault = parseJSON(text)
	}
	if fault == nil {
		var err error
		if f.path, err = filepath.Abs(f.name); err != nil {
			fault = &jsonFault{what: "cannot be found: " + err.Error()}
		}
	}
	if fault != nil {
		p := Problem{What: f.name + " " + fault.what, Got: value, Want: "a JSON file, at a path relative to backup.yaml"}
		if fault.line > 0 {
			p.See = []Place{f.place("", fault.line, fault.column)}
		}
		c.report(at, p)
		return nil
	}
	return f
}

func readSmallFile(name string) ([]byte, *jsonFault) {
	fail := func(format string, a ...any) ([]byte, *jsonFault) {
		return nil, &jsonFault{what: fmt.Sprintf(format, a...)}
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail("does not exist")
	case err != nil:
		return fail("cannot be read: %v", errors.Unwrap(err))
	case info.IsDir():
		return fail("is a directory")
	case !info.Mode().IsRegular(): // reading a pipe could wait for ever
		return fail("is not a regular file")
	}
	f, err := os.Open(name)
	if err != nil {
		return fail("cannot be opened: %v", errors.Unwrap(err))
	}
	defer f.Close() //nolint:errcheck // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, maxJSONFileBytes+1))
	if err != nil {
		return fail("cannot be read: %v", errors.Unwrap(err))
	}
	if len(text) > maxJSONFileBytes {
		return fail("is larger than %d KiB", maxJSONFileBytes>>10)
	}
	return text, nil
}

// place is a place in the file.
func (f *jsonFile) place(path string, line, column int) Place {
	p := Place{Path: path, Line: line, Column: column}
	p.locate(f.name, f.lines)
	return p
}

// report reports a problem of the value at a path within the file, at the key of backup.yaml that names it.
func (f *jsonFile) report(c *checker, key, path string, p Problem) {
	n, _ := lookup(f.root, path)
	f.reportAt(c, key, path, n, p)
}

func (f *jsonFile) reportAt(c *checker, key, path string, n *yaml.Node, p Problem) {
	where := filepath.Base(f.name) + ": "
	if path != "" {
		where += path + ": "
	}
	p.What = where + p.What
	p.See = append([]Place{f.place(path, n.Line, n.Column)}, p.See...)
	c.report(key, p)
}

// decode fills v, and reports what the decoder found.
func (f *jsonFile) decode(c *checker, key string, decode func(d *decoder)) (sound bool) {
	d := &decoder{}
	decode(d)
	current := c.current
	defer func() { c.current = current }()
	for _, p := range d.problems {
		if !f.isNegated(p.problem) {
			c.current = check{name: p.problem.Check, level: p.problem.Level, fact: p.problem.Fact}
			f.reportAt(c, key, p.problem.Path, p.node, Problem{What: p.problem.What, Got: p.problem.Got, Want: p.problem.Want})
		}
	}
	return len(d.problems) == 0
}

// isNegated says whether a key is missing because the one with Not before it is there, which is reported.
func (f *jsonFile) isNegated(p Problem) bool {
	at := strings.LastIndexByte(p.Path, '.') + 1
	_, there := lookup(f.root, p.Path[:at]+"Not"+p.Path[at:])
	return p.Check == missingKey.name && there
}

// parseJSON returns the value of a JSON text as nodes with their places.
func parseJSON(text []byte) (*yaml.Node, *jsonFault) {
	if !utf8.Valid(text) {
		return nil, &jsonFault{what: "is not UTF-8 text"}
	}
	start := 0
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		start = len("\ufeff")
	}
	if len(bytes.TrimSpace(text[start:])) == 0 {
		return nil, &jsonFault{what: "is empty"}
	}
	p := jsonParser{text: text, start: start, line: 1}
	var value any
	if err := json.Unmarshal(text[start:], &value); err != nil {
		offset := len(text)
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			offset = start + max(int(syntax.Offset)-1, 0)
		}
		line, column := p.place(offset)
		return nil, &jsonFault{"is not JSON: " + err.Error(), line, column}
	}
	p.decoder = json.NewDecoder(bytes.NewReader(text[start:]))
	p.decoder.UseNumber()
	return p.value(), nil
}

// jsonParser reads a text that is known to be JSON.
type jsonParser struct {
	decoder *json.Decoder
	text    []byte
	start   int // of the JSON within the text, in bytes

	line, lineStart, seen int // the line of the place that was asked for last
}

// place returns the line and column of an offset. Offsets must not go down.
func (p *jsonParser) place(offset int) (line, column int) {
	for ; p.seen < min(offset, len(p.text)); p.seen++ {
		if p.text[p.seen] == '\n' {
			p.line++
			p.lineStart = p.seen + 1
		}
	}
	return p.line, utf8.RuneCount(p.text[p.lineStart:p.seen]) + 1
}

// value reads the next value, or the next key.
func (p *jsonParser) value() *yaml.Node {
	offset := p.start + int(p.decoder.InputOffset())
	for offset < len(p.text) && strings.IndexByte(" \t\r\n,:", p.text[offset]) >= 0 {
		offset++
	}
	n := &yaml.Node{Kind: yaml.ScalarNode}
	n.Line, n.Column = p.place(offset)
	token, _ := p.decoder.Token() // the text is JSON
	switch t := token.(type) {
	case json.Delim:
		n.Kind, n.Tag, n.Style = yaml.SequenceNode, "!!seq", yaml.FlowStyle
		if t == '{' {
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
		}
		for p.decoder.More() {
			n.Content = append(n.Content, p.value())
		}
		_, _ = p.decoder.Token() // the closing one
	case string:
		n.Tag, n.Value, n.Style = "!!str", t, yaml.DoubleQuotedStyle
	case json.Number:
		n.Tag, n.Value = "!!int", t.String()
		if !integer.MatchString(n.Value) {
			n.Tag = "!!float"
		}
	case bool:
		n.Tag, n.Value = "!!bool", fmt.Sprint(t)
	default:
		n.Tag, n.Value = "!!null", "null"
	}
	return n
}
