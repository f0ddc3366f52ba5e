package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// TestREADMEIsShort: the README leads to what is in docs/, and does not say it.
func TestREADMEIsShort(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(text), "\n"); lines > 130 {
		t.Errorf("the README has %d lines, want at most 130", lines)
	}
}

// TestREADMEMessages: what the README shows of messages is what the app says of that file.
func TestREADMEMessages(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("config/testdata/bad/the-article.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, problems := config.Load("backup.yaml", file)
	if problems == nil || !strings.Contains(string(text), "\n```\n"+problems.Error()+"\n```\n") {
		t.Errorf("the README does not show\n%v", problems)
	}
}

// TestREADMETiers: the README's table is the one in the code.
func TestREADMETiers(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.LoadFile("config/testdata/good/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tier := range cfg.Tiers {
		pitr, snapshots, copies := "by object versions", "–", "–"
		if tier.ContinuousBackup != nil {
			pitr = fmt.Sprint(tier.ContinuousBackup.DeleteAfterDays)
		}
		for _, rule := range tier.SnapshotBackup {
			snapshots = fmt.Sprint(rule.DeleteAfterDays)
		}
		if tier.Copied() {
			copies = "set by the business: no default"
			if days := tier.CopyToCentral.DeleteAfterDays; days > 0 {
				copies = fmt.Sprint(days)
			}
		}
		row := fmt.Sprintf("| `%s` | %s | %d | %s | %s | %s | %s |\n", tier.Name, map[bool]string{true: "yes", false: "no"}[tier.BackedUp()],
			tier.ObjectLock.Days, pitr, snapshots, copies, map[bool]string{true: "own", false: "shared"}[tier.DedicatedKey])
		if !strings.Contains(string(text), row) {
			t.Errorf("the README's table lacks %s", row)
		}
	}
}

// TestREADME: every configuration that the README shows loads.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, block := range strings.Split(string(text), "```yaml\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		shown++
		if _, err := config.Load("README.md", []byte(block)); err != nil {
			t.Errorf("%v\nin\n%s", err, block)
		}
	}
	if shown == 0 {
		t.Error("the README shows no configuration")
	}
}
