package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCompletion: bash completes commands, flags, the values of flags and arguments that have a list, and files.
func TestCompletion(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "backupctl.bash")
	if err := os.WriteFile(script, []byte(completionOf(t, "bash")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "other.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const ask = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _backupctl; echo "${COMPREPLY[@]}"`
	for line, want := range map[string]string{
		"al":                               "alert-test",
		"boot":                             "bootstrap bootstrap-policy",
		"restore ":                         "backup files versions undo",
		"restore versions --batch-r":       "--batch-report",
		"preflight --outp":                 "--output",
		"preflight --output ":              "text json",
		"completion ":                      "bash zsh fish",
		"completion f":                     "fish",
		"runbook --config o":               "other.yaml",
		"restore backup --bucket x --veri": "--verify",
	} {
		words := strings.Split(line, " ")
		command := exec.Command("bash", append([]string{"-c", ask, "bash", script, "backupctl"}, words...)...)
		command.Dir = dir
		out, err := command.CombinedOutput()
		got := strings.TrimSpace(string(out))
		if line == "restore " || line == "completion " {
			got, _, _ = strings.Cut(got, " --") // the flags follow
		}
		if err != nil || !sameWords(got, want) {
			t.Errorf("%q: got %q, %v; want %q", line, got, err, want)
		}
	}
}

func sameWords(a, b string) bool {
	words := map[string]int{}
	for _, w := range strings.Fields(a) {
		words[w]++
	}
	for _, w := range strings.Fields(b) {
		words[w]--
	}
	for _, n := range words {
		if n != 0 {
			return false
		}
	}
	return true
}

// TestCompletionScripts: there is a script for each shell, which names the program, every command and a flag.
func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script := completionOf(t, shell)
		for _, want := range []string{"backupctl", "alert-test", "restore", "batch-manifest", "github-workflow"} {
			if !strings.Contains(script, want) {
				t.Errorf("%s: no %s", shell, want)
			}
		}
	}
}

func completionOf(t *testing.T, shell string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run([]string{"completion", shell}, newClock(), strings.NewReader(""), &stdout, &stderr); code != exitDone || stderr.Len() > 0 {
		t.Fatalf("%s: exit code %d: %s", shell, code, stderr.String())
	}
	return stdout.String()
}
