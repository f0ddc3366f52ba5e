package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

type stackProps struct {
	name, account, region, description string
	template                           *constructs.Template
	l1                                 bool // see [constructs.Template.Include]
}

func newStack(scope awsconstructs.Construct, props stackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(props.name), &awscdk.StackProps{
		Env:                   &awscdk.Environment{Account: jsii.String(props.account), Region: jsii.String(props.region)},
		Description:           jsii.String(props.description),
		TerminationProtection: jsii.Bool(true),
		// One for every stack: shared, it would list each stack's template as an asset of the next ones. Without
		// the rule the template needs no bootstrapped account.
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
			GenerateBootstrapVersionRule: jsii.Bool(false),
		}),
	})
	props.template.Include(stack, props.l1)
	return stack
}
