package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"central-s3-backup/internal/backupfake"
)

// TestPreflightTierLocks: a lock that a tier asks for is compared as that of a central vault. The vault for copies that come back
// has none.
func TestPreflightTierLocks(t *testing.T) {
	text, err := os.ReadFile("testdata/preflight.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup.yaml")
	text = append(bytes.Replace(text, []byte("    region: eu-west-1\n"), []byte("    region: eu-west-1\n"+
		"    acknowledge_irreversible: [dummy-dummy-dev-curated_data]\n"), 1), `tiers:
  - {name: critical_data, vault_lock: {min_retention_days: 7}}
  - name: curated_data
    vault_lock: {mode: compliance, min_retention_days: 35, max_retention_days: 365, changeable_for_days: 14}
`...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	const lock = "dummy-dev: the lock of vault dummy-dummy-dev-"
	for _, test := range []struct {
		name              string
		critical, curated *backupfake.Lock
		want              []string
	}{
		{
			"as they should be", &backupfake.Lock{MinRetentionDays: 7, MaxRetentionDays: 35},
			&backupfake.Lock{MinRetentionDays: 35, MaxRetentionDays: 365, Date: days(1)},
			[]string{
				"ok       " + lock + "curated_data: it takes backups of 35 to 365 days",
				"ok       " + lock + "critical_data: it takes backups of 7 to 35 days",
			},
		},
		{"none", nil, nil, []string{
			"wrong    " + lock + "curated_data: there is none; want one for 35 to 365 days",
			"wrong    " + lock + "critical_data: there is none; want one for 7 to 35 days",
		}},
		{
			"others", &backupfake.Lock{MinRetentionDays: 1, MaxRetentionDays: 35},
			&backupfake.Lock{MinRetentionDays: 35, MaxRetentionDays: 365},
			[]string{
				"wrong    " + lock + "curated_data: it is a governance lock; want a compliance lock (F-LOCK-1)",
				"wrong    " + lock + "critical_data: it takes backups of 1 to 35 days; want 7 to 35 days; others fail (F-LOCK-3)",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newFlight(t)
			l.vault.SetLock(test.critical)
			l.curated.SetLock(test.curated)
			var out, problems bytes.Buffer
			clock := clock{now: l.clock.Now, sleep: l.clock.Advance, backoff: time.Millisecond}
			run(append(strings.Fields("preflight "+flyDev), "--config", file), clock, strings.NewReader(""), &out, &problems)
			l.server.Wait()
			found := 0
			for line := range strings.Lines(out.String()) {
				if !strings.Contains(line, lock) {
					continue
				}
				if found >= len(test.want) || !strings.HasPrefix(line, test.want[found]) {
					t.Errorf("found %s", line)
				}
				found++
			}
			if found != len(test.want) {
				t.Errorf("%d lines on locks; want %d\n%s%s", found, len(test.want), out.String(), problems.String())
			}
		})
	}
}
