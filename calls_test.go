package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// startOfNode is how Node.js starts: once, with the limit of its heap, and with jsii's program and not the one that would start that.
var startOfNode = regexp.MustCompile(`^--max-old-space-size=500 .*/lib/program\.js\n$`)

// TestCalls counts the calls into Node for the workload with all tiers. They are what a workload costs,
// and unlike its time they are exact. What the app says to Node.js is kept in a file. -update renews the file; more of them need a reason.
// One process of Node.js gets them, with the limit of its heap.
func TestCalls(t *testing.T) {
	const golden = "testdata/golden/calls.txt"
	dir := t.TempDir()
	record, node, starts := filepath.Join(dir, "requests"), filepath.Join(dir, "node"), filepath.Join(dir, "starts")
	script := "#!/bin/sh\n[ \"$1\" = --version ] && exec node --version\n" +
		"echo \"$NODE_OPTIONS $*\" >>'" + starts + "'\ntee '" + record + "' | node \"$@\"\n"
	if err := os.WriteFile(node, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	app := appCommand("-config", exampleFile, "-out", t.TempDir(), "-workload", "dummy-dev")
	app.Env = append(app.Env, "JSII_NODE="+node, "NODE_OPTIONS=")
	leavesNothing(t, app)
	started, err := os.ReadFile(starts)
	if err != nil || !startOfNode.Match(started) {
		t.Errorf("Node.js was started with %q, %v; want %v", started, err, startOfNode)
	}
	text, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	calls, total := map[string]int{}, 0
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var call struct{ API, FQN, Method, Property string }
		if err := json.Unmarshal(lines.Bytes(), &call); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		if call.API == "" || call.API == "load" { // the last word, and what every run begins with
			continue
		}
		calls[strings.TrimSpace(call.API+" "+call.FQN+call.Method+call.Property)]++
		total++
	}
	got := fmt.Sprintf("%4d in all\n", total)
	for _, call := range slices.Sorted(maps.Keys(calls)) {
		got += fmt.Sprintf("%4d %s\n", calls[call], call)
	}
	if *update {
		write(t, golden, []byte(got))
	}
	if want, err := os.ReadFile(golden); err != nil || got != string(want) {
		t.Errorf("calls\n%swant\n%s%v", got, want, err)
	}
}
