package stacks_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/stacks"
)

// The tests look at one app, so that Node.js starts once: a central stack with its function, and the stack of
// a workload with every kind of bucket, in an app that has a tag and an aspect of its own.
var (
	cfg       *config.Config
	rules     *config.Config // of a tier with four rules
	workload  config.Workload
	templates = map[string]template{} // by stack
	counter   bucketCounter
)

type template struct {
	Resources map[string]struct {
		Type       string
		Properties map[string]any
	}
}

// bucketCounter is an aspect that a user of the stacks could write.
type bucketCounter struct{ names []string }

func (c *bucketCounter) Visit(node awsconstructs.IConstruct) {
	if bucket, is := node.(awss3.CfnBucket); is {
		c.names = append(c.names, *bucket.BucketName())
	}
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "stacks")
	if err == nil {
		err = synthesize(dir)
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	jsii.Close()
	_ = os.RemoveAll(dir) // only temporary files
	os.Exit(code)
}

func synthesize(dir string) (err error) {
	if cfg, err = config.LoadFile("../testdata/fleet.yaml"); err != nil {
		return err
	}
	workload = cfg.Workloads[0]
	function := filepath.Join(dir, "function")
	if err := os.Mkdir(function, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(function, "bootstrap"), []byte("a program"), 0o755); err != nil {
		return err
	}
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(filepath.Join(dir, "out")), AnalyticsReporting: jsii.Bool(false)})
	stacks.NewCentralStack(app, jsii.String("central"), &stacks.CentralStackProps{Config: cfg, AlertFunction: function, Validator: function})
	stacks.NewWorkloadStack(app, jsii.String("workload"), &stacks.WorkloadStackProps{Config: cfg, Workload: workload})
	awscdk.Tags_Of(app).Add(jsii.String("team"), jsii.String("data"), nil)
	awscdk.Aspects_Of(app).Add(&counter, nil)
	if rules, err = config.LoadFile("../config/testdata/good/nhs-defaults.yaml"); err != nil {
		return err
	}
	stacks.NewWorkloadStack(app, jsii.String("rules"), &stacks.WorkloadStackProps{Config: rules, Workload: rules.Workloads[0]})
	app.Synth(nil)
	for _, stack := range []string{"central", "workload", "rules"} {
		text, err := os.ReadFile(filepath.Join(dir, "out", stack+".template.json"))
		if err != nil {
			return err
		}
		var t template
		if err := json.Unmarshal(text, &t); err != nil {
			return err
		}
		templates[stack] = t
	}
	return nil
}

// TestRules: the rules of a tier are in one plan and fill one vault (F-S3-8), each with its schedule, retention and copy.
func TestRules(t *testing.T) {
	var got []string
	for _, r := range templates["rules"].Resources {
		if r.Type != "AWS::Backup::BackupPlan" {
			continue
		}
		plan, _ := r.Properties["BackupPlan"].(map[string]any)
		all, _ := plan["BackupPlanRule"].([]any)
		for _, rule := range all {
			rule, _ := rule.(map[string]any)
			copies, _ := rule["CopyActions"].([]any)
			text := fmt.Sprint(rule["RuleName"], " ", rule["ScheduleExpression"], " ", rule["EnableContinuousBackup"], " ", rule["Lifecycle"])
			for _, action := range copies {
				action, _ := action.(map[string]any)
				text += fmt.Sprint(" ", action["DestinationBackupVaultArn"], " ", action["Lifecycle"])
			}
			got = append(got, text+" "+fmt.Sprint(rule["TargetBackupVault"]))
		}
	}
	const name = "nhs-records-prod-backup-local-"
	const copied = " arn:aws:backup:eu-west-2:111111111111:backup-vault:central-aws-vault-S3 map[DeleteAfterDays:365] map[Ref:Tiersbackuplocal"
	want := []string{
		name + "continuous cron(0 5 * * ? *) true map[DeleteAfterDays:35]" + copied,
		name + "daily_kept_5_weeks cron(0 0 * * ? *) false map[DeleteAfterDays:35]" + copied,
		name + "weekly_kept_3_months cron(0 1 ? * SUN *) false map[DeleteAfterDays:90]" + copied,
		name + "monthly_kept_7_years cron(0 2 1 * ? *) false map[DeleteAfterDays:2555]" + copied,
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestTags: a tag of the app is on every bucket, vault, plan, key, role and topic, and on what delivers alerts.
func TestTags(t *testing.T) {
	tagged := map[string]map[string]int{"central": {}, "workload": {}, "rules": {}} // how many, by stack and type
	for stack, template := range templates {
		for id, r := range template.Resources {
			tags := map[any]any{}
			switch r.Type {
			case "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::IAM::Role", "AWS::SNS::Topic",
				"AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::Events::EventBus":
				list, _ := r.Properties["Tags"].([]any)
				for _, tag := range list {
					tag, _ := tag.(map[string]any)
					tags[tag["Key"]] = tag["Value"]
				}
			case "AWS::Backup::BackupVault":
				byKey, _ := r.Properties["BackupVaultTags"].(map[string]any)
				for key, value := range byKey {
					tags[key] = value
				}
			case "AWS::Backup::BackupPlan":
				byKey, _ := r.Properties["BackupPlanTags"].(map[string]any)
				for key, value := range byKey {
					tags[key] = value
				}
			default:
				continue
			}
			if tags["team"] != "data" {
				t.Errorf("%s, %s: the tags of the %s are %v", stack, id, r.Type, tags)
			}
			tagged[stack][r.Type]++
		}
	}
	for stack, types := range map[string][]string{
		"central":  {"AWS::Backup::BackupVault", "AWS::KMS::Key", "AWS::IAM::Role", "AWS::SNS::Topic"},
		"workload": {"AWS::S3::Bucket", "AWS::Backup::BackupVault", "AWS::KMS::Key", "AWS::IAM::Role", "AWS::SNS::Topic"},
	} {
		for _, typ := range types {
			if tagged[stack][typ] == 0 {
				t.Errorf("%s has no %s with tags", stack, typ)
			}
		}
	}
}

// TestAspect: an aspect visits every bucket as a typed construct, and no bucket that exists already.
func TestAspect(t *testing.T) {
	want := []string{cfg.AccessLogBucketName(workload), cfg.EvidenceBucketName(), rules.AccessLogBucketName(rules.Workloads[0])}
	for _, b := range slices.Concat(workload.Buckets, rules.Workloads[0].Buckets) {
		if !b.Existing {
			want = append(want, b.Name)
		}
	}
	slices.Sort(want)
	if got := slices.Sorted(slices.Values(counter.names)); len(want) < 3 || !slices.Equal(got, want) {
		t.Errorf("visited the buckets %v, want %v", got, want)
	}
}
