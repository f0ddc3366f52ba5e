//go:build whole

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestNodeFails: a Node.js that ends in the middle of a run, or is none, is a matter of the machine and no defect of the app. One
// sentence says what to do.
func TestNodeFails(t *testing.T) {
	for _, test := range []struct{ name, script, want string }{
		{"ends at once", "exit 3", "no response received from child process"},
		{"is killed", "kill -9 $$", "no response received from child process"},
		{"ends after its greeting", `printf '{"hello":"@jsii/runtime@1.142.0"}\n' >&4; exit 1`, ""},
		{"ends in a word", `printf '{"hello":' >&4; exit 1`, ""}, // the end of the process or of its answer, whichever is seen first
		{"is no Node.js", "echo usage: v22 >&4; cat >/dev/null", "invalid character 'u' looking for beginning of value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			node := filepath.Join(t.TempDir(), "node")
			script := "#!/bin/sh\n[ \"$1\" = --version ] && echo v22.0.0 && exit\n" + test.script + "\n"
			if err := os.WriteFile(node, []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			app := appCommand("-config", exampleFile, "-workload", "dummy-dev", "-out", filepath.Join(t.TempDir(), "out"))
			app.Env = append(app.Env, "JSII_NODE="+node)
			fails(t, app, "Node.js ended before the stacks were complete ("+test.want)
		})
	}
}
