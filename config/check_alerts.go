package config

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// warnOfNoAlerts finds configurations without destinations, and workloads out of whose partition no event reaches the
// function for Slack and PagerDuty: e-mails alone come from the workload's own account.
func warnOfNoAlerts(c *checker) {
	switch {
	case c.doubtful("alerts.email", "alerts.slack", "alerts.pagerduty", "alerts.teams", "alerts.webhook", "alerts.topics"):
	case len(c.cfg.Alerts.destinations()) == 0:
		c.report("alerts", Problem{
			What: "nobody is notified when a backup fails or does not run",
			Want: "alerts with email, slack, pagerduty, teams, webhook or topics",
		})
	case len(c.cfg.Alerts.Email) == 0:
		for i, w := range c.cfg.Workloads {
			if !backedUp(c.cfg.TierUses(w)) || c.cfg.Reached(w) {
				continue
			}
			c.report(workloadPath(i)+".region", Problem{
				What: fmt.Sprintf("nobody is notified when a backup of %s fails or does not run: events do not leave its partition, %s, "+
					"and so do not reach %s", w.ID(), Partition(w.Region), c.cfg.Alerts.Receivers("or")),
				Got: w.Region, Want: "alerts with email, which is sent from the workload's own account",
			}, "central.region")
		}
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

// warnOfUnheardFailures finds configurations without e-mail: nothing else can report that another destination fails.
func warnOfUnheardFailures(c *checker) {
	if len(c.cfg.Alerts.Delivered()) > 0 && len(c.cfg.Alerts.Email) == 0 && !c.doubtful("alerts.email") {
		verb := "fails"
		if len(c.cfg.Alerts.Webhook)+len(c.cfg.Alerts.Topics) > 0 {
			verb = "fail"
		}
		c.report("alerts", Problem{What: "if " + c.cfg.Alerts.Receivers("or") + " " + verb + ", only e-mail can report it; add `email:`"})
	}
}

// checkTopics finds topics that the function could not publish to, and those of this app, whose e-mails are about the same
// alerts.
func checkTopics(c *checker) {
	own := map[string]string{}
	for _, region := range c.cfg.CentralRegions() {
		own[c.cfg.CentralTopicARN(region)] = "the central account"
	}
	for _, w := range c.cfg.Workloads {
		own[c.cfg.TopicARN(w)] = w.ID()
	}
	for i, topic := range c.cfg.Alerts.Topics {
		if topicFault(topic.ARN) != "" {
			continue // which is reported
		}
		if owner, is := own[topic.ARN]; is {
			c.report(topicPath(i), Problem{
				What: "is the topic for e-mails about " + owner + ", which this app creates: its subscribers would be notified twice",
				Got:  topic.ARN, Want: "a topic of your own, or `email:`",
			})
			continue
		}
		if at := c.cfg.Central.Region; at != "" && Partition(at) != strings.Split(topic.ARN, ":")[1] {
			c.report(topicPath(i), Problem{
				What: "the alert function could not publish to this topic: it is in another partition than the central account",
				Got:  topic.ARN, Want: "a topic in " + Partition(at),
			}, "central.region")
		}
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
	for t := range c.usedTiers() {
		report := func(jobs string, found int, r placedRule) {
			if found > 0 {
				return
			}
			c.report(c.tierPath(t)+"."+r.cronKey, Problem{
				What: fmt.Sprintf("this tier gets no alarm for missing %s: CloudWatch alarms look back at most %d days, and it "+
					"runs less often: the next one may begin %d hours after the last", jobs, MaxAlarmDays,
					hours(r.IntervalMinutes()+r.StartWindowMinutes)),
				Got: r.Schedule, Want: "a run at least every six days, or a check of your own",
			})
		}
		report(Backups, c.cfg.SilenceHours(t), c.rulesOf(t)[0])
		if copied := c.copiedRulesOf(t); len(copied) > 0 && c.cfg.SilenceHours(t) > 0 && !c.doubtful(c.tierKeys(t, "copy_to_central.of")...) {
			report(Copies, c.cfg.CopySilenceHours(t), mostFrequentOf(copied))
		}
	}
}

// muchRarer is how many times as often as another rule of the tier a rule may run without a warning.
const muchRarer = 2

// warnOfUnnoticedRules finds rules that run much less often than the most frequent rule of their tier. AWS Backup counts
// jobs by vault, not by rule, so that the alarm sees backups as long as the other rule makes some.
func warnOfUnnoticedRules(c *checker) {
	for t := range c.usedTiers("schedule", "continuous_backup", "snapshot_backup") {
		rules := c.rulesOf(t)
		if len(rules) < 2 || c.cfg.SilenceHours(t) == 0 {
			continue
		}
		other := slices.MaxFunc(rules, func(a, b placedRule) int { return cmp.Compare(a.runs(), b.runs()) })
		for _, rare := range rules {
			runs := rare.runs()
			at := c.firstWritten(c.tierPath(t),
				rare.cronKey, "snapshot_backup.schedule", "snapshot_backup", "schedule.cron", "continuous_backup")
			if at == "" || runs == 0 || other.runs() < muchRarer*runs {
				continue
			}
			c.report(at, Problem{
				What: fmt.Sprintf("no alarm notices if %s stops running while %s goes on: AWS Backup counts the backups of both in one vault; "+
					"jobs that fail are reported", rare.label, other.label),
				Got:  fmt.Sprintf("%s at %s, %s at %s", rare.label, rare.Schedule, other.label, other.Schedule),
				Want: "both about as often, or a check of your own, after each run of " + rare.label + ", that its recovery points are there",
			})
		}
	}
}

// warnOfLateSilence finds recovery point objectives that are over before anybody is notified of a missing backup: a
// job may begin within its start window, which is at least an hour (F-SCH-3). If the central account misses copies
// late as well, the same message says so.
func warnOfLateSilence(c *checker) {
	for t := range c.usedTiers("schedule", "rpo_minutes") {
		if !c.cfg.lateSilence(t) {
			continue
		}
		notified := c.cfg.SilenceHours(t)
		rule, interval := mostFrequent(t.Rules())
		copies := ""
		if days := c.cfg.silences[t.Name].lateCopyDays(t); days > 0 &&
			!c.doubtful(c.tierKeys(t, append(c.copyKeys(t), "copy_to_central")...)...) {
			copies = fmt.Sprintf("; if copies stop, the central account's alarm notifies you only after %d days", days)
		}
		want := fmt.Sprintf("%d or more", notified*60)
		switch {
		case t.RPOMinutes < MinBackupFrequencyMinutes+MinStartWindowMinutes+MetricDelayMinutes: // nothing is so soon
		case interval > MinBackupFrequencyMinutes:
			want += ", or a more frequent schedule"
		default:
			want += ", or a shorter start_window_minutes"
		}
		c.report(c.tierPath(t)+".rpo_minutes", Problem{
			What: fmt.Sprintf("if backups stop, you are notified %d hours after the last one, later than this recovery point "+
				"objective: the next run and its start window of %d minutes must pass first; a backup that takes over %d "+
				"minutes longer than the one before, waiting included, goes into ALARM too%s",
				notified, rule.StartWindowMinutes, notified*60-interval-MetricDelayMinutes, copies),
			Got: strconv.Itoa(t.RPOMinutes), Want: want,
		})
	}
}

// lateSilence says whether a tier's recovery point objective is over before its alarm on backups goes into ALARM.
func (c *Config) lateSilence(t *Tier) bool {
	return t.RPOMinutes > 0 && c.SilenceHours(t)*60 > t.RPOMinutes && t.RPOMinutes >= t.rpoMinutes()
}

// warnOfLateCopyAlarms finds tiers with a recovery point objective, or with copies more often than once a day, whose
// copies the central account misses much later than the workload's own alarm: there the completion window counts for
// every copy. It wants a window only if there is one in which a first backup completes (F-S3-19).
func warnOfLateCopyAlarms(c *checker) {
	for t := range c.usedTiers("schedule", "rpo_minutes", "copy_to_central", "copy_to_central.of") {
		days := c.cfg.silences[t.Name].lateCopyDays(t)
		if days == 0 || c.cfg.lateSilence(t) { // which says so too
			continue
		}
		at, got := c.tierPath(t)+".rpo_minutes", "rpo_minutes "+strconv.Itoa(t.RPOMinutes)
		if t.RPOMinutes == 0 {
			copied := mostFrequentOf(c.copiedRulesOf(t))
			at, got = c.tierPath(t)+"."+copied.cronKey, copied.Schedule
		}
		want := ""
		if minutes := t.soonCopyWindow(days); minutes > 0 {
			want = fmt.Sprintf("a completion_window_minutes of at most %d, if the first copy takes less", minutes)
		}
		c.report(at, Problem{
			What: fmt.Sprintf("if copies stop, the workload's alarm notifies you after %d hours, but the central account's only after "+
				"%d days: it cannot tell a first copy from later ones, so it waits for the whole completion window",
				c.cfg.CopySilenceHours(t), days),
			Got: got, Want: want,
		})
	}
}

// lateCopyDays is after how many days the central account misses copies of a tier. Zero: it has no alarm on them, or
// that is not much later than the workload's own alarm, or soon enough for a tier that is copied once a day or less.
func (s silence) lateCopyDays(t *Tier) int {
	days := s.copyDays()
	rarely := t.RPOMinutes == 0 && s.copies > 24 || t.RPOMinutes >= days*24*60
	if days == 0 || rarely || days*24 <= s.copies+24 {
		return 0
	}
	return days
}

// soonCopyWindow is the longest completion window, in minutes, with which these days are not late any more. Zero: none
// in which the first backup of a large bucket completes.
func (t *Tier) soonCopyWindow(days int) int {
	other := t.clone()
	copied, interval := mostFrequent(t.CopiedRules())
	for days--; days > 0; days-- {
		minutes := days*24*60 - MetricDelayMinutes - copied.StartWindowMinutes - interval
		if minutes < max(FirstBackupMinutes, copied.StartWindowMinutes+60) {
			return 0
		}
		other.Schedule.CompletionWindowMinutes = minutes
		for i := range other.SnapshotBackup {
			other.SnapshotBackup[i].CompletionWindowMinutes = min(other.SnapshotBackup[i].CompletionWindowMinutes, minutes)
		}
		if other.silence().lateCopyDays(&other) == 0 {
			return minutes
		}
	}
	return 0
}

// usedTiers goes through the tiers in use with backups, but not those in which a schedule or one of these keys is doubtful.
func (c *checker) usedTiers(keys ...string) iter.Seq[*Tier] {
	return func(yield func(*Tier) bool) {
		for t := range c.rows() {
			if _, used := c.cfg.silences[t.Name]; used && t.BackedUp() && !c.doubtful(c.tierKeys(t, append(c.scheduleKeys(t), keys...)...)...) &&
				!yield(t) {
				return
			}
		}
	}
}
