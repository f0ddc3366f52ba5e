package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// examples are the configurations that people start from: the facts behind the warnings of each, and its stacks.
var examples = map[string]struct {
	warnings string
	stacks   []string
}{
	"smallest": {"", []string{"acme-backup-central", "acme-backup-shop-prod"}},
	"article":  {"", []string{"dummy-backup-central", "dummy-backup-dummy-dev"}},
	"two-regions": {"", []string{
		"acme-backup-central", "acme-backup-central-us-west-2", "acme-backup-shop-prod-frankfurt", "acme-backup-shop-prod-virginia",
	}},
	"existing-by-tag": {"F-S3-28", []string{"acme-backup-central", "acme-backup-lake-prod"}},
	"compliance-lock": {"F-LOCK-6", []string{"acme-backup-central", "acme-backup-ledger-prod"}},
	"forty-accounts":  {"F-EVT-17 F-S3-28", nil}, // make assembly synthesizes it
}

// TestExamples: each example loads without surprises and gives the stacks that its README names.
func TestExamples(t *testing.T) {
	dirs, err := filepath.Glob("examples/*/backup.yaml")
	if err != nil || len(dirs) != len(examples) {
		t.Fatalf("%d examples, error %v; want %d", len(dirs), err, len(examples))
	}
	for name, want := range examples {
		file := filepath.Join("examples", name, "backup.yaml")
		cfg, err := config.LoadFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		var facts []string
		for _, w := range cfg.Warnings {
			facts = append(facts, w.Fact)
		}
		slices.Sort(facts)
		if got := strings.Join(facts, " "); got != want.warnings {
			t.Errorf("%s: warnings %q; want %q\n%v", file, got, want.warnings, cfg.Warnings)
		}
		if want.stacks == nil {
			continue
		}
		built := synthesizeFile(file, filepath.Join(t.TempDir(), name), nil, "-report=false")
		if got := slices.Sorted(maps.Keys(built.templates)); !slices.Equal(got, want.stacks) {
			t.Errorf("%s: stacks %v; want %v", file, got, want.stacks)
		}
		exampleShows(t, name, built)
	}
}

// exampleShows looks for what an example is there to show in its templates.
func exampleShows(t *testing.T, name string, built *assembly) {
	t.Helper()
	central := built.templates[built.cfg.CentralStackName()]
	switch name {
	case "compliance-lock":
		for _, vault := range central.ofType("AWS::Backup::BackupVault") {
			if days := at(vault.Properties, "LockConfiguration", "ChangeableForDays"); days != 14.0 {
				t.Errorf("%s: a lock that can be changed for %v days", name, days)
			}
		}
	case "existing-by-tag":
		selections := built.templates["acme-backup-lake-prod"].ofType("AWS::Backup::BackupSelection")
		tags := map[string]bool{}
		for _, s := range selections {
			tags[fmt.Sprint(at(s.Properties, "BackupSelection", "Conditions", "StringEquals", 0, "ConditionValue"))] = true
		}
		if !tags["curated_data"] || !tags["critical_data"] {
			t.Errorf("%s: selects the tags %v", name, tags)
		}
		for id, bucket := range built.templates["acme-backup-lake-prod"].ofType("AWS::S3::Bucket") {
			if bucket.Properties["BucketName"] == "acme-lake-prod-raw" {
				t.Errorf("%s: %s creates an existing bucket", name, id)
			}
		}
	case "article":
		plans := built.templates["dummy-backup-dummy-dev"].ofType("AWS::Backup::BackupPlan")
		if len(plans) != 5 { // all tiers but standard_data
			t.Errorf("%s: %d plans", name, len(plans))
		}
	case "two-regions":
		copiesStay(t, built)
	}
}

// copiesStay: the copies of a workload are in its part of the world, and not in its own Region.
func copiesStay(t *testing.T, built *assembly) {
	t.Helper()
	for _, w := range built.cfg.Workloads {
		copies := 0
		for _, plan := range built.templates[built.cfg.StackName(w)].ofType("AWS::Backup::BackupPlan") {
			for _, rule := range list(at(plan.Properties, "BackupPlan", "BackupPlanRule")) {
				for _, c := range list(at(rule, "CopyActions")) {
					copies++
					region := strings.Split(at(c, "DestinationBackupVaultArn").(string), ":")[3]
					if region == w.Region || region[:3] != w.Region[:3] {
						t.Errorf("the copies of %s are in %s", w.ID(), region)
					}
				}
			}
		}
		if copies == 0 {
			t.Errorf("%s has no copies", w.ID())
		}
	}
}

// TestFortyAccounts: the example has forty accounts, each once.
func TestFortyAccounts(t *testing.T) {
	cfg, err := config.LoadFile("examples/forty-accounts/backup.yaml")
	if err != nil {
		t.Fatal(err)
	}
	accounts := map[string]bool{}
	for _, w := range cfg.Workloads {
		accounts[w.Account] = true
	}
	if len(accounts) != 40 || len(cfg.Workloads) != 40 {
		t.Errorf("%d accounts, %d workloads", len(accounts), len(cfg.Workloads))
	}
}

// TestExampleTexts: the index leads to each example, and no README grows into a guide.
func TestExampleTexts(t *testing.T) {
	index, err := os.ReadFile("examples/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range examples {
		if !strings.Contains(string(index), "("+name+"/README.md)") {
			t.Errorf("examples/README.md does not list %s", name)
		}
		text, err := os.ReadFile(filepath.Join("examples", name, "README.md"))
		if err != nil {
			t.Error(err)
			continue
		}
		if lines := strings.Count(string(text), "\n"); lines > 14 || !strings.Contains(string(text), "(backup.yaml)") {
			t.Errorf("the README of %s has %d lines; want at most 14, with a link to the file", name, lines)
		}
	}
}
