package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"central-s3-backup/internal/cloudassembly"
)

// TestInterrupt: whoever stops a run stops all its processes, and a run that is killed leaves none behind.
func TestInterrupt(t *testing.T) {
	for _, test := range []struct {
		signal syscall.Signal
		code   int
		says   string
	}{
		{syscall.SIGINT, exitInterrupted, "interrupted: nothing was written\n"},
		{syscall.SIGTERM, exitInterrupted, "interrupted: nothing was written\n"},
		{syscall.SIGHUP, exitInterrupted, "interrupted: nothing was written\n"},
		{syscall.SIGKILL, -1, ""},
	} {
		t.Run(test.signal.String(), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			app := appCommand("-config", "testdata/fleet.yaml", "-out", out, "-jobs", "2")
			mark := fmt.Sprintf("CENTRAL_S3_BACKUP_TEST=%s", t.TempDir())
			app.Env = append(app.Env, mark)
			var stderr bytes.Buffer
			app.Stderr = &stderr
			if err := app.Start(); err != nil {
				t.Fatal(err)
			}
			const each = 3 // the process of a part, and Node's two
			if n := waitFor(mark, func(n int) bool { return n >= 1+2*each }); n < 1+2*each {
				t.Fatalf("%d processes at work: %s", n, stderr.String())
			}
			_ = app.Process.Signal(test.signal)
			_ = app.Wait() // its exit code is looked at
			if code := app.ProcessState.ExitCode(); code != test.code || !strings.HasSuffix(stderr.String(), test.says) {
				t.Errorf("exit code %d, says %q", code, stderr.String())
			}
			if n := waitFor(mark, func(n int) bool { return n == 0 }); n > 0 {
				t.Errorf("%d processes are left", n)
			}
			entries, err := os.ReadDir(out)
			if err != nil || test.says != "" && len(entries) > 0 {
				t.Errorf("left %v, %v", entries, err)
			}
			if err := cloudassembly.PrepareDir(out); err != nil { // the next run goes on where this one was stopped
				t.Error(err)
			}
			if entries, err := os.ReadDir(out); err != nil || len(entries) > 0 {
				t.Errorf("the next run leaves %v, %v", entries, err)
			}
		})
	}
}

// waitFor counts the processes that have a mark in their environment until there are enough, or few enough.
func waitFor(mark string, enough func(n int) bool) (n int) {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		n = 0
		environments, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is well formed
		for _, file := range environments {
			if text, err := os.ReadFile(file); err == nil && bytes.Contains(text, []byte(mark)) {
				n++
			}
		}
		if enough(n) {
			break
		}
	}
	return n
}
