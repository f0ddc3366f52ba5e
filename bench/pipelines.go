package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// ofOnePipeline is the most workloads that one pipeline deploys.
const ofOnePipeline = 40

const rollout = `rollout:
  pipeline:
    account: "111111111111"
    region: eu-central-1
    repository: example/fleet
    connection_arn: arn:aws:codeconnections:eu-central-1:111111111111:connection/0a1b2c3d
`

// pipelines measures what rollout.pipeline adds to a run, with small workloads and with those of the other measurements, and writes
// its section of the results.
func (b *bench) pipelines() error {
	var rows strings.Builder
	var first string
	const runs = 5
	for _, buckets := range []int{3, len(tiers)} {
		direct, err := b.subjectOf(ofOnePipeline, buckets)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(direct.config)
		if err != nil {
			return err
		}
		dir := filepath.Join(b.work, fmt.Sprintf("pipelines-%d", buckets))
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		piped, err := b.write(dir, ofOnePipeline, string(text)+rollout)
		if err != nil {
			return err
		}
		if first == "" {
			if first, err = b.fromEmptyCaches(piped); err != nil {
				return err
			}
		}
		if err := besides(&rows, runs, buckets, direct, piped); err != nil {
			return err
		}
	}
	return writeSection(fmt.Sprintf(`## Pipelines

`+"`go run . -pipelines`"+` in this directory wrote this section. The configurations have %d workloads, the most of one pipeline.
%d cores (%s), %s, medians of %d runs by turns.
Memory is that of the largest process.

| buckets of a workload | | wall, seconds | of the stacks alone | cpu, seconds | memory, MB |
|---|---|---|---|---|---|
`, ofOnePipeline, runtime.NumCPU(), cpuModel(), runtime.Version(), runs) + rows.String() + first)
}

// besides measures the stacks alone, with a pipeline beside them, and the pipeline alone, by turns. It writes a row for each.
func besides(rows *strings.Builder, runs, buckets int, direct, piped *subject) error {
	programs := []struct {
		what string
		run  func() (sample, error)
		got  samples
	}{
		{what: "the stacks, without a pipeline", run: func() (sample, error) { return direct.runApp() }},
		{what: "the stacks, and the pipeline with its stages", run: func() (sample, error) { return piped.runApp() }},
		{what: "the pipeline with its stages, alone", run: func() (sample, error) { return piped.runApp("-workload", "pipeline-1") }},
	}
	for range runs {
		for i := range programs {
			one, err := programs[i].run()
			if err != nil {
				return err
			}
			programs[i].got = append(programs[i].got, one)
		}
	}
	alone := programs[0].got.median(wall)
	for _, p := range programs {
		fmt.Fprintf(
			rows, "| %d | %s | %.1f ±%.0f %% | **%.2f** | %.1f | %.0f |\n", buckets,
			p.what, p.got.median(wall), 100*p.got.spread(wall), p.got.median(wall)/alone, p.got.median(cpu), p.got.median(peak),
		)
	}
	return nil
}

// fromEmptyCaches measures what the first synthesis on a machine builds: Go's modules are there, its build cache is empty.
func (b *bench) fromEmptyCaches(s *subject) (string, error) {
	var t strings.Builder
	fmt.Fprintf(&t, "\nOnce, with an empty build cache of Go and an empty cache of jsii; the modules of Go are there:\n\n")
	fmt.Fprintf(&t, "| | wall, seconds | cpu, seconds |\n|---|---|---|\n")
	env := []string{
		"GOCACHE=" + filepath.Join(b.work, "empty-go"), "JSII_RUNTIME_PACKAGE_CACHE_ROOT=" + filepath.Join(b.work, "empty-jsii"),
		"XDG_CACHE_HOME=" + filepath.Join(b.work, "empty"),
	}
	for _, step := range []struct {
		what    string
		command []string
	}{
		{"building the app", []string{"go", "build", "-C", "..", "-o", filepath.Join(b.work, "built"), "."}},
		{"the pipeline alone, and building its program", []string{
			b.app, "-config", s.config, "-out", filepath.Join(b.work, "first"), "-workload", "pipeline-1",
		}},
	} {
		one, err := run(env, step.command...)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&t, "| %s | %.0f | %.0f |\n", step.what, one.wall.Seconds(), one.cpu.Seconds())
	}
	return t.String(), nil
}
