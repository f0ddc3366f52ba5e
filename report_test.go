package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// TestJSON: -format json writes one document, whether the run ends with problems or with stacks.
func TestJSON(t *testing.T) {
	wrong := filepath.Join(t.TempDir(), "wrong.yaml")
	write(t, wrong, []byte(wrongConfig))
	read := func(code int, args ...string) document {
		t.Helper()
		var stdout, stderr bytes.Buffer
		got := run(append([]string{"-format", "json"}, args...), func(string) string { return "" }, &stdout, &stderr)
		said := stderr.String()
		line, _, _ := strings.Cut(said, "\n") // about the Node.js of this machine
		if strings.Contains(line, "which this version of the AWS CDK does not support") {
			said = strings.TrimPrefix(said, line+"\n")
		}
		if got != code || said != "" {
			t.Fatalf("exit code %d, want %d; standard error %q", got, code, said)
		}
		var d document
		if err := json.Unmarshal(stdout.Bytes(), &d); err != nil {
			t.Fatalf("%v in %s", err, stdout.String())
		}
		return d
	}
	d := read(exitWrong, "-config", wrong)
	last := d.Problems[len(d.Problems)-1]
	want := config.Problem{
		Place: config.Place{
			File:   wrong,
			Line:   10,
			Column: 41,
			Path:   "workloads[0].buckets[0].tier",
		}, Check: "unknown-tier", Level: config.Error,
		What: "unknown tier; did you mean critical_data?", Got: `"critcal_data"`, Want: last.Want,
	}
	if d.Errors != 2 || d.Warnings != 1 || len(d.Problems) != 3 {
		t.Errorf("got %+v", d)
	}
	if !reflect.DeepEqual(last, want) || !strings.HasPrefix(last.Want, "standard_data, ") {
		t.Errorf("got %+v", last)
	}
	if d := read(exitDone, "-check", "-config", warned); d.Errors != 0 || d.Warnings != 1 || len(d.Stacks) != 2 {
		t.Errorf("got %+v", d)
	}
	written := read(exitDone, "-config", exampleFile, "-out", t.TempDir(), "-workload", "central")
	checked := read(exitDone, "-config", exampleFile, "-check", "-workload", "dummy-backup-central")
	if !reflect.DeepEqual(written, checked) || len(written.Stacks) != 1 || written.Stacks[0].Resources != 41 {
		t.Errorf("written: %+v, checked: %+v", written, checked)
	}
	absent := read(exitWrong, "-config", "absent.yaml")
	if absent.Errors != 1 || absent.Problems[0].Check != "unreadable-file" || absent.Problems[0].File != "absent.yaml" {
		t.Errorf("got %+v", absent)
	}
}

// TestEmptyJSON: what is not there is an empty list, which needs no special case where it is read.
func TestEmptyJSON(t *testing.T) {
	var stdout bytes.Buffer
	reporter{opts: options{flags: flags{Format: formatJSON}}, stdout: &stdout}.end(nil)
	const want = `{
  "problems": [],
  "errors": 0,
  "warnings": 0,
  "stacks": []
}
`
	if stdout.String() != want {
		t.Errorf("got %s", stdout.String())
	}
}

// TestTerminal: people at a terminal see the lines that are wrong, and nobody else does.
func TestTerminal(t *testing.T) {
	_, err := config.Load("backup.yaml", []byte(wrongConfig))
	var problems config.Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	for terminal, want := range map[bool]string{
		true:  "\n     8 |     account: 222222222222\n       |              ^\n",
		false: "\n" + problems[1].String() + "\n" + problems[2].String() + "\n2 errors, 1 warning\n",
	} {
		var stderr bytes.Buffer
		reporter{opts: options{flags: flags{Format: formatText}}, stderr: &stderr, terminal: terminal}.end(problems)
		if !strings.Contains(stderr.String(), want) || !strings.HasSuffix(stderr.String(), "\n2 errors, 1 warning\n") {
			t.Errorf("terminal %v: %s", terminal, stderr.String())
		}
	}
	if isTerminal(&bytes.Buffer{}) {
		t.Error("a buffer is no terminal")
	}
}

// TestColors: at a terminal the marks of errors and warnings have colors, which change no other character, unless the user wants none.
func TestColors(t *testing.T) {
	_, err := config.Load("error: backup.yaml", []byte(wrongConfig))
	var problems config.Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	plain, colored := problems.Excerpts(60, nil), problems.Excerpts(60, paint)
	if got := regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(colored, ""); got != plain {
		t.Errorf("without colors\n%s\nwant\n%s", got, plain)
	}
	const errorMark, warningMark, caret = "\x1b[1;31merror:\x1b[", "\x1b[1;33mwarning:\x1b[", "\x1b[1;31m^\x1b["
	for mark, want := range map[string]int{errorMark: 2, warningMark: 1, caret: 2} {
		if n := strings.Count(colored, mark); n != want {
			t.Errorf("%q is there %d times, want %d, in\n%q", mark, n, want, colored)
		}
	}
	if strings.HasPrefix(colored, "\x1b") {
		t.Error("the name of the file is no mark")
	}
	for variables, want := range map[[2]string]bool{{"", "xterm"}: true, {"1", "xterm"}: false, {"", "dumb"}: false, {"", ""}: true} {
		got := takesColors(func(name string) string {
			return map[string]string{"NO_COLOR": variables[0], "TERM": variables[1]}[name]
		})
		if got != want {
			t.Errorf("NO_COLOR and TERM %q: %v", variables, got)
		}
	}
}

// TestOutput: one line per stack with its name, account, Region and number of resources, central first.
func TestOutput(t *testing.T) {
	want := `dummy-backup-central     111111111111  eu-central-1  41 resources
dummy-backup-dummy-dev   222222222222  eu-central-1  97 resources
dummy-backup-dummy-prod  033333333333  eu-west-1     76 resources
`
	if example.stdout != want {
		t.Errorf("got\n%swant\n%s", example.stdout, want)
	}
}

// TestSecretsAreNotRepeated: a secret that was written into the file by mistake is in no message.
func TestSecretsAreNotRepeated(t *testing.T) {
	file := filepath.Join(t.TempDir(), "backup.yaml")
	const webhook, key = "https://hooks.slack.com/services/T0/B0/sEcReT", "0123456789abcdef0123456789abcdef"
	const hook, header = "hooks.example.com/in?token=sEcReT", "Authorization: Bearer sEcReT"
	text := "version: 1\nalerts:\n  slack: [{webhook_secret: \"" + webhook + "\"}]\n  pagerduty: [{routing_key_secret: " + key + "}]\n" +
		"  teams: [{webhook_secret: \"https://x.logic.azure.com/?sig=sEcReT\"}, \"webhook_secret:https://x.logic.azure.com/?sig=sEcReT\"]\n" +
		"  webhook: [{url_secret: \"" + hook + "\", header_secret: \"" + header + "\"}, \"" + hook + "\"]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"text", "json"} {
		var said bytes.Buffer
		code := run([]string{"-check", "-config", file, "-format", format}, func(string) string { return "" }, &said, &said)
		if code != exitWrong || !strings.Contains(said.String(), "not repeated here") {
			t.Errorf("exit code %d, %s", code, said.String())
		}
		if strings.Contains(said.String(), webhook) || strings.Contains(said.String(), key) ||
			strings.Contains(said.String(), "sEcReT") {
			t.Errorf("repeats a secret: %s", said.String())
		}
	}
}
