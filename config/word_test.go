package config

import (
	"regexp"
	"strings"
	"testing"
)

// TestWords: a word matches what its regular expression in schema.json matches.
func TestWords(t *testing.T) {
	samples := []string{"", "a", "-", "ab", "a-", "-a", "a-b", "aB", "Ab", "a_b", "a.b", "a b", "äb", "012345678901", "0123456789012",
		strings.Repeat("a", 20), strings.Repeat("a", 21), strings.Repeat("a", 40), strings.Repeat("a", 41), strings.Repeat("a", 50),
		strings.Repeat("a", 51), strings.Repeat("a", 63), strings.Repeat("a", 64), "a\n", "a\x00b"}
	words := 0
	for name, rule := range syntaxes {
		if rule.word == nil {
			continue
		}
		words++
		pattern := regexp.MustCompile(rule.word.pattern())
		for _, s := range samples {
			if got, want := rule.word.match(s), pattern.MatchString(s); got != want {
				t.Errorf("%s: %q matches %v, its pattern %v", name, s, got, want)
			}
		}
	}
	if words == 0 {
		t.Error("no words")
	}
}
