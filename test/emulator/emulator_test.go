package emulator

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const example = "testdata/example.yaml"

// ignored are the types of which the emulator has no model, and shows nothing.
var ignored = []string{
	"AWS::Backup::RestoreTestingPlan", "AWS::Backup::RestoreTestingSelection", "AWS::Backup::TieringConfiguration",
	"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::CloudWatch::Dashboard", "AWS::Events::EventBusPolicy",
	"AWS::Logs::MetricFilter", "AWS::S3::BucketPolicy", "AWS::SNS::Subscription", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy",
}

// TestRollout: empty accounts are bootstrapped with the commands of backupctl bootstrap. The scripts of the committed workflow deploy
// the example, central first. A second deployment changes nothing. A bucket that is added is created, one that leaves the file stays, and
// nothing that holds data is replaced.
func TestRollout(t *testing.T) {
	t.Parallel()
	s := newSite(t, example)
	s.run(s.run("backupctl bootstrap --deployer "+s.cfg.Central.Account, nil), nil)
	s.createExisting()

	w := s.workflow(filepath.Join(root, "docs/github/workflows/backup.yml"))
	deployed, _ := s.rollOut(w)
	if got := strings.Fields(strings.Join(deployed, " ")); got[0] != s.stacks[0].Name || len(got) != len(s.stacks) {
		t.Errorf("deployed %v, want all of %v, the first first", got, s.names())
	}
	s.complete()
	s.unchanged()

	s.change(w)
}

// change edits the deployed file.
func (s *site) change(w workflow) {
	const leaves = "dummy-dev-curated-data"
	dev := s.cfg.Workloads[0]
	client := s.s3(dev.Account, dev.Region)
	if _, err := client.PutObject(s.Context(), &s3.PutObjectInput{
		Bucket: aws.String(leaves), Key: aws.String("kept"), Body: strings.NewReader("data"), ChecksumAlgorithm: s3types.ChecksumAlgorithmSha256,
	}); err != nil {
		s.Fatal(err)
	}
	before := s.held()
	text := s.read(filepath.Join(s.dir, "backup.yaml"))
	line := "      - {name: " + leaves + ", tier: curated_data}\n"
	if strings.Count(text, line) != 1 {
		s.Fatalf("want one %s", line)
	}
	if err := os.Rename(filepath.Join(s.dir, "cdk.out"), filepath.Join(s.dir, "cdk.base")); err != nil {
		s.Fatal(err)
	}
	s.configure(strings.Replace(text, line, "      - {name: dummy-dev-added, tier: critical_data}\n", 1))
	s.compare(w)
	s.deploy(s.names()...)
	s.complete()
	after := s.held()
	for id, physical := range before {
		if now, found := after[id]; found && now != physical {
			s.Errorf("%s was replaced: %s, then %s", id, physical, now)
		}
	}
	if len(before) < 20 || len(after) <= len(before)/2 {
		s.Errorf("%d, then %d resources that hold data", len(before), len(after))
	}
	if !slices.Contains(values(after), "dummy-dev-added") || slices.Contains(values(after), leaves) {
		s.Error("want dummy-dev-added in the stack, and " + leaves + " no more")
	}
	if _, err := client.HeadObject(s.Context(), &s3.HeadObjectInput{Bucket: aws.String(leaves), Key: aws.String("kept")}); err != nil {
		s.Errorf("%s left the file and must stay: %v", leaves, err)
	}
	s.unchanged()
}

// compare runs the script that shows in a pull request what would change.
func (s *site) compare(w workflow) {
	s.Helper()
	s.run(s.step(w, "diff", "cdk diff").Run, s.identity(w.Jobs["diff"]))
	comment := s.read(filepath.Join(s.dir, "comment.md"))
	for _, one := range s.stacks {
		if want := one.Account == s.cfg.Workloads[0].Account; strings.Contains(comment, "<summary>"+one.Name+"</summary>") != want {
			s.Errorf("the comment shows %s: want %v\n%s", one.Name, want, comment)
		}
	}
	if !regexp.MustCompile(`\[\+\] AWS::S3::Bucket .*dummydevadded`).MatchString(comment) {
		s.Errorf("the comment does not show the bucket that is new:\n%s", comment)
	}
}

func values(m map[string]string) []string {
	all := make([]string, 0, len(m))
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// TestFleet: eight workloads in five accounts and two Regions, several in one place.
func TestFleet(t *testing.T) {
	t.Parallel()
	s := newSite(t, "testdata/fleet.yaml")
	done := map[string]bool{}
	for _, w := range s.cfg.Workloads {
		if place := w.Account + "/" + w.Region; !done[place] {
			done[place] = true
			s.run("npx cdk bootstrap aws://"+place+" --profile "+w.ID(), nil)
		}
	}
	if central := s.cfg.Central.Account + "/" + s.cfg.Central.Region; !done[central] {
		s.run("npx cdk bootstrap aws://"+central+" --profile central", nil)
	}
	s.createExisting()
	s.deploy(s.stacks[0].Name)
	s.deploy(s.names()[1:]...)
	s.complete()
	s.unchanged()
}

// TestRefused: the emulator refuses what the other tests rely on: a workload before the central account, and a vault with another key,
// which CloudFormation would have to replace.
func TestRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, example)
	s.createExisting()
	template := func(i int) string { return s.read(filepath.Join(s.dir, "cdk.out", s.stacks[i].Name+".template.json")) }
	create := func(i int) error {
		one := s.stacks[i]
		client := s.cloudFormation(one.Account, one.Region)
		_, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{
			StackName: &one.Name, TemplateBody: aws.String(template(i)), Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam},
		})
		return err
	}
	if err := create(1); err == nil || !strings.Contains(err.Error(), "the destination vault does not exist") {
		t.Errorf("a workload before the central account: %v", err)
	}
	if err := create(0); err != nil {
		t.Fatal(err)
	}
	var central map[string]any
	if err := json.Unmarshal([]byte(template(0)), &central); err != nil {
		t.Fatal(err)
	}
	for _, resource := range central["Resources"].(map[string]any) {
		if r := resource.(map[string]any); r["Type"] == "AWS::Backup::BackupVault" {
			r["Properties"].(map[string]any)["EncryptionKeyArn"] = "arn:aws:kms:eu-central-1:111111111111:key/another"
		}
	}
	other, err := json.Marshal(central)
	if err != nil {
		t.Fatal(err)
	}
	one := s.stacks[0]
	_, err = s.cloudFormation(one.Account, one.Region).UpdateStack(t.Context(), &cloudformation.UpdateStackInput{
		StackName: &one.Name, TemplateBody: aws.String(string(other)), Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam},
	})
	if err == nil || !strings.Contains(err.Error(), "a custom-named resource requires replacing") {
		t.Errorf("a vault with another key: %v", err)
	}
}
