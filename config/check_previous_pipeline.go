package config

import "fmt"

// comparePipelines finds workloads that another pipeline deploys than before. Their stacks stay as they are.
func comparePipelines(c *checker) {
	if c.previous.cfg.Rollout.Pipeline == nil || c.cfg.Rollout.Pipeline == nil {
		return
	}
	was, now := c.previous.cfg.pipelineOf(), c.cfg.pipelineOf()
	var moved, first = 0, -1
	for i, w := range c.cfg.Workloads {
		if id := w.ID(); was[id] != 0 && now[id] != 0 && was[id] != now[id] {
			moved++
			if first < 0 {
				first = i
			}
		}
	}
	if moved == 0 {
		return
	}
	id := c.cfg.Workloads[first].ID()
	more := ""
	if moved > 1 {
		more = fmt.Sprintf(", and %d more", moved-1)
	}
	at := pipelinePath + ".waves"
	if !c.written(at) {
		at = workloadNamePath(first)
	}
	c.report(at, Problem{
		What: "another pipeline deploys an account than before: for one change two pipelines may deploy it, one of them what was before",
		Got:  fmt.Sprintf("%s in pipeline %d, before in %d%s", id, now[id], was[id], more),
		Want: "new workloads at the end of the last wave; without waves, at the end of the file", See: c.before(pipelinePath),
	})
}
