// Package stacks composes the constructs of package constructs into stacks, one for each workload and one
// or more for the central account. A stack is made from a valid configuration and nothing else. No stack
// reads another one, so each account deploys alone.
package stacks

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
)

// newStack creates a stack. Its id is its name, which says so again: in a stage of a pipeline, the CDK would put the stage's name
// before the id.
func newStack(
	scope awsconstructs.Construct, id *string, account, region, description string, tags config.Tags,
) awscdk.Stack {
	stack := awscdk.NewStack(scope, id, &awscdk.StackProps{
		StackName:             id,
		Env:                   &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
		Description:           jsii.String(description),
		TerminationProtection: jsii.Bool(true),
		// Each stack has its own: a shared one would list each stack's template as an asset of the next stacks.
		// Without the rule the template needs no bootstrapped account.
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
			GenerateBootstrapVersionRule: jsii.Bool(false),
		}),
	})
	addTags(stack, tags)
	return stack
}

// addTags tags a stack and all of its resources that take tags. The CDK CLI gives the stack its tags; the template has those
// of the resources, so that they are the same however it is deployed. CloudFormation takes no empty value for stacks and
// alarms (F-LIM-8).
func addTags(stack awscdk.Stack, tags config.Tags) {
	if len(tags) == 0 {
		return
	}
	all := awscdk.Tags_Of(stack)
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		var props *awscdk.TagProps
		if tags[key] == "" {
			props = &awscdk.TagProps{ExcludeResourceTypes: jsii.Strings(
				"aws:cdk:stack", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm",
			)}
		}
		all.Add(jsii.String(key), jsii.String(tags[key]), props)
	}
}
