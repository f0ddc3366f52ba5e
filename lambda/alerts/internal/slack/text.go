package slack

import (
	"strings"
	"unicode/utf8"
)

// escaper writes the three characters that Slack takes for control characters.
// https://docs.slack.dev/messaging/formatting-message-text#escaping
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape is a text in mrkdwn of at most so many characters, counted as Slack does: after escaping.
// No entity is cut in two.
func escape(text string, limit int) string {
	if escaped := escaper.Replace(text); utf8.RuneCountInString(escaped) <= limit {
		return escaped
	}
	var b strings.Builder
	length := 1 // of the ellipsis
	for _, r := range text {
		s := escaper.Replace(string(r))
		if length += utf8.RuneCountInString(s); length > limit {
			break
		}
		b.WriteString(s)
	}
	return b.String() + "…"
}

// code is a name in the form that Slack leaves as it is.
func code(name string) string {
	if name == "" {
		return ""
	}
	return "`" + escape(strings.ReplaceAll(name, "`", "'"), maxName) + "`"
}

// cut is a plain text of at most so many characters.
func cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}
