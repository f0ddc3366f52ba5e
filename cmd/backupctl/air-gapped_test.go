package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"central-s3-backup/internal/backupfake"
)

const approvalTeam = "arn:aws:mpa:us-east-1:555555555555:approval-team/backups"

// gapped runs a command with testdata/air-gapped.yaml.
func (l *lab) gapped(line string) (code int, stdout, stderr string) {
	l.Helper()
	var out, problems bytes.Buffer
	clock := clock{now: l.clock.Now, sleep: l.clock.Advance, backoff: time.Millisecond}
	code = run(append(strings.Fields(line), "--config", "testdata/air-gapped.yaml"), clock, strings.NewReader(""), &out, &problems)
	l.server.Wait()
	return code, out.String(), problems.String()
}

// TestPreflightAirGapped: the air-gapped vaults are there, of the right kind, with their locks, policies and team.
func TestPreflightAirGapped(t *testing.T) {
	lock := func(most int64) *backupfake.Lock {
		return &backupfake.Lock{MinRetentionDays: 7, MaxRetentionDays: most, Date: days(100)}
	}
	letsIn := policyOf(fmt.Sprintf(letIn, "222222222222", "dummy-backup-dummy-dev"))
	for _, try := range []struct {
		what    string
		central backupfake.VaultOptions
		want    string
	}{
		{"as deployed", backupfake.VaultOptions{AirGapped: true, Lock: lock(1825), ApprovalTeamARN: approvalTeam, Policy: letsIn},
			`ok       central: vault gap: it is there
ok       central: the lock of vault gap: it is logically air-gapped and takes recovery points of 7 to 1825 days
ok       central: the approval team of vault gap: it is ` + approvalTeam + `
ok       central: the policy of vault gap: a statement lets copies of dummy-dev in
`},
		{"another vault", backupfake.VaultOptions{Lock: lock(1825), ApprovalTeamARN: approvalTeam, Policy: letsIn},
			"wrong    central: vault gap: it is not logically air-gapped, and cannot become so (F-LAG-1)"},
		{"another lock", backupfake.VaultOptions{AirGapped: true, Lock: lock(35), ApprovalTeamARN: approvalTeam, Policy: letsIn},
			"wrong    central: the lock of vault gap: it takes recovery points of 7 to 35 days; want 7 to 1825 days, which needs another vault (F-LAG-1)"},
		{"no team", backupfake.VaultOptions{AirGapped: true, Lock: lock(1825), Policy: letsIn},
			`wrong    central: the approval team of vault gap: it is ""; want ` + approvalTeam + " (F-LAG-3)"},
		{"nobody let in", backupfake.VaultOptions{AirGapped: true, Lock: lock(1825), ApprovalTeamARN: approvalTeam, Policy: policyOf(keepPoints)},
			"wrong    central: the policy of vault gap: no statement lets copies of dummy-dev in: Allow backup:CopyIntoBackupVault is missing"},
	} {
		l := newFlight(t)
		l.central.CreateVault("eu-central-1", "gap", try.central)
		if _, stdout, stderr := l.gapped("preflight --workload central --central-profile central"); !strings.Contains(stdout, try.want) {
			t.Errorf("%s: %s%s\nwant %s", try.what, stdout, stderr, try.want)
		}
	}
	l := newFlight(t)
	l.dev.CreateVault("eu-west-1", "dummy-dummy-dev-curated_data-air-gapped", backupfake.VaultOptions{
		AirGapped: true, Lock: lock(365), Policy: policyOf(strings.ReplaceAll(keepPoints, "backup:DeleteRecoveryPoint", "backup:CopyFromBackupVault")),
	})
	const vault = "vault dummy-dummy-dev-curated_data-air-gapped: "
	_, stdout, _ := l.gapped("preflight --workload dummy-dev --profile dummy-dev")
	for _, want := range []string{
		"ok       dummy-dev: the lock of " + vault + "it is logically air-gapped and takes recovery points of 7 to 365 days",
		"ok       dummy-dev: the policy of " + vault + "a statement denies copies",
		// The second copy is not approved by the policy of the vault that is copied.
		"wrong    dummy-dev: the policy of vault dummy-dummy-dev-critical_data: no statement limits copies to the central vaults: " +
			"arn:aws:backup:eu-central-1:111111111111:backup-vault:gap is missing",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%s\nwant %s", stdout, want)
		}
	}
}

// TestCopyBackAirGapped: a copy comes back from the air-gapped vault where the central vault has lost its own, and else from
// the central vault.
func TestCopyBackAirGapped(t *testing.T) {
	const line = "copy-back --workload dummy-dev --bucket lake --dry-run --central-profile central"
	l := newLab(t)
	gap := l.central.CreateVault("eu-central-1", "gap", backupfake.VaultOptions{AirGapped: true})
	second := gap.AddSnapshot("lake", days(3), backupfake.PointOptions{DeleteAfterDays: 1825, Objects: objects(), Source: l.vault.ARN()})
	if code, stdout, stderr := l.gapped(line); code != exitDone || !strings.Contains(stdout, second.ARN) {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	first := l.copied(days(3))
	if code, stdout, stderr := l.gapped(line); code != exitDone || !strings.Contains(stdout, first.ARN) {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

// TestRestoreAirGapped: backups of a tier with air_gapped are restored from its air-gapped vault.
func TestRestoreAirGapped(t *testing.T) {
	l := newLab(t)
	gap := l.dev.CreateVault("eu-west-1", "dummy-dummy-dev-curated_data-air-gapped", backupfake.VaultOptions{AirGapped: true})
	point := gap.AddSnapshot("curated", days(3), backupfake.PointOptions{DeleteAfterDays: 365, Objects: objects()})
	code, stdout, stderr := l.gapped("restore backup --bucket curated --dry-run --profile dummy-dev")
	if code != exitDone || !strings.Contains(stdout, point.ARN) {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

// TestRunbookAirGapped: the runbooks name the second copy, and who can restore from it.
func TestRunbookAirGapped(t *testing.T) {
	l := newLab(t)
	for _, disaster := range []string{"central-lost", "account-lost"} {
		code, stdout, stderr := l.gapped("runbook --workload dummy-dev --for " + disaster)
		for _, want := range []string{
			"the air-gapped vault `gap` of the account 111111111111", "aws backup create-restore-access-backup-vault --source-backup-vault-arn " +
				"arn:aws:backup:eu-central-1:111111111111:backup-vault:gap ",
		} {
			if code != exitDone || !strings.Contains(stdout, want) {
				t.Errorf("%s: exit code %d: %s%s\nwant %s", disaster, code, stdout, stderr, want)
			}
		}
		if _, stdout, _ := l.run("runbook --workload dummy-dev --for " + disaster); strings.Contains(stdout, "air-gapped") {
			t.Errorf("%s, without such a vault: %s", disaster, stdout)
		}
	}
}
