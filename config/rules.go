package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"central-s3-backup/config/internal/schedule"
)

// Rule is a backup rule of a tier's plan, with its copy action.
type Rule struct {
	// Name of the rule in the tier: [ContinuousRule], the name in the list, or [SnapshotRule].
	Name string
	// Continuous is the rule for point-in-time recovery. The others make snapshots.
	Continuous bool
	// Schedule is the rule's cron expression, in the time zone of the tier's schedule.
	Schedule string
	// StartWindowMinutes and CompletionWindowMinutes are those of the rule, or else those of the tier's schedule.
	StartWindowMinutes, CompletionWindowMinutes int
	// DeleteAfterDays is the retention in days.
	DeleteAfterDays int
	// Copied says whether the rule has a copy action into the central vault.
	Copied bool
	// CopyDeleteAfterDays is the retention of the copies in days. Zero: there are none, or the business has not decided it.
	CopyDeleteAfterDays int

	ownCopy bool // the copy action is in the rule, not in the tier
}

// Rules lists the rules of a tier: the continuous one first, the others in file order.
func (t *Tier) Rules() []Rule {
	var rules []Rule
	if t.ContinuousBackup != nil {
		rules = append(rules, Rule{
			Name: ContinuousRule, Continuous: true, Schedule: t.Schedule.Cron, DeleteAfterDays: t.ContinuousBackup.DeleteAfterDays,
			StartWindowMinutes: t.Schedule.StartWindowMinutes, CompletionWindowMinutes: t.Schedule.CompletionWindowMinutes,
		})
	}
	for _, s := range t.SnapshotBackup {
		rule := Rule{
			Name: s.Name, Schedule: s.Schedule, DeleteAfterDays: s.DeleteAfterDays,
			StartWindowMinutes:      cmp.Or(s.StartWindowMinutes, t.Schedule.StartWindowMinutes),
			CompletionWindowMinutes: cmp.Or(s.CompletionWindowMinutes, t.Schedule.CompletionWindowMinutes),
		}
		if s.CopyToCentral != nil {
			rule.Copied, rule.ownCopy, rule.CopyDeleteAfterDays = true, true, s.CopyToCentral.DeleteAfterDays
		}
		rules = append(rules, rule)
	}
	if i := t.copiedRule(rules); i >= 0 && !rules[i].ownCopy {
		rules[i].Copied, rules[i].CopyDeleteAfterDays = true, t.CopyToCentral.DeleteAfterDays
	}
	return rules
}

// copiedRule is the index of the rule that the tier's copy action belongs to. -1: there is none.
func (t *Tier) copiedRule(rules []Rule) int {
	switch {
	case t.CopyToCentral == nil || len(rules) == 0:
		return -1
	case t.CopyToCentral.Of == "":
		return 0
	}
	return slices.IndexFunc(rules, func(r Rule) bool { return r.Name == t.CopyToCentral.Of })
}

// CopiedRules lists the rules with a copy action.
func (t *Tier) CopiedRules() []Rule {
	return slices.DeleteFunc(t.Rules(), func(r Rule) bool { return !r.Copied })
}

// copyRetentions lists the retentions of the copies in days, without those that the business has not decided.
func (t *Tier) copyRetentions() []int {
	var days []int
	for _, r := range t.CopiedRules() {
		if r.CopyDeleteAfterDays != setByTheBusiness {
			days = append(days, r.CopyDeleteAfterDays)
		}
	}
	return days
}

// mostFrequent is the rule with the shortest time between two runs. Of several it is the one with the longest windows:
// what waits for a job then waits for each of them. Its interval is in minutes. Zero: unknown.
func mostFrequent(rules []Rule) (most Rule, interval int) {
	for i, r := range rules {
		minutes := r.IntervalMinutes()
		switch {
		case i == 0 || minutes < interval:
			most, interval = r, minutes
		case minutes == interval:
			most.StartWindowMinutes = max(most.StartWindowMinutes, r.StartWindowMinutes)
			most.CompletionWindowMinutes = max(most.CompletionWindowMinutes, r.CompletionWindowMinutes)
		}
	}
	return most, interval
}

// runs is how often a rule runs in four years, one of which has a 29 February. Zero: unknown, or never.
func (r Rule) runs() int { return r.RunsIn(4*365 + 1) }

// RunsIn is how often a rule runs in so many days. Zero: unknown, or never.
func (r Rule) RunsIn(days int) int {
	s, err := schedule.Parse(r.Schedule)
	if err != nil {
		return 0
	}
	return s.Count(days)
}

// IntervalMinutes is the longest time, in minutes, between two runs of the rule. Zero: unknown.
func (r Rule) IntervalMinutes() int { return intervalMinutes(r.Schedule) }

// startTime says when jobs of the rule start: " at 02:05 UTC", or "" where the schedule is not a time of every day.
func (r Rule) startTime(t *Tier) string {
	var minute, hour int
	if n, _ := fmt.Sscanf(r.Schedule, "cron(%d %d * * ? *)", &minute, &hour); n == 2 && strings.HasSuffix(r.Schedule, " * * ? *)") {
		return fmt.Sprintf(" at %02d:%02d %s", hour, minute, strings.TrimPrefix(t.Schedule.Timezone, "Etc/"))
	}
	return ""
}

// rpoMinutes is the greatest age, in minutes, that the newest backup of the tier can have. Zero: unknown.
func (t *Tier) rpoMinutes() int {
	if t.ContinuousBackup != nil {
		return ContinuousRPOMinutes
	}
	_, interval := mostFrequent(t.Rules())
	return interval
}

// intervalMinutes is the longest time, in minutes, between two runs of a schedule. Zero: unknown.
func intervalMinutes(expression string) int {
	s, err := schedule.Parse(expression)
	if err != nil {
		return 0
	}
	return int(s.LongestInterval().Minutes())
}
