package synth

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestCheckNode: a Node.js that the CDK cannot use is reported with the reason and with what to do.
func TestCheckNode(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct{ name, script, want string }{
		{"supported", "echo v22.0.0", ""},
		{"new", "echo v26.1.0", " is Node.js v26.1.0, which this version of the AWS CDK does not support: "},
		{"oldest", "echo v20.0.0", " is Node.js v20.0.0, which this version of the AWS CDK does not support: "},
		{"old", "echo v18.20.4", " is Node.js v18.20.4, which is too old: "},
		{"broken", "exit 139", " does not run (exit status 139): "},
		{"another", "echo BusyBox; echo v24.0.0", ` is not Node.js: it answers --version with "BusyBox": `},
		{"silent", "exit 0", ` is not Node.js: it answers --version with "": `},
		{"absent", "", "there is no "},
		{"hangs", "sleep 1000 & sleep 1000", " hangs: it did not answer --version within 100ms: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			node := filepath.Join(dir, test.name)
			if test.script != "" {
				if err := os.WriteFile(node, []byte("#!/bin/sh\n"+test.script+"\n"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			limit := nodeAnswer
			if test.name == "hangs" {
				limit = 100 * time.Millisecond
			}
			began := time.Now()
			notice, err := checkNode(t.Context(), node, limit)
			if took := time.Since(began); took > nodeAnswer/2 {
				t.Errorf("took %v", took)
			}
			if test.want == "" {
				if err != nil || notice != "" {
					t.Error(err, notice)
				}
				return
			}
			if test.name == "oldest" || test.name == "new" {
				if err != nil {
					t.Fatal(err)
				}
				err = errors.New(notice)
			}
			const advice = "install version 22 or 24 from https://nodejs.org"
			if err == nil {
				t.Fatal("got no error")
			}
			for _, part := range []string{node, test.want, advice} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q lacks %q", err, part)
				}
			}
		})
	}
}
