package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// fleetOf is a configuration with a pipeline and so many workloads, in so many Regions and in accounts of their own.
func fleetOf(t *testing.T, workloads, regions int, waves string) *Config {
	t.Helper()
	places := []string{"eu-central-1", "eu-west-1", "us-east-1", "ap-southeast-2"}[:regions]
	var b strings.Builder
	b.WriteString("version: 1\nproject: a-long-project-name0\norganization: {id: o-a1b2c3d4e5}\n" +
		"central: {account: \"111111111111\", region: eu-central-1}\nworkloads:\n")
	for i := range workloads {
		fmt.Fprintf(&b, "  - {name: w%04d, environment: %s, account: \"%012d\", region: %s, "+
			"buckets: [{name: w%04d-bucket, tier: standard_data}]}\n",
			i, []string{"dev", "prod"}[i%2], 200_000_000_000+i, places[i%regions], i)
	}
	b.WriteString("rollout:\n  pipeline:\n    account: \"111111111111\"\n    region: eu-central-1\n    repository: example/backup\n" +
		"    connection_arn: arn:aws:codeconnections:eu-central-1:111111111111:connection/0a1b\n" + waves)
	return load(t, b.String())
}

// TestPipelines: every workload of a wave is in one pipeline, none has more than its limit, and the waves keep their order.
func TestPipelines(t *testing.T) {
	for _, regions := range []int{1, 4} {
		for workloads, want := range map[int]int{1: 1, 40: 1, 41: 2, 400: 10} {
			cfg := fleetOf(t, workloads, regions, "")
			parts := cfg.Pipelines()
			if len(parts) != want {
				t.Errorf("%d workloads: %d pipelines, want %d", workloads, len(parts), want)
			}
			var all []string
			for i, p := range parts {
				if p.Number != i+1 || p.ID() != fmt.Sprintf("pipeline-%d", i+1) || p.First() != (i == 0) {
					t.Errorf("pipeline %d is %s", i+1, p.ID())
				}
				if n := len(slices.Concat(p.Waves...)); n > MaxPipelineWorkloads || n == 0 {
					t.Errorf("%s has %d workloads", p.ID(), n)
				}
				for _, wave := range p.Waves {
					for _, w := range wave {
						all = append(all, w.ID())
						if w.Environment != wave[0].Environment {
							t.Errorf("%s: %s is in the wave of %s", p.ID(), w.ID(), wave[0].Environment)
						}
					}
				}
				if len(p.Waves) > 1 && p.Waves[0][0].Environment != "dev" {
					t.Errorf("%s begins with %s", p.ID(), p.Waves[0][0].Environment)
				}
				if got := cfg.ArtifactRegions(p); got[0] != "eu-central-1" || len(got) > regions {
					t.Errorf("%s: artifacts in %v", p.ID(), got)
				}
				for _, region := range append(cfg.ArtifactRegions(p), "ap-southeast-1") {
					for _, name := range []string{cfg.ArtifactBucketName(p.Number, region), cfg.ArtifactLogBucketName(p.Number, region)} {
						if fault := bucketName(name); fault != "" {
							t.Errorf("%s %s", name, fault)
						}
					}
				}
			}
			slices.Sort(all)
			if got := len(slices.Compact(all)); got != workloads || len(all) != workloads {
				t.Errorf("%d workloads: %d in the pipelines, %d different ones", workloads, len(all), got)
			}
		}
	}
}

// TestAppendedWorkloadMovesNone: a workload at the end of the file or of the last wave changes no other one's pipeline.
func TestAppendedWorkloadMovesNone(t *testing.T) {
	waves := func(n int) string {
		var ids []string
		for i := range n {
			ids = append(ids, fmt.Sprintf("w%04d-%s", n-1-i, []string{"dev", "prod"}[(n-1-i)%2]))
		}
		// The first 30 of the file are the last wave, backwards; what is appended follows them.
		first, last := ids[:n-30], ids[n-30:]
		slices.Reverse(first)
		return "    waves: [[" + strings.Join(first[:51], ", ") + "], [" + strings.Join(append(last, first[51:]...), ", ") + "]]\n"
	}
	for name, more := range map[string]func(int) string{"file order": func(int) string { return "" }, "waves": waves} {
		before, after := fleetOf(t, 81, 1, more(81)).pipelineOf(), fleetOf(t, 83, 1, more(83)).pipelineOf()
		if len(after) != len(before)+2 {
			t.Errorf("%s: %d workloads, before %d", name, len(after), len(before))
		}
		for id, number := range before {
			if after[id] != number {
				t.Errorf("%s: %s moves from pipeline %d to %d", name, id, number, after[id])
			}
		}
	}
}

// TestWavesThatOnePipelineHasNot: a workload that no wave has is in no pipeline, and no pipeline has an empty wave.
func TestWavesThatOnePipelineHasNot(t *testing.T) {
	cfg := fleetOf(t, 3, 1, "    waves: [[w0002-dev], [w0000-dev]]\n")
	parts := cfg.Pipelines()
	if len(parts) != 1 || len(parts[0].Waves) != 2 || parts[0].Waves[0][0].ID() != "w0002-dev" {
		t.Errorf("got %+v", parts)
	}
	cfg.Rollout.Pipeline = nil
	if cfg.Pipelines() != nil {
		t.Error("there are pipelines without any")
	}
}
