package config

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkLoad loads a fleet of 1,000 workloads with 10,000 buckets.
func BenchmarkLoad(b *testing.B) {
	text := fleet(1000, 10)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load("backup.yaml", text); err != nil {
			b.Fatal(err)
		}
	}
}

// fleet is a backup.yaml with many workloads, each in a separate account.
func fleet(workloads, buckets int) []byte {
	tiers := builtinTiers().names()
	var b strings.Builder
	b.WriteString(`version: 1
project: fleet
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
tiers:
  - {name: critical_sensitive_data, copy_to_central: {delete_after_days: 2555}}
workloads:
`)
	for w := range workloads {
		fmt.Fprintf(&b, "  - name: payments-%04d\n    environment: prod\n    account: \"%012d\"\n    region: eu-central-1\n    buckets:\n", w, w)
		for k := range buckets {
			fmt.Fprintf(&b, "      - {name: fleet-payments-%04d-prod-bucket-%d, tier: %s}\n", w, k, tiers[k%len(tiers)])
		}
	}
	return []byte(b.String())
}

// BenchmarkLoadWrong loads the same fleet with one mistake in 2,000 places.
func BenchmarkLoadWrong(b *testing.B) {
	text := []byte(strings.ReplaceAll(string(fleet(1000, 10)), "tier: curated_data", "tier: kurated_data"))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if n := problemsOf(Load("backup.yaml", text)).Number(Error); n != 2000 {
			b.Fatalf("%d errors", n)
		}
	}
}
