package constructs

import "strings"

// cloudFormation is the service that CloudTrail names as the invoker of a deployment's calls (F-EVT-15).
const cloudFormation = "cloudformation.amazonaws.com"

// byDeployment matches the user identity of a call that CloudFormation made with this role, in which "*" stands
// for any characters but a slash: a role with a path is none of the CDK. A role of that name alone is no deployment:
// whoever may create roles can choose it.
//
// EventBridge's "*" stands for slashes too. So the pattern has the role's name, which is without the path, its account,
// and an ARN without a path.
func byDeployment(roleARN string) map[string]any {
	account, name, withPath := partsOfRole(roleARN)
	return map[string]any{
		"invokedBy": []string{cloudFormation},
		"sessionContext": map[string]any{"sessionIssuer": map[string]any{
			"accountId": []string{account},
			"userName":  []any{wildcard(name)},
			"arn":       []any{anythingBut(wildcard(withPath))},
		}},
	}
}

// notByDeployment matches all others.
func notByDeployment(roleARN string) map[string]any {
	account, name, withPath := partsOfRole(roleARN)
	issuer := func(key string, values ...any) map[string]any {
		return map[string]any{"sessionContext": map[string]any{"sessionIssuer": map[string]any{key: values}}}
	}
	return map[string]any{"$or": []any{
		map[string]any{"invokedBy": notInvokedBy(cloudFormation)},
		issuer("accountId", absent, anythingBut([]string{account})),
		issuer("userName", absent, anythingBut(wildcard(name))),
		issuer("arn", absent, wildcard(withPath)),
	}}
}

// partsOfRole are the account and the name of a role, and what matches the ARNs of the account's roles with a path.
func partsOfRole(arn string) (account, name, withPath string) {
	start, name, _ := strings.Cut(arn, ":role/")
	return start[strings.LastIndex(start, ":")+1:], name, start + ":role/*/*"
}

func wildcard(text string) map[string]any { return map[string]any{"wildcard": text} }
func anythingBut(what any) map[string]any { return map[string]any{"anything-but": what} }

// absent matches an event without the key. A negation does not match such an event.
var absent = map[string]any{"exists": false}

// notInvokedBy matches callers that are none of these services and did not call through one of them.
func notInvokedBy(services ...string) []any {
	return []any{absent, map[string]any{"anything-but": services}}
}

// prefixes match values that start with one of these texts.
func prefixes(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = map[string]string{"prefix": text}
	}
	return all
}
