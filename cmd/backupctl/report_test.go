package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"central-s3-backup/config"
	backupreport "central-s3-backup/internal/report"
)

const evidenceOfTest = `{"schemaVersion": 1, "project": "dummy", "workload": "dummy-dev", "bucket": "dummy-dev-curated-data",
"outcome": "successful", "job": {"bytes": 12}, "restoreMinutes": %MINUTES%, "ended": "%ENDED%"}`

// TestReportFiles: the command writes the files, with sizes that are estimates and the latest measured time, and names them.
func TestReportFiles(t *testing.T) {
	dir := t.TempDir()
	evidence := filepath.Join(dir, "evidence", "dummy-dev")
	if err := os.MkdirAll(evidence, 0o750); err != nil {
		t.Fatal(err)
	}
	for ended, minutes := range map[string]string{"2026-10-01T06:00:00Z": "90", "2026-11-01T06:00:00Z": "42.4"} {
		text := strings.NewReplacer("%MINUTES%", minutes, "%ENDED%", ended).Replace(evidenceOfTest)
		if err := os.WriteFile(filepath.Join(evidence, minutes+".json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "report")
	written, _ := typed(t, exitDone, "report --dir "+out+" --evidence "+filepath.Join(dir, "evidence")+exampleConfig)
	for _, name := range []string{"report.html", "report.md", "report.json"} {
		if !strings.Contains(written, filepath.Join(out, name)) {
			t.Errorf("%s is not named: %s", name, written)
		}
	}
	text, err := os.ReadFile(filepath.Join(out, "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Sizes are estimates", "42 minutes, successful, 2026-11-01T06:00:00Z"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("report.md lacks %s", want)
		}
	}
	if strings.Contains(string(text), "90 minutes") {
		t.Error("report.md has the earlier time")
	}
	if _, stderr := typed(t, exitWrong, "report --templates "+filepath.Join(dir, "absent")+" --dir "+out+exampleConfig); !strings.HasSuffix(
		stderr, "absent: there are no templates; write them with go run .\n") {
		t.Errorf("no templates: %s", stderr)
	}
	_, stderr := typed(t, exitWrong, "report --evidence "+t.TempDir()+" --dir "+out+exampleConfig)
	if !strings.Contains(stderr, "there is no evidence") {
		t.Errorf("an empty directory of evidence: %s", stderr)
	}
}

// TestReportChanges: --changes prints what changes and writes nothing. It needs a file to compare with.
func TestReportChanges(t *testing.T) {
	out := filepath.Join(t.TempDir(), "report")
	text, _ := typed(t, exitDone, "report --changes --dir "+out+" --previous ../../testdata/locks.yaml"+exampleConfig)
	if !strings.HasPrefix(text, "## What changes\n") || !strings.Contains(text, "**cannot be undone**") {
		t.Errorf("got %s", text)
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("it wrote: %v", err)
	}
	text, _ = typed(t, exitDone, "report --changes --previous ../../testdata/example.yaml"+exampleConfig)
	if !strings.Contains(text, "No bucket gains or loses protection") {
		t.Errorf("without a change: %s", text)
	}
	_, stderr := typed(t, exitWrong, "report --changes"+exampleConfig)
	if !strings.Contains(stderr, "want --previous FILE") {
		t.Errorf("got %s", stderr)
	}
}

// TestReportCommands: backupctl takes every command that the report shows, for each bucket.
func TestReportCommands(t *testing.T) {
	cfg, err := config.LoadFile("../../testdata/fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"backup.yaml", "my company/backup.yaml"} {
		r := backupreport.New(cfg, backupreport.Options{Config: file})
		seen := map[string]bool{}
		for i := range r.Buckets {
			b := &r.Buckets[i]
			for _, p := range r.Protections {
				if p.ID != b.Protection {
					continue
				}
				for _, w := range p.Ways {
					command := r.Command(b, w)
					args, found := strings.CutPrefix(command, "go run ./cmd/backupctl ")
					if !found || !strings.Contains(command, b.Name) {
						t.Errorf("%s of %s: %s", w.Name, b.Name, command)
					}
					args = strings.NewReplacer(" TIME", " 3h", "'my company/backup.yaml'", "my-company/backup.yaml", "BUCKET", "bucket").Replace(args)
					if _, err := parse(strings.Fields(args), newClock(), strings.NewReader(""), io.Discard, io.Discard); err != nil {
						t.Errorf("%s: %v", command, err)
					}
					seen[w.Name] = true
				}
			}
		}
		if len(seen) != 4 {
			t.Errorf("ways: %v", seen)
		}
	}
}
