package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCentralPolicies: while the policies stay small they list the accounts; with 2,000 accounts the
// organization's conditions carry them alone. Either way only the workloads' backup roles come in,
// from the organization, to copy.
func TestCentralPolicies(t *testing.T) {
	for _, workloads := range []int{3, 2000} {
		t.Run(fmt.Sprint(workloads), func(t *testing.T) {
			central := centralOf(t, workloads, "")
			vault := policyOf(t, central, "AWS::Backup::BackupVault", "AccessPolicy")
			key := policyOf(t, central, "AWS::KMS::Key", "KeyPolicy")
			if vault.bytes > 20*1024 || key.bytes > 32*1024 { // F-LIM-7
				t.Errorf("policies of %d and %d bytes", vault.bytes, key.bytes)
			}
			var want any = "*"
			if workloads == 3 {
				want = []any{"arn:aws:iam::000000000000:root", "arn:aws:iam::000000000001:root", "arn:aws:iam::000000000002:root"}
			}
			const role = "arn:aws:iam::*:role/fleet-backup-*"
			const slr = "arn:aws:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
			const organization = "StringEquals:map[aws:PrincipalOrgID:o-a1b2c3d4e5]"
			for sid, condition := range map[string]string{
				"CopyFromWorkloadAccounts": "map[ArnLike:map[aws:PrincipalArn:[" + role + "]] " + organization + "]",
			} {
				vault.expect(t, sid, "Allow", want, condition, "backup:CopyIntoBackupVault")
			}
			arns := "ArnLike:map[aws:PrincipalArn:[" + role + " " + slr + "]]"
			const via = "StringLike:map[kms:ViaService:backup.*.amazonaws.com]"
			key.expect(t, "WorkloadAccountsUse", "Allow", want, "map["+arns+" "+organization+" "+via+"]",
				"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
			key.expect(t, "WorkloadAccountsGrant", "Allow", want,
				"map["+arns+" Bool:map[kms:GrantIsForAWSResource:true] "+organization+" "+via+"]", "kms:CreateGrant")
		})
	}
}

// TestCentralPoliciesForNobodyElse: what the policies allow besides copying is for the central account alone.
func TestCentralPoliciesForNobodyElse(t *testing.T) {
	central := centralOf(t, 3, "")
	vault := policyOf(t, central, "AWS::Backup::BackupVault", "AccessPolicy")
	vault.expect(t, "ProtectRecoveryPoints", "Deny", "*", "map[Bool:map[aws:PrincipalIsAWSService:false]]",
		"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:DeleteBackupVaultLockConfiguration")
	if len(vault.statements) != 2 {
		t.Errorf("%d statements in the vault's policy, want 2", len(vault.statements))
	}
	for _, s := range vault.statements { // F-RST-8
		if slices.Contains(list(s["Action"]), any("backup:PutBackupVaultAccessPolicy")) {
			t.Error("the policy can never be updated again")
		}
	}
	key := policyOf(t, central, "AWS::KMS::Key", "KeyPolicy")
	key.expect(t, "Account", "Allow", "arn:aws:iam::111111111111:root", "<nil>", "kms:*") // F-KMS-1
	key.expect(t, "KeepKey", "Deny", "*", "map[Bool:map[aws:PrincipalIsAWSService:false]]", "kms:ScheduleKeyDeletion")
	own := "ArnEquals:map[aws:PrincipalArn:arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup]"
	key.expect(t, "AWSBackupUse", "Allow", "*",
		"map["+own+" StringEquals:map[aws:PrincipalAccount:111111111111] StringLike:map[kms:ViaService:backup.*.amazonaws.com]]",
		"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
	if len(key.statements) != 6 {
		t.Errorf("%d statements in the key's policy, want 6", len(key.statements))
	}
}

// TestCentralOptions: administrators by name, organization paths, a compliance lock, retained vaults.
func TestCentralOptions(t *testing.T) {
	central := centralOf(t, 3, `
  key_administrators: [github_ci]
  vault_name: central-2
  vault_lock:
    {mode: compliance, min_retention_days: 15, max_retention_days: 2555, changeable_for_days: 7, acknowledge_irreversible: central-2}
  retained_vaults:
    - {name: central-1, min_retention_days: 30, max_retention_days: 60, changeable_for_days: 3}
    - {name: central-0, min_retention_days: 1}
`)
	key := policyOf(t, central, "AWS::KMS::Key", "KeyPolicy")
	key.expect(t, "KeyAdministrators", "Allow", "*",
		"map[ArnEquals:map[aws:PrincipalArn:[arn:aws:iam::111111111111:role/github_ci]] StringEquals:map[aws:PrincipalAccount:111111111111]]")
	for _, s := range key.statements {
		if s["Sid"] != "KeyAdministrators" {
			continue
		}
		for _, forbidden := range []string{"kms:Decrypt", "kms:CreateGrant", "kms:ScheduleKeyDeletion", "kms:*"} {
			if slices.Contains(list(s["Action"]), any(forbidden)) {
				t.Errorf("administrators may %s", forbidden)
			}
		}
	}
	locks := map[any]string{}
	for _, vault := range central.ofType("AWS::Backup::BackupVault") {
		locks[vault.Properties["BackupVaultName"]] = fmt.Sprint(vault.Properties["LockConfiguration"])
	}
	want := map[any]string{
		"central-2": "map[ChangeableForDays:7 MaxRetentionDays:2555 MinRetentionDays:15]",
		"central-1": "map[ChangeableForDays:3 MaxRetentionDays:60 MinRetentionDays:30]",
		"central-0": "map[MinRetentionDays:1]",
	}
	if fmt.Sprint(locks) != fmt.Sprint(want) {
		t.Errorf("locks %v, want %v", locks, want)
	}
}

// TestRetainedVaultStaysItself: a vault that is superseded keeps its logical id and all its properties,
// and so does what belongs to it.
func TestRetainedVaultStaysItself(t *testing.T) {
	const lock = "min_retention_days: 15, max_retention_days: 2555, changeable_for_days: 3"
	const tiers = "tiers: [{name: critical_data, low_cost_after_days: 90}]\n"
	before := centralOf(t, 3,
		"\n  vault_name: central-1\n  vault_lock: {mode: compliance, "+lock+", acknowledge_irreversible: central-1}\n"+tiers)
	after := centralOf(t, 3, "\n  vault_name: central-2\n  retained_vaults: [{name: central-1, "+lock+"}]\n"+tiers)
	compared := 0
	for id, resource := range before.Resources {
		if strings.HasPrefix(id, "AlertsRules") { // name what they watch
			continue
		}
		compared++
		was, _ := json.Marshal(resource)
		is, _ := json.Marshal(after.Resources[id])
		if string(was) != string(is) {
			t.Errorf("%s was\n%s\nand is\n%s", id, was, is)
		}
	}
	if compared < 4 { // key, alias, vault, tiering configuration
		t.Errorf("%d resources", compared)
	}
}

// TestDashboard: the dashboard is a query of the central account's log, the same for one workload and for
// many. There is none where none is wanted.
func TestDashboard(t *testing.T) {
	for _, a := range []*assembly{example, fleet, gov} {
		dashboards := a.templates[a.cfg.CentralStackName()].ofType("AWS::CloudWatch::Dashboard")
		if len(dashboards) != 1 {
			t.Errorf("%s: %d dashboards", a.cfg.Project, len(dashboards))
		}
		for _, dashboard := range dashboards {
			body := dashboard.Properties["DashboardBody"].(string)
			for _, want := range []string{
				`"region":"` + a.cfg.Central.Region + `"`, `"SOURCE '/aws/events/` + a.cfg.Project + `-backup-alerts' | `,
			} {
				if queries := strings.Count(body, `"query":`); queries == 0 || strings.Count(body, want) != queries {
					t.Errorf("%s: not every query has %s:\n%s", a.cfg.Project, want, body)
				}
			}
		}
	}
	one := fmt.Sprint(centralOf(t, 1, "").ofType("AWS::CloudWatch::Dashboard"))
	many := fmt.Sprint(centralOf(t, 50, "").ofType("AWS::CloudWatch::Dashboard"))
	if one != many || !strings.Contains(one, "fleet-backup") {
		t.Errorf("with one workload\n%s\nand with many\n%s", one, many)
	}
	if without := centralOf(t, 1, "\n  dashboard: false").ofType("AWS::CloudWatch::Dashboard"); len(without) > 0 {
		t.Errorf("%d dashboards that nobody asked for", len(without))
	}
}

// centralOf synthesizes the central stack alone, for workloads in an account each.
func centralOf(t *testing.T, workloads int, central string) template {
	t.Helper()
	return centralAssembly(t, workloads, central).templates["fleet-backup-central"]
}

func centralAssembly(t *testing.T, workloads int, central string) *assembly {
	t.Helper()
	var b strings.Builder
	b.WriteString("version: 1\nproject: fleet\norganization: {id: o-a1b2c3d4e5}\n")
	b.WriteString("central:\n  account: \"111111111111\"\n  region: eu-central-1" + central + "\nworkloads:\n")
	for i := range workloads {
		fmt.Fprintf(&b, "  - {name: w%d, environment: prod, account: \"%012d\", region: eu-central-1, ", i, i)
		fmt.Fprintf(&b, "buckets: [{name: fleet-w%d, tier: critical_data}]}\n", i)
	}
	file := filepath.Join(t.TempDir(), "backup.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return synthesizeFile(file, filepath.Join(t.TempDir(), "out"), nil, "-workload", "central")
}

type policy struct {
	statements []map[string]any
	bytes      int
}

func policyOf(t *testing.T, template template, typ, property string) policy {
	t.Helper()
	for id, r := range template.ofType(typ) {
		if strings.HasPrefix(id, "Alerts") { // the topic's key
			continue
		}
		text, err := json.Marshal(r.Properties[property])
		if err != nil {
			t.Fatal(err)
		}
		p := policy{bytes: len(text)}
		for _, s := range list(at(r.Properties[property], "Statement")) {
			p.statements = append(p.statements, s.(map[string]any))
		}
		return p
	}
	t.Fatalf("no %s", typ)
	return policy{}
}

// expect finds one statement by its Sid and compares it; without actions these are not compared.
func (p policy) expect(t *testing.T, sid, effect string, principal any, condition string, actions ...string) {
	t.Helper()
	for _, s := range p.statements {
		if s["Sid"] != sid {
			continue
		}
		if s["Effect"] != effect || fmt.Sprint(at(s["Principal"], "AWS")) != fmt.Sprint(principal) || fmt.Sprint(s["Condition"]) != condition {
			t.Errorf("%s: got %v to %v if %v\nwant %v to %v if %v",
				sid, s["Effect"], at(s["Principal"], "AWS"), s["Condition"], effect, principal, condition)
		}
		if actions != nil && fmt.Sprint(s["Action"]) != fmt.Sprint(actions) {
			t.Errorf("%s: actions %v, want %v", sid, s["Action"], actions)
		}
		return
	}
	t.Errorf("no statement %s", sid)
}

// TestCentralStacksInTwoRegions: two central stacks of a project fit into one account, if one has the Region in its
// names. IAM roles and dashboards are global in an account (F-CFN-14).
func TestCentralStacksInTwoRegions(t *testing.T) {
	const slack = "\nalerts: {slack: [{webhook_secret: chat}]}"
	names := func(central string) (names []string) {
		template := centralOf(t, 1, central+slack)
		for _, named := range [][2]string{{"AWS::IAM::Role", "RoleName"}, {"AWS::CloudWatch::Dashboard", "DashboardName"}} {
			for _, r := range template.ofType(named[0]) {
				names = append(names, fmt.Sprint(r.Properties[named[1]]))
			}
		}
		slices.Sort(names)
		return names
	}
	if got, want := names(""), []string{"fleet-alerts", "fleet-backup", "fleet-events-central"}; !slices.Equal(got, want) {
		t.Errorf("names %v, want %v: they are deployed", got, want)
	}
	got := names("\n  region_in_names: true")
	if want := []string{"fleet-alerts-eu-central-1", "fleet-backup-eu-central-1", "fleet-events-central-eu-central-1"}; !slices.Equal(got, want) {
		t.Errorf("names with the Region %v, want %v", got, want)
	}
}
