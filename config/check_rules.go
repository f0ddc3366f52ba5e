package config

import (
	"fmt"
	"slices"
)

// checkRulesTwice finds two snapshot rules of a tier with one name, which AWS Backup could not tell apart.
func checkRulesTwice(c *checker) {
	for t := range c.rows() {
		first := map[string]string{}
		for _, r := range c.rulesOf(t) {
			at := c.tierPath(t) + "." + r.key + ".name"
			other, twice := first[r.Name]
			if twice && r.Name != "" && c.written(at) {
				c.report(at, Problem{What: "duplicate rule", Got: r.Name, Want: "a name of its own for each rule of the tier"}, other)
			} else if !twice {
				first[r.Name] = at
			}
		}
	}
}

// checkPlanRules finds tiers with more rules than a backup plan can have. All backups of a bucket must be in one vault
// (F-S3-8), so that they are in one plan.
func checkPlanRules(c *checker) {
	for t := range c.rows() {
		rules := c.rulesOf(t)
		if len(rules) <= MaxPlanRules {
			continue
		}
		at := c.firstWritten(c.tierPath(t), rules[MaxPlanRules].key, "snapshot_backup", "continuous_backup")
		if at == "" || c.doubtful(c.tierKeys(t, "continuous_backup")...) {
			continue
		}
		want := fmt.Sprintf("at most %d rules", MaxPlanRules)
		if t.ContinuousBackup != nil {
			want += fmt.Sprintf(": %d snapshot rules beside the continuous rule", MaxPlanRules-1)
		}
		c.report(at, Problem{What: "a backup plan cannot have so many rules", Got: fmt.Sprintf("%d rules", len(rules)), Want: want})
	}
}

// checkCopiedRules finds copies of a rule that the tier does not have. In a tier that inherits the key of, the place is
// that of the rules.
func checkCopiedRules(c *checker) {
	for t := range c.rows() {
		if t.CopyToCentral == nil || t.CopyToCentral.Of == "" {
			continue
		}
		of, names := t.CopyToCentral.Of, c.ruleKeys(t, func(r placedRule) string { return r.Name })
		at := c.firstWritten(c.tierPath(t), "copy_to_central.of", "snapshot_backup", "continuous_backup")
		if at == "" || slices.Contains(names, of) || len(names) == 0 || c.rulesDoubtful(t) {
			continue
		}
		c.report(at, Problem{
			What: "nothing would be copied: copy_to_central names a rule that " + t.Name + " does not have" + DidYouMean(of, names),
			Got:  "of: " + of, Want: oneOf(names),
		}, c.tierKeys(t, "copy_to_central.of")...)
	}
}

// rulesDoubtful says whether a problem was reported that may change which rules a tier has.
func (c *checker) rulesDoubtful(t *Tier) bool {
	keys := append(c.ruleKeys(t, func(r placedRule) string { return r.key + ".name" }), "continuous_backup", "snapshot_backup")
	return c.doubtful(c.tierKeys(t, keys...)...)
}

// checkCopiedTwice finds rules with a copy of their own that the tier's copy belongs to as well.
func checkCopiedTwice(c *checker) {
	for t := range c.rows() {
		rules := c.rulesOf(t)
		i := t.copiedRule(t.Rules())
		if i < 0 || !rules[i].ownCopy {
			continue
		}
		own := rules[i].key + ".copy_to_central"
		at := c.firstWritten(c.tierPath(t), "copy_to_central.of", own, "copy_to_central", "snapshot_backup", "continuous_backup")
		if at == "" || c.rulesDoubtful(t) {
			continue
		}
		c.report(at, Problem{
			What: fmt.Sprintf("%s has two copies into the central vault: its own, and that of the tier", rules[i].label),
			Got:  fmt.Sprintf("%s and %s", count(rules[i].CopyDeleteAfterDays, "day"), count(t.CopyToCentral.DeleteAfterDays, "day")),
			Want: "one of the two: copy_to_central: null in the tier leaves the rule its own",
		}, c.tierKeys(t, own, "copy_to_central.of")...)
	}
}
