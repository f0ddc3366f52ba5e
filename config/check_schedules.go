package config

import (
	"fmt"
	"strconv"
	"time"

	"central-s3-backup/config/internal/schedule"
)

// schedules goes through the valid cron expressions of the document.
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
	if c.cfg.Central.RestoreTesting != nil {
		one(centralTestingPath+".schedule", c.cfg.Central.RestoreTesting.Schedule)
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
			c.report(at, Problem{
				What: fmt.Sprintf("this schedule never runs: from %d on, no date matches it", schedule.FirstYear),
				Got:  expression, Want: "a date that exists",
			})
		}
	})
}

// warnOfPausingSchedules finds years without a run, whether the schedule ends or only pauses.
func warnOfPausingSchedules(c *checker) {
	c.schedules(func(at, expression string, s *schedule.Schedule) {
		if year := s.FirstYearWithout(); year > 0 && s.Runs() {
			c.report(at, Problem{
				What: fmt.Sprintf("this schedule does not run in %d, and no alarm reports that", year),
				Got:  expression, Want: `"*" as the year`,
			})
		}
	})
}

// warnOfHourSteps finds steps that AWS Backup never reaches, because it counts from the hour again every day.
func warnOfHourSteps(c *checker) {
	c.schedules(func(at, expression string, s *schedule.Schedule) {
		if step, hour := s.LostStep(); step > 0 {
			c.report(at, Problem{
				What: fmt.Sprintf("this schedule runs once a day, not every %d hours: AWS Backup counts from %02d:00 to midnight, "+
					"every day again", step, hour),
				Got: expression, Want: "the hours as a list, such as 2,14",
			})
		}
	})
}

func warnOfTimeZones(c *checker) {
	for t := range c.rows() {
		at := c.firstWritten(c.tierPath(t), "schedule.timezone")
		if zone := schedule.Location(t.Schedule.Timezone); at != "" && zone != nil && schedule.ChangesClocks(zone) {
			c.report(at, Problem{
				What: "this time zone has clock changes: in those nights a backup can run twice, an hour late or not at all",
				Got:  t.Schedule.Timezone, Want: "Etc/UTC",
			})
		}
	}
}

// warnOfOverlaps finds two rules of a plan whose start windows overlap: AWS Backup then makes only the
// backup with the longer retention. AWS does not document what happens to a continuous rule.
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
		at := c.firstWritten(c.tierPath(t),
			"snapshot_backup.schedule", "schedule.cron", "schedule.start_window_minutes", "snapshot_backup", "continuous_backup")
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
			What: fmt.Sprintf("the start windows of the two rules overlap, for example on %s and %s: AWS Backup makes only the "+
				"backup with the longer retention, so %s could get none",
				result.first.Format(dayAndTime), result.second.Format(dayAndTime), loser),
			Got:  fmt.Sprintf("%s and %s, with %d minutes to start", rules[0].cron, rules[1].cron, q.minutes),
			Want: fmt.Sprintf("more than %d minutes between them", q.minutes),
		}, c.tierKeys(t, "schedule.cron", "snapshot_backup.schedule")...)
	}
}

const dayAndTime = "2 January 2006 15:04"

// windows goes through the tiers whose windows the document sets; rests are the paths of both windows.
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
			c.report(at, Problem{
				What: "the completion window is not longer than the start window, so a job that starts late is cancelled at once",
				Got:  windowsGot(start, completion), Want: "completion_window_minutes greater than start_window_minutes",
			}, rests...)
		}
	})
}

func warnOfLateStarts(c *checker) {
	c.windows(func(at string, t *Tier, rests []string) {
		start, completion := t.Schedule.StartWindowMinutes, t.Schedule.CompletionWindowMinutes
		if t.BackedUp() && start < completion && completion < start+60 {
			c.report(at, Problem{
				What: "a job that starts late has less than an hour to complete",
				Got:  windowsGot(start, completion),
				Want: fmt.Sprintf("completion_window_minutes of at least %d, or a smaller start_window_minutes", min(start+60, MaxWindowMinutes)),
			}, rests...)
		}
	})
}

func warnOfShortCompletion(c *checker) {
	for t := range c.rows() {
		at := c.firstWritten(c.tierPath(t), "schedule.completion_window_minutes")
		minutes := t.Schedule.CompletionWindowMinutes
		if at != "" && t.BackedUp() && minutes > t.Schedule.StartWindowMinutes && minutes < FirstBackupMinutes {
			c.report(at, Problem{
				What: "the first backup of a large bucket takes more than a day, so AWS Backup would cancel it every time",
				Got:  strconv.Itoa(minutes), Want: fmt.Sprintf("%d minutes or more", FirstBackupMinutes),
			})
		}
	}
}

// checkRPO finds recovery point objectives that the tier's backups cannot meet.
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
			p.What = "this tier has no backups, so it cannot meet a recovery point objective"
			p.Want = "continuous_backup or snapshot_backup, or no rpo_minutes"
		case t.RPOMinutes < gives:
			p.What = fmt.Sprintf("the backups of this tier cannot meet this recovery point objective: the newest one can be %d minutes old", gives)
			p.Want = fmt.Sprintf("rpo_minutes of at least %d, or more frequent backups", gives)
		default:
			continue
		}
		c.report(at, p, rests...)
	}
}
