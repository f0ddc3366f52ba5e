package config

// compareAlerts finds destinations that no longer receive alerts.
func compareAlerts(c *checker) {
	notified := map[destination]bool{} // without their paths
	for _, d := range c.cfg.Alerts.destinations() {
		notified[destination{kind: d.kind, name: d.name}] = true
	}
	for _, d := range c.previous.cfg.Alerts.destinations() {
		if !notified[destination{kind: d.kind, name: d.name}] {
			c.report("alerts", Problem{
				What: "a destination no longer receives alerts",
				Got:  "no " + d.kind + " " + d.name, Want: "it as before, unless this is intended", See: c.before(d.path),
			})
		}
	}
}
