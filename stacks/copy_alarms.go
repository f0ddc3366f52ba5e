package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// CopyAlarmsStackProps are the props of [NewCopyAlarmsStack]. All are required.
type CopyAlarmsStackProps struct {
	// Config is the whole configuration.
	Config *config.Config
	// Number of the stack, 2 or more. The central stack is number 1.
	Number int
}

// NewCopyAlarmsStack creates a further stack of the central account, with the alarms on copies that the
// stacks before it have no room for.
func NewCopyAlarmsStack(scope awsconstructs.Construct, id *string, props *CopyAlarmsStackProps) awscdk.Stack {
	cfg := props.Config
	stack := newStack(scope, id, cfg.Central.Account, cfg.Central.Region,
		fmt.Sprintf("Central backup account of %s: further alarms on missing copies", cfg.Project), cfg.Tags)
	topic := cfg.CentralTopicARN(cfg.Central.Region)
	newCopyAlarms(awsconstructs.NewConstruct(stack, jsii.String("Alerts")), cfg, topic, cfg.CopyAlarms()[props.Number-1])
	return stack
}

func newCopyAlarms(scope awsconstructs.Construct, cfg *config.Config, topicARN string, alarms []config.CopyAlarm) {
	props := &constructs.CopyAlarmsProps{TopicARN: topicARN, Namespace: cfg.MetricNamespace()}
	for _, a := range alarms {
		props.Alarms = append(props.Alarms, constructs.CopyAlarm(a))
	}
	constructs.NewCopyAlarms(scope, jsii.String("Copies"), props)
}
