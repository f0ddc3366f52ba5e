package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"central-s3-backup/config"
	"central-s3-backup/internal/fixedseed"
)

// TestSnapshot compares the templates of backup.yaml with those in snapshots/, which -update renews. It is the one test about the
// user's own configuration: all others read testdata, and pass whatever backup.yaml has.
func TestSnapshot(t *testing.T) {
	// Renewing all golden files makes no snapshot for somebody who did not ask for one.
	byName := strings.Contains(flag.Lookup("test.run").Value.String(), "Snapshot")
	s := snapshot{"backup.yaml", "snapshots"}
	was, err := s.read()
	if err != nil {
		t.Fatal(err)
	}
	s.compare(t, was, *update && (byName || len(was) > 0))
}

// snapshot is the configuration in file, and the directory with its templates as somebody has agreed to them.
type snapshot struct{ file, dir string }

// assetHash is the hash of the alert function's package. It is no part of a snapshot: another Go toolchain gives another one.
var assetHash = regexp.MustCompile(`\b[0-9a-f]{64}\.zip\b`)

// templates synthesizes the configuration below a directory. For a configuration with errors they are nil.
func (s snapshot) templates(work string) (templates map[string][]byte, problems string) {
	var said bytes.Buffer
	getenv := func(string) string { return "" }
	if run([]string{"-check", "-config", s.file}, getenv, &said, &said) != exitDone {
		return nil, said.String()
	}
	made := example
	if !s.isExample() {
		made = synthesizeFile(s.file, filepath.Join(work, "out"), nil, "-report=false")
	}
	templates = map[string][]byte{}
	for stack, template := range made.templates {
		templates[stack] = assetHash.ReplaceAll(template.bytes, []byte("asset.zip"))
	}
	return templates, ""
}

// compare compares the templates of the configuration with those of the snapshot, or makes them the snapshot.
func (s snapshot) compare(t *testing.T, was map[string][]byte, renew bool) {
	t.Helper()
	templates, problems := s.templates(t.TempDir())
	if problems != "" {
		fmt.Print(problems) // as -check prints them: editors find the places
		t.Fatalf("%s has errors", s.file)
	}
	const command = "go test . -run TestSnapshot -update"
	switch {
	case renew:
		if err := s.write(templates); err != nil {
			t.Fatal(err)
		}
	case len(was) == 0:
		t.Logf("no snapshot of the templates of %s yet: %s writes one to %s; commit it, and this test shows what a change does",
			s.file, command, s.dir)
	default:
		if report := report(differences(was, templates)); report != "" {
			t.Errorf("%s gives other templates than the snapshot; if it should: %s\n%s", s.file, command, report)
		}
	}
}

// isExample tells whether the configuration is the example, of which the templates are there.
func (s snapshot) isExample() bool {
	cfg, err := config.LoadFile(s.file)
	if err != nil {
		return false
	}
	own, err := cfg.YAML()
	if err != nil {
		return false
	}
	known, err := example.cfg.YAML()
	return err == nil && bytes.Equal(own, known)
}

// read returns the templates of the snapshot by their stacks, none if there is no snapshot.
func (s snapshot) read() (map[string][]byte, error) {
	templates := map[string][]byte{}
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if stack, is := strings.CutSuffix(e.Name(), ".template.json"); is && err == nil {
			templates[stack], err = os.ReadFile(filepath.Join(s.dir, e.Name()))
		}
	}
	return templates, err
}

// write makes the templates the snapshot.
func (s snapshot) write(templates map[string][]byte) error {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	earlier, err := s.read()
	for stack := range earlier {
		err = errors.Join(err, os.Remove(filepath.Join(s.dir, stack+".template.json")))
	}
	for stack, text := range templates {
		err = errors.Join(err, os.WriteFile(filepath.Join(s.dir, stack+".template.json"), text, 0o644))
	}
	return err
}

// TestSnapshots: any configuration that loads may be the user's: its snapshot replaces an earlier one, and tells of no difference
// when nothing has changed.
func TestSnapshots(t *testing.T) {
	const good = "config/testdata/good/"
	files := []string{good + "minimal.yaml", good + "alerts.yaml", good + "limits.yaml"}
	if fixedseed.Whole {
		var err error
		if files, err = filepath.Glob(good + "*.yaml"); err != nil || len(files) < 60 {
			t.Fatalf("%d files, %v", len(files), err)
		}
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s := snapshot{file, filepath.Join(t.TempDir(), "snapshots")}
			if err := s.write(map[string][]byte{"stale": []byte("{}")}); err != nil {
				t.Fatal(err)
			}
			s.compare(t, nil, true)
			was, err := s.read()
			if _, stale := was["stale"]; err != nil || stale || len(was) == 0 {
				t.Fatalf("%d templates, %v", len(was), err)
			}
			s.compare(t, was, false)
		})
	}
}

// TestSnapshotOfErrors: a file with errors gives the problems as -check prints them, and no templates.
func TestSnapshotOfErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "backup.yaml")
	write(t, file, []byte(wrongConfig))
	var stdout, stderr bytes.Buffer
	run([]string{"-check", "-config", file}, func(string) string { return "" }, &stdout, &stderr)
	templates, problems := snapshot{file, "absent"}.templates(t.TempDir())
	if templates != nil || problems == "" || problems != stderr.String() {
		t.Errorf("%d templates, says %q", len(templates), problems)
	}
}
