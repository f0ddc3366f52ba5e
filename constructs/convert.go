package constructs

import (
	"maps"
	"slices"
)

// tagList is tags as most resources take them, in the order of their keys.
func tagList(tags map[string]string) []properties {
	list := []properties{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, properties{"Key": key, "Value": tags[key]})
	}
	return list
}

// suppress is the metadata that tells cdk-nag why a finding about a resource stands.
func suppress(reasons map[string]string) map[string]any {
	var rules []properties
	for _, id := range slices.Sorted(maps.Keys(reasons)) {
		rules = append(rules, properties{"id": id, "reason": reasons[id]})
	}
	return map[string]any{"cdk_nag": properties{"rules_to_suppress": rules}}
}
