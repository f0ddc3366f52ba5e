package config

func warnOfNoAlerts(c *checker) {
	if len(c.cfg.Alerts.destinations()) == 0 && !c.doubtful("alerts.email", "alerts.slack", "alerts.pagerduty") {
		c.report("alerts", Problem{What: "nobody hears of a backup that failed or never ran", Want: "alerts: with email, slack or pagerduty"})
	}
}

func warnOfAlertsTwice(c *checker) {
	first := map[destination]string{} // without their paths
	for _, d := range c.cfg.Alerts.destinations() {
		named := destination{kind: d.kind, name: d.name}
		if other, twice := first[named]; twice {
			c.report(d.path, Problem{What: "is there already: every alert would come twice", Got: d.name, Want: "every destination once"}, other)
		} else if d.name != "" {
			first[named] = d.path
		}
	}
}

// warnOfUnheardFailures finds alerts that go one way alone, whose own failure nobody hears of.
func warnOfUnheardFailures(c *checker) {
	if len(c.cfg.Alerts.Delivered()) > 0 && len(c.cfg.Alerts.Email) == 0 && !c.doubtful("alerts.email") {
		c.report("alerts", Problem{What: "nobody hears when Slack or PagerDuty do not take alerts: that is told by e-mail alone", Want: "email as well"})
	}
}

// warnOfUnnoticedSilence finds rules that run so seldom that no alarm notices when they do not.
func warnOfUnnoticedSilence(c *checker) {
	for t := range c.rows() {
		if _, used := c.cfg.silences[t.Name]; !used || !t.BackedUp() {
			continue
		}
		report := func(jobs string, days int, cronKey, cron string) {
			if days > 0 || intervalMinutes(cron) == 0 { // zero: reported as no schedule
				return
			}
			c.report(c.tierPath(t)+"."+cronKey, Problem{What: "no alarm notices when there are no " + jobs + ": they are so seldom that one of CloudWatch, which looks back a week at the most, would ring in between", Got: cron, Want: "a schedule that comes at least every six days, or somebody who looks"})
		}
		rules := t.rules()
		report("backups", c.cfg.SilenceDays(t), rules[0].cronKey, rules[0].cron)
		if t.Copied() && c.cfg.SilenceDays(t) > 0 {
			report("copies", c.cfg.CopySilenceDays(t), rules[0].cronKey, rules[0].cron)
		}
	}
}
