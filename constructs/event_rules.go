package constructs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// EventRule describes an EventBridge rule on the events of an account. ID is required, and either DetailType or
// Schedule. [BackupEventRules], [ScanEventRules], [Tampering.Rules], [AlarmRule] and [ClockRule] return rules.
type EventRule struct {
	// ID of the rule's construct.
	ID string
	// Name of the rule, at most 64 characters. Empty: CloudFormation generates one.
	Name string
	// Description says what the rule is for.
	Description string
	// Source of the events. Empty: any.
	Source string
	// DetailType of the events. Empty: the rule has a Schedule.
	DetailType string
	// Detail that the events match, besides Names, as in an event pattern of EventBridge. Empty: any.
	Detail map[string]any
	// NamesAt is the path in the detail, with dots, at which an event has one of Names, such as
	// "requestParameters.bucketName". A pattern that is too large for EventBridge leaves the names out. Then
	// the rule matches more events than are meant, not fewer. Names empty: it matches all events.
	NamesAt string
	Names   []string
	// Fallback is the detail in place of Detail if the pattern would be too large. It must match no fewer events.
	// Nil: there is none.
	Fallback map[string]any
	// Schedule of a rule that creates events itself, such as "rate(1 hour)".
	Schedule string
	// Email is the sentence that an e-mail about an event has. <name> in it stands for the value at the path
	// that Paths has for that name. EventBridge does not escape values, so no value may have quotes. Empty: no e-mail.
	Email string
	// EmailOnly: the bus receives the event through another rule. False: this rule sends it.
	EmailOnly bool
	// Paths are JSON paths into the event by name, such as "$.detail.backupVaultName" by "vault".
	Paths map[string]string
}

// EventRulesProps are the props of [NewEventRules].
type EventRulesProps struct {
	// Account of the rules, twelve digits. Required with BusARN.
	Account string
	// RoleName of the role with which EventBridge sends to the bus. Required with BusARN.
	RoleName string
	// RolePath of that role, such as "/backup/". Empty: none.
	RolePath string
	// BusARN is the ARN of the event bus that receives the events, in this account or in another.
	// Empty: there is none, as in another partition.
	BusARN string
	// Topic that e-mails are published to. Required.
	Topic interfacesawssns.ITopicRef
	// Rules to create. A rule on events without a target is left out: there is no bus, and it has no Email.
	Rules []EventRule
}

// EventRules are rules that send the events of an account to a bus and to a topic.
type EventRules struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Role may send events to the one bus and nothing else. Nil: there is no bus.
	Role awsiam.CfnRole
	// Rules by their ids.
	Rules map[string]awsevents.CfnRule
}

// NewEventRules creates the rules and the role with which they send to the bus.
func NewEventRules(scope awsconstructs.Construct, id *string, props *EventRulesProps) *EventRules {
	require(props.Topic != nil, "NewEventRules: props.Topic is required")
	require(props.BusARN == "" || props.Account != "" && props.RoleName != "",
		"NewEventRules: props.Account and props.RoleName are required with props.BusARN")
	for _, r := range props.Rules {
		require(r.ID != "", "EventRule: ID is required")
		require((r.DetailType == "") != (r.Schedule == ""), "EventRule "+r.ID+": either DetailType or Schedule is required")
		require(len(r.Names) == 0 || r.NamesAt != "", "EventRule "+r.ID+": NamesAt is required with Names")
	}
	this := awsconstructs.NewConstruct(scope, id)
	r := &EventRules{Construct: this, Rules: map[string]awsevents.CfnRule{}}
	var bus *awsevents.CfnRule_TargetProperty
	if props.BusARN != "" {
		r.Role = newPutEventsRole(this, props)
		bus = &awsevents.CfnRule_TargetProperty{Id: jsii.String("CentralBus"), Arn: jsii.String(props.BusARN), RoleArn: r.Role.AttrArn()}
	}
	topic := topicARN(props.Topic)
	for _, rule := range props.Rules {
		var targets []any
		if bus != nil && !rule.EmailOnly {
			targets = append(targets, bus)
		}
		if rule.Email != "" {
			targets = append(targets, &awsevents.CfnRule_TargetProperty{
				Id:  jsii.String("Email"),
				Arn: topic,
				InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
					InputPathsMap: textMap(rule.Paths),
					InputTemplate: jsii.String(fmt.Sprintf("%q", rule.Email)),
				},
			})
		}
		if targets == nil && rule.Schedule == "" {
			continue
		}
		p := &awsevents.CfnRuleProps{Description: jsii.String(rule.Description)}
		if rule.Name != "" {
			p.Name = jsii.String(rule.Name)
		}
		if targets != nil {
			p.Targets = targets
		}
		if rule.Schedule != "" {
			p.ScheduleExpression = jsii.String(rule.Schedule)
		} else {
			p.EventPattern = rule.pattern()
		}
		r.Rules[rule.ID] = awsevents.NewCfnRule(this, jsii.String(rule.ID), p)
	}
	return r
}

func newPutEventsRole(scope awsconstructs.Construct, props *EventRulesProps) awsiam.CfnRole {
	return awsiam.NewCfnRole(scope, jsii.String("Role"), &awsiam.CfnRoleProps{
		RoleName:                 jsii.String(props.RoleName),
		Path:                     rolePath(props.RolePath),
		Description:              jsii.String("EventBridge assumes this role to send events about backups to the central account"),
		AssumeRolePolicyDocument: document(assumedBy("events.amazonaws.com", props.Account)),
		Policies: []any{&awsiam.CfnRole_PolicyProperty{
			PolicyName: jsii.String("PutEvents"),
			PolicyDocument: document(Statement{
				Sid:       "CentralBus",
				Actions:   []string{"events:PutEvents"},
				Resources: []string{props.BusARN},
			}),
		}},
	})
}

// maxPatternBytes is the largest event pattern, in bytes, that EventBridge takes by default.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const maxPatternBytes = 2048

// maxTokenBytes is the length, in bytes, of the longest value that a token in a pattern stands for: the ARN
// of a key, in the partition with the longest name.
const maxTokenBytes = 90

// notReplayed matches events that nobody replayed from an archive: those are old, however true they were (F-EVT-22).
var notReplayed = []any{absent}

// pattern is the rule's event pattern: with its names, unless it would be too large.
func (r EventRule) pattern() map[string]any {
	pattern := func(detail map[string]any) map[string]any {
		p := map[string]any{"detail-type": []string{r.DetailType}, "replay-name": notReplayed}
		if r.Source != "" {
			p["source"] = []string{r.Source}
		}
		if len(detail) > 0 {
			p["detail"] = detail
		}
		return p
	}
	if len(r.Names) == 0 {
		if full := pattern(r.Detail); r.Fallback == nil || r.size(full) <= maxPatternBytes {
			return full
		}
		return pattern(r.Fallback)
	}
	var names any = r.Names
	for _, key := range slices.Backward(strings.Split(r.NamesAt, ".")) {
		names = map[string]any{key: names}
	}
	detail := map[string]any{}
	maps.Copy(detail, r.Detail)
	maps.Copy(detail, names.(map[string]any))
	if full := pattern(detail); r.size(full) <= maxPatternBytes {
		return full
	}
	return pattern(r.Detail)
}

// size is the size of a pattern in bytes, with the longest values that the tokens in the rule's names may stand for.
func (r EventRule) size(pattern map[string]any) int {
	text, err := json.Marshal(pattern)
	if err != nil {
		panic(err) //nolint:forbidigo // unreachable: texts, and lists and maps of them
	}
	size := len(text)
	for _, name := range r.Names {
		if isToken(name) {
			size += maxTokenBytes - len(name)
		}
	}
	return size
}

// paths are JSON paths by name, with those that every event has. more are further names and paths.
func paths(more ...string) map[string]string {
	m := map[string]string{"account": "$.account", "region": "$.region", "time": "$.time"}
	for i := 0; i < len(more); i += 2 {
		m[more[i]] = more[i+1]
	}
	return m
}
