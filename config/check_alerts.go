package config

import (
	"fmt"
	"iter"
	"strconv"
)

func warnOfNoAlerts(c *checker) {
	if len(c.cfg.Alerts.destinations()) == 0 && !c.doubtful("alerts.email", "alerts.slack", "alerts.pagerduty") {
		c.report("alerts", Problem{What: "nobody is notified when a backup fails or does not run", Want: "alerts with email, slack or pagerduty"})
	}
}

func warnOfAlertsTwice(c *checker) {
	first := map[destination]string{} // without their paths
	for _, d := range c.cfg.Alerts.destinations() {
		named := destination{kind: d.kind, name: d.name}
		if other, twice := first[named]; twice {
			c.report(d.path, Problem{
				What: "duplicate destination: it would receive every alert twice",
				Got:  d.name, Want: "each destination once",
			}, other)
		} else if d.name != "" {
			first[named] = d.path
		}
	}
}

// warnOfUnheardFailures finds configurations without e-mail: nothing else can report that Slack or PagerDuty fails.
func warnOfUnheardFailures(c *checker) {
	if len(c.cfg.Alerts.Delivered()) > 0 && len(c.cfg.Alerts.Email) == 0 && !c.doubtful("alerts.email") {
		c.report("alerts", Problem{What: "if Slack or PagerDuty fails, only e-mail can report it; add `email:`"})
	}
}

// warnOfUnwatchedRoles warns once of all workloads whose stack receives no events of IAM's calls. Where all is sent by
// e-mail alone there is nothing to add a rule to, and docs/alerts.md says it.
func warnOfUnwatchedRoles(c *checker) {
	first, main, workloads := "", "", 0
	for i, w := range c.cfg.Workloads {
		if backedUp(c.cfg.TierUses(w)) && c.cfg.Reached(w) && mainRegion(w.Region) != "" && !IsMainRegion(w.Region) {
			if first == "" {
				first, main = workloadPath(i)+".region", mainRegion(w.Region)
			}
			workloads++
		}
	}
	if workloads > 0 && len(c.cfg.Alerts.Delivered()) > 0 {
		c.report(first, Problem{
			What: "nobody is notified of calls that delete or weaken the backup role: AWS sends the events of IAM to " + main + " alone",
			Got:  count(workloads, "workload") + " elsewhere", Want: "a rule of your own in " + main + ": docs/alerts.md",
		})
	}
}

// warnOfUnnoticedSilence finds rules that run too seldom for an alarm on missing backups.
func warnOfUnnoticedSilence(c *checker) {
	for t := range c.usedTiers("schedule.cron", "snapshot_backup.schedule") {
		report := func(jobs string, found int, r rule) {
			if found > 0 {
				return
			}
			c.report(c.tierPath(t)+"."+r.cronKey, Problem{
				What: fmt.Sprintf("this tier gets no alarm for missing %s: CloudWatch alarms look back at most %d days, and it "+
					"runs less often: the next one may begin %d hours after the last", jobs, MaxAlarmDays,
					hours(intervalMinutes(r.cron)+t.Schedule.StartWindowMinutes)),
				Got: r.cron, Want: "a run at least every six days, or a check of your own",
			})
		}
		rules := t.rules()
		report(Backups, c.cfg.SilenceHours(t), rules[0])
		if t.Copied() && c.cfg.SilenceHours(t) > 0 {
			report(Copies, c.cfg.CopySilenceHours(t), rules[0])
		}
	}
}

// warnOfLateSilence finds recovery point objectives that are over before anybody is notified of a missing backup: a
// job may begin within its start window, which is at least an hour (F-SCH-3).
func warnOfLateSilence(c *checker) {
	for t := range c.usedTiers("schedule", "snapshot_backup.schedule", "rpo_minutes") {
		notified := c.cfg.SilenceHours(t)
		if t.RPOMinutes == 0 || notified*60 <= t.RPOMinutes || t.RPOMinutes < t.rpoMinutes() {
			continue
		}
		c.report(c.tierPath(t)+".rpo_minutes", Problem{
			What: fmt.Sprintf("if backups stop, you are notified %d hours after the last one, later than this recovery point "+
				"objective: the next run and its start window of %d minutes must pass first", notified, t.Schedule.StartWindowMinutes),
			Got: strconv.Itoa(t.RPOMinutes), Want: fmt.Sprintf("%d or more, or a more frequent schedule", notified*60),
		})
	}
}

// warnOfLateCopyAlarms finds tiers with a recovery point objective, or with copies more often than once a day, whose
// copies the central account misses much later than the workload's own alarm: there the completion window counts for
// every copy.
func warnOfLateCopyAlarms(c *checker) {
	for t := range c.usedTiers("schedule", "snapshot_backup.schedule", "rpo_minutes", "copy_to_central") {
		own, central := c.cfg.CopySilenceHours(t), c.cfg.silenceDays(t)
		rarely := t.RPOMinutes == 0 && own > 24 || t.RPOMinutes >= central*24*60
		if own == 0 || rarely || central*24 <= own+24 {
			continue
		}
		at, got := c.tierPath(t)+".rpo_minutes", "rpo_minutes "+strconv.Itoa(t.RPOMinutes)
		if t.RPOMinutes == 0 {
			at, got = c.tierPath(t)+"."+t.rules()[0].cronKey, t.rules()[0].cron
		}
		c.report(at, Problem{
			What: fmt.Sprintf("if copies stop, the workload's alarm notifies you after %d hours, but the central account's only after "+
				"%d days: it cannot tell a first copy from later ones, so it waits for the whole completion window", own, central),
			Got:  got,
			Want: fmt.Sprintf("a completion_window_minutes of less than %d, if the first copy takes less", t.Schedule.CompletionWindowMinutes),
		})
	}
}

// usedTiers goes through the tiers in use with backups, but not those in which one of these keys is doubtful.
func (c *checker) usedTiers(keys ...string) iter.Seq[*Tier] {
	return func(yield func(*Tier) bool) {
		for t := range c.rows() {
			if _, used := c.cfg.silences[t.Name]; used && t.BackedUp() && !c.doubtful(c.tierKeys(t, keys...)...) && !yield(t) {
				return
			}
		}
	}
}
