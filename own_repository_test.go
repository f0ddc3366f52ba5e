//go:build whole

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestOwnRepositoryPage types the commands of docs/own-repository.md with the built programs, outside of the clone, beginning in an empty
// directory. Each line that the page shows after them is in what they say, in that order, and they end as the page says.
func TestOwnRepositoryPage(t *testing.T) {
	text, err := os.ReadFile("docs/own-repository.md")
	if err != nil {
		t.Fatal(err)
	}
	_, page, begins := strings.Cut(string(text), "\n## Begin\n")
	page, _, ends := strings.Cut(page, "\n## Releases\n")
	if !begins || !ends {
		t.Fatal("the page has other headings")
	}
	page = withoutNPM(t, page)
	reader := newOwner(t)
	typed := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```(?:\n\n```\n(.*?)```)?").FindAllStringSubmatch(page, -1) {
		typed++
		reader.types(block[1], block[2])
	}
	if typed < 7 {
		t.Errorf("%d blocks of commands", typed)
	}
	if left, err := filepath.Glob(filepath.Join(reader.dir, "snapshots", "*")); err != nil || len(left) != 2 {
		t.Errorf("snapshots/ has %v, %v", left, err)
	}
	schemaText, err := os.ReadFile(filepath.Join(reader.dir, "schema.json"))
	if err != nil || string(schemaText) != schema {
		t.Errorf("schema.json: %v, %d bytes", err, len(schemaText))
	}
}

// withoutNPM takes the installation of the CDK's CLI out of a page: it wants a network. Its version is that of package.json.
func withoutNPM(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile("package.json")
	if err != nil {
		t.Fatal(err)
	}
	var pinned struct{ DevDependencies map[string]string }
	if err := json.Unmarshal(text, &pinned); err != nil {
		t.Fatal(err)
	}
	install := regexp.MustCompile(`(?m)^npm install .* aws-cdk@(\S+) .*\n`)
	found := install.FindAllStringSubmatch(page, -1)
	if len(found) != 1 || found[0][1] != pinned.DevDependencies["aws-cdk"] {
		t.Errorf("the page installs %v; package.json has %s", found, pinned.DevDependencies["aws-cdk"])
	}
	return install.ReplaceAllString(page, "")
}

// owner is a person who types commands in a repository of their own.
type owner struct {
	*testing.T
	dir string // where the last command left the shell
	env []string
}

func newOwner(t *testing.T) *owner {
	t.Helper()
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "backupctl"), "./cmd/backupctl").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Symlink(tool(t), filepath.Join(bin, "central-s3-backup")); err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	return &owner{t, home, append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_AUTHOR_NAME=Owner", "GIT_AUTHOR_EMAIL=owner@example.com", "GIT_COMMITTER_NAME=Owner",
		"GIT_COMMITTER_EMAIL=owner@example.com")}
}

// types runs the commands of a block in one shell, and looks for the lines in what they say.
func (o *owner) types(commands, lines string) {
	o.Helper()
	stays := filepath.Join(o.TempDir(), "pwd")
	shell := exec.Command("bash", "-c", commands+"\ncode=$?\npwd > '"+stays+"'\nexit $code\n")
	shell.Dir, shell.Env = o.dir, o.env
	said, _ := shell.CombinedOutput() // the exit code is looked at
	want := 0
	if _, code, says := strings.Cut(commands, "# exit code "); says {
		if _, err := fmt.Sscan(code, &want); err != nil {
			o.Fatal(err)
		}
	}
	if code := shell.ProcessState.ExitCode(); code != want {
		o.Fatalf("%s\nexit code %d, want %d:\n%s", commands, code, want, said)
	}
	rest := string(said)
	for line := range strings.Lines(lines) {
		_, after, found := strings.Cut(rest, strings.TrimRight(line, "\n"))
		if !found {
			o.Errorf("%s\ndoes not say %q, where the page shows it:\n%s", commands, line, said)
			continue
		}
		rest = after
	}
	at, err := os.ReadFile(stays)
	if err != nil {
		o.Fatal(err)
	}
	o.dir = strings.TrimSpace(string(at))
}
