package config

import "fmt"

// destination is where alerts go, with its place in backup.yaml.
type destination struct{ path, kind, name string }

func (a Alerts) destinations() []destination {
	var all []destination
	for i, address := range a.Email {
		all = append(all, destination{fmt.Sprintf("alerts.email[%d]", i), "email", address})
	}
	for i, channel := range a.Slack {
		all = append(all, destination{fmt.Sprintf("alerts.slack[%d].webhook_secret", i), "slack", channel.WebhookSecret})
	}
	for i, service := range a.PagerDuty {
		all = append(all, destination{fmt.Sprintf("alerts.pagerduty[%d].routing_key_secret", i), "pagerduty", service.RoutingKeySecret})
	}
	return all
}

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
