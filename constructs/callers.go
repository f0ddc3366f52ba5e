package constructs

// cloudFormation is the service that CloudTrail names as the invoker of a deployment's calls (F-EVT-15).
const cloudFormation = "cloudformation.amazonaws.com"

// byDeployment matches the user identity of a call that CloudFormation made with this role, in which "*" stands
// for any characters. A role of that name alone is no deployment: whoever may create roles can choose it.
func byDeployment(roleARN string) map[string]any {
	return map[string]any{
		"invokedBy":      []string{cloudFormation},
		"sessionContext": sessionIssuer(map[string]any{"wildcard": roleARN}),
	}
}

// notByDeployment matches all others.
func notByDeployment(roleARN string) map[string]any {
	return map[string]any{"$or": []any{
		map[string]any{"invokedBy": notInvokedBy(cloudFormation)},
		map[string]any{"sessionContext": sessionIssuer(absent, map[string]any{"anything-but": map[string]any{"wildcard": roleARN}})},
	}}
}

func sessionIssuer(arn ...any) map[string]any {
	return map[string]any{"sessionIssuer": map[string]any{"arn": arn}}
}

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
