package config

import (
	"fmt"
	"strconv"
	"time"

	"central-s3-backup/config/internal/schedule"
)

// schedules goes through the cron expressions that the document has and that are well formed.
func (c *checker) schedules(look func(at, expression string, s *schedule.Schedule)) {
	one := func(at, expression string) {
		if s, err := schedule.Parse(expression); err == nil && c.written(at) {
			look(at, expression, s)
		}
	}
	for t := range c.rows() {
		for _, r := range t.rules() {
			one(c.tierPath(t)+"."+r.cronKey, r.cron)
		}
	}
	for i, w := range c.cfg.Workloads {
		if w.RestoreTesting != nil {
			one(restoreTestingPath(i)+".schedule", w.RestoreTesting.Schedule)
		}
	}
}

func checkSchedulesCome(c *checker) {
	c.schedules(func(at, expression string, s *schedule.Schedule) {
		if !s.Runs() {
			c.report(at, Problem{What: fmt.Sprintf("never runs: from %d on no date is like this", schedule.FirstYear), Got: expression, Want: "a date that comes"})
		}
	})
}

// warnOfPausingSchedules finds years without backups, in the middle or for good.
func warnOfPausingSchedules(c *checker) {
	c.schedules(func(at, expression string, s *schedule.Schedule) {
		if year := s.FirstYearWithout(); year > 0 && s.Runs() {
			c.report(at, Problem{What: "does not run in every year, and nothing says so when it stops", Got: fmt.Sprintf("%s, which does not run in %d", expression, year), Want: `"*" as year`})
		}
	})
}

// warnOfHourSteps finds steps that AWS Backup never takes, since it starts anew at midnight.
func warnOfHourSteps(c *checker) {
	c.schedules(func(at, expression string, s *schedule.Schedule) {
		if step, hour := s.LostStep(); step > 0 {
			c.report(at, Problem{What: fmt.Sprintf("runs once a day and not every %d hours: AWS Backup counts from %02d:00 to midnight and starts anew", step, hour), Got: expression, Want: "the hours as a list, such as 2,14"})
		}
	})
}

func warnOfTimeZones(c *checker) {
	for t := range c.rows() {
		at := c.firstWritten(c.tierPath(t), "schedule.timezone")
		if zone := schedule.Location(t.Schedule.Timezone); at != "" && zone != nil && schedule.ChangesClocks(zone) {
			c.report(at, Problem{What: "the clocks of this time zone change: in those nights a backup can run twice, or an hour late, or not at all", Got: t.Schedule.Timezone, Want: "Etc/UTC"})
		}
	}
}

// warnOfOverlaps finds rules of one plan of which AWS Backup takes only the one with the longer
// retention. How it treats a continuous rule there is not documented.
func warnOfOverlaps(c *checker) {
	type question struct {
		a, b, zone string
		minutes    int
	}
	type answer struct {
		first, second time.Time
		found         bool
	}
	known := map[question]answer{} // tiers mostly share their schedules
	for t := range c.rows() {
		rules, zone := t.rules(), schedule.Location(t.Schedule.Timezone)
		at := c.firstWritten(c.tierPath(t), "snapshot_backup.schedule", "schedule.cron", "schedule.start_window_minutes", "snapshot_backup", "continuous_backup")
		if len(rules) < 2 || zone == nil || at == "" {
			continue
		}
		a, errA := schedule.Parse(rules[0].cron)
		b, errB := schedule.Parse(rules[1].cron)
		if errA != nil || errB != nil {
			continue
		}
		q := question{rules[0].cron, rules[1].cron, t.Schedule.Timezone, t.Schedule.StartWindowMinutes}
		result, asked := known[q]
		if !asked {
			result.first, result.second, result.found = schedule.Overlap(a, b, zone, time.Duration(q.minutes)*time.Minute)
			known[q] = result
		}
		if !result.found {
			continue
		}
		loser := rules[0].key
		switch {
		case rules[0].deleteAfterDays > rules[1].deleteAfterDays:
			loser = rules[1].key
		case rules[0].deleteAfterDays == rules[1].deleteAfterDays:
			loser = "one of the two"
		}
		c.report(at, Problem{
			What: fmt.Sprintf("the start windows of the tier's two rules overlap, as on %s and %s: AWS Backup takes only the backup that is kept longer, so %s could get none",
				result.first.Format(dayAndTime), result.second.Format(dayAndTime), loser),
			Got:  fmt.Sprintf("%s and %s, with %d minutes to start", rules[0].cron, rules[1].cron, q.minutes),
			Want: fmt.Sprintf("more than %d minutes between the two", q.minutes),
		}, c.tierKeys(t, "schedule.cron", "snapshot_backup.schedule")...)
	}
}

const dayAndTime = "2 January 2006 15:04"

// windows goes through the windows that the document has; rests are the paths of both.
func (c *checker) windows(look func(at string, t *Tier, rests []string)) {
	for t := range c.rows() {
		if at := c.firstWritten(c.tierPath(t), "schedule.completion_window_minutes", "schedule.start_window_minutes"); at != "" {
			look(at, t, c.tierKeys(t, "schedule.start_window_minutes", "schedule.completion_window_minutes"))
		}
	}
}

func windowsGot(start, completion int) string {
	return fmt.Sprintf("%d minutes to start and %d to complete", start, completion)
}

func checkCompletionWindows(c *checker) {
	c.windows(func(at string, t *Tier, rests []string) {
		if start, completion := t.Schedule.StartWindowMinutes, t.Schedule.CompletionWindowMinutes; completion <= start {
			c.report(at, Problem{What: "the completion window ends no later than the start window: a job that starts late is cancelled at once", Got: windowsGot(start, completion), Want: "completion_window_minutes above start_window_minutes"}, rests...)
		}
	})
}

func warnOfLateStarts(c *checker) {
	c.windows(func(at string, t *Tier, rests []string) {
		if start, completion := t.Schedule.StartWindowMinutes, t.Schedule.CompletionWindowMinutes; t.BackedUp() && start < completion && completion < start+60 {
			c.report(at, Problem{What: "leaves a job that starts late less than an hour", Got: windowsGot(start, completion), Want: fmt.Sprintf("completion_window_minutes of %d or more, or start_window_minutes of less", min(start+60, MaxWindowMinutes))}, rests...)
		}
	})
}

func warnOfShortCompletion(c *checker) {
	for t := range c.rows() {
		at := c.firstWritten(c.tierPath(t), "schedule.completion_window_minutes")
		if minutes := t.Schedule.CompletionWindowMinutes; at != "" && t.BackedUp() && minutes > t.Schedule.StartWindowMinutes && minutes < FirstBackupMinutes {
			c.report(at, Problem{What: "a first backup of a large bucket takes more than a day: it would be cancelled, night after night", Got: strconv.Itoa(minutes), Want: fmt.Sprintf("%d minutes or more", FirstBackupMinutes)})
		}
	}
}

// checkRPO finds recovery point objectives that the tier's backups cannot give.
func checkRPO(c *checker) {
	for t := range c.rows() {
		at := c.firstWritten(c.tierPath(t), "rpo_minutes", "continuous_backup", "snapshot_backup")
		rests := c.tierKeys(t, "rpo_minutes", "continuous_backup")
		if t.ContinuousBackup == nil {
			rests = c.tierKeys(t, "rpo_minutes", "continuous_backup", "snapshot_backup.schedule")
		}
		if at == "" || t.RPOMinutes == 0 || c.doubtful(rests...) {
			continue
		}
		p := Problem{Got: fmt.Sprintf("rpo_minutes %d", t.RPOMinutes)}
		switch gives := t.rpoMinutes(); {
		case !t.BackedUp():
			p.What, p.Want = "the tier has no backups that could meet its recovery point objective", "continuous_backup or snapshot_backup, or no rpo_minutes"
		case t.RPOMinutes < gives:
			p.What = fmt.Sprintf("the tier's backups cannot meet this recovery point objective: the newest is %d minutes old, or older, before the next is made", gives)
			p.Want = fmt.Sprintf("rpo_minutes of %d or more, or backups more often", gives)
		default:
			continue
		}
		c.report(at, p, rests...)
	}
}
