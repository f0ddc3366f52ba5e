package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFaultOf: a file that cannot be written is a fault of the disk, whether Go or Node.js says so; a program that cannot be started
// and everything else is none.
func TestFaultOf(t *testing.T) {
	full := syscall.ENOSPC.Error()
	for _, test := range []struct {
		err  error
		want Fault
		is   bool
	}{
		{nil, Fault{}, false},
		{errors.New("Error: there is already a construct"), Fault{}, false},
		{&fs.PathError{Op: "write", Path: "/out/a", Err: syscall.ENOSPC}, Fault{full, "/out/a", true}, true},
		{
			fmt.Errorf("x: %w", &os.LinkError{Op: "rename", Old: "/a", New: "/b", Err: syscall.EDQUOT}),
			Fault{syscall.EDQUOT.Error(), "/b", true}, true,
		},
		{&fs.PathError{Op: "open", Path: "/out/a", Err: syscall.EROFS}, Fault{syscall.EROFS.Error(), "/out/a", false}, true},
		{&fs.PathError{Op: "open", Path: "/out/a", Err: syscall.ENOENT}, Fault{}, false},
		{&fs.PathError{Op: "fork/exec", Path: "/bin/node", Err: syscall.EACCES}, Fault{}, false},
		{errors.New("Error: ENOSPC: no space left on device, write"), Fault{full, "", true}, true},
		{errors.New("ENOSPC: no space left on device, copyfile '/a' -> '/b'"), Fault{full, "/b", true}, true},
		{errors.New("EACCES: permission denied, mkdir '/home/a b'"), Fault{syscall.EACCES.Error(), "/home/a b", false}, true},
		{errors.New("x\npanic: write /tmp/a b/c.js: " + full + "\n\ngoroutine 1"), Fault{full, "/tmp/a b/c.js", true}, true},
		{errors.New("panic: write /tmp/c.js: file already closed\n"), Fault{}, false},
	} {
		got, is := FaultOf(test.err)
		if is != test.is || is && got != test.want {
			t.Errorf("%v: got %+v, %t", test.err, got, is)
		}
	}
}

// TestProbe: a probe leaves nothing, and says what is wrong with a directory.
func TestProbe(t *testing.T) {
	dir := t.TempDir()
	if err := Probe(dir, 1<<20); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
	if err := Probe(filepath.Join(dir, "absent"), 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestWithin: a directory, what is in it, and nothing beside it.
func TestWithin(t *testing.T) {
	for path, want := range map[string]bool{"/a/b": true, "/a/b/c": true, "/a/bc": false, "/a": false} {
		if Within(path, "/a/b") != want {
			t.Errorf("%s: want %t", path, want)
		}
	}
}
