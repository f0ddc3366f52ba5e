package config

import "slices"

// notBuilt are the parts of backup.yaml that this version reads and checks, and builds nothing for.
var notBuilt = []struct {
	path, consequence string
	asked             func(*Config) bool
}{
	{airGappedPath, "no second copy is made", func(c *Config) bool { return c.Central.AirGappedVault != nil }},
	{"central.audit.enabled", "nothing is audited", func(c *Config) bool { return c.Central.Audit.Enabled }},
	{pipelinePath, "nothing is deployed but by cdk deploy", func(c *Config) bool { return c.Rollout.Pipeline != nil }},
	{stackSetPath, "accounts that no workload names get nothing", func(c *Config) bool { return c.Rollout.StackSet != nil }},
}

func warnOfNotBuilt(c *checker) {
	warn := func(path, consequence string) {
		c.report(path, Problem{What: "is checked and not built by this version: " + consequence, Want: "nothing that relies on it"})
	}
	for _, part := range notBuilt {
		if part.asked(c.cfg) && c.written(part.path) {
			warn(part.path, part.consequence)
		}
	}
	if i := slices.IndexFunc(c.cfg.Workloads, func(w Workload) bool { return w.RestoreTesting != nil }); i >= 0 { // once is enough
		warn(restoreTestingPath(i), "no restore is tested")
	}
}
