package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// TestParts: several processes write the files that one writes, with the same bytes.
func TestParts(t *testing.T) {
	several := synthesizeFile("testdata/fleet.yaml", filepath.Join(t.TempDir(), "out"), nil, "-jobs", "3")
	got, want := contents(t, several.dir), contents(t, fleet.dir)
	if names, others := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(names, others) {
		t.Fatalf("files %v, want %v", names, others)
	}
	for name := range got {
		if got[name] != want[name] {
			t.Errorf("%s differs in line %d", name, firstDifference([]byte(got[name]), []byte(want[name])))
		}
	}
	if several.stdout != fleet.stdout {
		t.Errorf("says\n%swant\n%s", several.stdout, fleet.stdout)
	}
}

// TestPartsFail: what stops a process of several is reported as where there is only one, once, and nothing is written.
func TestPartsFail(t *testing.T) {
	dir := t.TempDir()
	node := filepath.Join(dir, "node")
	if err := os.WriteFile(node, []byte("#!/bin/sh\n[ \"$1\" = --version ] && echo v22.0.0 && exit\necho node is out of order >&2\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, jobs := range []string{"1", "2"} {
		out := filepath.Join(dir, "out"+jobs)
		app := appCommand("-config", "testdata/fleet.yaml", "-out", out, "-jobs", jobs)
		app.Env = append(app.Env, "JSII_NODE="+node)
		var stderr bytes.Buffer
		app.Stderr = &stderr
		if err := app.Run(); app.ProcessState.ExitCode() != exitDefect {
			t.Errorf("-jobs %s: %v: %s", jobs, err, stderr.String())
		}
		if entries, err := os.ReadDir(out); err != nil || len(entries) > 0 {
			t.Errorf("-jobs %s: left %v, %v", jobs, entries, err)
		}
		_, defect, _ := strings.Cut(stderr.String(), "central-s3-backup: this is a defect")
		said = append(said, defect)
		if n := strings.Count(stderr.String(), "node is out of order"); n != 1 {
			t.Errorf("-jobs %s: what Node says is there %d times:\n%s", jobs, n, stderr.String())
		}
	}
	if said[0] != said[1] || !strings.Contains(said[0], "no response received") {
		t.Errorf("one process says %q, two say %q", said[0], said[1])
	}
}

// TestPartsKilled: a process that ends without a word is named by its stacks.
func TestPartsKilled(t *testing.T) {
	t.Setenv(partIsKilled, "1")
	var stderr bytes.Buffer
	code := run([]string{"-config", "testdata/fleet.yaml", "-out", t.TempDir(), "-jobs", "2"}, func(string) string { return "" }, &bytes.Buffer{}, &stderr)
	if code != exitDefect || !strings.Contains(stderr.String(), "ended: signal: killed") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}

// TestCut: parts cover all stacks, none is larger than a process can take, and no process waits for a last part.
func TestCut(t *testing.T) {
	same := func(stacks, resources int) []int { return slices.Repeat([]int{resources}, stacks) }
	for _, test := range []struct {
		resources []int
		jobs      int
		want      string
	}{
		{same(1, 75), 1, "[1]"},
		{same(2, 75), 5, "[1 2]"},
		{same(133, 75), 1, "[133]"},
		{same(134, 75), 1, "[67 134]"},
		{same(401, 75), 2, "[101 201 301 401]"},
		{[]int{500, 1, 1, 1}, 2, "[1 4]"},
		{[]int{1, 1, 1, 500}, 3, "[2 3 4]"},
	} {
		if got := fmt.Sprint(cut(test.resources, test.jobs)); got != test.want {
			t.Errorf("%v, %d jobs: %s, want %s", test.resources, test.jobs, got, test.want)
		}
	}
	random := rand.New(rand.NewPCG(4, 5))
	for range 2000 {
		resources := make([]int, 1+random.IntN(1000))
		for i := range resources {
			resources[i] = 1 + random.IntN(config.MaxStackResources)
		}
		jobs := 1 + random.IntN(16)
		from, ends := 0, cut(resources, jobs)
		for _, to := range ends {
			n := 0
			for _, r := range resources[from:to] {
				n += r
			}
			if to <= from || n > maxResources+config.MaxStackResources {
				t.Fatalf("%d stacks, %d jobs: a part from %d to %d of %d resources", len(resources), jobs, from, to, n)
			}
			from = to
		}
		if from != len(resources) || len(ends) < len(resources) && len(ends)%min(jobs, len(resources)) != 0 {
			t.Fatalf("%d stacks, %d jobs: %v", len(resources), jobs, ends)
		}
	}
	if n := jobsFor(1); n != 1 {
		t.Errorf("%d jobs for one resource", n)
	}
}

// TestProgress: people at a terminal see what they wait for, and nobody else does.
func TestProgress(t *testing.T) {
	var terminal bytes.Buffer
	many := progress{terminal: &terminal, stacks: manyStacks + 1}
	for range many.stacks {
		many.built()
	}
	many.end()
	for _, want := range []string{"\r7 of 21 stacks", "\r21 of 21 stacks, writing their templates\r\x1b[K"} {
		if !strings.Contains(terminal.String(), want) {
			t.Errorf("%q lacks %q", terminal.String(), want)
		}
	}
	terminal.Reset()
	few := progress{terminal: &terminal, stacks: manyStacks}
	few.built()
	few.end()
	if terminal.Len() > 0 {
		t.Errorf("few stacks: %q", terminal.String())
	}
	nobody := progress{stacks: manyStacks + 1}
	nobody.built()
	nobody.end()
}

// appCommand is the app as a process of its own.
func appCommand(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asApp+"=1")
	return cmd
}
