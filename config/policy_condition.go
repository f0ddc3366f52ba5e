package config

import (
	"slices"
	"strings"
)

// verdict says whether a statement applies to a request.
type verdict int

const (
	never verdict = iota
	perhaps
	surely
)

// conditionOperators are the operators of IAM, without ForAllValues:, ForAnyValue: and IfExists.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
var conditionOperators = []string{
	"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
	"ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Bool", "IpAddress", "NotIpAddress", "Null", "BinaryEquals",
	"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
	"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
}

// conditionOperator is an operator of a condition, taken apart.
type conditionOperator struct {
	name     string
	all, any bool // of several values in the request
	ifExists bool
}

func (o conditionOperator) negated() bool {
	return strings.Contains(o.name, "Not")
}

// exact says whether "*" and "?" stand for themselves in its values.
func (o conditionOperator) exact() bool {
	return strings.HasPrefix(o.name, "String") && !strings.HasSuffix(o.name, "Like")
}

func parseOperator(text string) (o conditionOperator, known bool) {
	o.name = text
	if rest, found := strings.CutPrefix(o.name, "ForAllValues:"); found {
		o.name, o.all = rest, true
	} else if rest, found := strings.CutPrefix(o.name, "ForAnyValue:"); found {
		o.name, o.any = rest, true
	}
	o.name, o.ifExists = strings.CutSuffix(o.name, "IfExists")
	return o, slices.Contains(conditionOperators, o.name)
}

// request is what is known of the requests of a role. A key that is not in known may have any value.
type request struct {
	known  map[string]string // by condition key, in lower case
	absent []string          // keys that such requests do not have
}

// roleRequest is a request with a role that an AWS service has assumed: it comes from the service's own network, with TLS
// (F-OL-12, F-IAM-11).
func roleRequest(role, account, organization string) request {
	return request{
		known: map[string]string{
			"aws:principalarn": role, "aws:principalaccount": account, "aws:principalorgid": organization,
			"aws:principaltype": "AssumedRole", "aws:securetransport": "true", "aws:principalisawsservice": "false",
		},
		absent: []string{
			"aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpcsourceip", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths",
			"aws:sourceip", "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:principalservicename",
			"aws:username", "aws:multifactorauthpresent", "aws:multifactorauthage", "s3:dataaccesspointarn", "s3:dataaccesspointaccount",
			"s3:accesspointnetworkorigin", "s3:tlsversion",
		},
	}
}

// meets says whether a request meets all conditions.
func (r request) meets(conditions Conditions) verdict {
	result := surely
	for text, keys := range conditions {
		o, _ := parseOperator(text)
		for key, values := range keys {
			result = min(result, r.meetsOne(o, strings.ToLower(key), values))
		}
	}
	return result
}

func (r request) meetsOne(o conditionOperator, key string, values []string) verdict {
	value, known := r.known[key]
	absent := slices.Contains(r.absent, key)
	switch {
	case o.name == "Null" && (known || absent):
		return when(strings.EqualFold(values[0], "true") == absent)
	case absent && (o.all || o.ifExists):
		return surely
	case absent:
		return when(o.negated() && !o.any)
	case !known:
		return perhaps
	}
	matched := never
	for _, v := range values {
		if strings.Contains(v, "${") {
			matched = max(matched, perhaps)
		} else if !o.exact() && matches(v, value) || matches(value, v) { // the ARN of a role may be a pattern too
			matched = surely
		}
	}
	if o.negated() {
		return surely - matched
	}
	return matched
}

func when(holds bool) verdict {
	if holds {
		return surely
	}
	return never
}

// matches says whether a text matches a pattern with "*" and "?", in any case.
func matches(pattern, text string) bool {
	pattern, text = strings.ToLower(pattern), strings.ToLower(text)
	star, from := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
