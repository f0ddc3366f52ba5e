package config

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTable1 compares the built-in tiers with a second copy of the table.
func TestTable1(t *testing.T) {
	none := 0
	want := []struct {
		name                                      string
		objectLock, pitr, snapshots, copies       int
		backedUp, copied, dedicatedKey, undecided bool
	}{
		{"standard_data", 15, none, none, none, false, false, false, false},
		{"sensitive_data", 15, 15, none, none, true, false, true, false},
		{"curated_data", 35, 35, 365, none, true, false, false, false},
		{"curated_sensitive_data", 35, 35, 365, none, true, false, true, false},
		{"critical_data", 35, 35, none, 1825, true, true, false, false},
		{"critical_sensitive_data", 35, 35, none, none, true, true, true, true},
	}
	tiers := builtinTiers()
	if len(tiers) != len(want) {
		t.Fatalf("%d tiers, want %d", len(tiers), len(want))
	}
	for i, w := range want {
		row := tiers[i]
		var pitr, snapshots, copies int
		if row.ContinuousBackup != nil {
			pitr = row.ContinuousBackup.DeleteAfterDays
		}
		for _, rule := range row.SnapshotBackup {
			snapshots = rule.DeleteAfterDays
			if rule.Schedule != "cron(5 5 * * ? *)" {
				t.Errorf("%s: snapshots at %s", row.Name, rule.Schedule)
			}
		}
		if row.CopyToCentral != nil {
			copies = row.CopyToCentral.DeleteAfterDays
		}
		undecided := row.Copied() && copies == setByTheBusiness
		got := fmt.Sprint(row.Name, row.ObjectLock.Days, pitr, snapshots, copies, row.BackedUp(), row.Copied(), row.DedicatedKey, undecided)
		if want := fmt.Sprint(w.name, w.objectLock, w.pitr, w.snapshots, w.copies, w.backedUp, w.copied, w.dedicatedKey, w.undecided); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if row.ObjectLock.Mode != Governance || row.LowCostAfterDays != 0 {
			t.Errorf("%s: Object Lock %s, low cost after %d days", row.Name, row.ObjectLock.Mode, row.LowCostAfterDays)
		}
		if want := (Schedule{"cron(5 2 * * ? *)", "Etc/UTC", 60, 10080}); row.Schedule != want {
			t.Errorf("%s: schedule %v, want %v", row.Name, row.Schedule, want)
		}
	}
}

// TestRoundTrip: the output of -print-config loads to an equal configuration, so no value is lost.
func TestRoundTrip(t *testing.T) {
	for _, file := range loadable(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			cfg, err := LoadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			printed, err := cfg.YAML()
			if err != nil {
				t.Fatal(err)
			}
			again, err := Load(filepath.Join(t.TempDir(), "printed.yaml"), printed) // in a directory without the files that it names
			if err != nil {
				t.Fatal(err)
			}
			again.Warnings, cfg.Warnings = nil, nil
			if !reflect.DeepEqual(cfg, again) {
				reprinted, _ := again.YAML()
				t.Errorf("loaded back different:\n%s\nfrom\n%s", reprinted, printed)
			}
		})
	}
}

// TestPrintedHasNoNewWarnings: the output of -print-config gives no warning that the file did not give.
func TestPrintedHasNoNewWarnings(t *testing.T) {
	cfg := load(t, minimal)
	printed, err := cfg.YAML()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range load(t, string(printed)).Warnings {
		if p.Check != "nobody-alerted" {
			t.Errorf("%s", p)
		}
	}
}

// TestTierOverrides: an entry changes only the keys that it has. A tier that extends a built-in one starts
// from the changed row, whatever the order of the entries.
func TestTierOverrides(t *testing.T) {
	cfg := load(t, minimal+`
tiers:
  - {name: ledger_data, extends: critical_data, snapshot_backup: {delete_after_days: 400}}
  - {name: critical_data, schedule: {start_window_minutes: 90}, copy_to_central: {delete_after_days: 90}}
  - {name: local_data, extends: critical_data, copy_to_central: null}
`)
	critical, ledger, local := cfg.Tiers.find("critical_data"), cfg.Tiers.find("ledger_data"), cfg.Tiers.find("local_data")
	want := Schedule{defaultCron, "Etc/UTC", 90, 10080}
	if critical.Schedule != want || ledger.Schedule != want {
		t.Errorf("schedules %v and %v, want %v", critical.Schedule, ledger.Schedule, want)
	}
	if critical.SnapshotBackup != nil || !reflect.DeepEqual(ledger.SnapshotBackup, snapshots(400)) {
		t.Errorf("snapshots %v and %v", critical.SnapshotBackup, ledger.SnapshotBackup)
	}
	if critical.CopyToCentral.DeleteAfterDays != 90 || ledger.CopyToCentral.DeleteAfterDays != 90 || local.CopyToCentral != nil {
		t.Errorf("copies %v, %v and %v", critical.CopyToCentral, ledger.CopyToCentral, local.CopyToCentral)
	}
	if builtinTiers().find("critical_data").CopyToCentral.DeleteAfterDays != 1825 {
		t.Error("the built-in table was changed")
	}
}

// TestLockDefaults: the default lock accepts the copies of all tiers in use.
func TestLockDefaults(t *testing.T) {
	for _, test := range []struct {
		name, lock, tiers, tier string
		minDays, maxDays        int
	}{
		{"the longest copy", "", "", "critical_data", 15, 1825},
		{"no copies, no maximum", "", "", "curated_data", 15, 0},
		{"a copy shorter than the default minimum", "", "tiers: [{name: critical_data, copy_to_central: {delete_after_days: 7}}]", "critical_data", 7, 7},
		{"a longer copy that nobody uses", "", "tiers: [{name: critical_sensitive_data, copy_to_central: {delete_after_days: 2555}}]", "critical_data", 15, 1825},
		{"a maximum below the default minimum", ", vault_lock: {max_retention_days: 10}", "", "curated_data", 10, 10},
		{"a maximum above every copy", ", vault_lock: {max_retention_days: 3650}", "", "critical_data", 15, 3650},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(minimal, "region: eu-central-1}", "region: eu-central-1"+test.lock+"}", 1)
			cfg := load(t, strings.Replace(text, "tier: critical_data", "tier: "+test.tier, 1)+test.tiers)
			lock := cfg.Central.VaultLock
			if lock.Mode != Governance || lock.MinRetentionDays != test.minDays || lock.MaxRetentionDays != test.maxDays {
				t.Errorf(
					"got %s, %d to %d days; want governance, %d to %d",
					lock.Mode,
					lock.MinRetentionDays,
					lock.MaxRetentionDays,
					test.minDays,
					test.maxDays,
				)
			}
		})
	}
}

// TestLowCostCopies: if all copied tiers have the same age, everything moves. If not, only named buckets
// move, and a tier that is selected by tag alone moves nothing.
func TestLowCostCopies(t *testing.T) {
	const a, b = "{name: critical_data, low_cost_after_days: 90}", "{name: critical_sensitive_data, copy_to_central: {delete_after_days: 365}"
	for _, test := range []struct {
		name, tiers, workload, want string
	}{
		{"nobody asked", "", "", "[]"},
		{"all agree", a + ", " + b + ", low_cost_after_days: 90}", "buckets: [{name: dummy-b, tier: critical_sensitive_data}]", "[{90 []}]"},
		{"an unused tier does not count", a + ", " + b + "}", "buckets: [{name: dummy-b, tier: curated_data}]", "[{90 []}]"},
		{"one does not", a + ", " + b + "}", "buckets: [{name: dummy-b, tier: critical_sensitive_data}]", "[{90 [dummy-dev-a]}]"},
		{"two ages", a + ", " + b + ", low_cost_after_days: 120}", "buckets: [{name: dummy-b, tier: critical_sensitive_data}]", "[{90 [dummy-dev-a]} {120 [dummy-b]}]"},
		{"by tag alone", b + ", low_cost_after_days: 120}", "select_tagged: [critical_sensitive_data]", "[]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := minimal
			if test.workload != "" {
				text += "  - {name: b, environment: dev, account: \"333333333333\", region: eu-central-1, " + test.workload + "}\n"
			}
			cfg := load(t, text+"tiers: ["+test.tiers+"]\n")
			if got := fmt.Sprint(cfg.LowCostCopies(cfg.CentralVaults()[0])); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			tagged := strings.Contains(test.workload, "select_tagged")
			if warned := slices.ContainsFunc(cfg.Warnings, func(p Problem) bool { return p.Check == "low-cost-tagged" }); warned != tagged {
				t.Errorf("warnings %v", cfg.Warnings)
			}
		})
	}
}

// TestUnreadableFiles: the message about an unreadable file has its name and the reason.
func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, bytes.Repeat([]byte("# comment\n"), maxFileBytes/10+1), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "binary.yaml")
	if err := os.WriteFile(binary, []byte("version: 1\nproject: \"d\xfcmmy\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		filepath.Join(dir, "absent.yaml"): "there is no such file",
		dir:                               "cannot be read",
		large:                             "is larger than 8 MiB",
		binary:                            ":2:12: the file is not UTF-8 text",
	} {
		cfg, err := LoadFile(file)
		if cfg != nil || err == nil || !strings.HasPrefix(err.Error(), file) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v; want %q", err, want)
		}
	}
}

// TestNoCDK: the package imports neither the CDK nor a package that does.
func TestNoCDK(t *testing.T) {
	for _, file := range append(files(t, "*.go"), files(t, "internal/*/*.go")...) {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range f.Imports {
			if path := imported.Path.Value; strings.Contains(path, "aws") || strings.Contains(path, "jsii") || strings.Contains(path, "cdk") ||
				strings.Contains(path, "constructs") ||
				strings.Contains(path, "stacks") {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}

// TestSyntaxRows: a field uses each row of the table, the row of each field exists, and each row says what
// it wants.
func TestSyntaxRows(t *testing.T) {
	used := map[string]bool{}
	inFiles := slices.Concat(
		typesBelow(
			reflect.TypeFor[corsConfiguration](),
		),
		typesBelow(reflect.TypeFor[policyDocument]()),
		typesBelow(reflect.TypeFor[Estimates]()),
	)
	for _, typ := range slices.Concat(configTypes(), inFiles) {
		for _, field := range structKeys(typ).fields {
			if field.syntax == "" {
				continue
			}
			for _, name := range []string{field.syntax, syntaxes[field.syntax].keys} {
				used[name] = true
				if row, ok := syntaxes[name]; name != "" && (!ok || row.want == "") {
					t.Errorf("%s.%s: no row %q that says what it wants", typ.Name(), field.name, name)
				}
			}
		}
	}
	for name := range syntaxes {
		if !used[name] {
			t.Errorf("row %q is used by no field", name)
		}
	}
}

// TestFacts: docs/aws-facts.md has every fact that code and documentation cite.
func TestFacts(t *testing.T) {
	facts := string(read(t, "../docs/aws-facts.md"))
	cited := regexp.MustCompile(`F-[A-Z0-9]+-[0-9]+`)
	n := 0
	for _, pattern := range []string{"*.go", "internal/*/*.go", "../*.go", "../constructs/*.go", "../stacks/*.go", "../internal/*/*.go", "../cmd/*/*.go", "../lambda/alerts/*.go", "../lambda/alerts/internal/*/*.go", "../README.md", "../docs/*.md", "../docs/adr/*.md", "../examples/*.md", "../examples/*/*"} {
		for _, file := range files(t, pattern) {
			for _, fact := range cited.FindAllString(string(read(t, file)), -1) {
				n++
				if !regexp.MustCompile(regexp.QuoteMeta(fact) + `\b`).MatchString(facts) {
					t.Errorf("%s cites %s, which docs/aws-facts.md does not have", file, fact)
				}
			}
		}
	}
	if n == 0 {
		t.Error("no fact is cited at all")
	}
}

const minimal = `version: 1
project: dummy
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
workloads:
  - name: a
    environment: dev
    account: "222222222222"
    region: eu-central-1
    buckets: [{name: dummy-dev-a, tier: critical_data}]
`

func load(t *testing.T, text string) *Config {
	t.Helper()
	cfg, err := Load("backup.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}
