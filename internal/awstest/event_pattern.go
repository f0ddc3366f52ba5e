package awstest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// MatchesPattern tells whether EventBridge would match an event with a pattern, or SNS the attributes of
// a message with a filter policy. Both may be any values that JSON can be made of. An operator that is
// not known here matches nothing.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
func MatchesPattern(t testing.TB, pattern, event any) bool {
	t.Helper()
	return len(Matching(t, []Pattern{ReadPattern(t, pattern)}, event)) > 0
}

// Pattern is an event pattern that many events are matched with.
type Pattern struct{ read any }

// ReadPattern reads a pattern, which may be any value that JSON can be made of.
func ReadPattern(t testing.TB, pattern any) Pattern {
	t.Helper()
	return Pattern{plain(t, pattern)}
}

// Matching returns the indexes of the patterns with which EventBridge would match an event, as [MatchesPattern] does.
func Matching(t testing.TB, patterns []Pattern, event any) (indexes []int) {
	t.Helper()
	read := plain(t, event)
	for i, p := range patterns {
		if matches(p.read, read) {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// plain is a value as it is read from JSON: lists are []any and objects map[string]any.
func plain(t testing.TB, value any) any {
	t.Helper()
	switch v := value.(type) { // what JSON is not needed for: the tests match thousands of events
	case nil, string, bool, float64:
		return v
	case map[string]any:
		read := make(map[string]any, len(v))
		for key, inner := range v {
			read[key] = plain(t, inner)
		}
		return read
	case []any:
		return plains(t, v)
	case []string:
		return plains(t, v)
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var read any
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

func plains[T any](t testing.TB, values []T) []any {
	t.Helper()
	read := make([]any, len(values))
	for i, value := range values {
		read[i] = plain(t, value)
	}
	return read
}

func matches(pattern, event any) bool {
	for key, want := range pattern.(map[string]any) {
		if key == "$or" {
			if !slices.ContainsFunc(want.([]any), func(either any) bool { return matches(either, event) }) {
				return false
			}
			continue
		}
		var values []any
		has := false
		for _, e := range list(event) { // in a list one object is enough
			m, _ := e.(map[string]any)
			if value, ok := m[key]; ok {
				has = true
				values = append(values, list(value)...)
			}
		}
		if inner, ok := want.(map[string]any); ok {
			if !matches(inner, values) {
				return false
			}
			continue
		}
		if !slices.ContainsFunc(want.([]any), func(filter any) bool { return takes(filter, values, has) }) {
			return false
		}
	}
	return true
}

// takes tells whether one of the filters in a pattern's list matches the values of an event, which has
// the key or not.
func takes(filter any, values []any, has bool) bool {
	f, ok := filter.(map[string]any)
	if !ok {
		return slices.Contains(values, filter)
	}
	if exists, ok := f["exists"].(bool); ok {
		return exists == has
	}
	return slices.ContainsFunc(values, func(value any) bool {
		if but, ok := f["anything-but"]; ok {
			return !slices.ContainsFunc(list(but), func(filter any) bool { return takes(filter, []any{value}, true) })
		}
		text, ok := value.(string)
		return ok && fits(f, text)
	})
}

// fits tells whether a text matches an operator on texts.
func fits(operator map[string]any, text string) bool {
	if prefix, ok := operator["prefix"].(string); ok {
		return strings.HasPrefix(text, prefix)
	}
	if suffix, ok := operator["suffix"].(string); ok {
		return strings.HasSuffix(text, suffix)
	}
	if wildcard, ok := operator["wildcard"].(string); ok {
		parts := strings.Split(wildcard, "*")
		for i, part := range parts {
			parts[i] = regexp.QuoteMeta(part)
		}
		return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(text)
	}
	return false
}

func list(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{value}
}
