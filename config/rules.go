package config

import (
	"fmt"
	"strings"

	"central-s3-backup/config/internal/schedule"
)

// rule is a backup rule of a tier's plan.
type rule struct {
	key             string // its key in the tier's entry
	cronKey         string // the key of its schedule there
	deleteAfterDays int
	cron            string
}

// rules lists a tier's rules, the continuous one first.
func (t *Tier) rules() []rule {
	var rules []rule
	if t.ContinuousBackup != nil {
		rules = append(rules, rule{"continuous_backup", "schedule.cron", t.ContinuousBackup.DeleteAfterDays, t.Schedule.Cron})
	}
	if t.SnapshotBackup != nil {
		rules = append(rules, rule{"snapshot_backup", "snapshot_backup.schedule", t.SnapshotBackup.DeleteAfterDays, t.SnapshotBackup.Schedule})
	}
	return rules
}

// continuous says whether it is the rule for point-in-time recovery.
func (r rule) continuous() bool { return r.key == "continuous_backup" }

// words name the rule in a message.
func (r rule) words() string {
	if r.continuous() {
		return "continuous rule"
	}
	return "snapshot rule"
}

// runs is how often a rule runs in four years, one of which has a 29 February. Zero: unknown, or never.
func (r rule) runs() int {
	s, err := schedule.Parse(r.cron)
	if err != nil {
		return 0
	}
	return s.Count(4*365 + 1)
}

// copyCron returns the schedule of the rule with the copy action, and its key in the tier's entry. "": nothing is copied.
func (t *Tier) copyCron() (key, expression string) {
	switch {
	case !t.Copied():
		return "schedule.cron", ""
	case t.ContinuousBackup == nil && t.SnapshotBackup != nil:
		return "snapshot_backup.schedule", t.SnapshotBackup.Schedule
	}
	return "schedule.cron", t.Schedule.Cron
}

// copyTime says when copies start: " at 02:05 UTC", or "" where the schedule is not a time of every day.
func (t *Tier) copyTime() string {
	_, expression := t.copyCron()
	var minute, hour int
	if n, _ := fmt.Sscanf(expression, "cron(%d %d * * ? *)", &minute, &hour); n == 2 && strings.HasSuffix(expression, " * * ? *)") {
		return fmt.Sprintf(" at %02d:%02d %s", hour, minute, strings.TrimPrefix(t.Schedule.Timezone, "Etc/"))
	}
	return ""
}

// rpoMinutes is the greatest age, in minutes, that the newest backup of the tier can have. Zero: unknown.
func (t *Tier) rpoMinutes() int {
	if t.ContinuousBackup != nil {
		return ContinuousRPOMinutes
	}
	if t.SnapshotBackup == nil {
		return 0
	}
	return intervalMinutes(t.SnapshotBackup.Schedule)
}

// intervalMinutes is the longest time, in minutes, between two runs of a schedule. Zero: unknown.
func intervalMinutes(expression string) int {
	s, err := schedule.Parse(expression)
	if err != nil {
		return 0
	}
	return int(s.LongestInterval().Minutes())
}
