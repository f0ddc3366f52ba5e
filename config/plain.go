package config

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v4"
)

// minPlainBytes is the length of a list of workloads, in bytes, from which it is read plainly.
const minPlainBytes = 16 << 10

// composePlain composes a long document whose list of workloads is written plainly: a line for each
// key and each bucket, ASCII, one-word or quoted values. The YAML library composes everything else,
// and the whole document where any line of the list is not plain: composePlain then returns nil. It
// is ten times as fast as the library, which matters from a hundred workloads on, and what it
// returns is what the library would (TestPlain, FuzzPlain).
func composePlain(text []byte) *yaml.Node {
	start, end := plainList(text)
	if end-start < minPlainBytes {
		return nil
	}
	// The list is blanked out of what the library composes, so that lines keep their numbers.
	blank := bytes.Repeat([]byte("\n"), bytes.Count(text[start:end], []byte("\n")))
	root, fault := composeWhole(bytes.Join([][]byte{text[:start], blank, text[end:]}, nil))
	if fault != nil {
		return nil
	}
	hole := descend(root, workloadsKey)
	if hole == nil || hole.Tag != "!!null" || hole.Value != "" {
		return nil
	}
	r := &plainReader{text: string(text[start:end]), line: bytes.Count(text[:start], []byte("\n"))}
	list := r.workloads()
	if list == nil {
		return nil
	}
	*hole = *list
	return root
}

const workloadsKey = "workloads"

// plainList returns where the lines below the key workloads start and end. They end with a line
// that starts with neither a space, a dash nor a comment, or with the text.
func plainList(text []byte) (start, end int) {
	key := []byte("\n" + workloadsKey + ":\n")
	at := bytes.Index(text, key)
	if at < 0 || bytes.Contains(text[at+1:], key) {
		return 0, 0
	}
	start = at + len(key)
	for end = start; end < len(text) && strings.IndexByte(" -#\n", text[end]) >= 0; {
		next := bytes.IndexByte(text[end:], '\n')
		if next < 0 {
			return 0, 0 // the last line is not a whole one
		}
		end += next + 1
	}
	return start, end
}

// plainReader reads plain lines. A method returns nil or false where what it meets is not plain.
type plainReader struct {
	text string
	line int // of the line that has been read last, from 1
	rest string
	// indent and column are of the rest of the line: its leading spaces, and where it starts, from 1.
	indent, column int
	nodes          []yaml.Node
}

// next goes on to the next line that is neither empty nor a comment.
func (r *plainReader) next() bool {
	for r.text != "" {
		r.rest, r.text, _ = strings.Cut(r.text, "\n")
		r.line++
		trimmed := strings.TrimLeft(r.rest, " ")
		r.indent = len(r.rest) - len(trimmed)
		r.column = r.indent + 1
		r.rest = trimmed
		if trimmed != "" && trimmed[0] != '#' {
			return true
		}
		if !isPlainASCII(trimmed) {
			return false
		}
	}
	r.rest, r.indent = "", -1
	return true
}

// workloads reads the whole list.
func (r *plainReader) workloads() *yaml.Node {
	if !r.next() || r.indent < 0 || !strings.HasPrefix(r.rest, "- ") {
		return nil
	}
	list := r.list()
	if r.indent >= 0 {
		return nil // something else follows
	}
	return list
}

// mapping reads keys of which the first is in the present line, maybe behind a dash.
func (r *plainReader) mapping(indent int) *yaml.Node {
	m := r.node(yaml.MappingNode, "!!map", "")
	for {
		key := r.key()
		if key == nil {
			return nil
		}
		var value *yaml.Node
		if r.endOfLine() {
			value = r.block(indent)
		} else {
			value = r.restOfLine()
		}
		if value == nil {
			return nil
		}
		m.Content = append(m.Content, key, value)
		if r.indent < indent {
			return m
		}
		if r.indent > indent {
			return nil
		}
	}
}

// block reads the list or mapping below a key.
func (r *plainReader) block(parent int) *yaml.Node {
	switch {
	case !r.next() || r.indent < parent:
		return nil
	case strings.HasPrefix(r.rest, "- "):
		list := r.list()
		if r.indent > parent {
			return nil
		}
		return list
	case r.indent == parent:
		return nil
	}
	return r.mapping(r.indent)
}

// list reads items that start with a dash in the column of the first one.
func (r *plainReader) list() *yaml.Node {
	list, indent := r.node(yaml.SequenceNode, "!!seq", ""), r.indent
	for r.indent == indent && r.dash() {
		item := r.item(indent + len("- "))
		if item == nil {
			return nil
		}
		list.Content = append(list.Content, item)
	}
	return list
}

// item reads a mapping or what is the rest of the line.
func (r *plainReader) item(indent int) *yaml.Node {
	length := 0
	for length < len(r.rest) && wordBytes[r.rest[length]] {
		length++
	}
	if length < len(r.rest) && r.rest[length] == ':' {
		return r.mapping(indent)
	}
	return r.restOfLine()
}

// restOfLine reads the value that is the rest of the line, and goes on to the next line.
func (r *plainReader) restOfLine() *yaml.Node {
	r.spaces()
	value := r.value()
	if value == nil || !r.endOfLine() || !r.next() {
		return nil
	}
	return value
}

// value reads a word, a quoted string, or a flow mapping or sequence of these.
func (r *plainReader) value() *yaml.Node {
	switch r.rest[0] {
	case '{':
		m := r.node(yaml.MappingNode, "!!map", "")
		m.Style = yaml.FlowStyle
		return r.flow(m, '}', func() bool {
			key := r.key()
			if key == nil {
				return false
			}
			r.spaces()
			value := r.scalar()
			m.Content = append(m.Content, key, value)
			return value != nil
		})
	case '[':
		s := r.node(yaml.SequenceNode, "!!seq", "")
		s.Style = yaml.FlowStyle
		return r.flow(s, ']', func() bool {
			value := r.scalar()
			s.Content = append(s.Content, value)
			return value != nil
		})
	}
	return r.scalar()
}

// flow reads items until the closing bracket.
func (r *plainReader) flow(n *yaml.Node, end byte, item func() bool) *yaml.Node {
	r.skip(1)
	for {
		r.spaces()
		if r.rest == "" || !item() {
			return nil
		}
		r.spaces()
		switch {
		case r.rest == "":
			return nil
		case r.rest[0] == end:
			r.skip(1)
			return n
		case r.rest[0] != ',':
			return nil
		}
		r.skip(1)
	}
}

// key reads a word with its colon and the spaces behind it.
func (r *plainReader) key() *yaml.Node {
	key := r.word()
	if key == nil || key.Tag != "!!str" || !strings.HasPrefix(r.rest, ":") {
		return nil
	}
	r.skip(1)
	if r.rest != "" && r.rest[0] != ' ' {
		return nil
	}
	return key
}

// scalar reads a word, or a string in quotes that has neither quotes nor escapes in it.
func (r *plainReader) scalar() *yaml.Node {
	if r.rest == "" {
		return nil
	}
	style, quoted := quotes[r.rest[0]]
	if !quoted {
		return r.word()
	}
	value, rest, closed := strings.Cut(r.rest[1:], r.rest[:1])
	if !closed || !isPlainASCII(value) || strings.Contains(value, `\`) || strings.HasPrefix(rest, r.rest[:1]) {
		return nil
	}
	n := r.node(yaml.ScalarNode, "!!str", value)
	n.Style = style
	r.skip(len(value) + 2)
	return n
}

var quotes = map[byte]yaml.Style{'"': yaml.DoubleQuotedStyle, '\'': yaml.SingleQuotedStyle}

// word reads an unquoted scalar that starts with a letter and that YAML cannot take for anything
// but a string, or true or false.
func (r *plainReader) word() *yaml.Node {
	length := 0
	for length < len(r.rest) && wordBytes[r.rest[length]] {
		length++
	}
	if length == 0 || r.rest[0] < 'A' {
		return nil
	}
	word, tag := r.rest[:length], "!!str"
	if length <= len("false") {
		switch strings.ToLower(word) {
		case "true", "false":
			tag = "!!bool"
			if word != "true" && word != "false" {
				return nil
			}
		case "null", "yes", "no", "on", "off", "y", "n":
			return nil
		}
	}
	n := r.node(yaml.ScalarNode, tag, word)
	r.skip(length)
	return n
}

var wordBytes = func() (set [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") {
		set[c] = true
	}
	return set
}()

// dash takes the dash of an item, with one space.
func (r *plainReader) dash() bool {
	if !strings.HasPrefix(r.rest, "- ") || len(r.rest) == 2 || r.rest[2] == ' ' {
		return false
	}
	r.skip(2)
	return true
}

// endOfLine says whether nothing but spaces and a comment is left.
func (r *plainReader) endOfLine() bool {
	rest := strings.TrimLeft(r.rest, " ")
	return rest == "" || len(rest) < len(r.rest) && rest[0] == '#' && isPlainASCII(rest)
}

func (r *plainReader) skip(n int) { r.rest, r.column = r.rest[n:], r.column+n }

func (r *plainReader) spaces() {
	for r.rest != "" && r.rest[0] == ' ' {
		r.skip(1)
	}
}

// node returns a node at the present place. They are made by the thousand.
func (r *plainReader) node(kind yaml.Kind, tag, value string) *yaml.Node {
	if len(r.nodes) == 0 {
		r.nodes = make([]yaml.Node, 1024)
	}
	n := &r.nodes[0]
	r.nodes = r.nodes[1:]
	n.Kind, n.Tag, n.Value, n.Line, n.Column = kind, tag, value, r.line, r.column
	return n
}

func isPlainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
