package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// NewCopyAlarms makes the central account's stack of that number, from the second on, with alarms on
// copies that the stacks before it have no room for.
func NewCopyAlarms(scope awsconstructs.Construct, cfg *config.Config, n int, l1 bool) awscdk.Stack {
	var template constructs.Template
	stack := newStack(scope, cfg.CopyAlarmsStackName(n), cfg.Central.Account, cfg.Central.Region,
		fmt.Sprintf("Central backup account of %s: further alarms on copies that do not come", cfg.Project))
	newCopyAlarms(&template, cfg, cfg.CentralTopicARN(), cfg.CopyAlarms()[n-1])
	template.Include(stack, l1)
	return stack
}
