package config

import (
	"cmp"
	"fmt"
	"slices"
)

// jobs are the backups or copies that one rule makes.
type jobs struct {
	rule             string
	days             int    // that they are kept
	schedule         string // "": it does not matter
	daysKey, cronKey string
}

func continuousJobs(r placedRule) (jobs, bool) {
	return jobs{r.Name, r.DeleteAfterDays, "", retentionKeyOf(r), ""}, r.Continuous
}

func snapshotJobs(r placedRule) (jobs, bool) {
	return jobs{r.Name, r.DeleteAfterDays, r.Schedule, retentionKeyOf(r), r.cronKey}, !r.Continuous
}

func copyJobs(r placedRule) (jobs, bool) {
	return jobs{r.Name, r.CopyDeleteAfterDays, r.Schedule, r.copyKey, r.cronKey}, r.Copied
}

// jobsOf lists what the rules make of one kind.
func jobsOf(rules []placedRule, kind func(placedRule) (jobs, bool)) []jobs {
	var all []jobs
	for _, r := range rules {
		if j, made := kind(r); made {
			all = append(all, j)
		}
	}
	return all
}

// keptLess says where a tier makes less of one kind than before: a retention is shorter, a schedule rarer, a rule is gone. Where
// some rule makes as much as an earlier one did, whatever its name is, nothing is lost: AWS Backup keeps the recovery
// points of a rule that is gone for as long as their own lifecycle says.
func keptLess(what, key string, now, was []jobs) []weakening {
	if len(now) == 0 && len(was) > 0 {
		longest := slices.MaxFunc(was, func(a, b jobs) int { return cmp.Compare(a.days, b.days) })
		if longest.days == 0 { // not decided before
			return nil
		}
		return []weakening{{key, fmt.Sprintf("no %s instead of %s", what, count(longest.days, "day"))}}
	}
	var weaker []weakening
	for _, w := range was {
		if slices.ContainsFunc(now, func(n jobs) bool { return n.days >= w.days && !n.rarer(w) }) {
			continue
		}
		of := ""
		if len(now) > 1 || len(was) > 1 {
			of = " of " + w.rule
		}
		n, found := counterpart(now, was, w)
		if !found {
			weaker = append(weaker, weakening{key, fmt.Sprintf("no %s%s, which were kept %s", what, of, count(w.days, "day"))})
			continue
		}
		if n.days < w.days {
			weaker = append(weaker, weakening{n.daysKey, fmt.Sprintf("%s%s for %s instead of %d", what, of, count(n.days, "day"), w.days)})
		}
		if n.rarer(w) {
			weaker = append(weaker, weakening{n.cronKey, fmt.Sprintf("%s%s up to %s apart instead of %d", what, of,
				count(intervalMinutes(n.schedule), "minute"), intervalMinutes(w.schedule))})
		}
	}
	return weaker
}

// rarer says whether two runs can be further apart than they were.
func (j jobs) rarer(was jobs) bool {
	if j.schedule == was.schedule {
		return false
	}
	before := intervalMinutes(was.schedule)
	return before > 0 && intervalMinutes(j.schedule) > before
}

// counterpart is what an earlier rule has become: the rule of its name. If there was only one rule, it is the most frequent.
func counterpart(now, was []jobs, w jobs) (n jobs, found bool) {
	if i := slices.IndexFunc(now, func(n jobs) bool { return n.rule == w.rule }); i >= 0 {
		return now[i], true
	}
	if len(was) > 1 {
		return jobs{}, false
	}
	return slices.MinFunc(now, func(a, b jobs) int {
		return cmp.Compare(intervalMinutes(a.schedule), intervalMinutes(b.schedule))
	}), true
}
