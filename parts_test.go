package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestParts: several processes write the files that one writes, with the same bytes. What cdk-nag finds in each part is there, too.
// The run with a pipeline has two processes for its stacks, and one more for the pipeline.
func TestParts(t *testing.T) {
	one := synthesizeFile(pipelineFile, filepath.Join(t.TempDir(), "out"), withNag,
		"-workload", "central", "-workload", "dummy-dev", "-workload", "dummy-prod", "-report=false")
	several := pipelined()
	got, want := contents(t, several.dir), contents(t, one.dir)
	for name := range want {
		if name != "manifest.json" && got[name] != want[name] {
			t.Errorf("%s differs in line %d", name, firstDifference([]byte(got[name]), []byte(want[name])))
		}
	}
	artifacts, others := artifactsOf(t, got["manifest.json"]), artifactsOf(t, want["manifest.json"])
	for name, artifact := range others {
		if !reflect.DeepEqual(artifacts[name], artifact) {
			t.Errorf("the manifest has %v, want %v", artifacts[name], artifact)
		}
	}
	reports := 0
	for name := range want {
		if strings.Contains(name, "NagReport") {
			reports++
		}
	}
	if len(one.templates) != 3 || reports != 3 {
		t.Errorf("%d templates, %d reports of cdk-nag", len(one.templates), reports)
	}
	for stack := range one.templates {
		says, want := strings.Fields(stackLine(several.stdout, stack)), strings.Fields(stackLine(one.stdout, stack))
		if !slices.Equal(says, want) {
			t.Errorf("says %v, want %v", says, want)
		}
	}
}

// artifactsOf are those that a manifest lists.
func artifactsOf(t *testing.T, manifest string) map[string]any {
	t.Helper()
	var m struct{ Artifacts map[string]any }
	if err := json.Unmarshal([]byte(manifest), &m); err != nil {
		t.Fatal(err)
	}
	return m.Artifacts
}

// TestPartsFail: what stops a process of several is reported as where there is only one, once, and nothing is written. What
// Node.js says there has the CDK CLI's context: one that had another would say something else.
func TestPartsFail(t *testing.T) {
	dir := t.TempDir()
	node := filepath.Join(dir, "node")
	const script = "#!/bin/sh\n[ \"$1\" = --version ] && echo v22.0.0 && exit\n" +
		`echo "node is out of order $CDK_CONTEXT_JSON" >&2` + "\nexit 3\n"
	if err := os.WriteFile(node, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, jobs := range []string{"1", "2"} {
		out := filepath.Join(dir, "out"+jobs)
		app := appCommand("-config", "testdata/fleet.yaml", "-out", out, "-jobs", jobs)
		app.Env = append(app.Env, "JSII_NODE="+node, `CDK_CONTEXT_JSON={"@aws-cdk/core:permissionsBoundary":{"name":"b"}}`)
		var stderr bytes.Buffer
		app.Stderr = &stderr
		if err := app.Run(); app.ProcessState.ExitCode() != exitWrong {
			t.Errorf("-jobs %s: %v: %s", jobs, err, stderr.String())
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("-jobs %s: something was written", jobs)
		}
		// jsii writes this beside the app, when it comes to it, or not at all.
		text := strings.ReplaceAll(stderr.String(), "Runtime process exited abnormally: exit status 3", "")
		_, said[jobs], _ = strings.Cut(text, "Node.js ended before the stacks were complete")
		if n := strings.Count(stderr.String(), `node is out of order {"@aws-cdk`); n != 1 || strings.Count(stderr.String(), "of order") != n {
			t.Errorf("-jobs %s: what Node says is there %d times:\n%s", jobs, n, stderr.String())
		}
	}
	if said["1"] != said["2"] || !strings.HasPrefix(said["1"], " (no response received") {
		t.Errorf("one process says %q, two say %q", said["1"], said["2"])
	}
}

// TestPartsKilled: a process that ends without a word is named by its stacks.
func TestPartsKilled(t *testing.T) {
	t.Setenv(partIsKilled, "1")
	var stderr bytes.Buffer
	args := []string{"-config", "testdata/fleet.yaml", "-out", t.TempDir(), "-jobs", "2"}
	code := run(args, func(string) string { return "" }, &bytes.Buffer{}, &stderr)
	if code != exitWrong || !strings.Contains(stderr.String(), "ended before the stacks were complete (signal: killed)") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}

// leavesNothing runs the app, which must end well and leave no temporary files.
func leavesNothing(t *testing.T, app *exec.Cmd) {
	t.Helper()
	temporary := t.TempDir()
	app.Env = append(app.Env, "TMPDIR="+temporary)
	if out, err := app.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v: %s", app.Args, err, out)
	}
	if left, err := os.ReadDir(temporary); len(left) > 0 || err != nil {
		t.Errorf("%v: left %v, %v", app.Args, left, err)
	}
}

// appCommand is the app as a process of its own.
func appCommand(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asApp+"=1")
	return cmd
}
