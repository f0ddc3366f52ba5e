package config

// compareAlerts finds destinations that were told of failures and no longer are.
func compareAlerts(c *checker) {
	told := map[destination]bool{} // without their paths
	for _, d := range c.cfg.Alerts.destinations() {
		told[destination{kind: d.kind, name: d.name}] = true
	}
	for _, d := range c.previous.cfg.Alerts.destinations() {
		if !told[destination{kind: d.kind, name: d.name}] {
			c.report("alerts", Problem{What: "a destination is told of nothing any more", Got: "no " + d.kind + " " + d.name, Want: "it, as before, unless it is meant so", See: c.before(d.path)})
		}
	}
}
