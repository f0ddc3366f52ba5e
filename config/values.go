package config

import (
	"strconv"
	"strings"
)

// BuiltinTiers returns the built-in rows of the tier table. The caller may change what it gets.
func BuiltinTiers() Tiers { return builtinTiers() }

// Fault says what is wrong with a value on its own, in the words of [Load], or nothing. row is a row of the syntax table,
// such as bucket_name. It is for programs that ask for values one by one.
func Fault(row, value string) string {
	s, known := syntaxes[row]
	if !known {
		return "there is no syntax " + row
	}
	if s.max == 0 {
		p, wrong := s.problem(value)
		if !wrong {
			return ""
		}
		p.Fact = s.fact
		return p.text()
	}
	number, err := strconv.Atoi(value)
	if err != nil {
		return Problem{What: "is not a whole number", Got: strconv.Quote(value), Want: s.want, Fact: s.fact}.text()
	}
	if fault := s.numberFault(float64(number)); fault != "" {
		return Problem{What: fault, Got: value, Want: s.want, Fact: s.fact}.text()
	}
	return ""
}

// Named is the name of the tier that a text names, such as the value of a tag, whatever its capitals, spaces and hyphens. Empty:
// there is none.
func (ts Tiers) Named(text string) string {
	for _, name := range ts.names() {
		if TierForm(name) == TierForm(text) {
			return name
		}
	}
	return ""
}

// TierForm writes a text as the names of tiers are: in lowercase, with underscores.
func TierForm(text string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '.' || r == '/' {
			return '_'
		}
		return r
	}, strings.ToLower(strings.TrimSpace(text)))
}

// TierTag is the key of the tag that names a bucket's tier, where the file has no tag_key.
const TierTag = defaultTagKey
