//go:build whole

package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"central-s3-backup/internal/cloudassembly"
)

// TestInterrupt: whoever stops a run, at whatever moment, stops all its processes, is told so, and finds everything as it was:
// no output directory or the one that was there, and no temporary files.
func TestInterrupt(t *testing.T) {
	hangs := filepath.Join(t.TempDir(), "node")
	write(t, hangs, []byte("#!/bin/sh\nif [ $1 = --version ] && [ $HANG = later ]; then echo v22.0.0; exit; fi\nsleep 1000 & sleep 1000\n"))
	if err := os.Chmod(hangs, 0o755); err != nil {
		t.Fatal(err)
	}
	const (
		atOnce = 1     // the app alone
		alone  = 1 + 1 // the app and Node.js
		parts  = 1 + 2*2
		stuck  = 1 + 3 // a shell and what it started
	)
	stubborn := []string{"JSII_NODE=" + hangs, "HANG=later"}
	for _, test := range []struct {
		name      string
		jobs      string
		env       []string
		processes int // that are at work when the signal comes
		signals   []syscall.Signal
		code      int
		existing  bool // the output directory has a cloud assembly
		terminal  bool // Node.js gets the signal too
	}{
		{name: "SIGTERM", jobs: "1", processes: alone, signals: []syscall.Signal{syscall.SIGTERM}, code: 143},
		{
			name: "SIGINT twice", jobs: "1", env: stubborn, processes: stuck, signals: []syscall.Signal{syscall.SIGINT, syscall.SIGINT},
			code: 130, existing: true,
		},
		{name: "in a terminal", jobs: "1", processes: alone, signals: []syscall.Signal{syscall.SIGINT}, code: 130, terminal: true},
		{name: "at once", jobs: "1", processes: atOnce, signals: []syscall.Signal{syscall.SIGTERM}, code: 143},
		{
			name: "a Node.js that does not tell its version", jobs: "1", env: []string{"JSII_NODE=" + hangs, "HANG=now"},
			processes: stuck, signals: []syscall.Signal{syscall.SIGTERM}, code: 143,
		},
		{
			name: "a Node.js that hangs later", jobs: "1", env: stubborn, processes: stuck,
			signals: []syscall.Signal{syscall.SIGHUP}, code: 129,
		},
		{name: "parts, SIGINT", jobs: "2", processes: parts, signals: []syscall.Signal{syscall.SIGINT}, code: 130},
		{
			name: "parts, SIGTERM", jobs: "2", env: stubborn, processes: parts, signals: []syscall.Signal{syscall.SIGTERM, syscall.SIGTERM},
			code: 143, existing: true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			parent, temporary := t.TempDir(), t.TempDir()
			out := filepath.Join(parent, "out")
			if test.existing {
				if err := os.CopyFS(out, os.DirFS(gov.dir)); err != nil {
					t.Fatal(err)
				}
			}
			app, mark, stderr := startMarked(t, append(test.env, "TMPDIR="+temporary), "-out", out, "-jobs", test.jobs)
			n := waitFor(mark, func(n int) bool { return n >= test.processes && len(listed(temporary)) > 0 })
			if n < test.processes {
				t.Fatalf("%d processes at work: %s", n, stderr.String())
			}
			for _, s := range test.signals {
				to := app.Process.Pid
				if test.terminal {
					to = -to
				}
				_ = syscall.Kill(to, s)
			}
			tooLong := time.AfterFunc(20*time.Second, func() { _ = syscall.Kill(-app.Process.Pid, syscall.SIGKILL) })
			_ = app.Wait() // its exit code is looked at
			tooLong.Stop()
			if code := app.ProcessState.ExitCode(); code != test.code ||
				!strings.HasSuffix(stderr.String(), "interrupted: nothing was written\n") {
				t.Errorf("exit code %d, want %d; says %q", code, test.code, stderr.String())
			}
			if strings.Contains(stderr.String(), "exited abnormally") {
				t.Errorf("says %q", stderr.String())
			}
			if n := waitFor(mark, func(n int) bool { return n == 0 }); n > 0 {
				t.Errorf("%d processes are left", n)
			}
			if left := listed(temporary); len(left) > 0 {
				t.Errorf("left temporary files: %v", left)
			}
			if !test.existing {
				if left := listed(parent); len(left) > 0 {
					t.Errorf("left %v", left)
				}
			} else if !maps.Equal(contents(t, out), contents(t, gov.dir)) {
				t.Errorf("changed the output directory: %v", listed(out))
			}
		})
	}
}

// TestKilled: a run that is killed leaves no process behind, and the next run removes what it leaves in the output directory.
func TestKilled(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	app, mark, stderr := startMarked(t, []string{"TMPDIR=" + t.TempDir()}, "-out", out, "-jobs", "2")
	const parts = 1 + 2*2 // two parts, each with Node.js
	if n := waitFor(mark, func(n int) bool { return n >= parts }); n < parts {
		t.Fatalf("%d processes at work: %s", n, stderr.String())
	}
	_ = app.Process.Kill()
	_ = app.Wait() // it was killed
	if n := waitFor(mark, func(n int) bool { return n == 0 }); n > 0 {
		t.Errorf("%d processes are left", n)
	}
	if err := cloudassembly.PrepareDir(out); err != nil { // the next run goes on where this one was stopped
		t.Error(err)
	}
	if left := listed(out); len(left) > 0 {
		t.Errorf("the next run leaves %v", left)
	}
}

// startMarked starts the app for the fleet. It and all its processes have the mark in their environment.
func startMarked(t *testing.T, env []string, args ...string) (app *exec.Cmd, mark string, stderr *bytes.Buffer) {
	t.Helper()
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if signal.Ignored(s) { // as by nohup, and the app would ignore it too
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
	mark, stderr = fmt.Sprintf("CENTRAL_S3_BACKUP_TEST=%s", t.TempDir()), &bytes.Buffer{}
	app = appCommand(append([]string{"-config", "testdata/fleet.yaml"}, args...)...)
	app.Env = append(append(app.Env, env...), mark)
	app.Stderr = stderr
	app.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	return app, mark, stderr
}

// waitFor counts the processes that have a mark in their environment until there are enough, or few enough.
func waitFor(mark string, enough func(n int) bool) (n int) {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(25 * time.Millisecond) {
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
