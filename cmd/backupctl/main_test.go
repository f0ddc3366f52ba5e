package main

import (
	"bytes"
	"cmp"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

// TestDefect: nobody sees a stack.
func TestDefect(t *testing.T) {
	startFake(t, answer{}, nil)
	broken := clock{now: func() time.Time { panic("the clock stopped\ngoroutine 1 [running]:") }}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"alert-test", "-config", "testdata/backup.yaml"}, broken, strings.NewReader(""), &stdout, &stderr); code != exitDefect {
		t.Errorf("exit code %d", code)
	}
	compare(t, "standard output", markerForm.ReplaceAllString(stdout.String(), "MARKER"), publishedBy(sentFromCentral))
	compare(t, "standard error", stderr.String(), "backupctl: this is a defect of backupctl; please report it: the clock stopped\n")
}

var update = flag.Bool("update", false, "write the golden files anew")

// TestHelp compares the help of every command with its file in testdata/help.
func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "80")
	parser, err := kong.New(&commands{}, kong.Vars{"noProfile": "", "disasters": ""})
	if err != nil {
		t.Fatal(err)
	}
	all := []string{""}
	for _, leaf := range parser.Model.Leaves(true) {
		all = append(all, strings.TrimPrefix(leaf.Path(), parser.Model.Name+" "))
	}
	for _, command := range all {
		for _, help := range []string{"--help", "-h", "-help"} {
			var stdout, stderr bytes.Buffer
			if code := run(strings.Fields(command+" "+help), newClock(), strings.NewReader(""), &stdout, &stderr); code != exitDone {
				t.Errorf("%s %s: exit code %d", command, help, code)
			}
			compare(t, "standard error", stderr.String(), "")
			golden := filepath.Join("testdata/help", cmp.Or(strings.ReplaceAll(command, " ", "-"), "backupctl")+".txt")
			if *update {
				if err := os.WriteFile(golden, stdout.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, golden, stdout.String(), string(want))
		}
	}
}

// TestNoArguments: without a command the help is printed, and the exit code says that nothing was done.
func TestNoArguments(t *testing.T) {
	t.Setenv("COLUMNS", "80")
	var with, without, stderr bytes.Buffer
	run([]string{"--help"}, newClock(), strings.NewReader(""), &with, &stderr)
	if code := run(nil, newClock(), strings.NewReader(""), &without, &stderr); code != exitWrong || stderr.Len() > 0 {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	compare(t, "standard output", without.String(), with.String())
}

// TestVersion: the version is one line, also without a command.
func TestVersion(t *testing.T) {
	for _, flag := range []string{"--version", "-version"} {
		var stdout, stderr bytes.Buffer
		code := run([]string{flag}, newClock(), strings.NewReader(""), &stdout, &stderr)
		said := stdout.String()
		if code != exitDone || stderr.Len() > 0 || !strings.HasPrefix(said, "backupctl ") || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q, %q", flag, code, said, stderr.String())
		}
	}
}
