package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// The calls into Node of a run with the central stack alone, and those that each workload adds: those of its own
// stack, which testdata/golden/calls.txt lists, and those of its alarms in the central stack.
const (
	callsOfARun      = 74
	callsOfAWorkload = 207
)

// asNode is the environment variable that makes this program stand for node. It names a directory for the counts.
const asNode = "BENCH_AS_NODE"

// countCalls starts the real node and counts the lines that it is told.
func countCalls() {
	cmd := exec.Command("node", os.Args[1:]...)
	count := &lines{}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = io.TeeReader(os.Stdin, count), os.Stdout, os.Stderr
	if slices.Contains(os.Args, "--version") {
		cmd.Stdin = nil
	} else { // descriptors 3 and 4 of jsii's program (internal/jsiinode)
		cmd.ExtraFiles = []*os.File{os.NewFile(3, "nothing"), os.NewFile(4, "answers")}
	}
	err := cmd.Run()
	if err == nil {
		err = os.WriteFile(filepath.Join(os.Getenv(asNode), fmt.Sprintf("%d.calls", os.Getpid())), []byte(fmt.Sprint(count.n)), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type lines struct{ n int }

func (l *lines) Write(text []byte) (int, error) {
	l.n += bytes.Count(text, []byte("\n"))
	return len(text), nil
}

// readCalls adds the counts of all Node processes.
func readCalls(dir string) (total int, err error) {
	files, _ := filepath.Glob(filepath.Join(dir, "*.calls")) // the pattern is well formed
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		var n int
		if _, err := fmt.Sscan(string(text), &n); err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}
