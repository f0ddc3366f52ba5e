package constructs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"central-s3-backup/constructs"
)

// Two tiers that are copied to a central vault. The stack has tags, cdk-nag checks it, and the vault's ARN is
// an output. Here all are in one account; elsewhere the central vault is in a stack of another account, and
// the tiers know it by its ARN.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("backups"), nil)

	// The key lets the backup role and AWS Backup copy into the central vault.
	const serviceLinkedRole = "arn:aws:iam::222222222222:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
	sources := constructs.OrganizationRoles{
		OrganizationID: "o-a1b2c3d4e5",
		AccountARNs:    []string{"arn:aws:iam::222222222222:root"},
		RoleARNs:       []string{"arn:aws:iam::222222222222:role/acme-backup"},
	}
	key := constructs.NewKey(stack, jsii.String("Key"), &constructs.KeyProps{
		Alias:       "alias/acme-backup",
		Description: "Encrypts backups",
		AccountARN:  "arn:aws:iam::222222222222:root",
		Grants: append(
			constructs.CopySources(sources, serviceLinkedRole),
			constructs.OwnServiceLinkedRole("222222222222", serviceLinkedRole)...),
	})
	central := constructs.NewCentralVault(stack, jsii.String("Central"), &constructs.CentralVaultProps{
		Name:    "acme-central",
		Key:     key.Key,
		Lock:    constructs.VaultLock{MinRetentionDays: 15, MaxRetentionDays: 1825},
		Sources: sources,
	})
	centralARN := central.Vault.AttrBackupVaultArn()

	role := constructs.NewBackupRole(stack, jsii.String("BackupRole"), &constructs.BackupRoleProps{
		Name:              "acme-backup",
		Account:           "222222222222",
		S3BackupPolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
		Copy:              &constructs.CopyProps{DestinationVaultARNs: []string{*centralARN}, KeyARNs: []string{*key.Key.AttrArn()}},
	})
	// Every night a snapshot, which is kept 35 days. Its copy is kept five years.
	for _, tier := range []string{"Curated", "Critical"} {
		name := "acme-" + strings.ToLower(tier)
		constructs.NewTierBackup(stack, jsii.String(tier), &constructs.TierBackupProps{
			VaultName:        name,
			PlanName:         name,
			Key:              key.Key,
			Role:             role.Role,
			CopyDestinations: []string{*centralARN},
			Rules: []constructs.BackupRule{{
				Name:                    "nightly",
				Schedule:                "cron(5 2 * * ? *)",
				Timezone:                "Etc/UTC",
				StartWindowMinutes:      60,
				CompletionWindowMinutes: 7 * 24 * 60,
				DeleteAfterDays:         35,
				Copies:                  []constructs.CopyAction{{DestinationVaultARN: *centralARN, DeleteAfterDays: 1825}},
			}},
			Selections: []constructs.BackupSelection{{Name: name, Resources: []string{"arn:aws:s3:::" + name + "-*"}}},
		})
	}

	awscdk.Tags_Of(stack).Add(jsii.String("team"), jsii.String("platform"), nil)
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(nil), nil)
	awscdk.NewCfnOutput(stack, jsii.String("CentralVaultARN"), &awscdk.CfnOutputProps{Value: centralARN})

	template := assertions.Template_FromStack(stack, nil)
	errors := assertions.Annotations_FromStack(stack).FindError(jsii.String("*"), assertions.Match_AnyValue())
	fmt.Println("cdk-nag errors:", len(*errors))
	fmt.Println("output:", *(*template.FindOutputs(jsii.String("CentralVaultARN"), nil))["CentralVaultARN"])
	for _, id := range []string{"Central", "Critical", "Curated"} {
		vault := *(*template.FindResources(jsii.String("AWS::Backup::BackupVault"), nil))[id]
		fmt.Println(id, vault["Properties"].(map[string]any)["BackupVaultTags"], vault["DeletionPolicy"])
	}
	// Output:
	// cdk-nag errors: 0
	// output: map[Value:map[Fn::GetAtt:[Central BackupVaultArn]]]
	// Central map[team:platform] RetainExceptOnCreate
	// Critical map[team:platform] RetainExceptOnCreate
	// Curated map[team:platform] RetainExceptOnCreate
}

// A key for the vaults of an account whose recovery points are copied to account 111111111111.
func ExampleNewKey() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("invoices"), nil)

	constructs.NewKey(stack, jsii.String("Key"), &constructs.KeyProps{
		Alias:       "alias/acme-vaults",
		Description: "Encrypts backup vaults",
		AccountARN:  "arn:aws:iam::222222222222:root",
		Grants: constructs.CopyDestination("o-a1b2c3d4e5", "arn:aws:iam::111111111111:root",
			"arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"),
	})

	printResources(stack)
	// Output:
	// Key AWS::KMS::Key
	// KeyAlias6C2E2031 AWS::KMS::Alias
}

// A bucket that AWS Backup can protect, with a key and a bucket for its access logs.
func ExampleNewBucket() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("invoices"), nil)

	key := constructs.NewKey(stack, jsii.String("Key"), &constructs.KeyProps{
		Alias:      "alias/acme-invoices",
		AccountARN: "arn:aws:iam::222222222222:root",
	})
	logs := constructs.NewAccessLogBucket(stack, jsii.String("AccessLogs"), &constructs.AccessLogBucketProps{
		Name:            "acme-access-logs",
		Account:         "222222222222",
		SourceARNs:      []string{"arn:aws:s3:::acme-invoices"},
		ExpireAfterDays: 365,
	})
	constructs.NewBucket(stack, jsii.String("Invoices"), &constructs.BucketProps{
		Name:            "acme-invoices",
		ObjectLockMode:  "GOVERNANCE",
		ObjectLockDays:  35,
		Key:             key.Key,
		AccessLogBucket: logs.Bucket,
	})

	printResources(stack)
	// Output:
	// AccessLogs AWS::S3::Bucket
	// AccessLogsPolicy3C1D984A AWS::S3::BucketPolicy
	// Invoices AWS::S3::Bucket
	// InvoicesPolicyDCA314ED AWS::S3::BucketPolicy
	// Key AWS::KMS::Key
	// KeyAlias6C2E2031 AWS::KMS::Alias
}

// A bucket with all that it may have: no default retention, encryption by S3, CORS, a partner who reads, and a cheaper storage
// class after 30 days.
func ExampleNewBucket_settings() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("uploads"), nil)

	logs := constructs.NewAccessLogBucket(stack, jsii.String("AccessLogs"), &constructs.AccessLogBucketProps{
		Name:            "acme-access-logs",
		Account:         "222222222222",
		SourceARNs:      []string{"arn:aws:s3:::acme-uploads"},
		ExpireAfterDays: 365,
	})
	constructs.NewBucket(stack, jsii.String("Uploads"), &constructs.BucketProps{
		Name:                   "acme-uploads",
		NoncurrentDays:         35,
		Encryption:             "AES256",
		IntelligentTieringDays: new(30),
		CORSRules: []constructs.CORSRule{{
			AllowedMethods: []string{"PUT"}, AllowedOrigins: []string{"https://www.example.com"}, AllowedHeaders: []string{"*"},
		}},
		Statements: []constructs.Statement{{
			Sid:       "PartnerReads",
			Principal: map[string]any{"AWS": "444444444444"},
			Actions:   []string{"s3:GetObject"},
			Resources: []string{"arn:aws:s3:::acme-uploads/*"},
		}},
		AccessLogBucket: logs.Bucket,
	})

	printResources(stack)
	// Output:
	// AccessLogs AWS::S3::Bucket
	// AccessLogsPolicy3C1D984A AWS::S3::BucketPolicy
	// Uploads AWS::S3::Bucket
	// UploadsPolicyCA80B555 AWS::S3::BucketPolicy
}

// A bucket that backup.yaml names with existing: true has what AWS Backup needs: S3 Versioning, and events to EventBridge. The
// property eventBridgeEnabled of CDK's Bucket would add a Lambda function.
func Example_existingBucket() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("website"), nil)

	bucket := awss3.NewBucket(stack, jsii.String("Website"), &awss3.BucketProps{
		BucketName:        jsii.String("acme-website"),
		Versioned:         jsii.Bool(true),
		EnforceSSL:        jsii.Bool(true),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		LifecycleRules: &[]*awss3.LifecycleRule{{
			NoncurrentVersionExpiration: awscdk.Duration_Days(jsii.Number(35)),
			ExpiredObjectDeleteMarker:   jsii.Bool(true),
		}},
	})
	bucket.Node().DefaultChild().(awss3.CfnBucket).AddPropertyOverride(
		jsii.String("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled"), true)

	printResources(stack)
	// Output:
	// Website32962D0B AWS::S3::Bucket
	// WebsitePolicyEF81EB66 AWS::S3::BucketPolicy
}

// A bucket for the access logs of any number of buckets. When their names no longer fit into its policy, all
// buckets of the account may log here.
func ExampleNewAccessLogBucket() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("invoices"), nil)

	constructs.NewAccessLogBucket(stack, jsii.String("AccessLogs"), &constructs.AccessLogBucketProps{
		Name:            "acme-access-logs",
		Account:         "222222222222",
		SourceARNs:      []string{"arn:aws:s3:::acme-invoices", "arn:aws:s3:::acme-ledger"},
		MaxPolicyBytes:  20 * 1024,
		AnySourceARN:    "arn:aws:s3:::*",
		ARN:             "arn:aws:s3:::acme-access-logs",
		ExpireAfterDays: 365,
	})

	printResources(stack)
	// Output:
	// AccessLogs AWS::S3::Bucket
	// AccessLogsPolicy3C1D984A AWS::S3::BucketPolicy
}

// Point-in-time recovery of the last 35 days, with copies to a vault of another account, and snapshots for a
// year.
func ExampleNewTierBackup() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("invoices"), nil)

	const central = "arn:aws:backup:eu-central-1:111111111111:backup-vault:acme-central"
	key := constructs.NewKey(stack, jsii.String("Key"), &constructs.KeyProps{
		Alias:      "alias/acme-vaults",
		AccountARN: "arn:aws:iam::222222222222:root",
		Grants: constructs.CopyDestination("o-a1b2c3d4e5", "arn:aws:iam::111111111111:root",
			"arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"),
	})
	role := constructs.NewBackupRole(stack, jsii.String("BackupRole"), &constructs.BackupRoleProps{
		Name:              "acme-backup-invoices",
		Account:           "222222222222",
		S3BackupPolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
		Copy: &constructs.CopyProps{
			DestinationVaultARNs: []string{central},
			KeyARNs:              []string{*key.Key.AttrArn(), "arn:aws:kms:eu-central-1:111111111111:key/*"},
		},
	})
	constructs.NewTierBackup(stack, jsii.String("Invoices"), &constructs.TierBackupProps{
		VaultName:        "acme-invoices",
		PlanName:         "acme-invoices",
		Key:              key.Key,
		Role:             role.Role,
		CopyDestinations: []string{central},
		Rules: []constructs.BackupRule{
			{
				Name:                    "continuous",
				Continuous:              true,
				Schedule:                "cron(5 2 * * ? *)",
				Timezone:                "Etc/UTC",
				StartWindowMinutes:      60,
				CompletionWindowMinutes: 7 * 24 * 60,
				DeleteAfterDays:         35,
				Copies:                  []constructs.CopyAction{{DestinationVaultARN: central, DeleteAfterDays: 1825}},
			},
			{
				Name:                    "snapshots",
				Schedule:                "cron(5 5 * * ? *)", // the start windows do not overlap
				Timezone:                "Etc/UTC",
				StartWindowMinutes:      60,
				CompletionWindowMinutes: 7 * 24 * 60,
				DeleteAfterDays:         365,
			},
		},
		Selections: []constructs.BackupSelection{
			{Name: "acme-invoices", Resources: []string{"arn:aws:s3:::acme-invoices"}},
			{
				ID:           "TaggedSelection",
				Name:         "tagged",
				Resources:    []string{"arn:aws:s3:::*"},
				Except:       []string{"arn:aws:s3:::acme-invoices"},
				ResourceTags: map[string]string{"backup": "invoices"},
			},
		},
	})

	printResources(stack)
	// Output:
	// BackupRole AWS::IAM::Role
	// Invoices AWS::Backup::BackupVault
	// InvoicesPlanBBAECDFC AWS::Backup::BackupPlan
	// InvoicesPlanSelection54108D61 AWS::Backup::BackupSelection
	// InvoicesPlanTaggedSelectionE0C0AB88 AWS::Backup::BackupSelection
	// Key AWS::KMS::Key
	// KeyAlias6C2E2031 AWS::KMS::Alias
}

// A vault that accepts copies from two accounts of the organization, which are kept 15 days to five years.
func ExampleNewCentralVault() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("central"), nil)

	sources := constructs.OrganizationRoles{
		OrganizationID: "o-a1b2c3d4e5",
		AccountARNs:    []string{"arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"},
		RoleARNs:       []string{"arn:aws:iam::*:role/acme-backup-*"},
	}
	users := constructs.CopySources(sources, "arn:aws:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup")
	own := constructs.OwnServiceLinkedRole("111111111111",
		"arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup")
	key := constructs.NewKey(stack, jsii.String("Key"), &constructs.KeyProps{
		Alias:      "alias/acme-central",
		AccountARN: "arn:aws:iam::111111111111:root",
		Grants:     append(users, own...),
	})
	constructs.NewCentralVault(stack, jsii.String("Central"), &constructs.CentralVaultProps{
		Name:    "acme-central",
		Key:     key.Key,
		Lock:    constructs.VaultLock{MinRetentionDays: 15, MaxRetentionDays: 1825},
		Sources: sources,
	})

	printResources(stack)
	// Output:
	// Central AWS::Backup::BackupVault
	// Key AWS::KMS::Key
	// KeyAlias6C2E2031 AWS::KMS::Alias
}

// A role that backs up S3 buckets and copies their backups to one vault of another account.
func ExampleNewBackupRole() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("invoices"), nil)

	role := constructs.NewBackupRole(stack, jsii.String("BackupRole"), &constructs.BackupRoleProps{
		Name:              "acme-backup-invoices",
		Account:           "222222222222",
		S3BackupPolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
		Copy: &constructs.CopyProps{
			DestinationVaultARNs: []string{"arn:aws:backup:eu-central-1:111111111111:backup-vault:acme-central"},
			KeyARNs:              []string{"arn:aws:kms:eu-central-1:222222222222:key/*", "arn:aws:kms:eu-central-1:111111111111:key/*"},
		},
	})
	// The role's ARN, for a backup selection that another tool creates.
	awscdk.NewCfnOutput(stack, jsii.String("BackupRoleARN"), &awscdk.CfnOutputProps{Value: role.Role.AttrArn()})

	printResources(stack)
	// Output:
	// BackupRole AWS::IAM::Role
}

// E-mails when a backup fails, when somebody changes the vault, and when no backup completed for two days.
func ExampleNewAlertTopic() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("invoices"), nil)

	topic := constructs.NewAlertTopic(stack, jsii.String("Topic"), &constructs.AlertTopicProps{
		Name:       "acme-backup-alerts",
		KeyAlias:   "alias/acme-backup-alerts",
		Account:    "222222222222",
		AccountARN: "arn:aws:iam::222222222222:root",
		Emails:     []string{"oncall@example.com"},
	})
	// Pass topic.Topic to NewTierBackup as well: AWS Backup publishes the vault's events itself.

	tampering := constructs.Tampering{
		VaultNames:       []string{"acme-invoices"},
		RecoveryPoints:   []string{"arn:aws:backup:eu-central-1:222222222222:recovery-point:acme-invoices-"},
		AnyRecoveryPoint: "arn:aws:backup:eu-central-1:222222222222:recovery-point:",
		DeployRoleARN:    "arn:aws:iam::222222222222:role/cdk-*-cfn-exec-role-222222222222-eu-central-1",
		Alerts:           constructs.AlertParts{RulePrefix: "invoices", AlarmPrefixes: []string{"acme-"}, TopicARN: *topic.Topic.Ref()},
	}
	backups := constructs.BackupEventRules([]string{"acme-invoices"},
		[]string{"arn:aws:backup:eu-central-1:222222222222:backup-vault:acme-invoices"})
	clock := constructs.ClockRule("invoices", "acme-invoices-clock")
	constructs.NewEventRules(stack, jsii.String("Rules"), &constructs.EventRulesProps{
		Topic: topic.Topic,
		Rules: append(append(tampering.Rules(), backups...), clock),
	})
	constructs.NewSilenceAlarms(stack, jsii.String("Silence"), &constructs.SilenceAlarmsProps{
		Topic: topic.Topic,
		Alarms: []constructs.SilenceAlarm{{
			ID:          "invoices",
			WaitsID:     "invoices-waits",
			Name:        "acme-invoices-no-backup",
			Description: "No backup of acme-invoices completed in two days. Look at the plan and the backup jobs.",
			Vault:       "acme-invoices",
			Metric:      "NumberOfBackupJobsCompleted",
			Hours:       48,
			ClockName:   clock.Name,
			FirstHours:  168, // the first backup of a large bucket takes days
		}},
	})

	printResources(stack)
	// Output:
	// RulesAccountCallsF75CC0BC AWS::Events::Rule
	// RulesAlarmSettingCalls3D280F39 AWS::Events::Rule
	// RulesAlertCalls8F2A6FF2 AWS::Events::Rule
	// RulesAlertSettingCalls50B5F318 AWS::Events::Rule
	// RulesBackupIssues2642C6AC AWS::Events::Rule
	// RulesClockinvoicesDD1EAE0C AWS::Events::Rule
	// RulesRecoveryPointCallsE10ABE1D AWS::Events::Rule
	// RulesVaultCalls622BED95 AWS::Events::Rule
	// SilenceinvoicesD8EB1CC6 AWS::CloudWatch::CompositeAlarm
	// Silenceinvoicesmetric00D33120 AWS::CloudWatch::Alarm
	// SilenceinvoiceswaitsCDDAF4D1 AWS::CloudWatch::Alarm
	// Topic AWS::SNS::Topic
	// TopicKey2615B30A AWS::KMS::Key
	// TopicKeyAliasEFC3F097 AWS::KMS::Alias
	// TopicPolicy7C94FB28 AWS::SNS::TopicPolicy
	// Topiconcallexamplecom823A7EAF AWS::SNS::Subscription
}

// printResources prints the logical ids and types of a stack's resources.
func printResources(stack awscdk.Stack) {
	resources := (*assertions.Template_FromStack(stack, nil).ToJSON())["Resources"].(map[string]any)
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		fmt.Println(id, resources[id].(map[string]any)["Type"])
	}
}
