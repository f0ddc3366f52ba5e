package config

import "fmt"

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

// warnOfUnnoticedSilence finds rules that run too seldom for an alarm on missing backups.
func warnOfUnnoticedSilence(c *checker) {
	for t := range c.rows() {
		if _, used := c.cfg.silences[t.Name]; !used || !t.BackedUp() {
			continue
		}
		if c.doubtful(c.tierKeys(t, "schedule.cron", "snapshot_backup.schedule")...) {
			continue
		}
		report := func(jobs string, days int, cronKey, cron string) {
			if days > 0 {
				return
			}
			c.report(c.tierPath(t)+"."+cronKey, Problem{
				What: fmt.Sprintf("this tier gets no alarm for missing %s: CloudWatch alarms look back at most %d days, and it "+
					"runs less often", jobs, MaxAlarmDays),
				Got: cron, Want: "a run at least every six days, or a check of your own",
			})
		}
		rules := t.rules()
		report("backups", c.cfg.SilenceDays(t), rules[0].cronKey, rules[0].cron)
		if t.Copied() && c.cfg.SilenceDays(t) > 0 {
			report("copies", c.cfg.CopySilenceDays(t), rules[0].cronKey, rules[0].cron)
		}
	}
}
