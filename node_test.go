package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoTemporaryDirectory: the app needs a directory for temporary files and says so in one sentence.
func TestNoTemporaryDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, nil)
	for temporary, why := range map[string]string{
		filepath.Join(t.TempDir(), "absent"): "no such file or directory",
		file:                                 "not a directory",
		"/proc/self":                         "", // where nobody, root included, creates a directory
	} {
		for _, args := range [][]string{{"-check", "-config", exampleFile}, {"-config", exampleFile, "-out", filepath.Join(t.TempDir(), "out")}} {
			app := appCommand(args...)
			app.Env = append(app.Env, "TMPDIR="+temporary)
			fails(t, app, "the directory for temporary files, "+temporary+", cannot be written to ("+why)
		}
	}
}

// TestBackslashOfTemporaryDirectory: Node.js cannot load the CDK from there, which is said before it tries.
func TestBackslashOfTemporaryDirectory(t *testing.T) {
	temporary := filepath.Join(t.TempDir(), `a\b`)
	if err := os.Mkdir(temporary, 0o700); err != nil {
		t.Fatal(err)
	}
	app := appCommand("-check", "-config", exampleFile)
	app.Env = append(app.Env, "TMPDIR="+temporary)
	fails(t, app, "the directory for temporary files, "+temporary+", has a backslash in its name")
}

// TestNoTemporaryFiles: a run that ends before Node.js starts leaves no temporary files. TestCalls has one that starts it.
func TestNoTemporaryFiles(t *testing.T) {
	leavesNothing(t, appCommand("-check", "-config", "testdata/fleet.yaml"))
}

// fails runs the app, which must end with one sentence and exit code 1.
func fails(t *testing.T, app *exec.Cmd, sentence string) {
	t.Helper()
	var stderr bytes.Buffer
	app.Stderr = &stderr
	_ = app.Run() // its exit code is looked at
	if code := app.ProcessState.ExitCode(); code != exitWrong {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(stderr.String(), sentence) {
		t.Errorf("%q lacks %q", stderr.String(), sentence)
	}
	if at := strings.Index(stderr.String(), "Runtime process exited abnormally"); at >= 0 {
		if line, _, ended := strings.Cut(stderr.String()[at:], "\n"); !ended || strings.Contains(line, "Node.js ended") {
			t.Errorf("no line of its own: %q", line)
		}
	}
	for _, not := range []string{"goroutine", "panic", "defect"} {
		if strings.Contains(stderr.String(), not) {
			t.Errorf("says %q: %s", not, stderr.String())
		}
	}
}
