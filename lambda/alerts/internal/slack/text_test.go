package slack

import (
	"strings"
	"testing"
	"unicode/utf8"

	"central-s3-backup/lambda/alerts/internal/alert"
)

func TestEscape(t *testing.T) {
	for _, test := range []struct {
		text  string
		limit int
		want  string
	}{
		{"<!channel> & co", 100, "&lt;!channel&gt; &amp; co"},
		{"plain", 5, "plain"},
		{"plainly", 5, "plai…"},
		{"ab<c", 5, "ab…"}, // no half of an entity
		{"<>", 8, "&lt;&gt;"},
		{"<>", 7, "&lt;…"},
		{"éééé", 4, "éééé"},
		{"", 0, ""},
	} {
		got := escape(test.text, test.limit)
		if got != test.want || utf8.RuneCountInString(got) > test.limit {
			t.Errorf("%q in %d: %q, want %q", test.text, test.limit, got, test.want)
		}
	}
}

// TestCode: no text of AWS can end the code block that contains it.
func TestCode(t *testing.T) {
	if got := code("a`b"); got != "`a'b`" {
		t.Errorf("code %s", got)
	}
	if got := section(alert.Alert{Raw: "a ``` b"}); strings.Count(got, "```") != 2 {
		t.Errorf("section %s", got)
	}
}
