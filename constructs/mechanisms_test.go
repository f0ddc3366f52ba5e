package constructs_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"central-s3-backup/constructs"
)

// newEverything adds each construct to a stack, and two tiers, as no app would in one account.
func newEverything(stack awscdk.Stack) {
	const account, accountARN = "222222222222", "arn:aws:iam::222222222222:root"
	topic := constructs.NewAlertTopic(stack, jsii.String("Topic"), &constructs.AlertTopicProps{
		Name: "backup-alerts", KeyAlias: "alias/backup-alerts", Account: account, AccountARN: accountARN,
		Emails: []string{"oncall@example.com"},
	})
	key := constructs.NewKey(stack, jsii.String("Key"), &constructs.KeyProps{Alias: "alias/backup", AccountARN: accountARN})

	logs := constructs.NewAccessLogBucket(stack, jsii.String("AccessLogs"), &constructs.AccessLogBucketProps{
		Name: "access-logs", Account: account, SourceARNs: []string{"arn:aws:s3:::invoices"}, ExpireAfterDays: 365,
	})
	constructs.NewBucket(stack, jsii.String("Invoices"), &constructs.BucketProps{
		Name: "invoices", ObjectLockMode: "GOVERNANCE", ObjectLockDays: 35, Key: key.Key, AccessLogBucket: logs.Bucket,
	})
	role := constructs.NewBackupRole(stack, jsii.String("BackupRole"), &constructs.BackupRoleProps{
		Name: "backup", Account: account, S3BackupPolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
		Copy: &constructs.CopyProps{
			DestinationVaultARNs: []string{centralVaultARN},
			KeyARNs:              []string{"arn:aws:kms:eu-central-1:111111111111:key/*"},
		},
	})
	for _, tier := range []string{"critical", "ledger"} {
		constructs.NewTierBackup(stack, jsii.String(tier), &constructs.TierBackupProps{
			VaultName: tier, PlanName: tier, Key: key.Key, Role: role.Role, Topic: topic.Topic,
			Rules:      []constructs.BackupRule{nightly("snapshots", 365)},
			Selections: []constructs.BackupSelection{{Name: tier, Resources: []string{"arn:aws:s3:::" + tier + "-*"}}},
		})
	}
	constructs.NewCentralVault(stack, jsii.String("Central"), &constructs.CentralVaultProps{
		Name: "central", Key: key.Key, Lock: constructs.VaultLock{MinRetentionDays: 15}, Topic: topic.Topic,
	})

	bus := constructs.NewEventBus(stack, jsii.String("Bus"), &constructs.EventBusProps{
		Name: "backup-alerts", Senders: eventSenders, Sources: []string{"aws.*"},
	})
	constructs.NewEventRules(stack, jsii.String("Rules"), &constructs.EventRulesProps{
		Account: account, RoleName: "acme-events", BusARN: *bus.Bus.AttrArn(), Topic: topic.Topic, Rules: eventRules,
	})
	constructs.NewEventLog(stack, jsii.String("Log"), &constructs.EventLogProps{
		LogGroupName: "/aws/events/backup",
		LogGroupARN:  "arn:aws:logs:eu-central-1:222222222222:log-group:/aws/events/backup",
		PolicyName:   "backup", Bus: bus.Bus, Namespace: "backup", AccountEndings: []string{""},
	})
	constructs.NewSilenceAlarms(stack, jsii.String("Silence"), &constructs.SilenceAlarmsProps{
		Topic: topic.Topic,
		Alarms: []constructs.SilenceAlarm{{
			ID: "critical", WaitsID: "critical-waits", Name: "critical-no-backup", Vault: "critical", Metric: "NumberOfBackupJobsCompleted",
			Hours: 50, ClockName: "critical-clock", FirstHours: 168,
		}},
	})
	constructs.NewCopyAlarms(stack, jsii.String("Copies"), &constructs.CopyAlarmsProps{
		TopicARN: *topic.Topic.Ref(), Namespace: "backup",
		Alarms: []constructs.CopyAlarm{
			{Workload: "invoices", Tier: "critical", VaultARN: "arn:aws:backup:eu-central-1:333333333333:backup-vault:critical", Days: 2},
		},
	})
	constructs.NewDashboard(stack, jsii.String("Dashboard"), &constructs.DashboardProps{
		Name: "backups", Project: "acme", Region: "eu-central-1", LogGroupName: "/aws/events/backup",
	})
	constructs.NewAlertDelivery(stack, jsii.String("Delivery"), &constructs.AlertDeliveryProps{
		Name: "backup-alerts", LogGroupName: "/aws/lambda/backup-alerts", UndeliveredName: "undelivered", RoleName: "backup-alerts",
		Bus: bus.Bus, Topic: topic.Topic, Destinations: "[]",
		Code:       awss3assets.NewAsset(stack, jsii.String("Code"), &awss3assets.AssetProps{Path: jsii.String("testdata/program")}),
		SecretARNs: []string{"arn:aws:secretsmanager:eu-central-1:222222222222:secret:backup/slack-??????"},
	})
}

// everything is a stack as an app of a company would treat it: with tags, an aspect of its own, and cdk-nag.
var (
	buckets    bucketNames
	everything = inStack("Everything", func(stack awscdk.Stack) {
		newEverything(stack)
		awscdk.Tags_Of(stack).Add(jsii.String("team"), jsii.String("billing"), nil)
		awscdk.Aspects_Of(stack).Add(&buckets, nil)
		awscdk.Aspects_Of(stack).Add(cdknag.NewAwsSolutionsChecks(nil), nil)
	})
)

// bucketNames is an aspect that collects the names of buckets.
type bucketNames struct{ names []string }

func (b *bucketNames) Visit(node awsconstructs.IConstruct) {
	if bucket, is := node.(awss3.CfnBucket); is {
		b.names = append(b.names, *bucket.BucketName())
	}
}

func TestAspectsSeeTheResources(t *testing.T) {
	everything.template(t)
	slices.Sort(buckets.names)
	if want := []string{"access-logs", "invoices"}; !slices.Equal(buckets.names, want) {
		t.Errorf("an aspect saw the buckets %q; want %q", buckets.names, want)
	}
}

func TestTagsReachTheResources(t *testing.T) {
	template := everything.template(t)
	list := []any{map[string]any{"Key": "team", "Value": "billing"}}
	for _, resourceType := range []string{
		"AWS::S3::Bucket", "AWS::KMS::Key", "AWS::IAM::Role", "AWS::SNS::Topic", "AWS::Events::EventBus",
		"AWS::Logs::LogGroup", "AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::CloudWatch::Alarm",
	} {
		template.AllResources(jsii.String(resourceType), map[string]any{"Properties": map[string]any{"Tags": list}})
	}
	team := map[string]any{"team": "billing"}
	template.AllResources(jsii.String("AWS::Backup::BackupVault"), map[string]any{"Properties": map[string]any{"BackupVaultTags": team}})
	template.AllResources(jsii.String("AWS::Backup::BackupPlan"), map[string]any{"Properties": map[string]any{"BackupPlanTags": team}})
	template.ResourceCountIs(jsii.String("AWS::Backup::BackupVault"), jsii.Number(3))
}

// TestDataIsRetained: what holds data outlives its place in the template, and its replacement. A creation that is
// rolled back leaves keys alone, which have no fixed names: any other name would block the next deployment (F-CFN-12).
func TestDataIsRetained(t *testing.T) {
	retained := map[string]string{
		"AWS::S3::Bucket": "RetainExceptOnCreate", "AWS::Backup::BackupVault": "RetainExceptOnCreate", "AWS::KMS::Key": "Retain",
		"AWS::Logs::LogGroup /aws/events/backup": "RetainExceptOnCreate", "AWS::IAM::Role backup": "RetainExceptOnCreate",
	}
	found := map[string]bool{}
	for id, resource := range everything.template(t).resources() {
		properties := resource["Properties"].(map[string]any)
		kind := fmt.Sprint(resource["Type"])
		for _, name := range []string{"LogGroupName", "RoleName"} {
			if value, named := properties[name]; named && (kind == "AWS::Logs::LogGroup" || kind == "AWS::IAM::Role") {
				kind += fmt.Sprint(" ", value)
			}
		}
		deletion, replacement := resource["DeletionPolicy"], resource["UpdateReplacePolicy"]
		want, retains := retained[kind]
		found[kind] = true
		switch {
		case retains && (deletion != want || replacement != "Retain"):
			t.Errorf("%s, a %s: deletion %v, replacement %v; want %s and Retain", id, kind, deletion, replacement, want)
		case !retains && (deletion != nil && deletion != "Delete" || replacement != nil && replacement != "Delete"):
			t.Errorf("%s, a %s: deletion %v, replacement %v; want neither", id, kind, deletion, replacement)
		}
	}
	for kind := range retained {
		if !found[kind] {
			t.Errorf("there is no %s", kind)
		}
	}
}

func TestNagFindsNothing(t *testing.T) {
	template := everything.template(t)
	annotations := assertions.Annotations_FromStack(everything.stack)
	template.check(func() { annotations.HasNoError(jsii.String("*"), assertions.Match_AnyValue()) })
	template.check(func() { annotations.HasNoWarning(jsii.String("*"), assertions.Match_AnyValue()) })
}

var planted = inStack("Planted", func(stack awscdk.Stack) {
	awss3.NewCfnBucket(stack, jsii.String("Bare"), nil)
	awscdk.Aspects_Of(stack).Add(cdknag.NewAwsSolutionsChecks(nil), nil)
})

func TestNagFindsWhatIsPlanted(t *testing.T) {
	template := planted.template(t)
	annotations := assertions.Annotations_FromStack(planted.stack)
	for _, rule := range []string{"AwsSolutions-S1", "AwsSolutions-S10"} { // access logs, TLS
		template.check(func() {
			annotations.HasError(jsii.String("/Planted/Bare"), assertions.Match_StringLikeRegexp(jsii.String("^"+rule+":")))
		})
	}
}

// An app's context is that of the whole app, so this app is one of its own.
func TestPermissionsBoundary(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{Context: &map[string]any{
		"@aws-cdk/core:permissionsBoundary": map[string]any{"name": "developer"},
	}})
	stack := awscdk.NewStack(app, jsii.String("Bounded"), nil)
	newEverything(stack)
	template := template{Template: assertions.Template_FromStack(stack, nil), t: t}
	template.ResourceCountIs(jsii.String("AWS::IAM::Role"), jsii.Number(3))
	template.AllResources(jsii.String("AWS::IAM::Role"), map[string]any{"Properties": map[string]any{
		"PermissionsBoundary": map[string]any{"Fn::Join": []any{"", []any{
			"arn:", map[string]any{"Ref": "AWS::Partition"}, ":iam::", map[string]any{"Ref": "AWS::AccountId"}, ":policy/developer",
		}}},
	}})
}

// TestTwiceInOneStack: a construct can be in a stack more than once, beside others.
func TestTwiceInOneStack(t *testing.T) {
	template := everything.template(t)
	for _, tier := range []string{"critical", "ledger"} {
		template.hasID(tier, "AWS::Backup::BackupVault")
		template.HasResourceProperties(jsii.String("AWS::Backup::BackupPlan"), map[string]any{
			"BackupPlan": map[string]any{
				"BackupPlanName": tier,
				"BackupPlanRule": []any{map[string]any{"TargetBackupVault": map[string]any{"Ref": tier}}},
			},
		})
	}
	template.hasID("Central", "AWS::Backup::BackupVault")
}
