package config

import (
	"fmt"
	"strings"

	"central-s3-backup/config/internal/schedule"
)

// rule is a backup rule of a tier's plan.
type rule struct {
	key             string // of the tier, in backup.yaml
	cronKey         string
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

// copyCron is the schedule of the rule that copies, and the tier's key that has it. "": nothing is copied.
func (t *Tier) copyCron() (key, expression string) {
	switch {
	case !t.Copied():
		return "schedule.cron", ""
	case t.ContinuousBackup == nil && t.SnapshotBackup != nil:
		return "snapshot_backup.schedule", t.SnapshotBackup.Schedule
	}
	return "schedule.cron", t.Schedule.Cron
}

// copyTime says when copies are made: "at 02:05 Etc/UTC", or the cron expression where that is not every day.
func (t *Tier) copyTime() string {
	_, expression := t.copyCron()
	var minute, hour int
	if n, _ := fmt.Sscanf(expression, "cron(%d %d * * ? *)", &minute, &hour); n == 2 && strings.HasSuffix(expression, " * * ? *)") {
		return fmt.Sprintf("at %02d:%02d %s", hour, minute, t.Schedule.Timezone)
	}
	return "at " + expression
}

// rpoMinutes is how old, in minutes, the newest backup of the tier is in the worst case. Zero: not known.
func (t *Tier) rpoMinutes() int {
	if t.ContinuousBackup != nil {
		return ContinuousRPOMinutes
	}
	if t.SnapshotBackup == nil {
		return 0
	}
	return intervalMinutes(t.SnapshotBackup.Schedule)
}

// intervalMinutes is the longest time, in minutes, between two runs of a rule. Zero: not known.
func intervalMinutes(expression string) int {
	s, err := schedule.Parse(expression)
	if err != nil {
		return 0
	}
	return int(s.LongestInterval().Minutes())
}
