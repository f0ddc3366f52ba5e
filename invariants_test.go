package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// every runs a test over every template of every assembly.
func every(t *testing.T, test func(t *testing.T, a *assembly, template template)) {
	t.Helper()
	everyWithOneVault(t, test)
	everyOf(t, "vaults", vaults, test)
}

// everyWithOneVault does so but for the assembly with several central vaults, which has tests of its own where it differs.
func everyWithOneVault(t *testing.T, test func(t *testing.T, a *assembly, template template)) {
	t.Helper()
	for name, a := range map[string]*assembly{"example": example, "fleet": fleet, "gov": gov, "locks": locks} {
		everyOf(t, name, a, test)
	}
}

func everyOf(t *testing.T, name string, a *assembly, test func(t *testing.T, a *assembly, template template)) {
	t.Helper()
	for stack, template := range a.templates {
		t.Run(name+"/"+stack, func(t *testing.T) { test(t, a, template) })
	}
}

// TestDataIsRetained: whatever holds data survives its removal from the template, and its replacement. Nothing with
// a fixed name survives the rollback of its own creation: it would block the next deployment (F-CFN-12). A key has no
// fixed name, and its policy would deny its deletion; its alias has one, and is deleted.
func TestDataIsRetained(t *testing.T) {
	every(t, func(t *testing.T, _ *assembly, template template) {
		for id, r := range template.Resources {
			_, dataBearing := physicalName(r)
			role := id == "BackupRole" // F-IAM-7
			want := [][2]string{{"", ""}, {"Delete", "Delete"}}
			switch {
			case r.Type == "AWS::KMS::Key":
				want = [][2]string{{"Retain", "Retain"}}
			case dataBearing || role:
				want = [][2]string{{"RetainExceptOnCreate", "Retain"}}
			}
			if !slices.Contains(want, [2]string{r.DeletionPolicy, r.UpdateReplacePolicy}) {
				t.Errorf("%s, a %s: deletion %q, replacement %q; want %q", id, r.Type, r.DeletionPolicy, r.UpdateReplacePolicy, want)
			}
			known := slices.Contains([]string{
				"AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::KMS::Key", "AWS::KMS::Alias", "AWS::IAM::Role",
				"AWS::Backup::BackupVault", "AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection", "AWS::Backup::TieringConfiguration",
				"AWS::Backup::RestoreTestingPlan", "AWS::Backup::RestoreTestingSelection",
				"AWS::Backup::LogicallyAirGappedBackupVault", "AWS::RAM::ResourceShare",
				"AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription",
				"AWS::Events::EventBus", "AWS::Events::EventBusPolicy", "AWS::Events::Rule",
				"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "AWS::Logs::LogGroup",
				"AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping", "AWS::Logs::MetricFilter",
				"AWS::Logs::ResourcePolicy", "AWS::CloudWatch::Dashboard",
			}, r.Type)
			if !known {
				t.Errorf("%s: is a %s; say here whether it holds data", id, r.Type)
			}
		}
	})
}

// TestReferences: what a resource refers to is in its template. The CDK does not look.
func TestReferences(t *testing.T) {
	references := 0
	every(t, func(t *testing.T, _ *assembly, template template) {
		var visit func(any)
		refer := func(id string) {
			references++
			if _, ok := template.Resources[id]; !ok {
				t.Errorf("there is no %s", id)
			}
		}
		visit = func(value any) {
			switch v := value.(type) {
			case map[string]any:
				if id, ok := v["Ref"].(string); ok {
					refer(id)
				}
				if id, ok := at(v, "Fn::GetAtt", 0).(string); ok {
					refer(id)
				}
				if text, ok := v["Fn::Sub"].(string); ok {
					for _, match := range regexp.MustCompile(`\$\{(\w+)`).FindAllStringSubmatch(text, -1) {
						refer(match[1])
					}
				}
				for _, inner := range v {
					visit(inner)
				}
			case []any:
				for _, inner := range v {
					visit(inner)
				}
			}
		}
		for _, r := range template.Resources {
			visit(r.Properties)
		}
	})
	if references == 0 {
		t.Error("no reference at all")
	}
}

// TestNobodyWithoutCondition: no statement of any policy names everybody without saying who by a condition.
func TestNobodyWithoutCondition(t *testing.T) {
	statements := 0
	every(t, func(t *testing.T, _ *assembly, template template) {
		for _, s := range statementsOf(template) {
			statements++
			principal, _ := json.Marshal(s["Principal"])
			if strings.Contains(string(principal), `"*"`) && s["Condition"] == nil {
				t.Errorf("%v", s)
			}
			for _, action := range list(s["Action"]) {
				if s["Principal"] != nil && strings.Contains(fmt.Sprint(action), "*") && strings.HasPrefix(fmt.Sprint(action), "backup:") {
					t.Errorf("a wildcard in an action of AWS Backup: %v", action) // F-IAM-10
				}
			}
			// A role cannot be given to a function of another account. EventBridge's rules have targets in
			// their own account alone, and to SNS and KMS it says nothing of the source. Whether GuardDuty does is not
			// documented (F-SCAN-5).
			safe := at(s, "Condition", "StringEquals", "aws:SourceAccount") != nil || at(s, "Condition", "ArnEquals", "aws:SourceArn") != nil ||
				at(s["Principal"], "Service") == "malware-protection.guardduty.amazonaws.com" &&
					at(s, "Condition", "StringEqualsIfExists", "aws:SourceAccount") != nil ||
				s["Sid"] == "EventBridge" && slices.Contains([]string{"[sns:Publish]", "[kms:Decrypt kms:GenerateDataKey*]"}, fmt.Sprint(s["Action"]))
			if service := at(s["Principal"], "Service"); service != nil && service != "lambda.amazonaws.com" && !safe {
				t.Errorf("%v may be the deputy of another account", service)
			}
			if s["Effect"] != "Allow" {
				continue
			}
			for _, p := range list(at(s["Principal"], "AWS")) {
				equals := at(s, "Condition", "StringEquals")
				if p == "*" && at(equals, "aws:PrincipalOrgID") == nil && at(equals, "aws:PrincipalAccount") == nil {
					t.Errorf("allows everybody, in no organization or account: %v", s)
				}
			}
		}
	})
	if statements == 0 {
		t.Error("no statement at all")
	}
}

// TestStacksDeployAnywhere: no assets besides the template itself, no custom resources, no parameters,
// no reference to another stack (F-COPY-14). A central stack has two more assets, the functions, where
// there are any.
func TestStacksDeployAnywhere(t *testing.T) {
	every(t, func(t *testing.T, a *assembly, template template) {
		want := 1
		if template.stack == a.cfg.CentralStackName() {
			want += min(len(a.cfg.Alerts.Delivered()), 1) + len(validatorsOf(template))
		}
		withFunction := want > 1
		var top map[string]json.RawMessage
		if err := json.Unmarshal(template.bytes, &top); err != nil {
			t.Fatal(err)
		}
		for section := range top {
			if section != "Description" && section != "Resources" {
				t.Errorf("has a section %s", section)
			}
		}
		for _, forbidden := range []string{
			"Custom::", "AWS::CloudFormation::CustomResource", "Fn::ImportValue", "cdk-hnb659fds", "AWS::Lambda::",
		} {
			if strings.Contains(string(template.bytes), forbidden) && !withFunction {
				t.Errorf("has %s", forbidden)
			}
		}
		var assets struct {
			Files map[string]struct{ Source struct{ Path string } }
		}
		text, err := os.ReadFile(filepath.Join(a.dir, template.stack+".assets.json"))
		if err == nil {
			err = json.Unmarshal(text, &assets)
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(assets.Files) != want {
			t.Errorf("%d assets", len(assets.Files))
		}
		for _, file := range assets.Files {
			function := withFunction && strings.HasPrefix(file.Source.Path, "asset.")
			if file.Source.Path != template.stack+".template.json" && !function {
				t.Errorf("has the asset %s", file.Source.Path)
			}
		}
	})
}

// TestPartitions: every ARN of a template is of its Region's partition (F-REG-4).
func TestPartitions(t *testing.T) {
	partitions := map[string]bool{}
	every(t, func(t *testing.T, a *assembly, template template) {
		want := partitionOf(a, template)
		partitions[want] = true
		for _, arn := range regexp.MustCompile(`"arn:[^"]*`).FindAllString(string(template.bytes), -1) {
			if !strings.HasPrefix(arn, `"arn:`+want+":") {
				t.Errorf("%s is not of partition %s", arn, want)
			}
		}
	})
	if len(partitions) != 2 {
		t.Errorf("partitions %v", partitions)
	}
}

// TestOtherPartitionsAreNoSources: an account of another partition cannot be a principal.
func TestOtherPartitionsAreNoSources(t *testing.T) {
	text := string(gov.templates["agency-backup-central"].bytes)
	if !strings.Contains(text, "000000000002:root") || strings.Contains(text, "000000000003") {
		t.Error("the central stack knows the wrong accounts")
	}
}

// TestOrganizationPaths: where they are given, every grant to other accounts' roles is limited by them.
func TestOrganizationPaths(t *testing.T) {
	grants := 0
	for _, a := range []*assembly{fleet, gov} {
		want := fmt.Sprint(a.cfg.Organization.Paths)
		for _, s := range statementsOf(a.templates[a.cfg.CentralStackName()]) {
			if at(s, "Condition", "StringEquals", "aws:PrincipalOrgID") == nil {
				continue
			}
			grants++
			if got := fmt.Sprint(at(s, "Condition", "ForAnyValue:StringLike", "aws:PrincipalOrgPaths")); got != want {
				t.Errorf("%v: paths %s, want %s", s["Sid"], got, want)
			}
		}
	}
	if grants == 0 {
		t.Error("no grants")
	}
}

// TestAliases: every key has one alias, and no two keys of an account and Region have the same.
func TestAliases(t *testing.T) {
	taken := map[string]bool{}
	everyWithOneVault(t, func(t *testing.T, a *assembly, template template) {
		w := workloadOf(a, template.stack)
		for id := range template.ofType("AWS::KMS::Key") {
			alias := aliasOf(template, id)
			key := t.Name()[:strings.LastIndex(t.Name(), "/")] + w.Account + w.Region + alias
			if alias == "" || taken[key] {
				t.Errorf("%s: alias %q", id, alias)
			}
			taken[key] = true
		}
	})
}

// TestTerminationProtection: deleting a stack takes two steps.
func TestTerminationProtection(t *testing.T) {
	var manifest struct {
		Artifacts map[string]struct {
			Type       string
			Properties struct{ TerminationProtection bool }
		}
	}
	text, err := os.ReadFile(filepath.Join(example.dir, "manifest.json"))
	if err == nil {
		err = json.Unmarshal(text, &manifest)
	}
	if err != nil {
		t.Fatal(err)
	}
	stacks := 0
	for name, artifact := range manifest.Artifacts {
		if artifact.Type != "aws:cloudformation:stack" {
			continue
		}
		stacks++
		if !artifact.Properties.TerminationProtection {
			t.Errorf("%s is not protected", name)
		}
	}
	if stacks != 3 {
		t.Errorf("%d stacks", stacks)
	}
}

// TestTemplateSizes: the size that the checks reckon with is not less than a template has, nor much more.
func TestTemplateSizes(t *testing.T) {
	for _, a := range []*assembly{example, fleet, gov, locks} {
		checkTemplateSizes(t, a)
	}
}

func checkTemplateSizes(t *testing.T, a *assembly) {
	t.Helper()
	if len(a.cfg.Workloads) == 0 {
		t.Error("no templates")
	}
	for _, w := range a.cfg.Workloads {
		size, reckoned := len(a.templates[a.cfg.StackName(w)].bytes), a.cfg.TemplateBytes(w)
		if reckoned < size || reckoned > size*3/2+8000 {
			t.Errorf("%s: %d bytes, reckoned with %d", w.ID(), size, reckoned)
		}
	}
}

// TestResourceCounts: the check against CloudFormation's limit counts what is there (F-LIM-6).
func TestResourceCounts(t *testing.T) {
	for _, a := range []*assembly{example, fleet, gov, vaults, locks} {
		if got, want := a.cfg.CentralResources(), len(a.templates[a.cfg.CentralStackName()].Resources); got != want {
			t.Errorf("central: counts %d, has %d", got, want)
		}
		for _, region := range a.cfg.CentralRegions()[1:] {
			if got, want := a.cfg.CentralRegionResources(region), len(a.templates[a.cfg.CentralStackNameIn(region)].Resources); got != want {
				t.Errorf("central in %s: counts %d, has %d", region, got, want)
			}
		}
		for _, w := range a.cfg.Workloads {
			if got, want := a.cfg.StackResources(w), len(a.templates[a.cfg.StackName(w)].Resources); got != want {
				t.Errorf("%s: counts %d, has %d", w.ID(), got, want)
			}
		}
	}
}

// partitionOf is the ARN partition of a stack, said without the code under test.
func partitionOf(a *assembly, t template) string {
	region := a.cfg.Central.Region
	if t.stack != a.cfg.CentralStackName() {
		region = workloadOf(a, t.stack).Region
	}
	if strings.HasPrefix(region, "us-gov-") {
		return "aws-us-gov"
	}
	return "aws"
}

func workloadOf(a *assembly, stack string) config.Workload {
	for _, w := range a.cfg.Workloads {
		if a.cfg.StackName(w) == stack {
			return w
		}
	}
	return config.Workload{}
}

func aliasOf(t template, key any) string {
	for _, alias := range t.ofType("AWS::KMS::Alias") {
		if at(alias.Properties, "TargetKeyId", "Fn::GetAtt", 0) == key {
			return alias.Properties["AliasName"].(string)
		}
	}
	return ""
}

// statementsOf returns the statements of every policy of a template.
func statementsOf(t template) []map[string]any {
	var found []map[string]any
	var visit func(any)
	visit = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			if v["Effect"] != nil {
				found = append(found, v)
				return
			}
			for _, inner := range v {
				visit(inner)
			}
		case []any:
			for _, inner := range v {
				visit(inner)
			}
		}
	}
	for _, r := range t.Resources {
		visit(r.Properties)
	}
	return found
}
