//go:build whole

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFullDisk: a full disk is a matter of the machine. One sentence names the directory, and no file is left.
func TestFullDisk(t *testing.T) {
	full := syscall.ENOSPC.Error()
	for _, test := range []struct {
		name string
		size int // bytes of the directory
		jobs string
		out  bool // the output directory is there, and not that for temporary files
	}{
		{"output, one process", 128 << 10, "1", true},
		{"output, parts", 128 << 10, "2", true},
		{"temporary files, no room for jsii", 1 << 20, "1", false},
		{"temporary files, no room for the CDK", 20 << 20, "1", false},
		{"temporary files, no room for the parts", 6 << 20, "2", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			small, temporary := tmpfs(t, test.size), t.TempDir()
			out := filepath.Join(temporary, "out")
			want := "the directory for temporary files, " + small + ", cannot be written to (" + full
			if test.out {
				out = filepath.Join(small, "out")
				want = out + " cannot be written to (" + full
			} else {
				temporary = small
			}
			app := appCommand("-config", "testdata/fleet.yaml", "-out", out, "-jobs", test.jobs)
			app.Env = append(app.Env, "TMPDIR="+temporary)
			fails(t, app, want+"): free some space there, or ")
			if left := listed(small); len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}

// tmpfs mounts a small file system, which only root can. CI can, so there it fails in place of skipping.
func tmpfs(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no file system can be mounted: ", err)
		}
		t.Skip("no file system can be mounted: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestNodeCannotWrite: what Node.js says of a file that it cannot write names the directory, too, where there is a path and where not.
func TestNodeCannotWrite(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	for _, test := range []struct {
		said, want string
		jobs       []string
	}{
		{
			"ENOSPC: no space left on device, write",
			"a file of the run cannot be written (" + syscall.ENOSPC.Error() + "): the run writes to " + out, []string{"1", "2"},
		},
		{
			"Error: EACCES: permission denied, open '" + out + "/.unfinished-1/a.json'",
			out + " cannot be written to (" + syscall.EACCES.Error() +
				"): allow yourself to create files there, or name another directory for the output", []string{"1"},
		},
		{
			"EROFS: read-only file system, mkdir '/elsewhere'",
			"/elsewhere cannot be written to (" + syscall.EROFS.Error() + ")", []string{"1"},
		},
	} {
		node := filepath.Join(t.TempDir(), "node")
		script := "#!/bin/sh\n[ \"$1\" = --version ] && echo v22.0.0 && exit\n" +
			"printf '{\"hello\":\"@jsii/runtime@1.142.0\"}\\n' >&4\nread line\n" +
			`cat >&4 <<'END'` + "\n" + `{"error":"` + test.said + `"}` + "\nEND\ncat >/dev/null\n"
		write(t, node, []byte(script))
		if err := os.Chmod(node, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, jobs := range test.jobs {
			app := appCommand("-config", exampleFile, "-out", out, "-jobs", jobs)
			app.Env = append(app.Env, "JSII_NODE="+node)
			fails(t, app, test.want)
		}
	}
}
