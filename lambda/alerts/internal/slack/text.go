package slack

import (
	"strings"
	"unicode/utf8"
)

// escaper escapes the three characters that Slack reads as control characters.
// https://docs.slack.dev/messaging/formatting-message-text#escaping
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape returns a text as mrkdwn of at most limit characters. Slack counts them after escaping. No entity
// is cut in two.
func escape(text string, limit int) string {
	if escaped := escaper.Replace(text); utf8.RuneCountInString(escaped) <= limit {
		return escaped
	}
	var b strings.Builder
	length := 1 // the ellipsis
	for _, r := range text {
		s := escaper.Replace(string(r))
		if length += utf8.RuneCountInString(s); length > limit {
			break
		}
		b.WriteString(s)
	}
	return b.String() + "…"
}

// code returns a name as code, which Slack shows unchanged.
func code(name string) string {
	if name == "" {
		return ""
	}
	return "`" + escape(strings.ReplaceAll(name, "`", "'"), maxName) + "`"
}
