package config

import (
	"fmt"
	"strings"
	"testing"
)

// TestRestoreTests: a plan has the buckets of the tested tiers, at most thirty in a selection and those of one key
// together, and the tags of tiers that select by tag (F-LIM-4, F-RST-11).
func TestRestoreTests(t *testing.T) {
	var b strings.Builder
	b.WriteString(`
tiers:
  - {name: a_b, extends: sensitive_data}
  - {name: a-b, extends: sensitive_data}
workloads:
  - name: dummy
    environment: dev
    account: "222222222222"
    region: eu-central-1
    restore_testing: {}
    select_tagged: [curated_data, a-b, {tier: curated_data, tag: {team: lake}}, {tier: a-b, tag: {team: sea}}]
    buckets:
      - {name: dummy-own-1, tier: a_b}
      - {name: dummy-own-2, tier: a-b}
      - {name: dummy-existing, tier: sensitive_data, existing: true}
      - {name: dummy-standard, tier: standard_data}
`)
	for i := range 61 {
		fmt.Fprintf(&b, "      - {name: dummy-%02d, tier: %s}\n", i, []string{"curated_data", "critical_data"}[i%2])
	}
	head, _, _ := strings.Cut(minimal, "workloads:")
	cfg := load(t, head+b.String())
	w := cfg.Workloads[0]
	var got []string
	seen := map[string]bool{}
	for _, test := range cfg.RestoreTests(w) {
		expect(t, testNames, test.Name)
		if seen[test.Name] {
			t.Errorf("two selections %s", test.Name)
		}
		seen[test.Name] = true
		name, _, _ := strings.Cut(test.Name, "_b_") // a mark
		selected := ""
		if test.Tagged != nil {
			selected = cfg.Conditions(*test.Tagged).String()
		}
		got = append(got, fmt.Sprint(name, " ", len(test.Buckets), " ", selected, " ", test.Key))
	}
	want := []string{
		"other_buckets_1 1  ", "buckets_1 30  buckets", "buckets_2 30  buckets", "buckets_3 1  buckets",
		"buckets_a 1  buckets-a_b", "buckets_a 1  buckets-a-b",
		"tagged_curated_data 0 backup:tier=curated_data buckets",
		"tagged_curated_data_" + w.SelectTagged[2].mark() + " 0 team=lake buckets",
		"tagged_a 0 backup:tier=a-b buckets-a-b", "tagged_a 0 team=sea buckets-a-b",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if types := fmt.Sprint(cfg.RecoveryPointTypes(w)); types != "[CONTINUOUS]" {
		t.Errorf("types %s", types)
	}
	w.RestoreTesting.Tiers = []string{"curated_data"}
	if vaults := fmt.Sprint(cfg.TestedVaults(w)); vaults != "[dummy-dummy-dev-curated_data]" || len(cfg.RestoreTests(w)) != 4 {
		t.Errorf("vaults %s, selections %v", vaults, cfg.RestoreTests(w))
	}
	cfg.tier("curated_data").ContinuousBackup = nil
	if types := fmt.Sprint(cfg.RecoveryPointTypes(w)); types != "[SNAPSHOT]" {
		t.Errorf("types %s of a tier with snapshots alone", types)
	}
}
