package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNoRoomForJsii: a directory in which jsii cannot unpack its program is reported before jsii panics, and nothing is left there.
func TestNoRoomForJsii(t *testing.T) {
	temporary := t.TempDir()
	app := exec.Command("sh", "-c", `ulimit -f 200; exec "$0" "$@"`, os.Args[0], "-check", "-config", exampleFile)
	app.Env = append(os.Environ(), asApp+"=1", "TMPDIR="+temporary)
	want := "the directory for temporary files, " + temporary + ", cannot be written to (" + syscall.EFBIG.Error()
	fails(t, app, want+"): free some space there, or ")
	if left := listed(temporary); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// TestNoOutput: standard output that takes no text is no defect of the app.
func TestNoOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for _, args := range [][]string{{"-print-config"}, {"-workload", "dummy-dev", "-out", filepath.Join(t.TempDir(), "out")}} {
		var stderr bytes.Buffer
		code := run(append(args, "-config", exampleFile), func(string) string { return "" }, full, &stderr)
		if code != exitWrong || !strings.Contains(stderr.String(), "standard output takes no more text") ||
			strings.Contains(stderr.String(), "defect") {
			t.Errorf("%v: exit code %d: %s", args, code, stderr.String())
		}
	}
}

// listed lists what a directory has, also what starts with a dot.
func listed(dir string) []string {
	paths, _ := filepath.Glob(filepath.Join(dir, "*")) // the pattern is well formed
	return paths
}
