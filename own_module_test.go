//go:build whole

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOwnModule: the app works under any module path, renamed by the commands of CONTRIBUTING.md. jsii's packages are initialized before
// those of a module behind it in the alphabet, and even so Node.js is one process with a limited heap, and nothing is left.
func TestOwnModule(t *testing.T) {
	const module = "gitlab.example/you/backup"
	guide, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(guide), "## Publishing under a host of your own")
	_, after, _ = strings.Cut(after, "```sh\n")
	rename, _, found := strings.Cut(after, "```")
	if !found {
		t.Fatal("CONTRIBUTING.md has no commands")
	}
	dir := t.TempDir()
	for _, command := range []string{
		"git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C '" + dir + "'",
		"cd '" + dir + "' && " + strings.ReplaceAll(rename, "example.com/you/central-s3-backup", module),
		"cd '" + dir + "' && go build -o app . && grep -q '^module " + module + "$' go.mod",
	} {
		if out, err := exec.Command("bash", "-ec", command).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", command, err, out)
		}
	}
	node, starts := filepath.Join(dir, "node"), filepath.Join(dir, "starts")
	write(t, node, []byte("#!/bin/sh\n[ \"$1\" = --version ] || echo \"$NODE_OPTIONS $*\" >>'"+starts+"'\nexec node \"$@\"\n"))
	if err := os.Chmod(node, 0o755); err != nil {
		t.Fatal(err)
	}
	app := exec.Command(filepath.Join(dir, "app"), "-config", exampleFile, "-workload", "dummy-dev", "-out", filepath.Join(dir, "out"))
	app.Env = append(os.Environ(), "JSII_NODE="+node, "NODE_OPTIONS=")
	leavesNothing(t, app)
	if started, err := os.ReadFile(starts); err != nil || !startOfNode.Match(started) {
		t.Errorf("Node.js was started with %q, %v; want %v", started, err, startOfNode)
	}
}
