package alert

import "testing"

// TestLeavesCentralVault: a job reads from a central vault in any Region of the central account that has one.
func TestLeavesCentralVault(t *testing.T) {
	f := newFleet(t, `{"project": "dummy", "central": {"account": "111111111111", "region": "eu-central-1", "vault_regions": ["us-east-1"]}}`)
	for vault, want := range map[text]bool{
		"arn:aws:backup:eu-central-1:111111111111:backup-vault:central-eu": true,
		"arn:aws:backup:us-east-1:111111111111:backup-vault:central-us":    true,
		"arn:aws:backup:us-west-2:111111111111:backup-vault:other":         false,
		"arn:aws:backup:us-east-1:222222222222:backup-vault:central-us":    false,
	} {
		if got := f.leavesCentralVault(job{SourceBackupVaultARN: vault}, event{}); got != want {
			t.Errorf("%s: %v", vault, got)
		}
	}
}
