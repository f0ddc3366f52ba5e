package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/internal/deploypolicy"
)

const (
	mainCentral = "dummy-backup-central"
	usCentral   = "dummy-backup-central-us-east-1"
	euCentral   = "dummy-backup-central-eu-west-1"
)

// TestCentralVaults: a tier is copied into the first vault that takes it, and with copies: 2 into the first two. Its vault
// lets copies go there and nowhere else, and the central vaults let in the workloads that copy into them alone.
func TestCentralVaults(t *testing.T) {
	const in = "arn:aws:backup:%s:111111111111:backup-vault:%s"
	eu, us := fmt.Sprintf(in, "eu-central-1", "central-eu"), fmt.Sprintf(in, "us-east-1", "central-us")
	sensitive, shared := fmt.Sprintf(in, "eu-central-1", "central-sensitive"), fmt.Sprintf(in, "eu-central-1", "central-shared")
	second := fmt.Sprintf(in, "eu-west-1", "central-second")
	want := map[string][]string{ // by the vault of the tier
		"dummy-lake-eu-critical_data": {eu}, "dummy-lake-eu-critical_sensitive_data": {sensitive}, "dummy-lake-eu-ledger_data": {eu, second},
		"dummy-lake-us-critical_data": {us}, "dummy-lake-us-ledger_data": {us, eu}, "dummy-archive-prod-archive_data": {shared},
	}
	got := map[string][]string{}
	sources := map[string][]string{} // of central vaults and keys
	for _, w := range vaults.cfg.Workloads {
		template := vaults.templates[vaults.cfg.StackName(w)]
		role := vaults.cfg.BackupRoleName(w)
		var all []string
		for _, plan := range template.ofType("AWS::Backup::BackupPlan") {
			name := plan.Properties["BackupPlan"].(map[string]any)["BackupPlanName"].(string)
			for _, c := range list(at(plan.Properties, "BackupPlan", "BackupPlanRule", 0, "CopyActions")) {
				arn := at(c, "DestinationBackupVaultArn").(string)
				got[name] = append(got[name], arn)
				if !slices.Contains(all, arn) {
					all = append(all, arn)
				}
				if of := arn[strings.LastIndex(arn, ":")+1:]; !slices.Contains(sources[of], role) {
					sources[of] = append(sources[of], role)
				}
			}
		}
		for _, vault := range template.ofType("AWS::Backup::BackupVault") {
			name := vault.Properties["BackupVaultName"].(string)
			approved := ""
			for _, s := range list(at(vault.Properties, "AccessPolicy", "Statement")) {
				if at(s, "Sid") == "CopyOnlyToApprovedVaults" {
					approved = fmt.Sprint(at(s, "Condition", "ForAnyValue:ArnNotLike", "backup:CopyTargets"))
				}
			}
			if name != vaults.cfg.LandingVaultName(w) && approved != fmt.Sprint(want[name]) {
				t.Errorf("%s: copies may go to %s", name, approved)
			}
		}
		backup, _ := roleOf(template, role)
		policies := fmt.Sprint(backup.Properties["Policies"])
		for _, arn := range []string{eu, us, sensitive, shared, second} {
			if strings.Contains(policies, arn) != slices.Contains(all, arn) {
				t.Errorf("%s may copy into %s: %v", role, arn, !slices.Contains(all, arn))
			}
		}
		for _, region := range []string{"eu-central-1", "us-east-1", "eu-west-1"} {
			goes := slices.ContainsFunc(all, func(arn string) bool { return strings.Contains(arn, ":"+region+":") })
			if strings.Contains(policies, "arn:aws:kms:"+region+":111111111111:key/*") != goes {
				t.Errorf("%s may use keys in %s: %v", role, region, !goes)
			}
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("copies\n%v\nwant\n%v", got, want)
	}
	for _, stack := range []string{mainCentral, usCentral, euCentral} {
		for id, vault := range vaults.templates[stack].ofType("AWS::Backup::BackupVault") {
			name := vault.Properties["BackupVaultName"].(string)
			if name == "central-old" {
				continue
			}
			for _, s := range list(at(vault.Properties, "AccessPolicy", "Statement")) {
				if at(s, "Sid") != "CopyFromWorkloadAccounts" {
					continue
				}
				for _, w := range vaults.cfg.Workloads {
					role := vaults.cfg.BackupRoleName(w)
					if let := strings.Contains(fmt.Sprint(s), role); let != slices.Contains(sources[name], role) {
						t.Errorf("%s lets %s in: %v", id, role, let)
					}
				}
			}
		}
	}
}

// TestCopiesMissedInEachVault: with copies: 2 each of the two vaults has an alarm, on a metric that the copies into this vault
// and nothing else count for, and that a backup without copies gives a zero.
func TestCopiesMissedInEachVault(t *testing.T) {
	central := vaults.templates[mainCentral]
	for _, w := range vaults.cfg.Workloads {
		for _, use := range vaults.cfg.TierUses(w) {
			source, into := vaults.cfg.VaultARN(w, use.Tier), vaults.cfg.CopyVaults(w, use.Tier)
			watched := map[any]bool{}
			for _, alarm := range central.ofType("AWS::CloudWatch::Alarm") {
				if at(alarm.Properties, "Dimensions", 0, "Value") == source {
					watched[alarm.Properties["MetricName"]] = true
				}
			}
			if len(watched) != len(into) {
				t.Errorf("%s: alarms on %v for copies into %v", source, watched, into)
			}
			of := func(event map[string]any) map[string]bool { // which alarms see it, and as what
				seen := map[string]bool{}
				for _, count := range counts(t, central, event) {
					fields := strings.Fields(count)
					if watched[fields[1]] && fields[3] == source {
						seen[fields[1]+" "+fields[4]] = true
					}
				}
				return seen
			}
			if zeros := of(jobCompleted(w.Account, "Backup Job State Change", "backupVaultArn", source)); len(zeros) != len(into) {
				t.Errorf("%s: a backup without copies counts as %v", source, zeros)
			}
			all := map[string]bool{}
			for _, v := range into {
				event := jobCompleted(w.Account, "Copy Job State Change", "sourceBackupVaultArn", source)
				event["detail"].(map[string]any)["destinationBackupVaultArn"] = v.ARN
				one := of(event)
				if len(one) != 1 {
					t.Errorf("%s: a copy into %s counts as %v", source, v.Name, one)
				}
				maps.Copy(all, one)
			}
			if len(all) != len(into) {
				t.Errorf("%s: copies count as %v", source, all)
			}
		}
	}
}

// TestCentralVaultResources: what the central vaults are made of, by stack. Their logical ids do not change with the order of
// central.vaults, and a vault has the key of its alias and Region.
func TestCentralVaultResources(t *testing.T) {
	want := map[string]string{
		"central-eu": mainCentral + " VaultscentraleuE0BCE567 Key alias/aws-backup-kms 15-3650",
		"central-us": usCentral + " Vaultscentralus0B434C34 Keysawsbackupus822A7DD7 alias/aws-backup-us 15-3650",
		"central-sensitive": mainCentral + " VaultscentralsensitiveCF8694FF KeysawsbackupsensitiveCE9D37C9 " +
			"alias/aws-backup-sensitive 30-3650",
		"central-second": euCentral + " VaultscentralsecondC9E9FA11 Key alias/aws-backup-kms 15-3650",
		"central-shared": mainCentral + " Vaultscentralshared3C72B2E7 Key alias/aws-backup-kms 15-3650",
		"central-old":    mainCentral + " VaultscentraloldEA3BBE92 Key alias/aws-backup-kms 15-<nil>",
	}
	got := map[string]string{}
	for _, stack := range []string{mainCentral, usCentral, euCentral} {
		aliases := map[any]any{}
		for _, alias := range vaults.templates[stack].ofType("AWS::KMS::Alias") {
			aliases[at(alias.Properties, "TargetKeyId", "Ref")] = alias.Properties["AliasName"]
			if arn := at(alias.Properties, "TargetKeyId", "Fn::GetAtt", 0); arn != nil {
				aliases[arn] = alias.Properties["AliasName"]
			}
		}
		for id, vault := range vaults.templates[stack].ofType("AWS::Backup::BackupVault") {
			key := at(vault.Properties, "EncryptionKeyArn", "Fn::GetAtt", 0)
			lock := vault.Properties["LockConfiguration"]
			got[vault.Properties["BackupVaultName"].(string)] = fmt.Sprintf("%s %s %s %s %v-%v", stack, id, key, aliases[key],
				at(lock, "MinRetentionDays"), at(lock, "MaxRetentionDays"))
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}

// TestCentralRegionsForward: the stacks of the central account's other Regions send their events to the bus of the central
// stack, whose policy lets their roles in. That in the main Region of IAM watches the roles of the account.
func TestCentralRegionsForward(t *testing.T) {
	const bus = "arn:aws:events:eu-central-1:111111111111:event-bus/dummy-backup-alerts"
	policy := fmt.Sprint(at(slices.Collect(maps.Values(vaults.templates[mainCentral].ofType("AWS::Events::EventBusPolicy")))[0].Properties,
		"Statement", "Condition"))
	for stack, name := range map[string]string{usCentral: "dummy-events-central-us-east-1", euCentral: "dummy-events-central-eu-west-1"} {
		template := vaults.templates[stack]
		role, there := roleOf(template, name)
		if !there || fmt.Sprint(at(inline(t, role), 0, "Resource")) != "["+bus+"]" {
			t.Errorf("%s: the role is %v", stack, role)
		}
		if !strings.Contains(policy, "arn:aws:iam::111111111111:role/"+name) {
			t.Errorf("the bus does not let %s in: %s", name, policy)
		}
		forwarded := map[string]bool{}
		for id, rule := range template.ofType("AWS::Events::Rule") {
			for _, target := range list(rule.Properties["Targets"]) {
				if at(target, "Arn") == bus {
					forwarded[strings.TrimPrefix(id, "AlertsRules")[:8]] = true
				}
			}
		}
		for _, id := range []string{"BackupJo", "CopyJobs", "RestoreJ", "Recovery", "VaultCal", "KeyCalls", "AlertCal", "AccountC", "Settings"} {
			if !forwarded[id] {
				t.Errorf("%s: no rule sends %s… to the bus: %v", stack, id, forwarded)
			}
		}
		watches := strings.Contains(string(template.bytes), `"dummy-copy-back"`) && forwarded["RoleCall"]
		if watches != (stack == usCentral) {
			t.Errorf("%s watches the roles: %v", stack, watches)
		}
		if len(template.ofType("AWS::Events::EventBus")) > 0 || len(template.ofType("AWS::CloudWatch::Dashboard")) > 0 {
			t.Errorf("%s has a bus or a dashboard of its own", stack)
		}
	}
}

// TestCentralRegionsRestore: one role copies back from all Regions, and people read the copies in all of them.
func TestCentralRegionsRestore(t *testing.T) {
	template := vaults.templates[mainCentral]
	back, _ := roleOf(template, "dummy-copy-back")
	operate, _ := roleOf(template, "dummy-operate-central")
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		for role, of := range map[string]resource{"copy-back": back, "operate": operate} {
			if !strings.Contains(fmt.Sprint(inline(t, of)), "arn:aws:kms:"+region+":111111111111:key/*") {
				t.Errorf("%s may not use the keys in %s", role, region)
			}
		}
		for _, arn := range []string{"arn:aws:backup:%s:111111111111:recovery-point:*", "arn:aws:s3:%s:111111111111:accesspoint/dummy-*"} {
			if arn = fmt.Sprintf(arn, region); !strings.Contains(fmt.Sprint(inline(t, operate)), arn) {
				t.Errorf("people may not reach %s", arn)
			}
		}
	}
	for _, plan := range template.ofType("AWS::Backup::RestoreTestingPlan") {
		tested := fmt.Sprint(at(plan.Properties, "RecoveryPointSelection", "IncludeVaults"))
		for vault, want := range map[string]bool{"central-eu": true, "central-sensitive": true, "central-shared": true, "central-us": false} {
			if strings.Contains(tested, ":"+vault) != want {
				t.Errorf("copies in %s are tested: %v", vault, !want)
			}
		}
	}
}

// TestAuditOfCentralVaults: each central vault is in a framework of its own Region, which has reports and a bucket for them.
func TestAuditOfCentralVaults(t *testing.T) {
	for _, region := range everything.cfg.CentralRegions() {
		template := everything.templates[everything.cfg.CentralStackNameIn(region)]
		evaluated := map[any]bool{}
		for _, framework := range template.ofType("AWS::Backup::Framework") {
			for _, control := range list(framework.Properties["FrameworkControls"]) {
				evaluated[at(control, "ControlScope", "ComplianceResourceIds", 0)] = true
			}
		}
		for id, vault := range template.ofType("AWS::Backup::BackupVault") {
			if name := vault.Properties["BackupVaultName"]; !evaluated[name] {
				t.Errorf("%s: nobody audits %s, %v", region, id, name)
			}
		}
		name := everything.cfg.CentralReportBucketName(region)
		if reports := template.ofType("AWS::Backup::ReportPlan"); len(reports) != 4 || strings.Count(string(template.bytes), name) < 2 {
			t.Errorf("%s: %d report plans; does %s exist, and is it watched?", region, len(reports), name)
		}
	}
}

// TestEverythingHasTheSize: the stacks of a configuration with every key have as many resources as is reckoned, and no more bytes.
func TestEverythingHasTheSize(t *testing.T) {
	cfg := everything.cfg
	want := map[string]int{cfg.CentralStackName(): cfg.CentralResources()}
	for _, region := range cfg.CentralRegions()[1:] {
		want[cfg.CentralStackNameIn(region)] = cfg.CentralRegionResources(region)
	}
	for _, w := range cfg.Workloads {
		want[cfg.StackName(w)] = cfg.StackResources(w)
		if size := len(everything.templates[cfg.StackName(w)].bytes); cfg.TemplateBytes(w) < size {
			t.Errorf("%s has %d bytes; reckoned %d", w.ID(), size, cfg.TemplateBytes(w))
		}
	}
	for stack, template := range everything.templates {
		if want[stack] != len(template.Resources) {
			t.Errorf("%s has %d resources; reckoned %d", stack, len(template.Resources), want[stack])
		}
	}
}

// TestCopiesAreTestedInEachRegion: each Region of the central account has a plan for the vaults that copies enter there, and the
// validator knows its buckets. One role restores in all of them, and another one compares. A deployment may hand the first one to AWS
// Backup, and may change it in its own Region alone.
func TestCopiesAreTestedInEachRegion(t *testing.T) {
	const account = "111111111111"
	cfg := vaults.cfg
	restore, compare := cfg.RestoreCentralRoleName(), cfg.ValidateCentralRoleName()
	restoreARN := "arn:aws:iam::" + account + ":role/" + restore
	compareARN := "arn:aws:iam::" + account + ":role/" + compare
	buckets := map[string][]string{}
	for _, p := range cfg.ValidatorTests().Plans {
		if p.Account != account {
			continue
		}
		var names []string
		for _, b := range p.Buckets {
			names = append(names, b.Name)
		}
		slices.Sort(names)
		buckets[p.Region+" "+p.Name+" "+p.RoleARN] = names
	}
	same(t, "the buckets that the validator knows", buckets, map[string][]string{
		"eu-central-1 dummy_central " + compareARN: {
			"dummy-archive", "dummy-lake-eu", "dummy-lake-ledger", "dummy-lake-patients", "dummy-lake-us-ledger",
		},
		"us-east-1 dummy_central_us_east_1 " + compareARN: {"dummy-lake-us", "dummy-lake-us-ledger"},
		"eu-west-1 dummy_central_eu_west_1 " + compareARN: {"dummy-lake-ledger"},
	})

	central := vaults.templates[mainCentral]
	for stack, region := range map[string]string{mainCentral: "eu-central-1", usCentral: "us-east-1", euCentral: "eu-west-1"} {
		template := vaults.templates[stack]
		var arns l
		for _, v := range cfg.CentralVaultsIn(region) {
			arns = append(arns, "arn:aws:backup:"+region+":"+account+":backup-vault:"+v.Name)
		}
		plans := slices.Collect(maps.Values(template.ofType("AWS::Backup::RestoreTestingPlan")))
		if len(plans) != 1 {
			t.Fatalf("%s: %d plans", stack, len(plans))
		}
		same(t, stack, at(plans[0].Properties, "RecoveryPointSelection", "IncludeVaults"), arns)
		if _, found := buckets[fmt.Sprintf("%s %s %s", region, plans[0].Properties["RestoreTestingPlanName"], compareARN)]; !found {
			t.Errorf("%s: the validator does not know the plan %s", stack, plans[0].Properties["RestoreTestingPlanName"])
		}
		for name, needs := range map[string][]string{
			restore: {"arn:aws:kms:" + region + ":" + account + ":key/*"},
			compare: {
				"arn:aws:kms:" + region + ":" + account + ":key/*", "arn:aws:backup:" + region + ":" + account + ":recovery-point:*",
				"arn:aws:backup:" + region + ":" + account + ":accesspoint/dummy-validate-*",
				"arn:aws:s3:" + region + ":" + account + ":accesspoint/dummy-validate-*",
			},
		} {
			role, _ := roleOf(central, name)
			policies := fmt.Sprint(role.Properties["Policies"])
			for _, arn := range needs {
				if !strings.Contains(policies, arn) && (name != restore || stack != mainCentral) { // there it has the keys by their ARNs
					t.Errorf("%s may not use %s", name, arn)
				}
			}
		}
		if stack == mainCentral {
			continue
		}
		for _, selection := range template.ofType("AWS::Backup::RestoreTestingSelection") {
			same(t, stack, selection.Properties["IamRoleArn"], restoreARN)
		}
		statements := deploypolicy.Statements(placeOf(t, cfg, stack))
		for action, want := range map[string]bool{"iam:PassRole": true, "iam:PutRolePolicy": false, "iam:CreateRole": false} {
			if got := slices.ContainsFunc(statements, func(s deploypolicy.Statement) bool { return allowsOn(s, action, restoreARN) }); got != want {
				t.Errorf("%s: %s on %s is allowed: %v, want %v", stack, action, restore, got, want)
			}
		}
	}
}
