package awstest

import (
	"encoding/json"
	"testing"
)

// TestMatchesPattern: the operators that the product uses, as AWS documents them.
func TestMatchesPattern(t *testing.T) {
	for _, test := range []struct {
		pattern, event string
		want           bool
	}{
		{`{"source": ["a", "b"]}`, `{"source": "b", "other": 1}`, true},
		{`{"source": ["a", "b"]}`, `{"source": "c"}`, false},
		{`{"source": ["a"]}`, `{}`, false},
		{`{"source": ["a"], "detail": {"state": ["x"]}}`, `{"source": "a", "detail": {"state": "y"}}`, false},
		{`{"detail": {"names": ["x"]}}`, `{"detail": {"names": ["w", "x"]}}`, true},
		{`{"detail": {"resources": {"arn": ["x"]}}}`, `{"detail": {"resources": [{"arn": "w"}, {"arn": "x"}]}}`, true},
		{`{"name": [{"prefix": "a-"}]}`, `{"name": "a-b"}`, true},
		{`{"name": [{"prefix": "a-"}]}`, `{"name": "b-a-"}`, false},
		{`{"name": [{"prefix": "a-"}]}`, `{"name": 1}`, false},
		{`{"name": [{"anything-but": ["x", "y"]}]}`, `{"name": "z"}`, true},
		{`{"name": [{"anything-but": ["x", "y"]}]}`, `{"name": "y"}`, false},
		{`{"name": [{"anything-but": ["x", "y"]}]}`, `{}`, false},
		{`{"name": [{"exists": false}]}`, `{}`, true},
		{`{"name": [{"exists": false}]}`, `{"name": "x"}`, false},
		{`{"$or": [{"a": ["1"]}, {"b": ["2"], "c": ["3"]}]}`, `{"b": "2", "c": "3"}`, true},
		{`{"$or": [{"a": ["1"]}, {"b": ["2"], "c": ["3"]}]}`, `{"b": "2"}`, false},
		{`{"name": [{"suffix": "b"}]}`, `{"name": "b"}`, false},
	} {
		if got := MatchesPattern(t, json.RawMessage(test.pattern), json.RawMessage(test.event)); got != test.want {
			t.Errorf("%s matches %s: %v", test.pattern, test.event, got)
		}
	}
}
