package alert

import (
	"encoding/json"
	"errors"
	"strings"
)

// text is a JSON value that AWS writes as it likes: a string here, a number there, and {} for an ARN
// that does not exist yet (F-EVT-9, F-EVT-10). Objects, arrays and null are empty.
type text string

// UnmarshalJSON takes any value.
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

// message is AWS's own words. It often puts them into a second pair of quotes (F-EVT-8).
func (t text) message() string {
	s := strings.TrimSpace(string(t))
	if inner, quoted := strings.CutPrefix(s, `"`); quoted {
		s = strings.TrimSuffix(inner, `"`)
	}
	return s
}

// first is the first text that is not empty.
func first(texts ...text) string {
	for _, t := range texts {
		if t != "" {
			return string(t)
		}
	}
	return ""
}

// decode fills a struct from JSON and says whether it is JSON at all. A field whose value has an
// unexpected type stays empty, and the others are read; case does not matter.
func decode(document []byte, into any) bool {
	err := json.Unmarshal(document, into)
	var odd *json.UnmarshalTypeError
	return err == nil || errors.As(err, &odd)
}
