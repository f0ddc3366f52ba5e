package constructs

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/internal/restoretest"
)

// ValidatorProps are the props of [NewValidator]. All are required.
type ValidatorProps struct {
	// Account of the function, twelve digits.
	Account string
	// Name of the queue and of the function.
	Name string
	// LogGroupName of the function's log group.
	LogGroupName string
	// UndeliveredName of the queue for events that the function could not handle, and of the alarm on it.
	UndeliveredName string
	// RoleName of the function's role, and RolePath, its path, such as "/backup/". An empty path: none.
	RoleName, RolePath string
	// Bus that has the events of restore jobs. The function sends its own events to it.
	Bus awsevents.CfnEventBus
	// Code of the function: a directory with a program named bootstrap, for Linux on arm64, which is lambda/validate, and
	// the file of the restore tests.
	Code awss3assets.Asset
	// ValidateRoleARNs match the roles that the function assumes ([NewValidateRole]).
	ValidateRoleARNs []string
	// EvidenceName of the bucket for evidence.
	EvidenceName string
	// EvidenceDays is for how many days nobody can delete a piece of evidence.
	EvidenceDays int
	// Topic that is notified of tests that failed, and when the function could not handle an event.
	Topic interfacesawssns.ITopicRef
}

// Validator compares what restore tests restored with the recovery points.
type Validator struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Evidence is the bucket for evidence. It is retained. EvidencePolicy is its policy.
	Evidence       awss3.CfnBucket
	EvidencePolicy awss3.CfnBucketPolicy
	// Queue of events, and Undelivered, the queue of events that could not be handled.
	Queue, Undelivered awssqs.CfnQueue
	// Function that validates, and Role, its role.
	Function awslambda.CfnFunction
	Role     awsiam.CfnRole
	// Alarm that goes into ALARM when an event could not be handled.
	Alarm awscloudwatch.CfnAlarm
}

const (
	// validatorTimeout is the longest time that Lambda allows, in seconds.
	validatorTimeout = 15 * 60
	// validatorMemory in MB also sets the share of a processor, which computes hashes.
	validatorMemory = 1024
)

// NewValidator creates the function with its queues and rules, and the bucket for its evidence. AWS Backup has no event
// for the result of a validation (F-EVT-7), so the function sends one, and a rule writes e-mails of those that failed.
func NewValidator(scope awsconstructs.Construct, id *string, props *ValidatorProps) *Validator {
	require(props.Account != "" && props.Name != "" && props.UndeliveredName != "" && props.RoleName != "" && props.LogGroupName != "",
		"NewValidator: props.Account, Name, UndeliveredName, RoleName and LogGroupName are required")
	require(props.Bus != nil && props.Code != nil && props.Topic != nil, "NewValidator: props.Bus, Code and Topic are required")
	require(len(props.ValidateRoleARNs) > 0, "NewValidator: props.ValidateRoleARNs is required; without a role nothing can be compared")
	require(props.EvidenceName != "" && props.EvidenceDays >= 1, "NewValidator: props.EvidenceName and EvidenceDays are required")
	this := awsconstructs.NewConstruct(scope, id)
	v := &Validator{Construct: this, Evidence: newEvidenceBucket(this, props)}
	evidenceARN, logicalID := *v.Evidence.AttrArn(), *v.Evidence.LogicalId()
	f := newQueuedFunction(this, &queuedFunctionProps{
		name: props.Name, undeliveredName: props.UndeliveredName, logGroupName: props.LogGroupName, code: props.Code, topic: props.Topic,
		roleName: props.RoleName, rolePath: props.RolePath, roleDescription: "Role of the function that validates restore tests",
		policyName: "Validate",
		statements: []Statement{
			{Sid: "ValidateRoles", Actions: []string{"sts:AssumeRole"}, Resources: props.ValidateRoleARNs},
			{Sid: "Evidence", Actions: []string{"s3:GetObject", "s3:PutObject"}, intrinsics: []any{objectsOf(logicalID)}},
			{Sid: "EvidenceThatIsThere", Actions: []string{"s3:ListBucket"}, Resources: []string{evidenceARN}},
			{Sid: "Events", Actions: []string{"events:PutEvents"}, Resources: []string{*props.Bus.AttrArn()}},
		},
		description: "Compares what restore tests restored with the backups, and keeps the evidence",
		timeout:     validatorTimeout, memory: validatorMemory, attempts: 3, batch: 1,
		variables: map[string]any{restoretest.EvidenceVariable: v.Evidence.Ref(), restoretest.BusVariable: props.Bus.AttrArn()},
		alarm: "Restore tests could not be validated. Their events are in the queue " + props.UndeliveredName + ", and the log of " +
			"the function says why",
		rules: func(target *awsevents.CfnRule_TargetProperty) []awsevents.CfnRule { return props.rules(this, target) },
	})
	suppress(f.role, map[string]string{
		"AwsSolutions-IAM5": "The function names each piece of evidence when it writes it; its roles in other accounts may be too many to list.",
	})
	v.Queue, v.Undelivered, v.Function, v.Role, v.Alarm = f.queue, f.undelivered, f.function, f.role, f.alarm
	v.EvidencePolicy = newBucketPolicy(this, v.Evidence, logicalID, keepGovernance(logicalID),
		evidenceStatement(logicalID, "OnlyTheValidatorWrites", map[string]map[string]any{
			"ArnNotEquals": {"aws:PrincipalArn": f.role.AttrArn()},
		}, "s3:DeleteObject", "s3:PutObject"),
		// Whoever writes an object again hides the one below it (F-RST-9).
		evidenceStatement(logicalID, "NeverTwice", map[string]map[string]any{"Null": {"s3:if-none-match": "true"}},
			"s3:PutObject"))
	props.newEmails(this)
	return v
}

// rules fill the queue: with the ends of restore tests of all accounts, and once a day.
func (p *ValidatorProps) rules(scope awsconstructs.Construct, target *awsevents.CfnRule_TargetProperty) []awsevents.CfnRule {
	return []awsevents.CfnRule{
		awsevents.NewCfnRule(scope, jsii.String("Jobs"), &awsevents.CfnRuleProps{
			Description:  jsii.String("Restore tests that ended"),
			EventBusName: p.Bus.Ref(),
			EventPattern: map[string]any{
				"source": []string{"aws.backup"}, "detail-type": []string{"Restore Job State Change"}, "replay-name": notReplayed,
				"detail": map[string]any{
					"status": []string{"COMPLETED", "FAILED", "ABORTED"}, "resourceType": []string{"S3"},
					"restoreTestingPlanArn": []any{map[string]any{"exists": true}},
				},
			},
			Targets: []any{target},
		}),
		awsevents.NewCfnRule(scope, jsii.String("Daily"), &awsevents.CfnRuleProps{
			Description:        jsii.String("Looks every day for buckets without a restore test, of which AWS Backup reports nothing (F-RST-11)"),
			ScheduleExpression: jsii.String("rate(1 day)"),
			Targets:            []any{target},
		}),
	}
}

// newEmails creates the rule that writes e-mails about tests that did not succeed. EventBridge does not escape values, so
// an e-mail does not have the function's own sentence.
func (p *ValidatorProps) newEmails(scope awsconstructs.Construct) {
	const email = "A restore test of <bucket> in account <account>, <region>, has the outcome <outcome>, at <time>: failed means that the " +
		"restored data is not that of the backup, or that it was not restored; notValidated, that nothing was compared; missing, that no " +
		"test was validated in time. Restore testing plan of <plan>, job <job>, evidence <evidence>. Do not rely on the backup until the " +
		"cause is known."
	awsevents.NewCfnRule(scope, jsii.String("Emails"), &awsevents.CfnRuleProps{
		Description:  jsii.String("Restore tests that did not succeed"),
		EventBusName: p.Bus.Ref(),
		EventPattern: map[string]any{
			"source": []string{alerting.TestSource}, "detail-type": []string{alerting.RestoreTestDetailType}, "replay-name": notReplayed,
			// EventBridge itself writes the account into an event, so no other one can send these (F-EVT-15).
			"account": []string{p.Account},
			"detail":  map[string]any{"outcome": []any{map[string]any{"anything-but": []string{string(alerting.RestoreTestSuccessful)}}}},
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id:  jsii.String("Email"),
			Arn: topicARN(p.Topic),
			InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
				InputPathsMap: textMap(map[string]string{
					"bucket": "$.detail.bucket", "account": "$.detail.account", "region": "$.detail.region", "outcome": "$.detail.outcome",
					"time": "$.time", "plan": "$.detail.plan", "job": "$.detail.restoreJobId", "evidence": "$.detail.evidence",
				}),
				InputTemplate: jsii.String(fmt.Sprintf("%q", email)),
			},
		}},
	})
}

// newEvidenceBucket creates the bucket for evidence. S3 encrypts it with keys of its own: it has names and hashes alone,
// and a key that is lost or denied would take away the proof.
func newEvidenceBucket(scope awsconstructs.Construct, props *ValidatorProps) awss3.CfnBucket {
	bucket := awss3.NewCfnBucket(scope, jsii.String("Evidence"), &awss3.CfnBucketProps{
		BucketName:                     jsii.String(props.EvidenceName),
		VersioningConfiguration:        versioned(),
		PublicAccessBlockConfiguration: blockPublicAccess(),
		OwnershipControls:              ownerEnforced(),
		ObjectLockEnabled:              jsii.Bool(true),
		ObjectLockConfiguration:        objectLock("GOVERNANCE", props.EvidenceDays),
		BucketEncryption:               encryption(ownKeyOfS3()),
		LifecycleConfiguration: lifecycle(&awss3.CfnBucket_RuleProperty{
			Id:                             jsii.String("AbortUploads"),
			Status:                         jsii.String("Enabled"),
			AbortIncompleteMultipartUpload: afterAWeek(),
		}),
	})
	retain(bucket)
	suppress(bucket, map[string]string{
		"AwsSolutions-S1": "Only the validator writes here, nobody can change what it wrote, and CloudTrail records changes of the bucket.",
	})
	return bucket
}

// evidenceStatement denies actions on evidence.
func evidenceStatement(logicalID, sid string, condition map[string]map[string]any, actions ...string) Statement {
	return Statement{
		Sid: sid, Deny: true, Principal: anyone, Actions: actions, Condition: condition,
		intrinsics: []any{objectsOf(logicalID)},
	}
}
