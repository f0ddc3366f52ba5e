package main

import (
	"os"
	"path/filepath"
)

// reportBench measures what a report costs beyond synthesis: backupctl reads the configuration, estimates and templates of 2,000
// buckets, and writes the three files.
type reportBench struct {
	ctl, config, templates, dir string
}

func (b *bench) reported() (*reportBench, error) {
	s, err := b.subjectOf(200, 10)
	if err != nil {
		return nil, err
	}
	r := &reportBench{filepath.Join(b.work, "backupctl"), s.config, s.app, filepath.Join(b.work, "report")}
	if _, err := run(nil, "go", "build", "-C", "..", "-o", r.ctl, "./cmd/backupctl"); err != nil {
		return nil, err
	}
	const estimates = "default: {size_gb: 123.4, objects: 100000, daily_change_percent: 1}\n"
	if err := os.WriteFile(filepath.Join(filepath.Dir(s.config), "estimates.yaml"), []byte(estimates), 0o644); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(s.config)
	if err == nil {
		err = os.WriteFile(s.config, append([]byte("estimates: estimates.yaml\n"), text...), 0o644)
	}
	if err == nil {
		_, err = s.runApp("-report=false")
	}
	return r, err
}

func (r *reportBench) run() (sample, error) {
	return run(nil, r.ctl, "report", "--config", r.config, "--templates", r.templates, "--dir", r.dir)
}

// size is that of the page, in bytes.
func (r *reportBench) size() (int64, error) {
	info, err := os.Stat(filepath.Join(r.dir, "report.html"))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
