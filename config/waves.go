package config

import "slices"

// Waves lists the workloads, each by its NAME-ENV, in the order in which they are deployed: those of one wave at the same
// time, after the central account (F-COPY-14). Without waves in the file there is one for each environment, in file order.
func (c *Config) Waves() [][]string {
	if p := c.Rollout.Pipeline; p != nil && len(p.Waves) > 0 {
		return p.Waves
	}
	var environments []string
	waves := map[string][]string{}
	for _, w := range c.Workloads {
		if !slices.Contains(environments, w.Environment) {
			environments = append(environments, w.Environment)
		}
		waves[w.Environment] = append(waves[w.Environment], w.ID())
	}
	list := make([][]string, len(environments))
	for i, environment := range environments {
		list[i] = waves[environment]
	}
	return list
}

// ApprovedBefore says whether a person approves before a workload is deployed, by its NAME-ENV, or before the central
// account is, as [CentralID]. A compliance lock of the central account needs one at each deployment: whether it is the first
// one, after which nobody can undo the lock, is not known here (F-LOCK-6).
func (c *Config) ApprovedBefore(id string) bool {
	if p := c.Rollout.Pipeline; p != nil && slices.Contains(p.ApproveBefore, id) {
		return true
	}
	return id == CentralID && c.Central.VaultLock.Mode == Compliance
}
