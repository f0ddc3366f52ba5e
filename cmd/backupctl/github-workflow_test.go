package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const workflowDocs = "../../docs/github"

// TestWorkflowDocs: docs/github has the files of the example.
func TestWorkflowDocs(t *testing.T) {
	dir := repository(t)
	written, _ := typed(t, exitDone, "github-workflow --repository example/central-s3-backup --dir "+dir)
	for file := range strings.Lines(written) {
		file = strings.TrimSpace(file)
		below, err := filepath.Rel(filepath.Join(dir, ".github"), file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc := filepath.Join(workflowDocs, below)
		if *update {
			if err := os.MkdirAll(filepath.Dir(doc), 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(doc, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, doc, string(got), string(want))
	}
	if strings.Count(written, "\n") != 5 {
		t.Errorf("got %s", written)
	}
}

// TestWorkflowCheck: --check writes nothing, and finds a file that is not there, or that is not that of the configuration.
func TestWorkflowCheck(t *testing.T) {
	dir := repository(t)
	line := "github-workflow --repository example/central-s3-backup --branch deployed --dir " + dir
	_, stderr := typed(t, exitWrong, line+" --check")
	if !strings.HasPrefix(stderr, "not current: .github/workflows/backup.yml, ") ||
		!strings.HasSuffix(stderr, "go run ./cmd/backupctl github-workflow --repository example/central-s3-backup --branch deployed\n") {
		t.Errorf("got %s", stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, ".github")); err == nil {
		t.Error("--check wrote files")
	}
	typed(t, exitDone, line)
	typed(t, exitDone, line+" --check")
	typed(t, exitWrong, line+" --check --account 999999999999")
}

// TestWorkflowMistakes: each mistake has one line and exit code 1.
func TestWorkflowMistakes(t *testing.T) {
	dir := repository(t)
	for flags, want := range map[string]string{
		"":                                       "--repository : want the repository on GitHub as owner/name",
		"--repository a/b --account 1":           "--account 1: want an account id, twelve digits",
		"--repository a/b --deploy-role a/b":     "--deploy-role a/b: want the name of an IAM role, without a path",
		"--repository a/b --diff-role github_ci": "--deploy-role and --diff-role are the same",
	} {
		_, stderr := typed(t, exitWrong, "github-workflow --dir "+dir+" "+flags)
		if !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: got %s", flags, stderr)
		}
	}
}

// repository is a directory with the example as backup.yaml.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	text, err := os.ReadFile("../../testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "backup.yaml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
