package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/internal/fixedseed"
)

// TestCentralPolicies: only the workloads' backup roles come in, from the organization, to copy. The policies name the
// roles while there is room for them, then their accounts, and then nobody but the organization's paths. No policy
// is larger than AWS allows.
func TestCentralPolicies(t *testing.T) {
	const slr = "arn:aws:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
	const (
		principals = iota // the roles, with their accounts as principals
		condition         // the roles, with their accounts in a condition
		pattern           // a pattern, with the accounts in a condition
		paths             // a pattern below the organization's paths
	)
	// want is the principal and the condition with which a policy names that much. others are ARNs of further roles.
	want := func(level, workloads int, role string, others ...string) (principal any, c m) {
		var accounts, roots, arns l
		for i := range workloads {
			accounts = append(accounts, fmt.Sprintf("%012d", i))
			roots = append(roots, fmt.Sprintf("arn:aws:iam::%012d:root", i))
			arns = append(arns, fmt.Sprintf("arn:aws:iam::%012d:role/%sw%d-prod", i, role, i))
		}
		equals := m{"aws:PrincipalOrgID": "o-a1b2c3d4e5"}
		c = m{"StringEquals": equals}
		any := "arn:aws:iam::*:role/" + role + "*"
		if level >= pattern {
			arns = l{any}
			c["ArnNotLike"] = m{"aws:PrincipalArn": l{any + "/*"}}
		}
		c["ArnLike"] = m{"aws:PrincipalArn": append(arns, texts(others...)...)}
		switch level {
		case principals:
			return roots, c
		case paths:
			c["ForAnyValue:StringLike"] = m{"aws:PrincipalOrgPaths": texts("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*")}
		default:
			equals["aws:PrincipalAccount"] = accounts
		}
		return "*", c
	}
	for _, c := range []struct{ workloads, key, vault int }{
		{3, principals, principals}, {170, principals, principals}, {200, condition, principals}, {210, condition, condition},
		{250, pattern, condition}, {300, pattern, pattern}, {1000, pattern, pattern}, {1500, paths, paths},
	} {
		if c.workloads > 300 && !fixedseed.Whole {
			continue
		}
		t.Run(fmt.Sprint(c.workloads), func(t *testing.T) {
			organization := "{id: o-a1b2c3d4e5}"
			if c.vault == paths {
				organization = `{id: o-a1b2c3d4e5, paths: ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"]}`
			}
			rare := ""
			if c.workloads > 3 {
				rare = rareCopies
			}
			central := centralAssembly(t, organization, c.workloads, rare).templates["fleet-backup-central"]
			vault := policyOf(t, central, "AWS::Backup::BackupVault", "AccessPolicy")
			key := policyOf(t, central, "AWS::KMS::Key", "KeyPolicy")
			if vault.bytes > 20*1024 || key.bytes > 32*1024 { // F-LIM-7
				t.Errorf("policies of %d and %d bytes", vault.bytes, key.bytes)
			}
			role, _ := roleOf(central, "fleet-copy-back")
			checkRoleSize(t, "CopyBackRole", role)
			if named := strings.Contains(fmt.Sprint(role), "fleet-w0-prod-landing"); named != (c.workloads == 3) {
				t.Errorf("landing vaults are named: %v", named)
			}
			const pattern = "[arn:aws:backup:*:*:backup-vault:fleet-*-landing]"
			if c.workloads > 3 {
				vault.expect(t, "CopyOnlyToApprovedVaults", "Deny", "*", "map[ForAnyValue:ArnNotLike:map[backup:CopyTargets:"+pattern+"]]")
			}
			principal, condition := want(c.vault, c.workloads, "fleet-backup-")
			vault.expect(t, "CopyFromWorkloadAccounts", "Allow", principal, fmt.Sprint(condition), "backup:CopyIntoBackupVault")
			principal, condition = want(c.key, c.workloads, "fleet-backup-", slr)
			condition["StringLike"] = map[string]any{"kms:ViaService": "backup.*.amazonaws.com"}
			key.expect(t, "WorkloadAccountsUse", "Allow", principal, fmt.Sprint(condition),
				"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
			condition["Bool"] = map[string]any{"kms:GrantIsForAWSResource": "true"}
			key.expect(t, "WorkloadAccountsGrant", "Allow", principal, fmt.Sprint(condition), "kms:CreateGrant")
			for _, bus := range central.ofType("AWS::Events::EventBusPolicy") {
				text, _ := json.Marshal(bus.Properties["Statement"])
				if len(text) > 10*1024 { // F-EVT-21
					t.Errorf("a bus policy of %d bytes", len(text))
				}
			}
		})
	}
}

// TestOnlyCopiesComeIn: an account whose tiers are not copied is in no policy of the vault and its key.
func TestOnlyCopiesComeIn(t *testing.T) {
	central := example.templates[example.cfg.CentralStackName()]
	for _, p := range []policy{
		policyOf(t, central, "AWS::Backup::BackupVault", "AccessPolicy"), policyOf(t, central, "AWS::KMS::Key", "KeyPolicy"),
	} {
		for _, w := range example.cfg.Workloads {
			if in := strings.Contains(fmt.Sprint(p.statements), w.Account); in != example.cfg.Copies(w) {
				t.Errorf("%s is in the policy: %v; has copies: %v", w.Account, in, example.cfg.Copies(w))
			}
		}
	}
}

// TestCentralPoliciesForNobodyElse: what the policies allow besides copying is for the central account alone.
func TestCentralPoliciesForNobodyElse(t *testing.T) {
	central := centralOf(t, 3, "")
	vault := policyOf(t, central, "AWS::Backup::BackupVault", "AccessPolicy")
	const people = "map[BoolIfExists:map[aws:PrincipalIsAWSService:false]]" // F-IAM-11
	const others = "ArnNotLike:map[aws:PrincipalArn:arn:aws:iam::111111111111:role/cdk-*-cfn-exec-role-111111111111-eu-central-1]"
	vault.expect(t, "ProtectRecoveryPoints", "Deny", "*", people, "backup:DeleteRecoveryPoint", "backup:DisassociateRecoveryPoint",
		"backup:UpdateRecoveryPointLifecycle", "backup:DeleteBackupVaultLockConfiguration")
	vault.expect(
		t,
		"KeepVault",
		"Deny",
		"*",
		"map["+others+" BoolIfExists:map[aws:PrincipalIsAWSService:false]]",
		"backup:DeleteBackupVault",
	)
	vault.expect(t, "NoComplianceLock", "Deny", "*", "map["+others+" Null:map[backup:ChangeableForDays:false]]", // F-LOCK-14
		"backup:PutBackupVaultLockConfiguration")
	const landing = "arn:aws:backup:eu-central-1:%012d:backup-vault:fleet-w%d-prod-landing"
	targets := fmt.Sprintf(landing+" "+landing+" "+landing, 0, 0, 1, 1, 2, 2)
	vault.expect(t, "CopyOnlyToApprovedVaults", "Deny", "*", "map[ForAnyValue:ArnNotLike:map[backup:CopyTargets:["+targets+"]]]",
		"backup:CopyFromBackupVault") // F-COPY-15
	vault.expect(t, "CopyOnlyToNamedVaults", "Deny", "*", "map[Null:map[backup:CopyTargets:true]]", "backup:CopyFromBackupVault")
	if len(vault.statements) != 6 {
		t.Errorf("%d statements in the vault's policy, want 6", len(vault.statements))
	}
	for _, s := range vault.statements { // F-RST-8
		if slices.Contains(list(s["Action"]), any("backup:PutBackupVaultAccessPolicy")) {
			t.Error("the policy can never be updated again")
		}
	}
	key := policyOf(t, central, "AWS::KMS::Key", "KeyPolicy")
	key.expect(t, "Account", "Allow", "arn:aws:iam::111111111111:root", "<nil>", "kms:*") // F-KMS-1
	key.expect(t, "KeepKey", "Deny", "*", people, "kms:ScheduleKeyDeletion")
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
	return centralAssembly(t, "{id: o-a1b2c3d4e5}", workloads, central).templates["fleet-backup-central"]
}

// rareCopies has the tier's copies made so rarely that no alarm can notice missing ones. Where the policies of a large central account
// are looked at, alarms would be most of its synthesis.
const rareCopies = "\ntiers: [{name: critical_data, copy_to_central: {of: snapshot}, " +
	"snapshot_backup: {delete_after_days: 60, schedule: cron(0 4 1 * ? *)}}]"

// centrals are the assemblies of [centralAssembly], by the texts of their configurations.
var centrals = map[string]*assembly{}

// centralAssembly synthesizes a configuration once for all tests, and no report, which would take longer than the templates.
func centralAssembly(t *testing.T, organization string, workloads int, central string) *assembly {
	t.Helper()
	var b strings.Builder
	b.WriteString("version: 1\nproject: fleet\norganization: " + organization + "\n")
	b.WriteString("central:\n  account: \"111111111111\"\n  region: eu-central-1" + central + "\nworkloads:\n")
	for i := range workloads {
		fmt.Fprintf(&b, "  - {name: w%d, environment: prod, account: \"%012d\", region: eu-central-1, ", i, i)
		fmt.Fprintf(&b, "buckets: [{name: fleet-w%d, tier: critical_data}]}\n", i)
	}
	if centrals[b.String()] == nil {
		file := filepath.Join(t.TempDir(), "backup.yaml")
		write(t, file, []byte(b.String()))
		centrals[b.String()] = synthesizeFile(file, filepath.Join(t.TempDir(), "out"), nil, "-workload", "central", "-report=false")
	}
	return centrals[b.String()]
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
		for _, named := range [][2]string{
			{"AWS::IAM::Role", "RoleName"}, {"AWS::CloudWatch::Dashboard", "DashboardName"}, {"AWS::S3::Bucket", "BucketName"},
		} {
			for _, r := range template.ofType(named[0]) {
				names = append(names, fmt.Sprint(r.Properties[named[1]]))
			}
		}
		slices.Sort(names)
		return names
	}
	if got, want := names(""), []string{"fleet-alerts", "fleet-backup", "fleet-copy-back", "fleet-events-central"}; !slices.Equal(got, want) {
		t.Errorf("names %v, want %v: they are deployed", got, want)
	}
	got := names("\n  restore_testing: {}\n  region_in_names: true")
	var want []string
	for _, name := range []string{
		"alerts", "backup", "copy-back", "events-central", "restore-central", "restore-evidence-111111111111", "validate-central", "validator",
	} {
		want = append(want, "fleet-"+name+"-eu-central-1")
	}
	if !slices.Equal(got, want) {
		t.Errorf("names with the Region %v, want %v", got, want)
	}
}
