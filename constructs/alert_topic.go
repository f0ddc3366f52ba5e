package constructs

// AlertTopicProps describe a topic that writes e-mails about backups.
type AlertTopicProps struct {
	// Name of the topic.
	Name string
	// KeyAlias is the alias, with its prefix, of the KMS key that encrypts it.
	KeyAlias string
	// Account that the topic is in, twelve digits, and the ARN of its root principal.
	Account, AccountARN string
	// Emails that are written to. Each gets a message first that asks for its consent.
	Emails []string
}

// NewAlertTopic makes a topic that AWS Backup, CloudWatch alarms and EventBridge may publish to, and
// returns its ARN and that of its key. The key is its own: with the one that AWS manages no service
// could publish (F-EVT-6).
func NewAlertTopic(scope Scope, id string, props AlertTopicProps) (topicARN, keyARN Value) {
	own := map[string]map[string]any{"StringEquals": {"aws:SourceAccount": props.Account}} // F-EVT-5
	publishers := map[string]any{"Service": []string{"backup.amazonaws.com", "cloudwatch.amazonaws.com"}}
	// EventBridge says nothing of the source to SNS and its key, so a condition would keep it out:
	// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
	eventBridge := service("events.amazonaws.com")
	useOfKey := []string{"kms:Decrypt", "kms:GenerateDataKey*"}
	key := NewKey(scope.Scope(id), "Key", KeyProps{
		Alias:       props.KeyAlias,
		Description: "Encrypts alerts about backups",
		AccountARN:  props.AccountARN,
		Grants: []Statement{
			{Sid: "Publishers", Principal: publishers, Actions: useOfKey, Resources: everything, Condition: own},
			{Sid: "EventBridge", Principal: eventBridge, Actions: useOfKey, Resources: everything},
		},
	})
	topic := scope.add(id, resource{
		Type: "AWS::SNS::Topic",
		Properties: properties{
			"TopicName":      props.Name,
			"KmsMasterKeyId": key,
		},
	})
	topic.add("Policy", resource{
		Type: "AWS::SNS::TopicPolicy",
		Properties: properties{
			"Topics": []Value{topic.ref()},
			"PolicyDocument": document(
				Statement{Sid: "Publishers", Principal: publishers, Actions: []string{"sns:Publish"}, Resources: []Value{topic.ref()}, Condition: own},
				Statement{Sid: "EventBridge", Principal: eventBridge, Actions: []string{"sns:Publish"}, Resources: []Value{topic.ref()}},
				Statement{
					Sid:       "TLSOnly",
					Deny:      true,
					Principal: anyone,
					Actions:   []string{"sns:Publish"},
					Resources: []Value{topic.ref()},
					Condition: map[string]map[string]any{"Bool": {"aws:SecureTransport": "false", "aws:PrincipalIsAWSService": "false"}},
				},
			),
		},
	})
	for _, email := range props.Emails {
		topic.add(email, resource{
			Type: "AWS::SNS::Subscription",
			Properties: properties{
				"TopicArn": topic.ref(),
				"Protocol": "email",
				"Endpoint": email,
				// A job that failed comes as BACKUP_JOB_COMPLETED with another State (F-EVT-3). What is
				// published only where something is wrong says no State.
				"FilterPolicy": properties{"State": []any{properties{"anything-but": []string{"COMPLETED"}}, properties{"exists": false}}},
			},
		})
	}
	return topic.ref(), key
}

// vaultEvents are those that a vault publishes. All still fire (F-EVT-1); those that the article and
// the CDK would take do not (F-EVT-2).
var vaultEvents = []string{
	"BACKUP_JOB_COMPLETED", // whatever its state
	"CONTINUOUS_BACKUP_INTERRUPTED",
	"COPY_JOB_FAILED",
	"RESTORE_JOB_COMPLETED",
	"S3_BACKUP_OBJECT_FAILED",
	"S3_RESTORE_OBJECT_FAILED",
}

// vault is a backup vault, which is retained and tells a topic where there is one.
func vault(topicARN Value, p properties) resource {
	if topicARN != nil {
		p["Notifications"] = properties{"SNSTopicArn": topicARN, "BackupVaultEvents": vaultEvents}
	}
	return resource{Type: "AWS::Backup::BackupVault", Properties: p}.retained()
}
