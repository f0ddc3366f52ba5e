package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"central-s3-backup/config"
)

// TestDeployPage types the commands of docs/deploy.md from empty accounts to the first verified copy. The job that is started by hand
// names what the configuration has. The emulator's test deploys with the commands that bootstrap prints: make emulator.
func TestDeployPage(t *testing.T) {
	text, err := os.ReadFile(absolute("../../docs/deploy.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, page, begins := strings.Cut(string(text), "\n## Once for the organization\n")
	page, _, ends := strings.Cut(page, "\n## If the first deployment of a stack fails\n")
	if !begins || !ends {
		t.Fatal("the page has other headings")
	}
	s := newSite(t, exampleFile, "dummy-dev")
	const preflight = "--workload dummy-dev --profile dummy-dev\n"
	if strings.Count(page, preflight) != 1 {
		t.Fatalf("want one preflight %s", preflight)
	}
	// The fake has vaults and buckets, and not all that preflight looks at.
	page = regexp.MustCompile(`(?m)^go run ./cmd/backupctl preflight .*$`).ReplaceAllString(page, "$0   # exit code 1")
	s.follow(withoutYAML.ReplaceAllString(page, ""))
	job := strings.ReplaceAll(page, " \\\n  ", " ")
	for _, u := range s.cfg.TierUses(s.w) {
		if u.Tier.Name != "critical_data" {
			continue
		}
		vault, role := s.cfg.TierName(s.w, u.Tier), s.cfg.WorkloadRoleARN(s.w, s.cfg.BackupRoleName(s.w))
		for _, want := range []string{
			"start-backup-job --backup-vault-name " + vault + " --resource-arn arn:aws:s3:::" + u.Buckets[0].Name + " --iam-role-arn " + role + " ",
			"--source-backup-vault-name " + vault + " --destination-backup-vault-arn " + s.cfg.CentralVaultARN() + " --iam-role-arn " + role + " ",
			"recovery-point:" + u.Buckets[0].Name + "-2026",
		} {
			if !strings.Contains(job, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
		restored := ""
		for at := instant(noon); !at.After(s.clock.Now()); at = at.Add(time.Minute) {
			if name := config.RestoredBucketName(u.Buckets[0].Name, at); s.account().S3.Bucket(name) != nil {
				restored = name
			}
		}
		s.wantGood(s.account(), restored)
		return
	}
	t.Error("the workload has no critical_data")
}
