package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/s3fake"
)

// visible are the keys that people see in a bucket.
func (l *lake) visible() string {
	var keys []string
	for _, key := range l.bucket.Keys() {
		if !l.bucket.Versions(key)[0].DeleteMarker {
			keys = append(keys, key)
		}
	}
	return strings.Join(keys, " ")
}

// deletedLake is a lake in which two more keys were deleted, one of them archived.
func deletedLake(t *testing.T) *lake {
	l := newLake(t, versioned)
	l.bucket.Put("cold", s3fake.Version{Body: []byte("old"), StorageClass: types.StorageClassGlacier, At: at(1)})
	l.bucket.Put("twice", s3fake.Version{Body: []byte("old"), At: at(1)})
	l.bucket.Delete("cold", at(5))
	l.bucket.Delete("twice", at(5))
	l.bucket.Delete("twice", at(6))
	return l
}

const removal = "warning: delete markers are removed: afterwards it looks as if the keys had never been deleted, and " +
	"a restore to a moment in between goes wrong\n"

// TestRemoveMarkers: a dry run, the removal, a second run, and the way back with restore undo.
func TestRemoveMarkers(t *testing.T) {
	l := deletedLake(t)
	before := l.visible()
	file := filepath.Join(t.TempDir(), "undo")
	markers := map[string]string{}
	for _, key := range []string{"cold", "data/deleted", "twice"} {
		markers[key] = l.bucket.Versions(key)[0].ID
	}
	code, stdout, stderr := backupctl(t, "", toLake+"--remove-markers --list --undo "+file)
	compare(t, "dry run", stdout, `remove-markers	cold
remove-markers	data/deleted
delete-marker	data/new
copy	data/overwritten
not-restored (archived)	"odd\nkey"
remove-markers	twice
bucket lake as it was at 2026-03-01T10:00:03Z: dry run, nothing was changed
keys            7, with 13 versions and delete markers
unchanged       1
copy            1, 3 bytes
delete marker   1
remove markers  4 delete markers of 3 keys
                which saves 1 request and 9 bytes, and brings 1 archived key back that cannot be copied
not restored    1, archived: retrieve the versions with S3 Batch Operations (S3InitiateRestoreObject, F-RST-10), then run again
with --apply    about 5 requests, and 100ms if each takes 0.1 s
`)
	compare(t, "standard error", stderr, removal)
	if _, err := os.Stat(file); code != exitDone || err == nil || l.server.Requests()["DeleteObjects"] > 0 {
		t.Errorf("exit code %d, %v, %v", code, err, l.server.Requests())
	}
	const saves = "\n                --remove-markers would save 1 request and 9 bytes, and brings 1 archived key back that cannot be copied\n"
	if _, stdout, _ = backupctl(t, "", toLake); !strings.Contains(stdout, saves) {
		t.Errorf("got %s", stdout)
	}

	code, stdout, stderr = backupctl(t, "", toLake+"--apply --yes --remove-markers --concurrency 1 --undo "+file)
	removed := "\nremove markers  4 delete markers of 3 keys; they are in " + file + ", for restore undo\n"
	if code != exitSomeNotRestored || !strings.Contains(stdout, removed) ||
		stderr != removal+"1 key was not restored: 1 archived\n" {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	if got := l.visible(); got != "cold data/deleted data/overwritten data/same odd\nkey twice" {
		t.Errorf("visible: %s", got)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	etag := l.bucket.Versions("cold")[0]
	compare(t, "--undo", lines[0]+"\n"+lines[1]+"\n", `{"undoVersion":1,"bucket":"lake","to":"2026-03-01T10:00:03Z"}
{"key":"cold","versionId":"`+markers["cold"]+`","time":"2026-03-01T10:00:05Z","uncovered":"`+etag.ID+`","etag":"\"`+etag.ETag+`\""}
`)
	if len(lines) != 6 {
		t.Errorf("--undo: %s", content)
	}
	if code, _, _ = backupctl(t, "", toLake+"--apply --yes --remove-markers --undo "+file); code != exitSomeNotRestored {
		t.Errorf("the second run: exit code %d", code)
	}
	if again, err := os.ReadFile(file); err != nil || string(again) != string(content) {
		t.Errorf("the second run changed the file: %s, %v", again, err)
	}

	l.bucket.Put("twice", s3fake.Version{Body: []byte("live")})
	code, stdout, stderr = backupctl(t, "", "restore undo "+file)
	compare(t, "undo, dry run", stdout, `not-restored (changed)	twice
bucket lake, keys of `+file+` deleted again: dry run, nothing was changed
keys            3
already deleted 0
delete marker   2
left alone      1: 1 changed
`)
	if code != exitDone || stderr != "" || l.visible() == before {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	code, _, stderr = backupctl(t, "lake\n", "restore undo --apply "+file)
	compare(t, "undo", stderr, "Type the bucket's name to change it: 1 key was not deleted again: 1 changed\n")
	if code != exitSomeNotRestored || l.visible() != "data/overwritten data/same odd\nkey twice" {
		t.Errorf("exit code %d: %s", code, l.visible())
	}
	if _, stdout, _ = backupctl(t, "", "restore undo "+file); !strings.Contains(stdout, "already deleted 2\ndelete marker   0\n") {
		t.Errorf("a second time: %s", stdout)
	}
}

// TestUndoFile: the file has a name of its own without --undo, is not left behind empty, is never overwritten, and goes on
// where an earlier run of the same command ended.
func TestUndoFile(t *testing.T) {
	credentials, err := filepath.Abs("testdata/credentials")
	if err != nil {
		t.Fatal(err)
	}
	l := deletedLake(t)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", credentials)
	t.Chdir(t.TempDir())
	const name = "lake.20260301T100003Z.undo"
	apply := toLake + "--apply --yes --remove-markers "
	if code, _, stderr := backupctl(t, "", apply+"--prefix data/same"); code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if _, err := os.Stat(name); err == nil {
		t.Error("an empty file is left")
	}
	if code, _, stderr := backupctl(t, "", apply+"--prefix data/"); code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	first, err := os.ReadFile(name)
	if err != nil || strings.Count(string(first), "\n") != 2 {
		t.Fatalf("%s, %v", first, err)
	}
	if err := os.WriteFile(name, append(first, `{"key":"half`+strings.Repeat("a", 500)...), 0o600); err != nil { // the power failed
		t.Fatal(err)
	}
	if code, _, stderr := backupctl(t, "", apply+"--key twice"); code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	second, err := os.ReadFile(name)
	if err != nil || !strings.HasPrefix(string(second), string(first)) || strings.Count(string(second), "\n") != 4 ||
		!strings.HasSuffix(string(second), "}\n") {
		t.Errorf("%s, %v", second, err)
	}
	code, _, stderr := backupctl(t, "", "restore undo --apply --yes "+name)
	if code != exitDone || l.visible() != "data/overwritten data/same odd\nkey" {
		t.Errorf("exit code %d: %s, visible: %s", code, stderr, l.visible())
	}
	for _, content := range []string{
		"", "a report\n", `{"undoVersion":1,"bucket":"lakes","to":"2026-03-01T10:00:03Z"}` + "\n",
		`{"undoVersion":1,"bucket":"lake","to":"2026-03-01T10:00:04Z"}` + "\n",
		`{"undoVersion":2,"bucket":"lake","to":"2026-03-01T10:00:03Z"}` + "\n",
	} {
		if err := os.WriteFile("mine", []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := backupctl(t, "", apply+"--undo mine")
		if got, _ := os.ReadFile("mine"); code != exitWrong || string(got) != content || stderr != removal+
			"--undo mine: the file exists, and is not of bucket lake at 2026-03-01T10:00:03Z; it is not overwritten; write another name\n" {
			t.Errorf("%q: exit code %d: %s, left %q", content, code, stderr, got)
		}
	}
}

// TestUndoWrong: one line that says what is wrong with the file, and nothing is changed.
func TestUndoWrong(t *testing.T) {
	const header = `{"undoVersion":1,"bucket":"lake","to":"2026-03-01T10:00:03Z"}` + "\n"
	for _, test := range []struct{ name, content, flags, want string }{
		{"no file", "", "none", "open none: no such file or directory"},
		{"a report", "{\n}\n", "", "FILE:1: this is no file of --undo; want what restore versions --remove-markers wrote"},
		{"empty", "", "", "FILE:1: this is no file of --undo; want what restore versions --remove-markers wrote"},
		{"another form", strings.Replace(header, "1", "7", 1), "", "FILE:1: the form of the file is 7; want 1; use the backupctl that wrote it"},
		{"no marker", header + `{"key":"k"}` + "\n", "", "FILE:2: this is no delete marker; nothing after this line was looked at"},
		{"garbage", header + "garbage\n", "", "FILE:2: this is no delete marker; nothing after this line was looked at"},
		{"no such bucket", strings.Replace(header, "lake", "lakes", 1), "", "--bucket lakes: there is no such bucket; list yours with aws s3 ls"},
		{"concurrency", header, "--concurrency=0", "restore undo: --concurrency 0: want 1 to 512; -h shows the help"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLake(t, versioned)
			file := filepath.Join(t.TempDir(), "undo")
			if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			line := "restore undo --apply --yes " + test.flags + " " + file
			if test.flags == "none" {
				line = "restore undo none"
			}
			code, _, stderr := backupctl(t, "", line)
			compare(t, "standard error", strings.ReplaceAll(stderr, file, "FILE"), test.want+"\n")
			if code != exitWrong || l.server.Requests()["DeleteObject"] > 0 {
				t.Errorf("exit code %d, %v", code, l.server.Requests())
			}
		})
	}
	newLake(t, s3fake.BucketOptions{Versioning: types.BucketVersioningStatusSuspended})
	file := filepath.Join(t.TempDir(), "undo")
	if err := os.WriteFile(file, []byte(header), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := backupctl(t, "", "restore undo --apply --yes "+file)
	compare(t, "standard error", stderr, "bucket lake: versioning is not enabled, so a delete marker could overwrite version null "+
		"for good (F-S3-1); enable versioning first\n")
	if code != exitWrong {
		t.Errorf("exit code %d", code)
	}
}

// TestUndoFull: if the record cannot be written, nothing is removed.
func TestUndoFull(t *testing.T) {
	l := deletedLake(t)
	u, err := (&restoreVersions{Bucket: "lake", Apply: true, copyFlags: copyFlags{
		RemoveMarkers: true, Undo: filepath.Join(t.TempDir(), "undo"),
	}}).openUndo(at(3).Truncate(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if err := u.file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := u.add(nil); err == nil || !strings.HasPrefix(err.Error(), "--undo: ") {
		t.Errorf("got %v", err)
	}
	code, _, stderr := backupctl(t, "", toLake+"--apply --yes --remove-markers --undo none/undo")
	if code != exitWrong || stderr != removal+"--undo: open none/undo: no such file or directory\n" ||
		l.server.Requests()["ListObjectVersions"] > 0 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
