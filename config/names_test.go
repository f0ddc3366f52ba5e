package config

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestNames: names have the lengths and characters that AWS allows (F-LIM-3, F-OL-11), however long their parts are.
func TestNames(t *testing.T) {
	cfg := &Config{Project: "abcdefghijklmnopqrst", Central: Central{VaultName: "central", Account: "111111111111", Region: "eu-central-1"}}
	short := &Config{Project: "ab", Central: cfg.Central}
	long := Workload{Name: strings.Repeat("n", 49), Environment: strings.Repeat("e", 49), Account: "012345678901"}
	brief := Workload{Name: "a", Environment: "b", Account: "012345678901"}
	tiers := append(builtinTiers(), Tier{Name: strings.Repeat("t_-", 33)})
	vault, rule := regexp.MustCompile(`^[a-zA-Z0-9\-_]{2,50}$`), regexp.MustCompile(`^[a-zA-Z0-9-]{1,50}$`)
	for _, c := range []*Config{cfg, short} {
		for _, w := range []Workload{long, brief} {
			for i := range tiers {
				tier := &tiers[i]
				expect(t, vault, c.TierName(w, tier))
				expect(
					t,
					rule,
					c.RuleName(w, tier, Rule{Name: ContinuousRule}),
					c.RuleName(w, tier, Rule{Name: SnapshotRule}),
					c.SelectionName(w, tier, 2),
					c.TaggedSelectionName(w, tier, TagSelection{}),
					c.TaggedSelectionName(w, tier, TagSelection{Tag: TagValues{"a": "b"}}),
				)
				longest := strings.Repeat("Daily_9-", 5)[:MaxSnapshotRuleName]
				expect(t, regexp.MustCompile(`^ab[a-z-]*[a-f0-9]*-`+longest+`$`), c.RuleName(w, tier, Rule{Name: longest}))
				expect(t, regexp.MustCompile(`^[a-zA-Z0-9_]{1,200}$`), c.TieringName("eu-central-1", c.TierName(w, tier)))
				expect(t, regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]{1,250}$`), c.KeyAlias(w, tier.BucketKey()))
			}
			expect(t, regexp.MustCompile(`^`+c.Project+`-backup-[a-z0-9-]{1,55}$`), c.BackupRoleName(w))
			expect(t, regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,127}$`), c.StackName(w), c.CentralStackName())
			expect(t, regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`), c.AccessLogBucketName(w), c.EvidenceBucketName())
			expect(t, regexp.MustCompile(`^`+c.Project+`-(restore|operate|validate)-[a-z0-9-]+$`),
				c.RestoreRoleName(w), c.OperateRoleName(w), c.ValidateRoleName(w))
			expect(t, regexp.MustCompile(`^`+c.Project+`-[a-zA-Z0-9_-]{1,41}-landing$`), c.LandingVaultName(w))
			expect(t, vault, c.LandingVaultName(w))
			expect(t, testNames, c.RestoreTestingPlanName(w))
			for _, role := range []string{
				c.BackupRoleName(w), c.RestoreRoleName(w), c.OperateRoleName(w), c.ValidateRoleName(w), c.CopyBackRoleName(), c.OperateCentralRoleName(),
				c.ValidatorRoleName(), c.ValidateCentralRoleName(),
			} {
				if n := len(role); n > MaxRoleName {
					t.Errorf("a role's name of %d characters", n)
				}
			}
		}
	}
}

// TestRestoredBucketName: the name tells what came back and of when, and fits (F-OL-11).
func TestRestoredBucketName(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 4, 59, 0, time.FixedZone("CET", 3600))
	if got := RestoredBucketName("my.lake", at); got != "my-lake-restored-202603020904" {
		t.Errorf("got %s", got)
	}
	long := RestoredBucketName(strings.Repeat("b", MaxBucketName), at)
	if len(long) != MaxBucketName || !strings.HasSuffix(long, "-restored-202603020904") {
		t.Errorf("got %s of %d characters", long, len(long))
	}
}

// testNames are what AWS allows for restore testing plans and selections (F-LIM-4).
var testNames = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_]{0,48}[A-Za-z0-9]$`)

func expect(t *testing.T, pattern interface{ MatchString(string) bool }, names ...string) {
	t.Helper()
	for _, name := range names {
		if !pattern.MatchString(name) {
			t.Errorf("%q does not match %s", name, pattern)
		}
	}
}

// TestShorten: a name that fits does not change; other names are cut and get a unique mark.
func TestShorten(t *testing.T) {
	if got := shorten("dummy-dummy-dev-critical_data", 50); got != "dummy-dummy-dev-critical_data" {
		t.Errorf("a name that fits became %q", got)
	}
	const common = "a-long-prefix-that-many-names-share-"
	seen := map[string]string{}
	for i := range 10_000 {
		name := fmt.Sprintf("%s%d-and-a-tail", common, i)
		short := shorten(name, 40)
		if len(short) > 40 || !strings.HasPrefix(name, short[:20]) {
			t.Fatalf("%q became %q", name, short)
		}
		if other, twice := seen[short]; twice {
			t.Fatalf("%q and %q both became %q", name, other, short)
		}
		if again := shorten(name, 40); again != short {
			t.Fatalf("%q became %q and %q", name, short, again)
		}
		seen[short] = name
	}
}

// TestTieringNames: names are different for vaults whose names differ only in hyphens and underscores, and
// for vaults of one name in two Regions.
func TestTieringNames(t *testing.T) {
	cfg := &Config{}
	names := map[string]bool{}
	for _, region := range []string{"eu-central-1", "eu-west-1"} {
		for _, vault := range []string{"a-b_c", "a_b-c", "a-b-c", "a_b_c"} {
			names[cfg.TieringName(region, vault)] = true
		}
	}
	if len(names) != 8 {
		t.Errorf("%d names of 8: %v", len(names), names)
	}
}
