package config

import (
	"fmt"
	"slices"
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
		for _, r := range c.rulesOf(t) {
			one(c.tierPath(t)+"."+r.cronKey, r.Schedule)
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
	known := overlaps{} // tiers mostly share their schedules
	for t := range c.rows() {
		rules, zone := c.rulesOf(t), schedule.Location(t.Schedule.Timezone)
		for i, a := range rules {
			for _, b := range rules[i+1:] {
				at := c.firstWritten(c.tierPath(t),
					b.cronKey, a.cronKey, b.startKey, a.startKey, "snapshot_backup", "continuous_backup")
				if zone == nil || at == "" {
					continue
				}
				if first, second, found := known.of(a.Rule, b.Rule, zone); found {
					c.reportOverlap(t, at, a, b, first, second)
				}
			}
		}
	}
}

func (c *checker) reportOverlap(t *Tier, at string, a, b placedRule, first, second time.Time) {
	loser, rules := a.label, "the two rules"
	switch {
	case a.DeleteAfterDays > b.DeleteAfterDays:
		loser = b.label
	case a.DeleteAfterDays == b.DeleteAfterDays:
		loser = "one of the two"
	}
	if len(t.SnapshotBackup) > 1 {
		rules = a.label + " and " + b.label
	}
	windows, apart := fmt.Sprintf("%d minutes", a.StartWindowMinutes), max(a.StartWindowMinutes, b.StartWindowMinutes)
	if a.StartWindowMinutes != b.StartWindowMinutes {
		windows = fmt.Sprintf("%d and %d minutes", a.StartWindowMinutes, b.StartWindowMinutes)
	}
	c.report(at, Problem{
		What: fmt.Sprintf("the start windows of %s overlap, for example on %s and %s: AWS Backup makes only the "+
			"backup with the longer retention, so %s could get none",
			rules, first.Format(dayAndTime), second.Format(dayAndTime), loser),
		Got:  fmt.Sprintf("%s and %s, with %s to start", a.Schedule, b.Schedule, windows),
		Want: fmt.Sprintf("more than %d minutes between them", apart),
	}, c.tierKeys(t, a.cronKey, b.cronKey)...)
}

// overlaps are the answers to questions about overlaps.
type overlaps map[overlapQuestion]overlapAnswer

type overlapQuestion struct {
	a, b, zone       string
	windowA, windowB int
}

type overlapAnswer struct {
	first, second time.Time
	found         bool
}

// of returns the first two times at which the start windows of two rules overlap. found says whether there are any.
func (known overlaps) of(a, b Rule, zone *time.Location) (first, second time.Time, found bool) {
	q := overlapQuestion{a.Schedule, b.Schedule, zone.String(), a.StartWindowMinutes, b.StartWindowMinutes}
	answer, asked := known[q]
	if !asked {
		ofA, errA := schedule.Parse(a.Schedule)
		ofB, errB := schedule.Parse(b.Schedule)
		if errA == nil && errB == nil {
			answer.first, answer.second, answer.found = schedule.Overlap(
				schedule.Windows{Schedule: ofA, Length: time.Duration(a.StartWindowMinutes) * time.Minute},
				schedule.Windows{Schedule: ofB, Length: time.Duration(b.StartWindowMinutes) * time.Minute}, zone)
		}
		known[q] = answer
	}
	return answer.first, answer.second, answer.found
}

const dayAndTime = "2 January 2006 15:04"

// windowPair is a start window and a completion window that belong together, in minutes, with their keys in the tier's entry.
type windowPair struct {
	start, completion       int
	startKey, completionKey string
}

func (p windowPair) got() string {
	return fmt.Sprintf("%d minutes to start and %d to complete", p.start, p.completion)
}

// windowPairs are the windows of a tier's schedule, and those of the rules with a window of their own.
func (c *checker) windowPairs(t *Tier) []windowPair {
	pairs := []windowPair{{t.Schedule.StartWindowMinutes, t.Schedule.CompletionWindowMinutes, startWindowKey, completionWindowKey}}
	for _, r := range c.rulesOf(t) {
		if r.startKey != startWindowKey || r.completionKey != completionWindowKey {
			pairs = append(pairs, windowPair{r.StartWindowMinutes, r.CompletionWindowMinutes, r.startKey, r.completionKey})
		}
	}
	return pairs
}

// windows goes through the windows that the document sets; rests are the paths of both. A rule's own window comes first.
func (c *checker) windows(look func(at string, t *Tier, p windowPair, rests []string)) {
	for t := range c.rows() {
		for _, p := range c.windowPairs(t) {
			keys := []string{p.completionKey, p.startKey}
			if p.completionKey == completionWindowKey && p.startKey != startWindowKey {
				slices.Reverse(keys)
			}
			if at := c.firstWritten(c.tierPath(t), keys...); at != "" {
				look(at, t, p, c.tierKeys(t, p.startKey, p.completionKey))
			}
		}
	}
}

func checkCompletionWindows(c *checker) {
	c.windows(func(at string, _ *Tier, p windowPair, rests []string) {
		if p.completion <= p.start {
			c.report(at, Problem{
				What: "the completion window is not longer than the start window, so a job that starts late is cancelled at once",
				Got:  p.got(), Want: "completion_window_minutes greater than start_window_minutes",
			}, rests...)
		}
	})
}

func warnOfLateStarts(c *checker) {
	c.windows(func(at string, t *Tier, p windowPair, rests []string) {
		if t.BackedUp() && p.start < p.completion && p.completion < p.start+60 {
			c.report(at, Problem{
				What: "a job that starts late has less than an hour to complete",
				Got:  p.got(),
				Want: fmt.Sprintf("completion_window_minutes of at least %d, or a smaller start_window_minutes", min(p.start+60, MaxWindowMinutes)),
			}, rests...)
		}
	})
}

func warnOfShortCompletion(c *checker) {
	for t := range c.rows() {
		for _, p := range c.windowPairs(t) {
			at := c.firstWritten(c.tierPath(t), p.completionKey)
			repeated := p.completionKey == completionWindowKey && p.startKey != startWindowKey
			if at != "" && !repeated && t.BackedUp() && p.completion > p.start && p.completion < FirstBackupMinutes {
				c.report(at, Problem{
					What: "the first backup of a large bucket takes more than a day, so AWS Backup would cancel it every time",
					Got:  strconv.Itoa(p.completion), Want: fmt.Sprintf("%d minutes or more", FirstBackupMinutes),
				})
			}
		}
	}
}

// checkRPO finds recovery point objectives that the tier's backups cannot meet.
func checkRPO(c *checker) {
	for t := range c.rows() {
		at := c.firstWritten(c.tierPath(t), "rpo_minutes", "continuous_backup", "snapshot_backup")
		rests := c.tierKeys(t, "rpo_minutes", "continuous_backup")
		if t.ContinuousBackup == nil {
			rests = c.tierKeys(t, append(c.scheduleKeys(t), "rpo_minutes", "continuous_backup")...)
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
