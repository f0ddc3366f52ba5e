package constructs

import (
	"fmt"
	"strings"
	"testing"

	"central-s3-backup/internal/awstest"
)

// TestMetricFilters: the filters count a completed copy job as one copy and a completed backup job as none,
// for the vault's ARN, and other events not at all. Split by the last digit of accounts they count each once.
func TestMetricFilters(t *testing.T) {
	for _, endings := range [][]string{{""}, strings.Split("0123456789", "")} {
		filters := (&EventLogProps{AccountEndings: endings}).filters()
		counted := 0
		for file, event := range alertEvents(t) {
			for digit := range 10 {
				event["account"] = fmt.Sprintf("22222222222%d", digit)
				want := ""
				if detail, _ := event["detail"].(map[string]any); detail["state"] == "COMPLETED" {
					switch event["detail-type"] {
					case "Copy Job State Change":
						want = fmt.Sprintf("1 of %v", detail["sourceBackupVaultArn"])
					case "Backup Job State Change":
						want = fmt.Sprintf("0 of %v", detail["backupVaultArn"])
					}
				}
				if want != "" {
					counted++
				}
				if got := strings.Join(counts(filters, event), ", "); got != want || strings.Contains(got, "<nil>") {
					t.Errorf("%d filters: %s is counted as %q, want %q", len(filters), file, got, want)
				}
			}
			event["source"] = "somebody"
			if got := counts(filters, event); len(got) > 0 {
				t.Errorf("%d filters: %s that is not AWS Backup's is counted as %s", len(filters), file, got)
			}
		}
		if counted == 0 {
			t.Error("no event is counted")
		}
	}
}

// TestSecondCopiesDoNotCount: a copy into an air-gapped vault does not hide that the first one is missing.
func TestSecondCopiesDoNotCount(t *testing.T) {
	event := alertEvents(t)["copy-job-completed.json"]
	detail, _ := event["detail"].(map[string]any)
	first, _ := detail["destinationBackupVaultArn"].(string)
	const second = "arn:aws:backup:eu-central-1:111111111111:backup-vault:central-air-gapped"
	for _, endings := range [][]string{{""}, {"2"}} {
		filters := (&EventLogProps{AccountEndings: endings, SecondCopyVaultARNs: []string{second}}).filters()
		for destination, want := range map[string]int{first: 1, second: 0} {
			detail["destinationBackupVaultArn"] = destination
			if got := counts(filters, event); first == "" || len(got) != want {
				t.Errorf("a copy into %q is counted as %q, want %d", destination, got, want)
			}
		}
	}
}

// TestCopiesIntoEachVaultCount: a copy into one of two vaults does not count for the other one. A backup is a zero in both counts,
// so that one without copies has a zero. Other vaults have no metric, which would cost money.
func TestCopiesIntoEachVaultCount(t *testing.T) {
	vault := func(name string) string { return "arn:aws:backup:eu-central-1:222222222222:backup-vault:" + name }
	into := []string{vault("central-a"), vault("central-b")}
	for _, ending := range []string{"", "2"} {
		p := &EventLogProps{}
		for i, arn := range into {
			sources := [][]string{{"*-ledger", vault("cut-1234abcd")}, {"*-ledger"}}[i]
			p.Counts = append(p.Counts, CopyCount{ID: arn[len(arn)-1:], VaultARN: arn, Sources: sources, AccountEndings: []string{ending}})
		}
		event := func(job string, detail map[string]any) map[string]any {
			detail["state"] = "COMPLETED"
			return map[string]any{"source": "aws.backup", "account": "222222222222", "detail-type": job + " Job State Change", "detail": detail}
		}
		copied := func(from, to string) map[string]any {
			return event("Copy", map[string]any{"sourceBackupVaultArn": vault(from), "destinationBackupVaultArn": to})
		}
		backedUp := func(in string) map[string]any { return event("Backup", map[string]any{"backupVaultArn": vault(in)}) }
		for _, test := range []struct {
			event map[string]any
			want  string
		}{
			{copied("shop-ledger", into[0]), "a 1"},
			{copied("shop-ledger", into[1]), "b 1"},
			{copied("cut-1234abcd", into[0]), "a 1"},
			{copied("cut-1234abcd", into[1]), ""},
			{copied("shop-other", into[0]), ""},
			{copied("shop-ledger", vault("central-c")), ""},
			{backedUp("shop-ledger"), "a 0, b 0"},
			{backedUp("cut-1234abcd"), "a 0"},
			{backedUp("shop-other"), ""},
		} {
			var got []string
			for _, f := range p.filters() {
				if awstest.MatchesFilter(f.pattern, test.event) {
					got = append(got, f.count+" "+f.value)
				}
			}
			if strings.Join(got, ", ") != test.want {
				t.Errorf("ending %q: %v counts as %q, want %q", ending, test.event["detail"], got, test.want)
			}
		}
	}
}

// counts are what the filters make of an event.
func counts(filters []copyFilter, event map[string]any) []string {
	var all []string
	for _, f := range filters {
		if awstest.MatchesFilter(f.pattern, event) {
			all = append(all, fmt.Sprintf("%s of %v", f.value, awstest.Field(event, f.vault)))
		}
	}
	return all
}
