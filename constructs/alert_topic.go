package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// AlertTopicProps are the props of [NewAlertTopic]. All but Emails are required.
type AlertTopicProps struct {
	// Name of the topic.
	Name string
	// KeyAlias is the alias, with its prefix "alias/", of the KMS key that encrypts the topic.
	KeyAlias string
	// Account of the topic, twelve digits, and the ARN of its root principal, such as
	// "arn:aws:iam::222222222222:root".
	Account, AccountARN string
	// Emails are addresses that receive e-mails. AWS asks each for its consent first. Empty: none.
	Emails []string
}

// AlertTopic is a topic for e-mails about backups.
type AlertTopic struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Topic that AWS Backup, CloudWatch alarms and EventBridge may publish to.
	Topic awssns.CfnTopic
	// Policy of the topic.
	Policy awssns.CfnTopicPolicy
	// Key encrypts the topic. With the key that AWS manages no service could publish (F-EVT-6).
	Key awskms.CfnKey
	// Subscriptions of the e-mail addresses, in the order of the props.
	Subscriptions []awssns.CfnSubscription
}

// NewAlertTopic creates a topic with a key of its own.
func NewAlertTopic(scope awsconstructs.Construct, id *string, props *AlertTopicProps) *AlertTopic {
	require(props.Name != "", "NewAlertTopic: props.Name is required")
	require(props.KeyAlias != "", "NewAlertTopic: props.KeyAlias is required")
	require(props.Account != "" && props.AccountARN != "", "NewAlertTopic: props.Account and props.AccountARN are required")
	own := map[string]map[string]any{"StringEquals": {"aws:SourceAccount": props.Account}} // F-EVT-5
	publishers := map[string]any{"Service": []string{"backup.amazonaws.com", "cloudwatch.amazonaws.com"}}
	// EventBridge tells SNS and the key nothing about the source, so a condition would shut it out:
	// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
	eventBridge := service("events.amazonaws.com")
	useOfKey := []string{"kms:Decrypt", "kms:GenerateDataKey*"}
	this := awsconstructs.NewConstruct(scope, id)
	key := NewKey(this, jsii.String("Key"), &KeyProps{
		Alias:       props.KeyAlias,
		Description: "Encrypts alerts about backups",
		AccountARN:  props.AccountARN,
		Grants: []Statement{
			{Sid: "Publishers", Principal: publishers, Actions: useOfKey, Resources: everything, Condition: own},
			{Sid: "EventBridge", Principal: eventBridge, Actions: useOfKey, Resources: everything},
		},
	}).Key
	topic := awssns.NewCfnTopic(this, jsii.String(defaultID), &awssns.CfnTopicProps{
		TopicName:      jsii.String(props.Name),
		KmsMasterKeyId: key,
	})
	arn := topic.Ref()
	policy := awssns.NewCfnTopicPolicy(this, jsii.String("Policy"), &awssns.CfnTopicPolicyProps{
		Topics: &[]*string{arn},
		PolicyDocument: document(
			Statement{Sid: "Publishers", Principal: publishers, Actions: []string{"sns:Publish"}, Resources: []string{*arn}, Condition: own},
			Statement{Sid: "EventBridge", Principal: eventBridge, Actions: []string{"sns:Publish"}, Resources: []string{*arn}},
			withoutTLS("sns:Publish", *arn),
		),
	})
	t := &AlertTopic{Construct: this, Topic: topic, Policy: policy, Key: key}
	for _, email := range props.Emails {
		t.Subscriptions = append(t.Subscriptions, awssns.NewCfnSubscription(this, jsii.String(email), &awssns.CfnSubscriptionProps{
			TopicArn: topic,
			Protocol: jsii.String("email"),
			Endpoint: email,
			// A failed job arrives as BACKUP_JOB_COMPLETED with another State (F-EVT-3). Messages that are
			// published only when something is wrong have no State.
			FilterPolicy: map[string]any{"State": []any{map[string]any{"anything-but": []string{"COMPLETED"}}, map[string]any{"exists": false}}},
		}))
	}
	return t
}
