package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const airGappedVault = "AWS::Backup::LogicallyAirGappedBackupVault"

// TestAirGapped: what a central air-gapped vault, and one of a tier, change in the stacks.
func TestAirGapped(t *testing.T) {
	a := synthesizeFile("testdata/air-gapped.yaml", t.TempDir(), nil)
	central, shop := a.templates["gapped-backup-central"], a.templates["gapped-backup-shop-prod"]
	plain := a.templates["gapped-backup-plain-prod"]
	const (
		first  = "arn:aws:backup:eu-central-1:111111111111:backup-vault:central-aws-vault-S3"
		second = "arn:aws:backup:eu-central-1:111111111111:backup-vault:central-air-gapped"
		own    = "arn:aws:backup:eu-central-1:222222222222:backup-vault:gapped-shop-prod-gapped_data-air-gapped"
	)

	t.Run("second copies", func(t *testing.T) {
		for _, plan := range shop.ofType("AWS::Backup::BackupPlan") {
			tier := at(plan.Properties, "BackupPlanTags", "backup:tier").(string)
			want := "[" + first + " 1825 " + second + " 1825]"
			if tier == "gapped_data" { // AWS Backup schedules none between two air-gapped vaults (F-LAG-4)
				want = "[" + first + " 1825]"
			}
			var got []any
			rules := list(at(plan.Properties, "BackupPlan", "BackupPlanRule"))
			for i, rule := range rules {
				for _, action := range list(at(rule, "CopyActions")) {
					got = append(got, at(action, "DestinationBackupVaultArn"), at(action, "Lifecycle", "DeleteAfterDays"))
				}
				target, _ := at(rule, "TargetLogicallyAirGappedBackupVaultArn", "Fn::GetAtt", 0).(string)
				if (shop.Resources[target].Type == airGappedVault) != (tier == "gapped_data") {
					t.Errorf("rule %d of %s goes into %q", i, tier, target)
				}
			}
			if fmt.Sprint(got) != want {
				t.Errorf("%s is copied into %v; want %s", tier, got, want)
			}
		}
		role := fmt.Sprint(shop.Resources["BackupRole"].Properties["Policies"])
		if !strings.Contains(role, "["+first+" "+second+"]") {
			t.Errorf("the backup role copies into others: %s", role)
		}
	})
	t.Run("policies", func(t *testing.T) {
		vault := policyOf(t, central, airGappedVault, "AccessPolicy")
		vault.expect(t, "CopyFromWorkloadAccounts", "Allow", "[arn:aws:iam::222222222222:root]",
			"map[ArnLike:map[aws:PrincipalArn:[arn:aws:iam::222222222222:role/gapped-backup-shop-prod]] "+
				"StringEquals:map[aws:PrincipalOrgID:o-a1b2c3d4e5]]", "backup:CopyIntoBackupVault")
		vault.expect(t, "CopyOnlyToApprovedVaults", "Deny", "*",
			"map[ForAnyValue:ArnNotLike:map[backup:CopyTargets:[arn:aws:backup:eu-central-1:222222222222:backup-vault:gapped-shop-prod-landing]] "+
				"StringEquals:map[aws:PrincipalAccount:111111111111]]", "backup:CopyFromBackupVault")
		policyOf(t, shop, airGappedVault, "AccessPolicy").expect(t, "CopyOnlyToApprovedVaults", "Deny", "*",
			"map[ForAnyValue:ArnNotLike:map[backup:CopyTargets:["+first+"]] StringEquals:map[aws:PrincipalAccount:222222222222]]",
			"backup:CopyFromBackupVault")
		for _, v := range shop.ofType("AWS::Backup::BackupVault") {
			text, tier := fmt.Sprint(v.Properties["AccessPolicy"]), v.Properties["BackupVaultName"]
			if copied := strings.Contains(text, second); copied != (tier == "gapped-shop-prod-critical_data") {
				t.Errorf("%v may be copied into the air-gapped vault: %v", tier, copied)
			}
		}
	})
	t.Run("a key of its own", func(t *testing.T) {
		for _, v := range central.ofType(airGappedVault) {
			if key := at(v.Properties, "EncryptionKeyArn", "Fn::GetAtt", 0); key != "AirGappedKey" {
				t.Errorf("the key is %v", key)
			}
		}
		for _, name := range []string{"gapped-copy-back", "gapped-restore-central", "gapped-operate-central"} {
			if role, found := roleOf(central, name); !found || !strings.Contains(fmt.Sprint(role), "Fn::GetAtt:[AirGappedKey Arn]") {
				t.Errorf("%s may not use the key of the air-gapped vault", name)
			}
		}
		if shared := fmt.Sprint(central.Resources["AirGappedKey"].Properties["KeyPolicy"]); !strings.Contains(shared, "444444444444:root") {
			t.Errorf("the account for recovery may not read with the key: %s", shared)
		}
		if other := fmt.Sprint(central.Resources["Key"].Properties["KeyPolicy"]); strings.Contains(other, "444444444444") {
			t.Errorf("the account for recovery may use the key of the central vault: %s", other)
		}
	})
	t.Run("alerts", func(t *testing.T) {
		for id, filter := range central.ofType("AWS::Logs::MetricFilter") {
			pattern, _ := filter.Properties["FilterPattern"].(string)
			if not := strings.Contains(pattern, `!= "`+second+`"`); not != strings.Contains(pattern, "Copy Job") {
				t.Errorf("%s: a second copy must not count: %s", id, pattern)
			}
		}
		var watched []string
		for _, alarm := range central.ofType("AWS::CloudWatch::Alarm") {
			watched = append(watched, fmt.Sprint(at(alarm.Properties, "Dimensions", 0, "Value")))
		}
		if slices.Sort(watched); !slices.Contains(watched, own) {
			t.Errorf("copies of the air-gapped vault are not watched: %v", watched)
		}
		for stack, vault := range map[string]string{"gapped-backup-central": "central-air-gapped", "gapped-backup-shop-prod": own[len(own)-38:]} {
			for _, rule := range []string{"AlertsRulesVaultCalls", "AlertsRulesBackupJobs", "AlertsRulesShareCalls"} {
				for id, r := range a.templates[stack].ofType("AWS::Events::Rule") {
					names := strings.Contains(fmt.Sprint(r.Properties["EventPattern"]), vault)
					if strings.HasPrefix(id, rule) && rule != "AlertsRulesShareCalls" && !names {
						t.Errorf("%s of %s does not name %s", rule, stack, vault)
					}
				}
				if !hasRule(a.templates[stack], rule) {
					t.Errorf("%s has no %s", stack, rule)
				}
			}
		}
		if hasRule(plain, "AlertsRulesShareCalls") {
			t.Error("an account without an air-gapped vault watches shares")
		}
	})
	t.Run("sizes", func(t *testing.T) {
		if got, want := a.cfg.CentralResources(), len(central.Resources); got != want {
			t.Errorf("%d resources counted in the central stack; it has %d", got, want)
		}
		for _, w := range a.cfg.Workloads {
			template := a.templates[a.cfg.StackName(w)]
			if got, want := a.cfg.StackResources(w), len(template.Resources); got != want {
				t.Errorf("%d resources counted in the stack of %s; it has %d", got, w.ID(), want)
			}
			if got := a.cfg.TemplateBytes(w); got < len(template.bytes) {
				t.Errorf("%d bytes estimated for the stack of %s; it has %d", got, w.ID(), len(template.bytes))
			}
		}
	})
	t.Run("retained", func(t *testing.T) {
		for _, template := range []template{central, shop} {
			for id, v := range template.ofType(airGappedVault) {
				if _, dataBearing := physicalName(v); !dataBearing || v.DeletionPolicy != "RetainExceptOnCreate" ||
					v.UpdateReplacePolicy != "Retain" {
					t.Errorf("%s: deletion %q, replacement %q", id, v.DeletionPolicy, v.UpdateReplacePolicy)
				}
			}
		}
	})
}

func hasRule(t template, prefix string) bool {
	for id := range t.ofType("AWS::Events::Rule") {
		if strings.HasPrefix(id, prefix) {
			return true
		}
	}
	return false
}
