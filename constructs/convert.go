package constructs

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// defaultID is the id of a construct's main resource. The CDK leaves it out of logical ids, so the
// resource has the logical id that it would have without the construct around it.
const defaultID = "Default"

// require panics with a sentence where props cannot work, as the CDK's own constructs do.
func require(holds bool, sentence string) {
	if !holds {
		panic(sentence) //nolint:forbidigo // as every failure of a construct arrives
	}
}

// retain keeps a resource in AWS when it leaves the template or would be replaced. If the creation of the
// resource itself is rolled back, CloudFormation deletes it, and its fixed name is free for the next deployment (F-CFN-12).
func retain(resource awscdk.CfnResource) {
	resource.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE, nil)
}

// retainAlways is the same, but also keeps the resource if its creation is rolled back.
func retainAlways(resource awscdk.CfnResource) {
	resource.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)
}

// destroy deletes a resource with its place in the template: it holds nothing that is not elsewhere.
func destroy(resource awscdk.CfnResource) {
	resource.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
}

// tagList has tags as most resources take them, in the order of their keys.
func tagList(tags map[string]string) *[]*awscdk.CfnTag {
	list := []*awscdk.CfnTag{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, &awscdk.CfnTag{Key: jsii.String(key), Value: jsii.String(tags[key])})
	}
	return &list
}

// textMap has texts as AWS Backup takes tags, and EventBridge takes paths.
func textMap(texts map[string]string) *map[string]*string {
	m := map[string]*string{}
	for key, value := range texts {
		m[key] = jsii.String(value)
	}
	return &m
}

// rolePath is the path of a role as CloudFormation takes it: a role without a path has no property.
func rolePath(path string) *string {
	if path == "" || path == "/" {
		return nil
	}
	return jsii.String(path)
}

// isToken tells whether a text stands for a value that CloudFormation knows only when it deploys.
// https://docs.aws.amazon.com/cdk/v2/guide/tokens.html
func isToken(text string) bool { return strings.Contains(text, "${Token[") }

// suppress tells cdk-nag why a finding about a resource stands. It writes the metadata that cdk-nag
// reads, so that its library is loaded only where somebody asks for its findings.
func suppress(resource awscdk.CfnResource, reasons map[string]string) {
	var rules []map[string]string
	for _, id := range slices.Sorted(maps.Keys(reasons)) {
		rules = append(rules, map[string]string{"id": id, "reason": reasons[id]})
	}
	resource.AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": rules})
}

// lintIgnore keeps rules of cfn-lint from a resource that it has wrong: cfn-lint 1.51 knows no actions on annotations, which S3
// has since 2026-06 (F-S3-25), and not the one that lists backup access points (W3037), and it wants "*" as the account of a
// recovery point, where AWS takes that of the recovery point itself (I3510). `make decisions` has newer data.
func lintIgnore(resource awscdk.CfnResource) {
	resource.AddMetadata(jsii.String("cfn-lint"), map[string]any{"config": map[string]any{"ignore_checks": []string{"I3510", "W3037"}}})
}
