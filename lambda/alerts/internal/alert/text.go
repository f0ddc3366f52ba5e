package alert

import (
	"encoding/json"
	"errors"
	"strings"
)

// text is a JSON value as text. AWS writes the same field as a string in one event and as a number in
// another, and as {} if an ARN does not exist yet (F-EVT-9, F-EVT-10). Objects, arrays and null become
// the empty text.
type text string

// UnmarshalJSON accepts any value.
func (t *text) UnmarshalJSON(value []byte) error {
	*t = ""
	switch value[0] {
	case '{', '[', 'n':
		return nil
	case '"':
		var s string
		err := json.Unmarshal(value, &s)
		*t = text(s)
		return err
	}
	*t = text(value)
	return nil
}

func (t text) String() string { return string(t) }

// message returns AWS's message without the second pair of quotes that AWS often adds (F-EVT-8).
func (t text) message() string {
	s := strings.TrimSpace(string(t))
	if inner, quoted := strings.CutPrefix(s, `"`); quoted {
		s = strings.TrimSuffix(inner, `"`)
	}
	return s
}

// first returns the first text that is not empty.
func first(texts ...text) string {
	for _, t := range texts {
		if t != "" {
			return string(t)
		}
	}
	return ""
}

// decode fills a struct from JSON. It returns false if the document is not JSON. A field whose value has
// an unexpected type stays empty, and the other fields are read. The case of names does not matter.
func decode(document []byte, into any) bool {
	err := json.Unmarshal(document, into)
	var odd *json.UnmarshalTypeError
	return err == nil || errors.As(err, &odd)
}
