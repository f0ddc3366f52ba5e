package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// asNode is the environment variable that makes the test binary stand for node: it starts the real
// one, and keeps what the app says to it in the file that the variable names.
const asNode = "CENTRAL_S3_BACKUP_AS_NODE"

// TestCalls counts the calls into Node for the workload with all tiers. They are what a workload costs,
// and unlike its time they are exact. -update renews the file; more of them need a reason.
func TestCalls(t *testing.T) {
	const golden = "testdata/golden/calls.txt"
	record := filepath.Join(t.TempDir(), "requests")
	app := appCommand("-config", exampleFile, "-out", t.TempDir(), "-workload", "dummy-dev")
	app.Env = append(app.Env, "JSII_NODE="+os.Args[0], asNode+"="+record)
	leavesNothing(t, app)
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

// node is the real one, with a file that gets to know what it is told.
func node() {
	path, err := exec.LookPath("node")
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(path, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if !slices.Contains(os.Args, "--version") {
		record, err := os.Create(os.Getenv(asNode))
		if err != nil {
			panic(err)
		}
		cmd.Stdin = io.TeeReader(os.Stdin, record)
	}
	if err := cmd.Run(); err != nil {
		panic(err)
	}
}
