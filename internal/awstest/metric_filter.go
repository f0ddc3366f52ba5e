package awstest

import (
	"slices"
	"strings"
)

// MatchesFilter tells whether CloudWatch Logs would match an event with the pattern of a metric filter.
// It knows equality, a "*" at the start of a value, inequality of a value that is there, &&, and (... || ...) of equalities;
// anything else matches nothing.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
func MatchesFilter(pattern string, event map[string]any) bool {
	conditions := strings.TrimSuffix(strings.TrimPrefix(pattern, "{ "), " }")
	for _, condition := range strings.Split(conditions, " && ") {
		if selector, not, differs := strings.Cut(condition, " != "); differs {
			if text, is := Field(event, selector).(string); !is || text == strings.Trim(not, `"`) {
				return false
			}
			continue
		}
		if either, several := strings.CutPrefix(condition, "("); several {
			one := func(c string) bool { return equals(c, event) }
			if !strings.HasSuffix(either, ")") || !slices.ContainsFunc(strings.Split(strings.TrimSuffix(either, ")"), " || "), one) {
				return false
			}
			continue
		}
		if !equals(condition, event) {
			return false
		}
	}
	return true
}

// equals tells whether an event has the value of a condition.
func equals(condition string, event map[string]any) bool {
	selector, want, ok := strings.Cut(condition, " = ")
	want = strings.Trim(want, `"`)
	text, _ := Field(event, selector).(string)
	ending, wildcard := strings.CutPrefix(want, "*")
	return ok && (text == want || wildcard && strings.HasSuffix(text, ending))
}

// Field is what a selector such as $.detail.state finds in an event. Nil: nothing.
func Field(event map[string]any, selector string) any {
	var value any = event
	for _, key := range strings.Split(strings.TrimPrefix(selector, "$."), ".") {
		m, _ := value.(map[string]any)
		value = m[key]
	}
	return value
}
