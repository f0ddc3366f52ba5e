package config

import (
	"fmt"
	"slices"
	"strings"
)

// RestoreTest is a selection of a restore testing plan: what one run restores (F-RST-11).
type RestoreTest struct {
	// Name of the selection, unique in its plan.
	Name string
	// Buckets whose backups are restored, at most 30. Empty: all that have the tags of Tagged.
	Buckets []string
	// Tagged selects buckets by their tags. Nil: Buckets are named.
	Tagged *TagSelection
	// Key encrypts what is restored, as it does the buckets of the tier. It is one of [Config.Keys]. Empty: the app
	// created no bucket of the tier, and so no key; AWS Backup encrypts with SSE-S3.
	Key string
}

// RestoreTests are the selections of a workload's restore testing plan, empty without restore_testing. Buckets with
// the same key are together, so that a plan has room for as many as AWS allows.
func (c *Config) RestoreTests(w Workload) []RestoreTest { return restoreTests(w, c.TierUses(w)) }

func restoreTests(w Workload, uses []TierUse) []RestoreTest {
	keys := keyNames(uses)
	var named, tagged []RestoreTest
	for _, use := range tested(w, uses) {
		key := use.Tier.BucketKey()
		if !slices.Contains(keys, key) {
			key = ""
		}
		for _, s := range use.Tagged {
			after := ""
			if !s.OfTier() {
				after = "_" + s.mark()
			}
			tagged = append(tagged, RestoreTest{Name: selectionName("tagged_", use.Tier.Name, after), Tagged: &s, Key: key})
		}
		at := slices.IndexFunc(named, func(t RestoreTest) bool { return t.Key == key })
		if at < 0 && len(use.Buckets) > 0 {
			at = len(named)
			named = append(named, RestoreTest{Key: key})
		}
		for _, b := range use.Buckets {
			named[at].Buckets = append(named[at].Buckets, b.Name)
		}
	}
	var tests []RestoreTest
	for _, all := range named {
		n := 0
		for buckets := range slices.Chunk(all.Buckets, MaxRestoreTestingARNs) {
			n++
			name := fmt.Sprintf("other_buckets_%d", n)
			if all.Key != "" {
				name = selectionName("", all.Key, fmt.Sprintf("_%d", n))
			}
			tests = append(tests, RestoreTest{Name: name, Buckets: buckets, Key: all.Key})
		}
	}
	return append(tests, tagged...)
}

// selectionName is a name without hyphens, which differs where the name in it does (F-LIM-4).
func selectionName(before, name, after string) string {
	if strings.Contains(name, "-") {
		name += mark(name)
	}
	return strings.ReplaceAll(before+shorten(name, MaxTestName-len(before+after))+after, "-", "_")
}

// tested are the uses of the tiers that a workload's restore testing is for.
func tested(w Workload, uses []TierUse) []TierUse {
	var all []TierUse
	for _, use := range uses {
		wanted := w.RestoreTesting != nil && (len(w.RestoreTesting.Tiers) == 0 || slices.Contains(w.RestoreTesting.Tiers, use.Tier.Name))
		if wanted && use.Tier.BackedUp() {
			all = append(all, use)
		}
	}
	return all
}

// RecoveryPointTypes are the kinds of recovery points that a workload's restore tests take: continuous ones of the
// tiers that have them, and otherwise snapshots (F-RST-11).
func (c *Config) RecoveryPointTypes(w Workload) []string {
	var continuous, snapshots bool
	for _, use := range tested(w, c.TierUses(w)) {
		continuous = continuous || use.Tier.ContinuousBackup != nil
		snapshots = snapshots || use.Tier.ContinuousBackup == nil
	}
	var types []string
	if continuous {
		types = append(types, "CONTINUOUS")
	}
	if snapshots {
		types = append(types, "SNAPSHOT")
	}
	return types
}

// TestedVaults are the names of the vaults whose recovery points a workload's restore testing restores.
func (c *Config) TestedVaults(w Workload) []string {
	var names []string
	for _, use := range tested(w, c.TierUses(w)) {
		names = append(names, c.TierName(w, use.Tier))
		if use.Tier.hasAirGapped() {
			names = append(names, c.AirGappedVaultName(w, use.Tier))
		}
	}
	return names
}

// Validated tells whether the validator of the central account looks at a workload's restore tests. It cannot from another
// partition.
func (c *Config) Validated(w Workload) bool { return c.validated(w, c.TierUses(w)) }

func (c *Config) validated(w Workload, uses []TierUse) bool {
	return c.Reached(w) && len(tested(w, uses)) > 0
}

// TestBucketPrefix begins the names of the buckets that AWS Backup restores into in a test (F-OL-11).
const TestBucketPrefix = "awsbackup-restore-test-"

// RestoreTestHours is how many hours old the last successful restore test of a bucket may be: twice the longest time
// between two runs of the schedule, a day until a restore begins, and one for the restore and its validation (F-RST-11).
// Zero: it is not known how often the schedule runs.
func RestoreTestHours(schedule string) int {
	const test = 48
	minutes := intervalMinutes(schedule)
	if minutes == 0 {
		return 0
	}
	return hours(2*minutes) + test
}
