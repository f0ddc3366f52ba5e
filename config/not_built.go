package config

import "slices"

// notBuilt lists the keys of backup.yaml that this version reads and validates but creates nothing for.
var notBuilt = []struct {
	path, consequence string
	asked             func(*Config) bool
}{
	{stackSetPath, "accounts without a workload get no backups", func(c *Config) bool { return c.Rollout.StackSet != nil }},
}

func warnOfNotBuilt(c *checker) {
	warn := func(path, consequence string) {
		c.report(path, Problem{What: "is validated but not built yet: " + consequence, Want: "nothing that relies on it"})
	}
	for _, part := range notBuilt {
		if part.asked(c.cfg) && c.written(part.path) {
			warn(part.path, part.consequence)
		}
	}
	unseen := func(w Workload) bool { return w.RestoreTesting != nil && w.Region != "" && !c.cfg.Reached(w) }
	if i := slices.IndexFunc(c.cfg.Workloads, unseen); i >= 0 { // one warning is enough
		c.report(restoreTestingPath(i), Problem{
			What: "restores are tested, but nothing compares the restored data with the backup: the validator of the central account " +
				"cannot reach another partition",
			Got:  c.cfg.Workloads[i].Region,
			Want: "nothing that relies on more than the state of the restore jobs",
		})
	}
}
