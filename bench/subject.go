package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// subject is a number of workloads to synthesize.
type subject struct {
	*bench
	workloads int
	config    string // backup.yaml
	app, twin string // directories of their cloud assemblies
}

// tiers of the six buckets that each workload has: all of them.
var tiers = []string{"standard_data", "sensitive_data", "curated_data", "curated_sensitive_data", "critical_data", "critical_sensitive_data"}

// subject has a bucket of each tier in every workload.
func (b *bench) subject(workloads int) (*subject, error) { return b.subjectOf(workloads, len(tiers)) }

// subjectOf has any number of buckets in every workload. Their tiers take turns.
func (b *bench) subjectOf(workloads, buckets int) (*subject, error) {
	dir := filepath.Join(b.work, fmt.Sprintf("%d-%d", workloads, buckets))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var text strings.Builder
	text.WriteString(`version: 1
project: fleet
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
tiers:
  - {name: critical_sensitive_data, copy_to_central: {delete_after_days: 2555}}
workloads:
`)
	for i := range workloads {
		fmt.Fprintf(&text, "  - name: %s\n    environment: prod\n    account: \"%012d\"\n    region: eu-central-1\n    buckets:\n", workload(i), 200_000_000_000+i)
		for k := range buckets {
			tier, another := tiers[k%len(tiers)], ""
			if k >= len(tiers) {
				another = fmt.Sprintf("-%d", k/len(tiers)+1)
			}
			fmt.Fprintf(&text, "      - {name: fleet-%s-prod-%s%s, tier: %s}\n", workload(i), strings.ReplaceAll(tier, "_", "-"), another, tier)
		}
	}
	return b.write(dir, workloads, text.String())
}

// write makes a subject of a configuration with this number of workloads.
func (b *bench) write(dir string, workloads int, text string) (*subject, error) {
	s := &subject{b, workloads, filepath.Join(dir, "backup.yaml"), filepath.Join(dir, "app"), filepath.Join(dir, "twin")}
	return s, os.WriteFile(s.config, []byte(text), 0o644)
}

func workload(i int) string { return fmt.Sprintf("w%04d", i) }

func (s *subject) runApp(args ...string) (sample, error) {
	return run(nil, append([]string{s.bench.app, "-config", s.config, "-out", s.app}, args...)...)
}

func (s *subject) runTwin() (sample, error) {
	return run([]string{"BACKUP_YAML=" + s.config, "CDK_OUTDIR=" + s.twin}, "node", s.bench.twin)
}

func (s *subject) runFloor() (sample, error) {
	return run(nil, s.self, "-floor", s.app, "-config", s.config, "-out", s.app+"-floor")
}

// calls counts the calls into Node of one run.
func (s *subject) calls() (int, error) {
	dir, err := os.MkdirTemp(s.work, "calls")
	if err != nil {
		return 0, err
	}
	if _, err := run([]string{"JSII_NODE=" + s.self, asNode + "=" + dir}, s.bench.app, "-config", s.config, "-out", filepath.Join(dir, "out"), "-jobs", "1"); err != nil {
		return 0, err
	}
	return readCalls(dir)
}

// templateBytes is the size of all templates in a directory.
func templateBytes(dir string) (n int64, err error) {
	files, _ := filepath.Glob(filepath.Join(dir, "*.template.json")) // the pattern is well formed
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return 0, err
		}
		n += info.Size()
	}
	return n, nil
}
