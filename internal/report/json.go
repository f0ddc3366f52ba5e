package report

import (
	"bytes"
	"encoding/json"
)

// JSON is report.json, which docs/report.schema.json describes. It has a line for each item of a list at the top, so that a diff
// shows what changed and the file of a large fleet stays small.
func (r *Report) JSON() ([]byte, error) {
	text, err := encode(r)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	depth, inText, escaped := 0, false, false
	for _, c := range text {
		switch {
		case escaped:
			escaped = false
		case inText:
			escaped, inText = c == '\\', c != '"'
		case c == '"':
			inText = true
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				b.WriteByte('\n')
			}
		}
		b.WriteByte(c)
		if inText {
			continue
		}
		switch {
		case c == '{' || c == '[':
			if depth++; depth <= 2 {
				b.WriteByte('\n')
			}
		case c == ',' && depth <= 2:
			b.WriteByte('\n')
		}
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// encode is compact JSON that does not escape the characters of HTML.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(b.Bytes()), err
}
