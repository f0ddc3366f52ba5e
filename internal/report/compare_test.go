package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

const before = `version: 1
project: dummy
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
alerts: {email: [a@example.com]}
workloads:
  - name: shop
    environment: prod
    account: "222222222222"
    region: eu-central-1
    buckets: [{name: shop-orders, tier: critical_data}, {name: shop-images, tier: curated_data}]
`

// changed are the changes after some text of before is replaced, one a line.
func changed(t *testing.T, replacements ...string) []string {
	t.Helper()
	read := func(text string) *Report {
		cfg, err := config.Load("backup.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return New(cfg, Options{})
	}
	after := strings.NewReplacer(replacements...).Replace(before)
	if len(replacements) > 0 && after == before {
		t.Fatal("nothing is replaced")
	}
	now := read(after)
	now.Compare(read(before), "before.yaml")
	var lines []string
	for _, c := range now.Changes.List {
		of := strings.Join(c.Buckets, " ")
		if c.Vault != "" {
			of = c.Vault[strings.LastIndex(c.Vault, "/")+1:]
		}
		mark := ""
		if c.Irreversible {
			mark = "! "
		}
		lines = append(lines, fmt.Sprintf("%s%s %s: %s", mark, of, c.Effect, c.What))
	}
	return lines
}

// TestCompare: what a change of a file means for buckets and vaults, what cannot be undone first.
func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		replacements []string
		want         []string
	}{
		"nothing": {nil, nil},
		"a tier of a bucket": {[]string{"name: shop-images, tier: curated_data", "name: shop-images, tier: critical_data"}, []string{
			"! shop-images loses: its history in one vault: new backups go from dummy-shop-prod-curated_data into dummy-shop-prod-critical_data, " +
				"and the first one is a full one",
			"shop-images loses: the snapshots of rule snapshot (365 days)",
			"shop-images gains: the copies of rule continuous (1825 days)",
			"dummy-shop-prod-curated_data changes: the app no longer manages the vault; CloudFormation retains it with its recovery points",
		}},
		"a bucket is removed": {[]string{", {name: shop-images, tier: curated_data}", ""}, []string{
			"! shop-images loses: new backups: no workload has the bucket any more",
			"shop-images changes: the app no longer manages the bucket; CloudFormation retains it with its data",
			"dummy-shop-prod-curated_data changes: the app no longer manages the vault; CloudFormation retains it with its recovery points",
		}},
		"a bucket is added": {[]string{"buckets: [", "buckets: [{name: shop-new, tier: standard_data}, "}, []string{
			"shop-new gains: the protection of standard_data: Object Lock (15 days)",
		}},
		"shorter copies": {[]string{"alerts:", "tiers: [{name: critical_data, copy_to_central: {delete_after_days: 365}}]\nalerts:"}, []string{
			"shop-orders loses: 1460 days of the copies of rule continuous: it is kept 365 days in place of 1825 days",
			"central-aws-vault-S3 changes: its lock, from governance mode, 15 to 1825 days to governance mode, 15 to 365 days",
		}},
		"a shorter PITR window starts anew": {[]string{"alerts:", "tiers: [{name: curated_data, continuous_backup: {delete_after_days: 7}}]\nalerts:"}, []string{
			"! shop-images loses: 28 days of point-in-time recovery: it is kept 7 days in place of 35 days",
		}},
		"a compliance lock": {[]string{
			`region: eu-central-1}`, `region: eu-central-1, vault_lock: {mode: compliance, min_retention_days: 15, max_retention_days: 1825, ` +
				`changeable_for_days: 3, acknowledge_irreversible: central-aws-vault-S3}}`,
		}, []string{
			"! central-aws-vault-S3 gains: a lock that nobody can undo (compliance mode, 15 to 1825 days, can be changed for 3 days)",
		}},
		"a bucket that the app no longer creates": {[]string{"name: shop-images, tier: curated_data", "name: shop-images, tier: curated_data, existing: true"}, []string{
			"shop-images changes: the app no longer manages the bucket, but backs it up; CloudFormation retains it with its data and its Object Lock",
		}},
		"rehearsals": {[]string{"    buckets:", "    restore_testing: {tiers: [critical_data]}\n    buckets:"}, []string{
			"shop-orders gains: tests that restore its backups",
		}},
	} {
		if got := changed(t, c.replacements...); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n  %s\nwant\n  %s", name, strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
		}
	}
}
