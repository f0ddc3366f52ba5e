package config

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// placedRule is a rule with its keys in the tier's entry.
type placedRule struct {
	Rule
	key           string // of the rule itself
	label         string // what messages call it
	cronKey       string
	startKey      string
	completionKey string
	copyKey       string // of the retention of its copies
}

// words name the rule in a message.
func (r placedRule) words() string {
	switch {
	case r.Continuous:
		return "continuous rule"
	case r.label != r.key: // it is in a list
		return "rule " + r.label
	}
	return "snapshot rule"
}

// rulesOf lists the rules of a tier with their keys, in the form that the document has: a mapping or a list.
func (c *checker) rulesOf(t *Tier) []placedRule {
	var rules []placedRule
	list, item := c.listsRules(t), 0
	for _, r := range t.Rules() {
		p := placedRule{
			Rule: r, key: "continuous_backup", label: "continuous_backup", cronKey: "schedule.cron", startKey: startWindowKey,
			completionKey: completionWindowKey, copyKey: "copy_to_central.delete_after_days",
		}
		if !r.Continuous {
			own := t.SnapshotBackup[item]
			p.key, p.label = "snapshot_backup", "snapshot_backup"
			if list {
				p.key, p.label = fmt.Sprintf("snapshot_backup[%d]", item), r.Name
			}
			p.cronKey = p.key + ".schedule"
			// A window that is written and not valid is the rule's own, too.
			if key := p.key + ".start_window_minutes"; own.StartWindowMinutes > 0 || c.written(c.tierPath(t)+"."+key) {
				p.startKey = key
			}
			if key := p.key + ".completion_window_minutes"; own.CompletionWindowMinutes > 0 || c.written(c.tierPath(t)+"."+key) {
				p.completionKey = key
			}
			item++
		}
		if r.ownCopy {
			p.copyKey = p.key + ".copy_to_central.delete_after_days"
		}
		rules = append(rules, p)
	}
	return rules
}

const (
	startWindowKey      = "schedule.start_window_minutes"
	completionWindowKey = "schedule.completion_window_minutes"
)

// listsRules says whether the document has the tier's snapshot rules as a list, in its own entry or in the one that it extends.
func (c *checker) listsRules(t *Tier) bool {
	for _, name := range []string{t.Name, t.Extends} {
		if i, there := c.tierAt[name]; there && name != "" {
			if n, found := lookup(c.root, entryPath(i)+".snapshot_backup"); found {
				return n.Kind == yaml.SequenceNode
			}
		}
	}
	return false
}

// whereCopied is the path where the document says which rule of a tier is copied: the key of, or a rule's own copy. "": nowhere.
func (c *checker) whereCopied(t *Tier) string {
	if at := c.whereSaid(t, "copy_to_central.of"); at != "" {
		return at
	}
	for _, r := range c.copiedRulesOf(t) {
		if at := c.whereSaid(t, r.copyKey); r.ownCopy && at != "" {
			return at
		}
	}
	return ""
}

// copiedRulesOf lists the rules of a tier that have a copy action.
func (c *checker) copiedRulesOf(t *Tier) []placedRule {
	var copied []placedRule
	for _, r := range c.rulesOf(t) {
		if r.Copied {
			copied = append(copied, r)
		}
	}
	return copied
}

// mostFrequentOf is the first of the rules with the shortest time between two runs.
func mostFrequentOf(rules []placedRule) placedRule {
	most := rules[0]
	for _, r := range rules[1:] {
		if r.IntervalMinutes() < most.IntervalMinutes() {
			most = r
		}
	}
	return most
}

// ruleKeys lists one key of each rule of a tier.
func (c *checker) ruleKeys(t *Tier, key func(placedRule) string) []string {
	var keys []string
	for _, r := range c.rulesOf(t) {
		keys = append(keys, key(r))
	}
	return keys
}

// The keys that ruleKeys asks for.
func cronKeyOf(r placedRule) string      { return r.cronKey }
func retentionKeyOf(r placedRule) string { return r.key + ".delete_after_days" }
func copyKeyOf(r placedRule) string      { return r.copyKey }

// scheduleKeys lists the keys of the schedules of a tier.
func (c *checker) scheduleKeys(t *Tier) []string {
	return append(c.ruleKeys(t, cronKeyOf), "snapshot_backup.schedule")
}

// copyKeys lists the keys of all copies of a tier.
func (c *checker) copyKeys(t *Tier) []string {
	keys := append(c.ruleKeys(t, copyKeyOf), c.ruleKeys(t, func(r placedRule) string { return r.key + ".copy_to_central" })...)
	return append(keys, "copy_to_central.delete_after_days", "copy_to_central.of")
}
