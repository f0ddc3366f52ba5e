// Package stacks composes the constructs of package constructs into stacks, one for each workload and one
// or more for the central account. A stack is made from a valid configuration and nothing else. No stack
// reads another one, so each account deploys alone.
package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

func newStack(scope awsconstructs.Construct, id *string, account, region, description string) awscdk.Stack {
	return awscdk.NewStack(scope, id, &awscdk.StackProps{
		Env:                   &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
		Description:           jsii.String(description),
		TerminationProtection: jsii.Bool(true),
		// Each stack has its own: a shared one would list each stack's template as an asset of the next stacks.
		// Without the rule the template needs no bootstrapped account.
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
			GenerateBootstrapVersionRule: jsii.Bool(false),
		}),
	})
}
