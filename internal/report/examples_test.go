package report

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"central-s3-backup/config"
)

// TestExampleReports: each example has its report beside it, and that is current.
func TestExampleReports(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/backup.yaml")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d examples, error %v", len(files), err)
	}
	for _, file := range files {
		cfg, err := config.LoadFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		name := filepath.Base(filepath.Dir(file))
		r, err := Load(cfg, Sources{Config: "examples/" + name + "/backup.yaml"})
		if err != nil {
			t.Error(err)
			continue
		}
		beside := filepath.Join(filepath.Dir(file), "report.md")
		if *update {
			if err := os.WriteFile(beside, r.Markdown(), 0o600); err != nil {
				t.Error(err)
			}
			continue
		}
		if was, err := os.ReadFile(beside); err != nil || !bytes.Equal(was, r.Markdown()) {
			t.Errorf("%s is not current: go test ./internal/report -run ExampleReports -update (%v)", beside, err)
		}
	}
}
