package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"central-s3-backup/internal/runbook"
)

// TestRunbookCommand: every page has the names of the file and none of another, is the same each time, and needs no AWS.
func TestRunbookCommand(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1") // nobody listens
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	for _, name := range append(runbook.Names(), "") {
		args := []string{"runbook", "--workload", "dummy-new", "--config", "testdata/restore.yaml"}
		if name != "" {
			args = append(args, "--for", name)
		}
		var first string
		for range 3 {
			var stdout, stderr bytes.Buffer
			if code := run(args, newClock(), strings.NewReader(""), &stdout, &stderr); code != exitDone || stderr.Len() > 0 {
				t.Fatalf("%s: exit code %d: %s", name, code, stderr.String())
			}
			if first == "" {
				first = stdout.String()
			}
			compare(t, name, stdout.String(), first)
		}
		for _, want := range []string{"dummy-new", "444444444444", "testdata/restore.yaml"} {
			if !strings.Contains(first, want) {
				t.Errorf("%s does not name %s", name, want)
			}
		}
		for _, other := range []string{"dummy-dev", "222222222222", "dummy-prod", "033333333333", "<no value>", "{{", "](versions"} {
			if strings.Contains(first, other) {
				t.Errorf("%s has %q", name, other)
			}
		}
	}
}

// TestRunbookFor: one line, and what to write instead.
func TestRunbookFor(t *testing.T) {
	for args, want := range map[string]string{
		"--workload dummy-dev --for ransom-ware": "runbook: --for ransom-ware: there is no such page; did you mean ransomware?; want " +
			strings.Join(runbook.Names(), ", ") + "; -h shows the help\n",
		"--workload dummy-def": "--workload dummy-def: there is no such workload; did you mean dummy-dev?; want NAME-ENV of a workload\n",
	} {
		var stdout, stderr bytes.Buffer
		code := run(strings.Fields("runbook --config testdata/restore.yaml "+args), newClock(), strings.NewReader(""), &stdout, &stderr)
		if code != exitWrong || stdout.Len() > 0 {
			t.Errorf("%s: exit code %d: %s", args, code, stdout.String())
		}
		compare(t, args, stderr.String(), want)
	}
}

// TestRunbookPages: each disaster has a page with the same parts, and a scenario; no output is left that no page shows.
func TestRunbookPages(t *testing.T) {
	s := newSite(t, exampleFile, docsWorkload)
	shown := map[string]bool{}
	for _, name := range runbook.Names() {
		page := s.render(name, true)
		at := 0
		for _, part := range []string{"Stop the damage", "Bring it back", "Time to expect", "What can go wrong", "How to know that it worked"} {
			next := strings.Index(page, "\n## "+part)
			if next < at {
				t.Errorf("%s lacks %s, or has it too early", name, part)
			}
			at = next
		}
		if _, ok := disasters()[name]; !ok {
			t.Errorf("no test lets %s happen", name)
		}
		source, err := os.ReadFile(filepath.Join(runbookFiles, "pages", name+".md"))
		if err != nil {
			t.Fatal(err)
		}
		head, _ := os.ReadFile(filepath.Join(runbookFiles, "pages", "head.md"))
		for _, step := range outputCall.FindAllStringSubmatch(string(source)+string(head), -1) {
			shown[runbook.OutputFile(name, step[1])] = true
		}
	}
	written, err := filepath.Glob(filepath.Join(runbookFiles, "outputs", "*"))
	if err != nil || len(written) == 0 {
		t.Fatal(written, err)
	}
	for _, path := range written {
		if !shown["outputs/"+filepath.Base(path)] {
			t.Errorf("no page shows %s", path)
		}
	}
}

var outputCall = regexp.MustCompile(`\{\{output "([a-z]+)"\}\}`)

// TestRunbookTyping: a command that no test can type, a flag that is none and a variable that nobody sets are found.
func TestRunbookTyping(t *testing.T) {
	s := newSite(t, exampleFile, docsWorkload)
	for _, words := range []string{
		"kms schedule-key-deletion --key-id 1 --region eu-west-1 --profile dummy-prod",
		"kms enable-key --key-id 1 --region eu-west-1",
		"kms enable-key --key-id 1 --region eu-west-1 --profile dummy-prod --force yes",
		"kms enable-key --key-id 1 --region eu-west-1 --profile nobody",
		"kms cancel-key-deletion --key-id alias/x --region eu-west-1 --profile dummy-prod",
	} {
		if err := s.aws(strings.Fields(words)); err == nil {
			t.Errorf("aws %s is not refused", words)
		}
	}
	for line, want := range map[string]string{
		`a "b c" 'd"e'`: `[a b c d"e]`, "a | b": "| means something to a shell", `a "b`: "a quote is open",
	} {
		words, err := shellWords(line)
		if got := fmt.Sprint(words); got != want && (err == nil || err.Error() != want) {
			t.Errorf("%s: %v, %v", line, words, err)
		}
	}
}
