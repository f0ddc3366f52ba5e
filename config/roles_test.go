package config

import (
	"fmt"
	"strings"
	"testing"
)

// TestRoles: all roles have the prefix and, in their ARNs, the path. Key administrators are not the app's roles.
func TestRoles(t *testing.T) {
	cfg := load(t, minimal+"role_path: /acme/backup/\nrole_prefix: it-\n")
	w := cfg.Workloads[0]
	for got, want := range map[string]string{
		cfg.BackupRoleName(w):                                         "it-dummy-backup-a-dev",
		cfg.RestoreRoleName(w):                                        "it-dummy-restore-a-dev",
		cfg.EventRoleName(CentralID):                                  "it-dummy-events-central",
		cfg.AlertRoleName():                                           "it-dummy-alerts",
		cfg.ValidatorRoleName():                                       "it-dummy-validator",
		cfg.CentralRoleARN(cfg.CopyBackRoleName()):                    "arn:aws:iam::111111111111:role/acme/backup/it-dummy-copy-back",
		cfg.WorkloadRoleARN(w, cfg.OperateRoleName(w)):                "arn:aws:iam::222222222222:role/acme/backup/it-dummy-operate-a-dev",
		cfg.KeyAdministratorARN("team/github_ci"):                     "arn:aws:iam::111111111111:role/team/github_ci",
		fmt.Sprint(cfg.VaultCallers(cfg.CentralVaults()[0]).RoleARNs): "[arn:aws:iam::222222222222:role/acme/backup/it-dummy-backup-a-dev]",
		fmt.Sprint(cfg.BusCallers().RoleARNs):                         "[arn:aws:iam::111111111111:role/acme/backup/it-dummy-events-central arn:aws:iam::222222222222:role/acme/backup/it-dummy-events-a-dev]",
		load(t, minimal+"role_path: /\n").RolePathOrRoot():            "/",
		load(t, minimal).CentralRoleARN("x"):                          "arn:aws:iam::111111111111:role/x",
		load(t, minimal+"role_path: /\n").CentralRoleARN("x"):         "arn:aws:iam::111111111111:role/x",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestLongRoleNames: with the longest prefix and project, no name of a role is too long, and what the central policies match is not cut.
func TestLongRoleNames(t *testing.T) {
	prefix := strings.Repeat("x", MaxRolePrefix)
	for _, project := range []string{"ab", "abcdefghijklmnopqrst"} {
		cfg := &Config{Project: project, RolePrefix: prefix, Central: Central{Region: "ap-southeast-1", RegionInNames: true}}
		seen := map[string]bool{}
		for _, w := range []Workload{
			{Name: "a", Environment: "b"},
			{Name: strings.Repeat("n", 49), Environment: strings.Repeat("e", 48)},
			{Name: strings.Repeat("n", 49), Environment: strings.Repeat("e", 49)},
		} {
			for role, use := range map[string]string{
				cfg.BackupRoleName(w): "backup", cfg.EventRoleName(w.ID()): "events", cfg.RestoreRoleName(w): "restore",
				cfg.OperateRoleName(w): "operate", cfg.ValidateRoleName(w): "validate", cfg.ValidateCentralRoleName(): "validate",
			} {
				if len(role) > MaxRoleName || !strings.HasPrefix(role, prefix+project+"-"+use+"-") {
					t.Errorf("%s, a role to %s", role, use)
				}
				seen[role] = true
			}
		}
		if len(seen) != 16 {
			t.Errorf("%d different names: %v", len(seen), seen)
		}
	}
}

// TestCallersWithLongPaths: whatever the path of the roles, the callers fit into the policies (F-LIM-7, F-EVT-21).
func TestCallersWithLongPaths(t *testing.T) {
	cfg := &Config{
		Project: "dummy", RolePath: "/" + strings.Repeat("p", MaxRolePath-2) + "/", RolePrefix: strings.Repeat("x", MaxRolePrefix),
		Central: Central{Account: "111111111111", Region: "eu-central-1"},
	}
	bytes := func(texts ...string) (n int) {
		for _, text := range texts {
			n += len(text) + len(`"",`)
		}
		return n
	}
	var roles []caller
	for i := range 1300 {
		roles = append(roles, caller{fmt.Sprintf("%012d", i), fmt.Sprintf("%sw%d-prod", cfg.backupRolePrefix(), i)})
	}
	forms := map[string]bool{}
	for _, room := range []policyRoom{{MaxPolicyBytes, 2_700, 1}, {MaxKeyPolicyBytes, 2_700, 2}, {MaxBusPolicyBytes, 1_000, 1}} {
		check := func(count int) (form string) {
			c := cfg.callers(roles[:count], cfg.backupRolePrefix(), room)
			n := bytes(c.RoleARNs...) + bytes(c.AccountARNs...) + bytes(c.Accounts...)
			pattern := strings.HasSuffix(c.RoleARNs[0], "*")
			if pattern { // what is below it is left out; the rest has room for both without a path and a prefix
				n += bytes(c.RoleARNs[0]+"/*") - 2*len("arn:aws:iam::*:role/dummy-backup-*/*")
			}
			if room.statements*n+room.rest > room.limit {
				t.Fatalf("%d roles: %d bytes in each of %d statements, of %d", count, n, room.statements, room.limit)
			}
			form = fmt.Sprint(pattern, len(c.AccountARNs) > 0, len(c.Accounts) > 0)
			forms[form] = true
			return form
		}
		// A policy grows with the roles until it takes another form, so the largest of each form are looked at, one by one.
		const step = 13
		last := check(1)
		for count := 1 + step; count <= len(roles); count += step {
			form := check(count)
			for between := count - step + 1; form != last && between < count; between++ {
				check(between)
			}
			last = form
		}
	}
	if len(forms) != 4 {
		t.Errorf("not all forms of callers came: %v", forms)
	}
}

// TestLetIn: an earlier role is let in if a policy names it, or has a pattern for it and its account.
func TestLetIn(t *testing.T) {
	const role, other = "arn:aws:iam::222222222222:role/it/acme-backup-a", "arn:aws:iam::222222222222:role/acme-backup-a"
	pattern := []string{"arn:aws:iam::*:role/it/acme-backup-*"}
	for _, test := range []struct {
		name    string
		callers Callers
		role    string
		in      bool
	}{
		{"named", Callers{RoleARNs: []string{role}}, role, true},
		{"another is named", Callers{RoleARNs: []string{role}, Accounts: []string{"222222222222"}}, other, false},
		{"a pattern in the account", Callers{RoleARNs: pattern, Accounts: []string{"222222222222"}}, role, true},
		{"a pattern of another path", Callers{RoleARNs: pattern, Accounts: []string{"222222222222"}}, other, false},
		{"a pattern in other accounts", Callers{RoleARNs: pattern, Accounts: []string{"333333333333"}}, role, false},
		{"a pattern in all accounts", Callers{RoleARNs: pattern, Unlimited: true}, role, true},
		{"nobody", Callers{}, role, false},
	} {
		if got := test.callers.letIn("222222222222", test.role); got != test.in {
			t.Errorf("%s: let in %v", test.name, got)
		}
	}
}
