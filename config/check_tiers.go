package config

import (
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// tierPath is where the document changes or adds a tier. Of a built-in row that it leaves alone it
// is a path that leads nowhere.
func (c *checker) tierPath(t *Tier) string {
	if i, ok := c.tierAt[t.Name]; ok {
		return fmt.Sprintf("tiers[%d]", i)
	}
	return "tiers"
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
		c.tierNamesFaulty = c.tierNamesFaulty || !isBuiltin && extends.Value == ""
		switch {
		case isBuiltin && extends.Value != "":
			c.report(Problem{Path: at + ".extends", What: name.Value + " is a built-in tier and extends nothing", Got: extends.Value, Want: "no extends, or a name of its own for the tier"})
		case !isBuiltin && extends.Value == "":
			c.report(Problem{Path: at + ".name", What: "is not a built-in tier, and a tier of your own needs extends" + DidYouMean(name.Value, builtin), Got: strconv.Quote(name.Value), Want: oneOf(builtin) + ", or extends: with one of these"})
		}
	}
}

// checkTierRules is about what a row's parts mean together. What a row has from the one that it
// extends is reported there.
func checkTierRules(c *checker) {
	builtin := builtinTiers().names()
	for i := range c.cfg.Tiers {
		t := &c.cfg.Tiers[i]
		if !slices.Contains(builtin, t.Name) && !slices.Contains(builtin, t.Extends) {
			continue // half a row, reported by checkTierEntries
		}
		if at := c.writtenOf(t, "copy_to_central", "continuous_backup", "snapshot_backup"); at != "" && t.Copied() && !t.BackedUp() {
			c.report(Problem{Path: at, What: "there is nothing to copy: the tier has neither continuous nor snapshot backups", Want: "continuous_backup or snapshot_backup, or no copy_to_central", Fact: "F-S3-10"})
		}
		c.checkWindows(t)
		c.checkRPO(t)
		c.checkLowCost(t)
	}
}

// writtenOf returns the path of the first of the keys that the document has for a tier, or "".
func (c *checker) writtenOf(t *Tier, keys ...string) string {
	at := c.tierPath(t)
	for _, key := range keys {
		if path := at + "." + key; c.written(path) {
			return path
		}
	}
	return ""
}

func (c *checker) checkWindows(t *Tier) {
	start, completion := t.Schedule.StartWindowMinutes, t.Schedule.CompletionWindowMinutes
	at := c.writtenOf(t, "schedule.completion_window_minutes", "schedule.start_window_minutes")
	p := Problem{Path: at, Got: fmt.Sprintf("%d minutes to start and %d to complete", start, completion), Fact: "F-SCH-4"}
	switch {
	case at == "":
		return
	case completion <= start:
		p.What = "the completion window ends no later than the start window: a job that starts late is cancelled at once"
		p.Want = fmt.Sprintf("completion_window_minutes above %d", start)
	case completion < start+60:
		p.Warning = true
		p.What = "leaves a job that starts late less than an hour"
		p.Want = fmt.Sprintf("completion_window_minutes of %d or more", start+60)
	default:
		return
	}
	c.report(p)
}

func (c *checker) checkRPO(t *Tier) {
	at := c.writtenOf(t, "rpo_minutes", "continuous_backup", "snapshot_backup")
	if at == "" || t.RPOMinutes == 0 {
		return
	}
	p := Problem{Path: at, Got: fmt.Sprintf("rpo_minutes %d", t.RPOMinutes), Fact: "F-S3-4"}
	switch fastest := t.fastestRPOMinutes(); {
	case !t.BackedUp():
		p.What, p.Want = "the tier has no backups that could meet its recovery point objective", "continuous_backup or snapshot_backup, or no rpo_minutes"
	case t.RPOMinutes < fastest:
		p.What, p.Want = "AWS Backup cannot meet this recovery point objective for this tier", fmt.Sprintf("rpo_minutes of %d or more", fastest)
	default:
		return
	}
	c.report(p)
}

// checkLowCost finds a low-cost warm tier that nothing would ever be old enough for.
func (c *checker) checkLowCost(t *Tier) {
	at := c.writtenOf(t, "low_cost_after_days", "snapshot_backup", "copy_to_central")
	undecided := t.Copied() && t.CopyToCentral.DeleteAfterDays == setByTheBusiness
	if at == "" || t.LowCostAfterDays == 0 || t.LowCostBackups() || t.lowCostCopies() || undecided {
		return
	}
	c.report(Problem{Path: at, What: "the low-cost warm tier does nothing: neither a snapshot nor a copy of the tier is kept that long", Got: fmt.Sprintf("low_cost_after_days %d", t.LowCostAfterDays), Want: "less than the retention of snapshot_backup or copy_to_central, or 0", Fact: "F-TIER-3"})
}

// fastestRPOMinutes is the shortest recovery point objective, in minutes, that any schedule gives the tier.
func (t *Tier) fastestRPOMinutes() int {
	if t.ContinuousBackup != nil {
		return ContinuousRPOMinutes
	}
	return MinBackupFrequencyMinutes
}

// checkLowCostCopies finds copies that a tiering configuration of the central vault cannot tell apart.
func checkLowCostCopies(c *checker) {
	selections := c.cfg.LowCostCopies()
	named := 0
	for _, s := range selections {
		named += len(s.Buckets)
	}
	switch {
	case len(selections) == 1 && named == 0: // everything
	case len(selections) > MaxTieringSelections:
		c.reportLowCost(Problem{What: fmt.Sprintf("the central vault's tiers have more than %d different values of it", MaxTieringSelections)})
	case named > MaxTieringResources:
		c.reportLowCost(Problem{What: fmt.Sprintf("where tiers differ in it their buckets must be named, and the central vault's tiering configuration names %d at most, not %d", MaxTieringResources, named)})
	default:
		for ref := range c.cfg.tierReferences() {
			if t := c.cfg.Tiers.find(ref.tier); ref.tagged && t != nil && t.lowCostCopies() {
				c.reportLowCost(Problem{Warning: true, What: "copies of buckets that are selected by tag stay out of the low-cost warm tier: where tiers differ in it their buckets must be named"})
				return
			}
		}
	}
}

// reportLowCost completes a problem and reports it at the first tier with low-cost copies.
func (c *checker) reportLowCost(p Problem) {
	for _, t := range c.cfg.copied {
		if t.lowCostCopies() {
			p.Path, p.Got = c.tierPath(t)+".low_cost_after_days", strconv.Itoa(t.LowCostAfterDays)
			p.Want, p.Fact = "the same low_cost_after_days for every tier with copy_to_central", "F-TIER-2"
			c.report(p)
			return
		}
	}
}

// checkCopyRetentionsDecided wants a retention for the copies of every tier in use. A row may leave
// it to the business; whoever uses the row has to ask.
func checkCopyRetentionsDecided(c *checker) {
	if c.tierNamesFaulty || c.hasFault("tiers") {
		return
	}
	undecided := map[string]bool{}
	for _, t := range c.cfg.copied {
		undecided[t.Name] = t.CopyToCentral.DeleteAfterDays == setByTheBusiness && !c.hasFault(c.tierPath(t)) && !c.hasFault(c.tierPath(t)+".copy_to_central")
	}
	for ref := range c.cfg.tierReferences() {
		if !undecided[ref.tier] {
			continue
		}
		undecided[ref.tier] = false // once for a tier, at its first use
		c.report(Problem{
			Path: ref.path(),
			What: "how long copies of " + ref.tier + " are kept is the business's decision, and it has not been made",
			Got:  ref.tier,
			Want: "tiers: [{name: " + ref.tier + ", copy_to_central: {delete_after_days: …}}] with the days that the owner of the data has decided",
			Fact: "F-LOCK-7",
		})
	}
}
