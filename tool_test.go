//go:build whole

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

var built = sync.OnceValues(func() (string, error) {
	app := filepath.Join(shared, "central-s3-backup")
	out, err := exec.Command("go", "build", "-ldflags", "-s -w", "-o", app, ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return app, err
})

// tool is the binary that people install, built once for all tests. Unlike a test binary it knows the version of the CDK.
func tool(t *testing.T) string {
	t.Helper()
	app, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// TestTool: an installed binary works in a directory that has nothing but a backup.yaml, on a machine that has never run it.
// With functions that it builds anew, whatever settings of Go the user has, it writes the same files as the app in its clone,
// assets included.
func TestTool(t *testing.T) {
	dir := t.TempDir()
	app, home, packages := tool(t), filepath.Join(dir, "home"), filepath.Join(dir, "packages")
	text, err := os.ReadFile("testdata/fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(home, "backup.yaml"), text)
	run := exec.Command(app, "-config", "backup.yaml", "-workload", "central")
	run.Dir = home
	run.Env = append(os.Environ(), "JSII_RUNTIME_PACKAGE_CACHE_ROOT="+packages, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"),
		"NODE_OPTIONS=", "MALLOC_ARENA_MAX=") // those of the tests
	run.Env = append(run.Env, settingsOfGo(t, dir)...)
	stdout, err := run.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	// The process with the most memory is Node.js, which has no index to start from.
	if usage, ok := run.ProcessState.SysUsage().(*syscall.Rusage); ok && runtime.GOOS == "linux" && usage.Maxrss > 700<<10 {
		t.Errorf("a process had %d KB of memory, want at most 700 MB", usage.Maxrss)
	}
	if said := strings.Fields(stackLine(fleet.stdout, fleet.cfg.CentralStackName())); !slices.Equal(strings.Fields(string(stdout)), said) {
		t.Errorf("says\n%swant %v", stdout, said)
	}
	got, want := contents(t, filepath.Join(home, "cdk.out")), contents(t, fleet.dir)
	programs := 0
	for name := range got {
		inReport := strings.HasPrefix(name, reportDir+"/") // its commands have the path of the configuration
		if got[name] != want[name] && !inReport && name != "manifest.json" {
			t.Errorf("%s is another file than in the clone", name)
		}
		if filepath.Base(name) == "bootstrap" {
			programs++
		}
	}
	if md := got[reportDir+"/report.md"]; strings.Contains(md, "go run") || !strings.Contains(md, "`backupctl restore ") {
		t.Error("the report has commands for a clone")
	}
	if programs != 2 {
		t.Errorf("%d functions", programs)
	}
	left, err := os.ReadDir(home)
	if err != nil || len(left) != 2 {
		t.Errorf("the directory has %v, %v; want backup.yaml and cdk.out", left, err)
	}
	// The run had so little to do that Node.js would have ended before it had written the index of the CDK (jsiinode.AwaitIndex).
	index, _ := filepath.Glob(filepath.Join(packages, "aws-cdk-lib", "*", "*", ".jsii.runtime.v1.json")) // the pattern is well formed
	if len(index) != 1 {
		t.Fatalf("jsii wrote the index %v", index)
	}
	stopsWaiting(t, app, packages, filepath.Base(filepath.Dir(filepath.Dir(index[0]))))
}

// settingsOfGo are settings in the environment and saved by `go env -w`, which change neither the functions nor the names
// that they have in the cache. Otherwise one user's file would be taken for another's.
func settingsOfGo(t *testing.T, dir string) []string {
	t.Helper()
	kept, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	caches := strings.Fields(string(kept))
	if err := os.MkdirAll(filepath.Join(dir, "settings", "go"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "settings", "go", "env"), []byte("GOEXPERIMENT=nogreenteagc\nGOFIPS140=latest\nGOARM64=v9.0\n"))
	return []string{
		"XDG_CONFIG_HOME=" + filepath.Join(dir, "settings"), "GOCACHE=" + caches[0], "GOMODCACHE=" + caches[1],
		"GOFIPS140=latest", "GOEXPERIMENT=nogreenteagc", "GOFLAGS=-tags=other -gcflags=-N -buildvcs=auto", "GOARM64=v9.0",
		"GOARCH=amd64", "GOOS=darwin", "CGO_ENABLED=1", "GODEBUG=gotypesalias=0", "GOTOOLCHAIN=local", "GO111MODULE=off",
		"GOWORK=/absent/go.work",
	}
}

// stopsWaiting interrupts a run that waits for the index of the CDK: that run has written everything. The app looks for the
// index in an empty package cache, and Node.js, which the test would wait for, has one that is complete.
func stopsWaiting(t *testing.T, app, packages, version string) {
	t.Helper()
	dir := t.TempDir()
	empty, node, out := filepath.Join(dir, "packages"), filepath.Join(dir, "node"), filepath.Join(dir, "out")
	write(t, node, []byte("#!/bin/sh\nJSII_RUNTIME_PACKAGE_CACHE_ROOT='"+packages+"' exec node \"$@\"\n"))
	unpacked := filepath.Join(empty, "aws-cdk-lib", version, "hash")
	if err := os.MkdirAll(unpacked, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(node, 0o755); err != nil {
		t.Fatal(err)
	}
	run := exec.Command(app, "-config", exampleFile, "-workload", "dummy-dev", "-out", out)
	run.Env = append(os.Environ(), "JSII_NODE="+node, "JSII_RUNTIME_PACKAGE_CACHE_ROOT="+empty)
	var stderr bytes.Buffer
	run.Stderr = &stderr
	stdout, err := run.StdoutPipe()
	if err == nil {
		err = run.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	_, _ = stdout.Read(make([]byte, 1)) // the run reports its stacks when they are written
	_ = run.Process.Signal(syscall.SIGTERM)
	_ = run.Wait() // its exit code is looked at
	if code := run.ProcessState.ExitCode(); code != exitSignaled+15 ||
		!strings.HasSuffix(stderr.String(), "interrupted: "+out+" is complete\n") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	if left, err := os.ReadDir(unpacked); len(left) > 0 || err != nil {
		t.Errorf("left %v, %v", left, err)
	}
}
