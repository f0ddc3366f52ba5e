package main

import (
	"encoding/json"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// TestLocksOfVaults: the vaults of a workload have the locks of their tiers, the vault for copies that come back has none (F-RST-7),
// nobody removes a lock, and a compliance lock is created only where the file asks for it (F-LOCK-14).
func TestLocksOfVaults(t *testing.T) {
	locked, compliant, unlocked := 0, 0, 0
	for _, w := range locks.cfg.Workloads {
		tiers := map[any]*config.Tier{}
		for _, use := range locks.cfg.TierUses(w) {
			tiers[locks.cfg.TierName(w, use.Tier)] = use.Tier
		}
		for id, vault := range locks.templates[locks.cfg.StackName(w)].ofType("AWS::Backup::BackupVault") {
			policy, err := json.Marshal(vault.Properties["AccessPolicy"])
			if err != nil {
				t.Fatal(err)
			}
			denies := func(text string, want bool) {
				t.Helper()
				if got := strings.Contains(string(policy), text); got != want {
					t.Errorf("%s: %s in the policy: %v", id, text, got)
				}
			}
			tier := tiers[vault.Properties["BackupVaultName"]]
			if tier == nil && vault.Properties["BackupVaultName"] != locks.cfg.LandingVaultName(w) {
				t.Errorf("whose vault is %s?", id)
			}
			if tier == nil || tier.VaultLock == nil {
				unlocked++
				same(t, id, vault.Properties["LockConfiguration"], nil)
				denies("backup:DeleteBackupVaultLockConfiguration", false)
				denies("NoComplianceLock", true)
				continue
			}
			locked++
			want := m{"MinRetentionDays": float64(tier.VaultLock.MinRetentionDays), "MaxRetentionDays": float64(tier.VaultLock.MaxRetentionDays)}
			if tier.VaultLock.Mode == config.Compliance {
				compliant++
				want["ChangeableForDays"] = float64(tier.VaultLock.ChangeableForDays)
			}
			same(t, id, vault.Properties["LockConfiguration"], want)
			denies("backup:DeleteBackupVaultLockConfiguration", true)
			denies("NoComplianceLock", tier.VaultLock.Mode == config.Governance)
		}
	}
	if locked != 4 || compliant != 1 || unlocked != 2 {
		t.Errorf("%d locked, %d of them in compliance mode, %d not", locked, compliant, unlocked)
	}
}

// TestScans: each plan of a scanned tier names the scanner's role, the role is there only where something is scanned, and nobody is
// notified of the access points that GuardDuty opens with it (F-SCAN-9).
func TestScans(t *testing.T) {
	scanned := 0
	for _, a := range []*assembly{example, fleet, gov, locks} {
		for _, w := range a.cfg.Workloads {
			stack := a.templates[a.cfg.StackName(w)]
			if _, there := stack.Resources["ScannerRole"]; there != a.cfg.Scans(w) {
				t.Errorf("%s: a scanner's role: %v", w.ID(), there)
			}
			for id, plan := range stack.ofType("AWS::Backup::BackupPlan") {
				settings := at(plan.Properties, "BackupPlan", "ScanSettings")
				if settings == nil {
					continue
				}
				scanned++
				same(t, id, settings, l{m{
					"MalwareScanner": "GUARDDUTY", "ResourceTypes": texts("S3"), "ScannerRoleArn": m{"Fn::GetAtt": texts("ScannerRole", "Arn")},
				}})
			}
			rules := rulesOf(stack)
			for _, id := range []string{"AccountCalls", "RecoveryPointCalls"} {
				pattern, err := json.Marshal(rules[id].Properties["EventPattern"])
				if err != nil {
					t.Fatal(err)
				}
				role := a.cfg.WorkloadRoleARN(w, a.cfg.ScannerRoleName(w))
				if got := strings.Contains(string(pattern), role); got != a.cfg.Scans(w) {
					t.Errorf("%s, %s: leaves out %s: %v", w.ID(), id, role, got)
				}
			}
		}
	}
	if scanned != 3 {
		t.Errorf("%d plans with scans", scanned)
	}
}

// TestScansOnDashboard: the dashboard shows scans only where something is scanned.
func TestScansOnDashboard(t *testing.T) {
	for _, a := range []*assembly{example, locks} {
		for _, dashboard := range a.templates[a.cfg.CentralStackName()].ofType("AWS::CloudWatch::Dashboard") {
			body, err := json.Marshal(dashboard.Properties["DashboardBody"])
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(string(body), "Malware scans"); got != a.cfg.ScansAnything() {
				t.Errorf("%s: scans on the dashboard: %v", a.cfg.Project, got)
			}
		}
	}
}
