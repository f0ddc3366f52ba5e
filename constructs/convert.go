package constructs

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// cfnTags are tags in the order of their keys.
func cfnTags(tags map[string]string) *[]*awscdk.CfnTag {
	var list []*awscdk.CfnTag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, &awscdk.CfnTag{Key: jsii.String(key), Value: jsii.String(tags[key])})
	}
	return &list
}

func tagMap(tags map[string]string) *map[string]*string {
	m := map[string]*string{}
	for key, value := range tags {
		m[key] = jsii.String(value)
	}
	return &m
}

// suppress tells cdk-nag why a finding about a resource stands. It writes the metadata that
// cdk-nag reads, so that its library is loaded only where somebody asks for its findings.
func suppress(resource awscdk.CfnResource, reasons map[string]string) {
	var rules []any
	for _, id := range slices.Sorted(maps.Keys(reasons)) {
		rules = append(rules, map[string]any{"id": id, "reason": reasons[id]})
	}
	resource.AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": rules})
}
