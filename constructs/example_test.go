package constructs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/constructs"
)

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// A bucket of somebody's own app, ready for AWS Backup.
func ExampleNewBucket() {
	out, done := tempDir()
	defer done()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(out)})
	stack := awscdk.NewStack(app, jsii.String("my-stack"), nil)

	var template constructs.Template
	key := constructs.NewKey(template.Scope(), "Key", constructs.KeyProps{
		Alias:       "alias/invoices",
		Description: "Encrypts invoices",
		AccountARN:  "arn:aws:iam::222222222222:root",
	})
	logs := constructs.NewAccessLogBucket(template.Scope(), "AccessLogs", constructs.AccessLogBucketProps{
		Name:            "invoices-access-logs",
		ARN:             "arn:aws:s3:::invoices-access-logs",
		Account:         "222222222222",
		SourceARNs:      []string{"arn:aws:s3:::invoices"},
		MaxPolicyBytes:  20 * 1024,
		ExpireAfterDays: 90,
	})
	constructs.NewBucket(template.Scope(), "Invoices", constructs.BucketProps{
		Name:            "invoices",
		ObjectLockMode:  "GOVERNANCE",
		ObjectLockDays:  35,
		KeyARN:          key,
		AccessLogBucket: logs,
	})
	template.Include(stack, true)

	app.Synth(nil)
	printProperty(out, "Invoices", "ObjectLockConfiguration")
	// Output: {"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Days":35,"Mode":"GOVERNANCE"}}}
}

// A bucket for access logs lets S3's log delivery in, for the buckets named.
func ExampleNewAccessLogBucket() {
	out, done := tempDir()
	defer done()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(out)})
	stack := awscdk.NewStack(app, jsii.String("my-stack"), nil)

	var template constructs.Template
	constructs.NewAccessLogBucket(template.Scope(), "AccessLogs", constructs.AccessLogBucketProps{
		Name:            "invoices-access-logs",
		ARN:             "arn:aws:s3:::invoices-access-logs",
		Account:         "222222222222",
		SourceARNs:      []string{"arn:aws:s3:::invoices"},
		MaxPolicyBytes:  20 * 1024,
		ExpireAfterDays: 90,
	})
	template.Include(stack, true)

	app.Synth(nil)
	printProperty(out, "AccessLogs", "LifecycleConfiguration", "Rules", "ExpirationInDays")
	// Output: 90
}

// A key that its account administers and nobody deletes by mistake.
func ExampleNewKey() {
	out, done := tempDir()
	defer done()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(out)})
	stack := awscdk.NewStack(app, jsii.String("my-stack"), nil)

	var template constructs.Template
	constructs.NewKey(template.Scope(), "Key", constructs.KeyProps{
		Alias:       "alias/vaults",
		Description: "Encrypts backup vaults",
		AccountARN:  "arn:aws:iam::222222222222:root",
		Grants: constructs.CopyDestination("o-a1b2c3d4e5", "arn:aws:iam::111111111111:root",
			"arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"),
	})
	template.Include(stack, true)

	app.Synth(nil)
	printProperty(out, "Key", "EnableKeyRotation")
	printProperty(out, "Key", "KeyPolicy", "Statement", "Sid")
	// Output:
	// true
	// "Account"
}

// A role that backs up S3 buckets and copies their backups to one vault of another account.
func ExampleNewBackupRole() {
	out, done := tempDir()
	defer done()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(out)})
	stack := awscdk.NewStack(app, jsii.String("my-stack"), nil)

	var template constructs.Template
	constructs.NewBackupRole(template.Scope(), "BackupRole", constructs.BackupRoleProps{
		Name:              "acme-backup-invoices",
		Account:           "222222222222",
		S3BackupPolicyARN: "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
		Copy: &constructs.CopyProps{
			DestinationVaultARN: "arn:aws:backup:eu-central-1:111111111111:backup-vault:central",
			KeyARNs:             []constructs.Value{"arn:aws:kms:eu-central-1:111111111111:key/*"},
		},
	})
	template.Include(stack, true)

	app.Synth(nil)
	printProperty(out, "BackupRole", "ManagedPolicyArns")
	printProperty(out, "BackupRole", "Policies", "PolicyDocument", "Statement", "Resource")
	// Output:
	// ["arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup"]
	// ["arn:aws:backup:eu-central-1:111111111111:backup-vault:central"]
}

// Point-in-time recovery and yearly snapshots of a bucket, in one vault.
func ExampleNewBackupPlan() {
	out, done := tempDir()
	defer done()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(out)})
	stack := awscdk.NewStack(app, jsii.String("my-stack"), nil)

	var template constructs.Template
	constructs.NewBackupPlan(template.Scope(), "Invoices", constructs.BackupPlanProps{
		VaultName: "invoices",
		PlanName:  "invoices",
		KeyARN:    "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab",
		Rules: []constructs.BackupRule{
			{
				Name: "continuous", Continuous: true, DeleteAfterDays: 35,
				Schedule: "cron(5 2 * * ? *)", Timezone: "Etc/UTC", StartWindowMinutes: 60, CompletionWindowMinutes: 10080,
			},
			{
				Name: "snapshot", DeleteAfterDays: 365,
				Schedule: "cron(5 5 * * ? *)", Timezone: "Etc/UTC", StartWindowMinutes: 60, CompletionWindowMinutes: 10080,
			},
		},
		Selections: []constructs.BackupSelection{{
			ID: "Selection", Name: "invoices", RoleARN: "arn:aws:iam::222222222222:role/backup",
			Resources: []string{"arn:aws:s3:::invoices"},
		}},
		LowCost: &constructs.LowCostProps{Name: "invoices", Selections: []constructs.LowCostSelection{{Resources: []string{"*"}, AfterDays: 90}}},
	})
	template.Include(stack, true)

	app.Synth(nil)
	printProperty(out, "Invoices", "BackupVaultName")
	// Output: "invoices"
}

// A vault that takes copies of 15 to 1825 days from one account of the organization.
func ExampleNewCentralVault() {
	out, done := tempDir()
	defer done()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(out)})
	stack := awscdk.NewStack(app, jsii.String("my-stack"), nil)

	var template constructs.Template
	constructs.NewCentralVault(template.Scope(), "Central", constructs.CentralVaultProps{
		Name:   "central",
		KeyARN: "arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab",
		Lock:   constructs.VaultLock{MinRetentionDays: 15, MaxRetentionDays: 1825},
		Sources: constructs.CopySources{
			OrganizationID: "o-a1b2c3d4e5",
			AccountARNs:    []string{"arn:aws:iam::222222222222:root"},
			RoleARN:        "arn:aws:iam::*:role/acme-backup-*",
			MaxPolicyBytes: 20 * 1024,
		},
	})
	template.Include(stack, true)

	app.Synth(nil)
	printProperty(out, "Central", "LockConfiguration")
	printProperty(out, "Central", "AccessPolicy", "Statement", "Action")
	// Output:
	// {"MaxRetentionDays":1825,"MinRetentionDays":15}
	// ["backup:CopyIntoBackupVault"]
}

// Alerts of one account: by e-mail, and to a bus that takes the events of all.
func ExampleNewAlertTopic() {
	out, done := tempDir()
	defer done()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(out)})
	stack := awscdk.NewStack(app, jsii.String("my-stack"), nil)

	var template constructs.Template
	topic, _ := constructs.NewAlertTopic(template.Scope(), "Topic", constructs.AlertTopicProps{
		Name: "invoices-alerts", KeyAlias: "alias/invoices-alerts",
		Account: "222222222222", AccountARN: "arn:aws:iam::222222222222:root",
		Emails: []string{"oncall@example.com"},
	})
	bus, busARN := constructs.NewEventBus(template.Scope(), "Bus", constructs.EventBusProps{
		Name: "alerts", OrganizationID: "o-a1b2c3d4e5", RoleARN: "arn:aws:iam::*:role/events-*",
	})
	rules := constructs.NewEventRules(template.Scope(), "Rules", constructs.EventRulesProps{
		Account: "222222222222", RoleName: "events-invoices", BusARN: busARN, TopicARN: topic,
		Rules: append(constructs.BackupEventRules([]constructs.Value{"invoices"}, []constructs.Value{"arn:aws:backup:eu-central-1:222222222222:backup-vault:invoices"}),
			constructs.ClockRule()),
	})
	constructs.NewSilenceAlarms(template.Scope(), "Silence", constructs.SilenceAlarmsProps{
		TopicARN: topic, Clock: rules["Clock"],
		Alarms: []constructs.SilenceAlarm{{ID: "backups", Name: "invoices-no-backups", Description: "No backup for two days.", Vault: "invoices", Metric: "NumberOfBackupJobsCompleted", Days: 2}},
	})
	constructs.NewAlertDelivery(template.Scope(), "Delivery", constructs.AlertDeliveryProps{
		Name: "alerts", LogGroupName: "/aws/lambda/alerts", UndeliveredName: "alerts-undelivered", RoleName: "alerts", Bus: bus, TopicARN: topic,
		CodeBucket: "code", CodeKey: "alerts.zip", Destinations: `[{"kind":"slack","secret":"slack"}]`,
		SecretARNs: []constructs.Value{"arn:aws:secretsmanager:eu-central-1:222222222222:secret:slack-??????"},
	})
	constructs.NewEventLog(template.Scope(), "Log", constructs.EventLogProps{
		LogGroupName: "/aws/events/alerts", LogGroupARN: "arn:aws:logs:eu-central-1:222222222222:log-group:/aws/events/alerts", PolicyName: "alerts",
		Bus: bus, Namespace: "alerts", AccountEndings: []string{""},
	})
	constructs.NewCopyAlarms(template.Scope(), "Copies", constructs.CopyAlarmsProps{
		TopicARN: topic, Namespace: "alerts",
		Alarms: []constructs.CopyAlarm{{Workload: "invoices", Tier: "ledger", Description: "No copy for two days.", VaultARN: "arn:aws:backup:eu-central-1:333333333333:backup-vault:invoices", Days: 2}},
	})
	constructs.NewDashboard(template.Scope(), "Dashboard", constructs.DashboardProps{
		Name: "backups", Project: "invoices", Region: "eu-central-1", LogGroupName: "/aws/events/alerts",
	})
	template.Include(stack, true)

	app.Synth(nil)
	printProperty(out, "Topic", "TopicName")
	printProperty(out, "Dashboard", "DashboardName")
	// Output:
	// "invoices-alerts"
	// "backups"
}

func tempDir() (dir string, done func()) {
	dir, err := os.MkdirTemp("", "constructs")
	if err != nil {
		panic(err)
	}
	return dir, func() { _ = os.RemoveAll(dir) } // only temporary files
}

// printProperty prints a property of a resource of the stack my-stack; of a list, its first item's.
func printProperty(dir, logicalID string, steps ...string) {
	text, err := os.ReadFile(filepath.Join(dir, "my-stack.template.json"))
	if err != nil {
		panic(err)
	}
	var template struct {
		Resources map[string]struct{ Properties map[string]any }
	}
	if err := json.Unmarshal(text, &template); err != nil {
		panic(err)
	}
	var value any = template.Resources[logicalID].Properties
	for _, step := range steps {
		if list, ok := value.([]any); ok {
			value = list[0]
		}
		value = value.(map[string]any)[step]
	}
	out, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(out))
}
