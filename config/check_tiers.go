package config

import (
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// tierPath is where the document changes or adds a tier, or "tiers" where it leaves the built-in row alone.
func (c *checker) tierPath(t *Tier) string {
	entries := c.tierEntries()
	for i, item := range entries {
		if scalarAt(item, "name").Value == t.Name {
			return fmt.Sprintf("tiers[%d]", i)
		}
	}
	return "tiers[-1]"
}

func (c *checker) tierEntries() []*yaml.Node {
	tiers, found := lookup(c.root, "tiers")
	if !found || tiers.Kind != yaml.SequenceNode {
		return nil
	}
	return tiers.Content
}

// checkTierEntries is about the names: each once, and what is not built in extends what is, so that
// a misspelt name does not become a tier of its own.
func checkTierEntries(c *checker) {
	builtin := builtinTiers().names()
	lines := map[string]int{}
	for i, item := range c.tierEntries() {
		name, extends := scalarAt(item, "name"), scalarAt(item, "extends")
		at := fmt.Sprintf("tiers[%d]", i)
		if line, twice := lines[name.Value]; twice {
			c.report(Problem{Path: at + ".name", What: fmt.Sprintf("the tier is there already, in line %d", line), Got: name.Value, Want: "one entry for each tier"})
		}
		if name.Value == "" {
			continue
		}
		lines[name.Value] = name.Line
		isBuiltin := slices.Contains(builtin, name.Value)
		switch {
		case isBuiltin && extends.Value != "":
			c.report(Problem{Path: at + ".extends", What: name.Value + " is a built-in tier and extends nothing", Got: extends.Value, Want: "no extends, or a name of its own for the tier"})
		case !isBuiltin && extends.Value == "":
			c.report(Problem{Path: at + ".name", What: "is not a built-in tier, and a tier of your own needs extends" + DidYouMean(name.Value, builtin), Got: strconv.Quote(name.Value), Want: oneOf(builtin) + ", or extends: with one of these"})
		case !isBuiltin && !slices.Contains(builtin, extends.Value):
			c.report(Problem{Path: at + ".extends", What: "is not a built-in tier" + DidYouMean(extends.Value, builtin), Got: strconv.Quote(extends.Value), Want: oneOf(builtin)})
		}
	}
}

// checkTierRules is about what a row's parts mean together.
func checkTierRules(c *checker) {
	for i := range c.cfg.Tiers {
		t := &c.cfg.Tiers[i]
		at := c.tierPath(t)
		if t.Copied() && !t.BackedUp() {
			c.report(Problem{Path: at + ".copy_to_central", What: "there is nothing to copy: the tier has neither continuous nor snapshot backups", Want: "continuous_backup or snapshot_backup, or no copy_to_central", Fact: "F-S3-10"})
		}
		start, completion := t.Schedule.StartWindowMinutes, t.Schedule.CompletionWindowMinutes
		switch {
		case start == 0 || completion == 0: // reported as malformed or missing
		case completion <= start:
			c.report(Problem{Path: at + ".schedule.completion_window_minutes", What: "ends before the start window does: a job that starts late is cancelled at once", Got: strconv.Itoa(completion), Want: fmt.Sprintf("more than start_window_minutes, %d", start), Fact: "F-SCH-4"})
		case completion < start+60:
			c.report(Problem{Path: at + ".schedule.completion_window_minutes", Warning: true, What: "leaves a job that starts late less than an hour", Got: strconv.Itoa(completion), Want: fmt.Sprintf("%d or more", start+60), Fact: "F-SCH-4"})
		}
		switch fastest := t.fastestRPOMinutes(); {
		case t.RPOMinutes > 0 && !t.BackedUp():
			c.report(Problem{Path: at + ".rpo_minutes", What: "the tier has no backups that could meet it", Got: strconv.Itoa(t.RPOMinutes), Want: "continuous_backup or snapshot_backup, or no rpo_minutes", Fact: "F-S3-4"})
		case t.RPOMinutes > 0 && t.RPOMinutes < fastest:
			c.report(Problem{Path: at + ".rpo_minutes", What: "AWS Backup cannot meet it for this tier", Got: strconv.Itoa(t.RPOMinutes), Want: fmt.Sprintf("%d or more", fastest), Fact: "F-S3-4"})
		}
	}
}

// fastestRPOMinutes is the shortest recovery point objective, in minutes, that any schedule gives the tier.
func (t *Tier) fastestRPOMinutes() int {
	if t.ContinuousBackup != nil {
		return ContinuousRPOMinutes
	}
	return MinBackupFrequencyMinutes
}

// checkTierRetentions finds a low-cost warm tier that nothing would ever be old enough for.
func checkTierRetentions(c *checker) {
	for i := range c.cfg.Tiers {
		t := &c.cfg.Tiers[i]
		undecided := t.Copied() && t.CopyToCentral.DeleteAfterDays == setByTheBusiness
		if t.LowCostAfterDays == 0 || t.LowCostBackups() || t.lowCostCopies() || undecided {
			continue
		}
		c.report(Problem{Path: c.tierPath(t) + ".low_cost_after_days", What: "does nothing: neither a snapshot nor a copy of the tier is kept that long", Got: strconv.Itoa(t.LowCostAfterDays), Want: "less than the retention of snapshot_backup or copy_to_central, or 0", Fact: "F-TIER-3"})
	}
}

// checkLowCostCopies finds copies that a tiering configuration of the central vault cannot tell apart.
func checkLowCostCopies(c *checker) {
	selections := c.cfg.LowCostCopies()
	named := 0
	for _, s := range selections {
		named += len(s.Buckets)
	}
	switch {
	case len(selections) == 0 || len(selections) == 1 && named == 0: // nothing, or everything
	case len(selections) > MaxTieringSelections:
		c.reportLowCost(fmt.Sprintf("the central vault's tiers differ in more than %d values of it", MaxTieringSelections))
	case named > MaxTieringResources:
		c.reportLowCost(fmt.Sprintf("where tiers differ in it their buckets must be named, and the central vault's tiering configuration names %d at most, not %d", MaxTieringResources, named))
	default:
		for _, w := range c.cfg.Workloads {
			for _, name := range w.SelectTagged {
				if t := c.cfg.Tiers.find(name); t != nil && t.lowCostCopies() {
					c.reportLowCost("where tiers differ in it their buckets must be named, and those that are selected by tag are not known")
					return
				}
			}
		}
	}
}

func (c *checker) reportLowCost(what string) {
	for _, t := range c.cfg.copiedTiers() {
		if t.lowCostCopies() {
			c.report(Problem{Path: c.tierPath(t) + ".low_cost_after_days", What: what, Got: strconv.Itoa(t.LowCostAfterDays), Want: "the same low_cost_after_days for every tier with copy_to_central", Fact: "F-TIER-2"})
			return
		}
	}
}

// checkCopyRetentionsDecided wants a retention for the copies of every tier in use. A row may leave
// it to the business; whoever uses the row has to ask.
func checkCopyRetentionsDecided(c *checker) {
	undecided := map[string]bool{}
	for _, t := range c.cfg.copiedTiers() {
		undecided[t.Name] = t.CopyToCentral.DeleteAfterDays == setByTheBusiness
	}
	report := func(at, tier string) {
		undecided[tier] = false // once for a tier, at its first use
		if copies := c.tierPath(c.cfg.Tiers.find(tier)) + ".copy_to_central"; c.written(copies + ".delete_after_days") {
			return // reported there, as malformed
		}
		c.report(Problem{
			Path: at,
			What: "how long copies of " + tier + " are kept is the business's decision, and it has not been made",
			Got:  tier,
			Want: "tiers: [{name: " + tier + ", copy_to_central: {delete_after_days: …}}] with the days that the owner of the data has decided",
			Fact: "F-LOCK-7",
		})
	}
	for i, w := range c.cfg.Workloads {
		for j, b := range w.Buckets {
			if undecided[b.Tier] {
				report(bucketPath(i, j)+".tier", b.Tier)
			}
		}
		for j, tier := range w.SelectTagged {
			if undecided[tier] {
				report(selectPath(i, j), tier)
			}
		}
	}
}
