package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// fleetWith is the assembly of the fleet with more keys at the top of its file and, in the order of old and new, other texts.
func fleetWith(t *testing.T, top string, oldNew ...string) *assembly {
	t.Helper()
	text, err := os.ReadFile("testdata/fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup.yaml")
	write(t, file, []byte(top+strings.NewReplacer(oldNew...).Replace(string(text))))
	return synthesizeFile(file, filepath.Join(t.TempDir(), "out"), nil, "-report=false")
}

// noTags are the types of resources that take no tags (F-CFN-15).
var noTags = []string{
	"AWS::Backup::BackupSelection", "AWS::Backup::RestoreTestingSelection", "AWS::CloudWatch::Dashboard", "AWS::Events::EventBusPolicy",
	"AWS::KMS::Alias", "AWS::Logs::MetricFilter", "AWS::Logs::ResourcePolicy", "AWS::S3::BucketPolicy", "AWS::SNS::Subscription",
	"AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy",
}

// tagsOf takes the tags out of a resource: those of AWS Backup are a mapping, all others a list.
func tagsOf(r resource) map[string]any {
	tags := map[string]any{}
	for _, property := range []string{
		"Tags", "BackupVaultTags", "BackupPlanTags", "TieringConfigurationTags",
	} {
		pairs, _ := r.Properties[property].([]any)
		for _, pair := range pairs {
			key, _ := at(pair, "Key").(string)
			tags[key] = at(pair, "Value")
		}
		byKey, _ := r.Properties[property].(map[string]any)
		maps.Copy(tags, byKey)
		delete(r.Properties, property)
	}
	return tags
}

// TestTagsOfTheFile: the tags of the file are on the stacks, on all resources that take tags, and on recovery points. They change
// nothing else, so a changed tag replaces nothing, since no tag of these types is create-only (F-CFN-15).
func TestTagsOfTheFile(t *testing.T) {
	a := fleetWith(t, "tags: {CostCenter: \"4711\", acme.com/team: Data + Backup, Note: \"\"}\n",
		"    environment: staging\n", "    environment: staging\n    tags: {CostCenter: \"0815\", Stage: test}\n")
	seen := map[string]bool{}
	for name, template := range a.templates {
		want := map[string]string{"CostCenter": "4711", "acme.com/team": "Data + Backup", "Note": ""}
		if strings.HasSuffix(name, "-payments-staging") {
			want["CostCenter"], want["Stage"] = "0815", "test"
		}
		for id, r := range template.Resources {
			plain := fleet.templates[name].Resources[id]
			ours, tags := tagsOf(resource{Properties: maps.Clone(plain.Properties)}), tagsOf(r)
			seen[r.Type] = true
			for key, value := range want {
				takes := !slices.Contains(noTags, r.Type) && (value != "" || !strings.HasSuffix(r.Type, "Alarm")) // F-LIM-8
				if got, there := tags[key]; there != takes || there && got != value {
					t.Errorf("%s, %s, a %s: %s is %v", name, id, r.Type, key, got)
				}
				delete(tags, key)
			}
			if !reflect.DeepEqual(tags, ours) {
				t.Errorf("%s, %s: the app's own tags are %v, and %v without other tags", name, id, tags, ours)
			}
			untagRecoveryPoints(t, name+", "+id, r, want)
			if got, wanted := withoutTags(r), withoutTags(plain); !reflect.DeepEqual(got, wanted) {
				t.Errorf("%s, %s: tags change more than tags:\n%v\nwant\n%v", name, id, got, wanted)
			}
		}
		if got := stackTags(t, a, name); !reflect.DeepEqual(got, nonEmpty(want)) {
			t.Errorf("%s has the tags %v", name, got)
		}
	}
	guide, err := os.ReadFile("docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range noTags {
		if !seen[kind] || !strings.Contains(string(guide), "`"+kind+"`") {
			t.Errorf("%s is not in the fleet, or not in docs/deploy.md", kind)
		}
	}
	checkTemplateSizes(t, a)
}

// untagRecoveryPoints checks the tags that the rules of a plan add, and takes them out.
func untagRecoveryPoints(t *testing.T, plan string, r resource, want map[string]string) {
	t.Helper()
	for _, rule := range list(at(r.Properties, "BackupPlan", "BackupPlanRule")) {
		tags, _ := at(rule, "RecoveryPointTags").(map[string]any)
		if len(tags) != len(want)+2 || len(tags) > config.MaxRecoveryPointTags {
			t.Errorf("%s: recovery points have the tags %v", plan, tags)
		}
		for key, value := range want {
			if tags[key] != value {
				t.Errorf("%s: recovery points have %s: %v, want %s", plan, key, tags[key], value)
			}
			delete(tags, key)
		}
	}
}

func withoutTags(r resource) resource {
	r.Properties = maps.Clone(r.Properties)
	tagsOf(r)
	return r
}

func nonEmpty(tags map[string]string) map[string]string {
	tags = maps.Clone(tags)
	maps.DeleteFunc(tags, func(_, value string) bool { return value == "" })
	return tags
}

// stackTags are the tags that the CDK CLI gives to a stack.
func stackTags(t *testing.T, a *assembly, stack string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(a.dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Artifacts map[string]struct {
			Properties struct{ Tags map[string]string }
		}
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	return manifest.Artifacts[stack].Properties.Tags
}
