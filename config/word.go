package config

import "fmt"

// word is the form of most names: the characters allowed first, in between and last, and the length. It is
// matched without a regular expression, because a file can have tens of thousands of names.
type word struct {
	first, middle, last string // as in the brackets of a regular expression, with a literal "-" at the end
	min, max            int    // characters, both inclusive

	sets [3][256]bool
}

func newWord(first, middle, last string, minLength, maxLength int) *word {
	w := &word{first: first, middle: middle, last: last, min: minLength, max: maxLength}
	for i, class := range []string{first, middle, last} {
		for j := 0; j < len(class); j++ {
			if j+2 < len(class) && class[j+1] == '-' {
				for c := class[j]; c <= class[j+2]; c++ {
					w.sets[i][c] = true
				}
				j += 2
				continue
			}
			w.sets[i][class[j]] = true
		}
	}
	return w
}

// pattern returns the word as a regular expression, for schema.json.
func (w *word) pattern() string {
	if w.min == 1 {
		return fmt.Sprintf("^[%s]([%s]{0,%d}[%s])?$", w.first, w.middle, w.max-2, w.last)
	}
	return fmt.Sprintf("^[%s][%s]{%d,%d}[%s]$", w.first, w.middle, w.min-2, w.max-2, w.last)
}

func (w *word) match(s string) bool {
	if len(s) < w.min || len(s) > w.max || !w.sets[0][s[0]] {
		return false
	}
	for i := 1; i < len(s)-1; i++ {
		if !w.sets[1][s[i]] {
			return false
		}
	}
	return len(s) == 1 || w.sets[2][s[len(s)-1]]
}
