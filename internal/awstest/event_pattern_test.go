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
		{`{"name": [{"suffix": "-b"}]}`, `{"name": "a-b"}`, true},
		{`{"name": [{"suffix": "-b"}]}`, `{"name": "-b-"}`, false},
		{`{"name": [{"wildcard": "a-*-b.c"}]}`, `{"name": "a-x-y-b.c"}`, true},
		{`{"name": [{"wildcard": "a-*-b.c"}]}`, `{"name": "a-x-bxc"}`, false},
		{`{"name": [{"wildcard": "a-*-b"}]}`, `{"name": "a-x-b-"}`, false},
		{`{"name": [{"anything-but": {"wildcard": "a-*"}}]}`, `{"name": "b"}`, true},
		{`{"name": [{"anything-but": {"wildcard": "a-*"}}]}`, `{"name": "a-b"}`, false},
		{`{"name": [{"anything-but": {"wildcard": "a-*"}}]}`, `{}`, false},
		{`{"name": [{"numeric": ["=", 1]}]}`, `{"name": 1}`, false},
		{`{"who": {"$or": [{"by": [{"exists": false}]}, {"arn": ["x"]}]}}`, `{"who": {"by": "y", "arn": "x"}}`, true},
		{`{"who": {"$or": [{"by": [{"exists": false}]}, {"arn": ["x"]}]}}`, `{"who": {"by": "y", "arn": "z"}}`, false},
	} {
		if got := MatchesPattern(t, json.RawMessage(test.pattern), json.RawMessage(test.event)); got != test.want {
			t.Errorf("%s matches %s: %v", test.pattern, test.event, got)
		}
	}
}
