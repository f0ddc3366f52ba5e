package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"central-s3-backup/internal/s3fake"
)

// TestFullDisk: a disk that has no room for the journal or the plan ends the run. With room again, the command in the
// message goes on, and no key is copied twice.
func TestFullDisk(t *testing.T) {
	full := syscall.ENOSPC.Error()
	for _, test := range []struct{ name, flags, want string }{
		{"journal", "--journal=DIR/f", "--journal DIR/f cannot be written to (" + full + "): free some space there"},
		{"plan", "--plan-out=DIR/f --journal=j", "--plan-out: write DIR/f: " + full},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLake(t, versioned)
			const keys = 40
			for i := range keys {
				key := fmt.Sprintf("more/%02d", i)
				l.bucket.Put(key, s3fake.Version{Body: []byte("old"), At: at(1)})
				l.bucket.Put(key, s3fake.Version{Body: []byte("bad"), At: at(5)})
			}
			dir := smallDisk(t)
			again := "restore versions --bucket=lake --to=2026-03-01T10:00:03Z --prefix=more/ --apply --yes --concurrency=2 " +
				strings.ReplaceAll(test.flags, "DIR", dir)
			if strings.HasPrefix(test.flags, "--plan-out") { // the flags come in the order of the help
				again = strings.Replace(again, " --concurrency=2 --plan-out="+dir+"/f", " --plan-out="+dir+"/f --concurrency=2", 1)
			}
			code, _, stderr := backupctl(t, "", again)
			compare(t, "standard error", stderr, strings.ReplaceAll(test.want, "DIR", dir)+"; go on with: go run ./cmd/backupctl "+again+"\n")
			if code != exitWrong {
				t.Errorf("exit code %d", code)
			}
			if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=1m"); err != nil {
				t.Fatal(err)
			}
			code, stdout, stderr := backupctl(t, "", again)
			if code != exitDone || !strings.Contains(stdout, fmt.Sprintf("\nsecond listing  %d keys are as they were", keys)) {
				t.Errorf("exit code %d: %s%s", code, stdout, stderr)
			}
			for i := range keys {
				if got := l.bucket.Versions(fmt.Sprintf("more/%02d", i)); len(got) != 3 || string(got[0].Body) != "old" {
					t.Errorf("%d has %d versions", i, len(got))
				}
			}
			if plan, err := os.ReadFile(filepath.Join(dir, "f")); err != nil || strings.Count(string(plan), "\n") < keys+1 {
				t.Errorf("%d lines, %v", strings.Count(string(plan), "\n"), err)
			}
		})
	}
}

// smallDisk mounts a file system of 4 KiB, which only root can. CI can, so there it fails in place of skipping.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4096"); err != nil {
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
