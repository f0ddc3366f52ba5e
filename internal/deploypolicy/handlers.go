// Package deploypolicy computes the policies with which CloudFormation deploys the stacks of a configuration: what cdk bootstrap
// takes as --cloudformation-execution-policies, in place of AdministratorAccess.
package deploypolicy

import (
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
)

//go:generate go run ./generate

// Handlers are the actions of each handler of a resource type: create, read, update, delete and list.
type Handlers map[string][]string

// Types are the types of the resources that the stacks may have.
var Types = []string{
	"AWS::Backup::BackupPlan",
	"AWS::Backup::BackupSelection",
	"AWS::Backup::BackupVault",
	"AWS::Backup::Framework",
	"AWS::Backup::LogicallyAirGappedBackupVault",
	"AWS::Backup::ReportPlan",
	"AWS::Backup::RestoreTestingPlan",
	"AWS::Backup::RestoreTestingSelection",
	"AWS::Backup::TieringConfiguration",
	"AWS::CloudWatch::Alarm",
	"AWS::CloudWatch::CompositeAlarm",
	"AWS::CloudWatch::Dashboard",
	"AWS::CodeBuild::Project",
	"AWS::CodePipeline::Pipeline",
	"AWS::Events::EventBus",
	"AWS::Events::EventBusPolicy",
	"AWS::Events::Rule",
	"AWS::IAM::ManagedPolicy",
	"AWS::IAM::Policy",
	"AWS::IAM::Role",
	"AWS::KMS::Alias",
	"AWS::KMS::Key",
	"AWS::Lambda::EventSourceMapping",
	"AWS::Lambda::Function",
	"AWS::Logs::LogGroup",
	"AWS::Logs::MetricFilter",
	"AWS::Logs::ResourcePolicy",
	"AWS::RAM::ResourceShare",
	"AWS::S3::Bucket",
	"AWS::S3::BucketPolicy",
	"AWS::SNS::Subscription",
	"AWS::SNS::Topic",
	"AWS::SNS::TopicPolicy",
	"AWS::SQS::Queue",
	"AWS::SQS::QueuePolicy",
}

// ByHand has the types whose schema is not public, or has no handlers.
var ByHand = map[string]Handlers{
	// The schema has no handlers. The actions are those of the API behind its properties:
	// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
	"AWS::Events::EventBusPolicy": {
		"create": {"events:DescribeEventBus", "events:PutPermission"},
		"read":   {"events:DescribeEventBus"},
		"update": {"events:DescribeEventBus", "events:PutPermission"},
		"delete": {"events:DescribeEventBus", "events:RemovePermission"},
	},
	// The module's schema is older than the approval team and the key of the vault. The last ones of create are those that the service
	// authorization reference of AWS Backup has for the team and for a share by AWS RAM.
	"AWS::Backup::LogicallyAirGappedBackupVault": {
		"create": {
			"backup-storage:Mount", "backup-storage:MountCapsule", "backup:CreateLogicallyAirGappedBackupVault", "backup:DescribeBackupVault",
			"backup:PutBackupVaultAccessPolicy", "backup:PutBackupVaultNotifications", "backup:TagResource",
			"backup:AssociateBackupVaultMpaApprovalTeam", "backup:GetBackupVaultSharingPolicy", "backup:PutBackupVaultSharingPolicy",
			"kms:CreateGrant", "kms:DescribeKey",
		},
		"read": {
			"backup:DescribeBackupVault", "backup:GetBackupVaultAccessPolicy", "backup:GetBackupVaultNotifications", "backup:ListTags",
		},
		"update": {
			"backup:DeleteBackupVaultAccessPolicy", "backup:DeleteBackupVaultNotifications", "backup:DeleteBackupVaultSharingPolicy",
			"backup:DescribeBackupVault", "backup:GetBackupVaultAccessPolicy", "backup:ListTags", "backup:PutBackupVaultAccessPolicy",
			"backup:PutBackupVaultNotifications", "backup:TagResource", "backup:UntagResource",
		},
		"delete": {"backup:DeleteBackupVault"},
		"list":   {"backup:ListBackupVaults"},
	},
	// The schema has no handlers. The actions are those of the API behind it, and what hands the project its role:
	// https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-permissions-reference.html
	"AWS::CodeBuild::Project": {
		"create": {"codebuild:BatchGetProjects", "codebuild:CreateProject", "iam:PassRole"},
		"read":   {"codebuild:BatchGetProjects"},
		"update": {"codebuild:BatchGetProjects", "codebuild:UpdateProject", "iam:PassRole"},
		"delete": {"codebuild:DeleteProject"},
		"list":   {"codebuild:ListProjects"},
	},
	// There is no schema. The actions are those of the API, in the service authorization reference of AWS Backup:
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html
	"AWS::Backup::TieringConfiguration": {
		"create": {"backup:CreateTieringConfiguration", "backup:GetTieringConfiguration", "backup:ListTags", "backup:TagResource"},
		"read":   {"backup:GetTieringConfiguration", "backup:ListTags"},
		"update": {
			"backup:GetTieringConfiguration", "backup:ListTags", "backup:TagResource", "backup:UntagResource",
			"backup:UpdateTieringConfiguration",
		},
		"delete": {"backup:DeleteTieringConfiguration", "backup:GetTieringConfiguration"},
		"list":   {"backup:ListTieringConfigurations"},
	},
}

//go:embed handlers.json
var handlersJSON []byte

// Table returns the handlers of each of [Types].
func Table() map[string]Handlers {
	table := map[string]Handlers{}
	_ = json.Unmarshal(handlersJSON, &table) // it is generated; a test reads each type of it
	return table
}

// Actions lists the actions of all handlers, each once.
func (h Handlers) Actions() []string {
	all := map[string]bool{}
	for _, actions := range h {
		for _, action := range actions {
			all[action] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
