package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/rewind"
	"central-s3-backup/internal/s3fake"
)

const lakeJournal = "lake.20260301T100003Z.journal"

// expiring answers ExpiredToken to everything after some copies.
func expiringAfter(copies int) func(*http.Request) *s3fake.Fault {
	var mu sync.Mutex
	return func(r *http.Request) *s3fake.Fault {
		mu.Lock()
		defer mu.Unlock()
		if s3fake.Describe(r).Operation == "CopyObject" {
			copies--
		}
		if copies < 0 {
			return s3fake.ExpiredToken()
		}
		return nil
	}
}

// TestRestoreVersionsExpired: credentials that expire in the middle end the run, and its message has the command that goes on. The
// report after it is that of the whole run.
func TestRestoreVersionsExpired(t *testing.T) {
	l := newLake(t, versioned)
	l.server.SetFault(expiringAfter(1))
	code, _, stderr := backupctl(t, "", toLake+"--apply --yes --concurrency 1")
	again := "restore versions --bucket=lake --to=2026-03-01T10:00:03Z --apply --yes --concurrency=1 --journal=" + lakeJournal
	compare(t, "standard error", stderr, "the default credentials, without --profile, have expired; renew them and "+
		"go on with: go run ./cmd/backupctl "+again+"\n")
	if code != exitWrong {
		t.Errorf("exit code %d", code)
	}
	l.server.SetFault(nil)
	code, stdout, stderr := backupctl(t, "", again+" --output json")
	compare(t, "standard error", stderr, lakeJournal+": going on with the run of 2026-03-02T02:17:31Z, which restored 2 keys\n"+
		"1 key was not restored: 1 archived\n")
	var got report
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	s := got.Summary
	if code != exitSomeNotRestored || s.Keys != 5 || s.Copied != 2 || s.Marked != 1 || s.Unchanged != 1 || s.VersionsBefore != 8 ||
		s.Verified[rewind.ByETag] != 2 {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	want := []rewind.Failure{{Key: "odd\nkey", SourceVersion: l.bucket.Versions("odd\nkey")[1].ID, Detail: "storage class GLACIER"}}
	if !reflect.DeepEqual(s.Reasons[rewind.Archived].All, want) {
		t.Errorf("got %+v", s.Reasons[rewind.Archived])
	}
}

// TestRestoreVersionsComplete: the same command again verifies again, tries again what was not restored, and does
// nothing else. It says so.
func TestRestoreVersionsComplete(t *testing.T) {
	l := newLake(t, versioned)
	backupctl(t, "", toLake+"--apply --yes")
	l.server.ResetRequests()
	code, _, stderr := backupctl(t, "", toLake+"--apply --yes")
	compare(t, "standard error", stderr, lakeJournal+": this run is complete but for 1 key, which is tried again; "+
		"for a new run, name another --journal\n1 key was not restored: 1 archived\n")
	if r := l.server.Requests(); code != exitSomeNotRestored || r["CopyObject"]+r["DeleteObject"] > 0 {
		t.Errorf("exit code %d, %v", code, r)
	}
	l.bucket.Change("odd\nkey", l.bucket.Versions("odd\nkey")[1].ID, func(v *s3fake.Version) { v.StorageClass = types.StorageClassStandard })
	code, stdout, _ := backupctl(t, "", toLake+"--apply --yes --report report")
	if code != exitDone || !strings.Contains(stdout, "\ncopy            3, 9 bytes\n") {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	l.server.ResetRequests()
	code, stdout, stderr = backupctl(t, "", toLake+"--apply --yes")
	compare(t, "standard error", stderr, lakeJournal+": this run is complete: nothing is restored, the bucket is only verified again; "+
		"for a new run, name another --journal\n")
	if r := l.server.Requests(); code != exitDone || r["ListObjectVersions"] != 1 || r["CopyObject"] > 0 ||
		!strings.Contains(stdout, "second listing  5 keys are as they were; 12 versions and delete markers\n") {
		t.Errorf("exit code %d, %v: %s", code, r, stdout)
	}
}

// TestRestoreVersionsOtherJournal: one line says what differs, and nothing is listed.
func TestRestoreVersionsOtherJournal(t *testing.T) {
	const is = "--journal j is the journal of another run: "
	const remove = "; name another file, or remove this one if that run is no longer needed\n"
	for _, test := range []struct{ name, line, want string }{
		{
			"time", strings.Replace(toLake, "03Z", "04Z", 1) + "--apply --yes --journal j",
			is + "its time is 2026-03-01T10:00:03Z, and here 2026-03-01T10:00:04Z" + remove,
		},
		{"prefix", toLake + "--apply --yes --journal j --prefix data/", is + "its prefix is none, and here data/" + remove},
		{
			"flags", toLake + "--apply --yes --journal j --multipart-above 6000000",
			is + "its --multipart-above is none, and here 6000000" + remove,
		},
		{"keys", toLake + "--apply --yes --journal j --key a", is + "it has all keys, and here are some" + remove},
		{
			"no journal", toLake + "--apply --yes --journal credentials",
			"--journal credentials is not a journal of restore versions; name another file\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLake(t, versioned)
			backupctl(t, "", toLake+"--apply --yes --journal j --concurrency 2")
			if err := os.WriteFile("credentials", []byte("[default]\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			l.server.ResetRequests()
			code, stdout, stderr := backupctl(t, "", test.line)
			compare(t, "standard error", stderr, test.want)
			compare(t, "standard output", stdout, "")
			if code != exitWrong || l.server.Requests()["ListObjectVersions"] > 0 {
				t.Errorf("exit code %d, %v", code, l.server.Requests())
			}
			if code, _, stderr := backupctl(t, "", toLake+"--apply --yes --journal j --concurrency 3"); code != exitSomeNotRestored {
				t.Errorf("with other flags of the way: exit code %d: %s", code, stderr)
			}
		})
	}
}

// TestRestoreVersionsNothingAsked: a journal in which nothing was done is not left behind.
func TestRestoreVersionsNothingAsked(t *testing.T) {
	newLake(t, versioned)
	for _, line := range []string{toLake + "--apply", toLake + "--apply --yes --prefix none/"} {
		if code, _, stderr := backupctl(t, "lakes\n", line); code != exitWrong {
			t.Errorf("%s: exit code %d: %s", line, code, stderr)
		}
		if _, err := os.Stat(lakeJournal); err == nil {
			t.Errorf("%s: the journal is there", line)
		}
	}
}

// TestFullFiles: a file that cannot be written is named, and the command that goes on with the run.
func TestFullFiles(t *testing.T) {
	full := "no space left on device"
	newLake(t, versioned)
	code, _, stderr := backupctl(t, "", toLake+"--apply --yes --prefix data/ --report /dev/full")
	compare(t, "standard error", stderr, "--report: write /dev/full: "+full+"; go on with: go run ./cmd/backupctl restore versions "+
		"--bucket=lake --to=2026-03-01T10:00:03Z --prefix=data/ --apply --yes --report=/dev/full --journal="+lakeJournal+"\n")
	if code != exitWrong {
		t.Errorf("exit code %d", code)
	}
	code, stdout, _ := backupctl(t, "", toLake+"--apply --yes --prefix data/ --report report")
	if code != exitDone || !strings.Contains(stdout, "\ncopy            2, 6 bytes\n") {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	newLake(t, versioned)
	t.Setenv("TMPDIR", "/dev/null")
	code, _, stderr = backupctl(t, "", toLake)
	compare(t, "standard error", stderr, "the directory for temporary files, /dev/null, cannot be written to: not a directory\n")
	if code != exitWrong {
		t.Errorf("exit code %d", code)
	}
	t.Setenv("TMPDIR", "")
	for _, flags := range []string{"", " --output=json", " --list"} {
		newLake(t, versioned)
		out, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		var problems strings.Builder
		code := run(strings.Fields(toLake+"--apply --yes --prefix data/"+flags), newClock(), strings.NewReader(""), out, &problems)
		if code != exitWrong || !strings.HasPrefix(problems.String(), "standard output takes no more text: write /dev/full: "+full) {
			t.Errorf("exit code %d: %s", code, problems.String())
		}
		if err := out.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestGoingOn: a shell reads the command that goes on as it was typed, with the moment in place of how long ago.
func TestGoingOn(t *testing.T) {
	l := newLake(t, versioned)
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation == "ListObjectVersions" {
			return s3fake.ExpiredToken()
		}
		return nil
	})
	var problems strings.Builder
	args := []string{
		"restore", "versions", "-bucket", "lake", "--to", "3h", "--key", "it's a $key", "--key=-x\n*", "--apply", "--yes", "--journal", "a b",
		"--concurrency", "64", "--report", "r",
	}
	if code := run(args, newClock(), strings.NewReader(""), &strings.Builder{}, &problems); code != exitWrong {
		t.Errorf("exit code %d", code)
	}
	_, command, ok := strings.Cut(problems.String(), "go on with: "+program+" ")
	if !ok {
		t.Fatal(problems.String())
	}
	shell := exec.Command("sh", "-c", `for word in `+strings.TrimSuffix(command, "\n")+`; do printf '%s|' "$word"; done`)
	got, err := shell.Output()
	want := "restore|versions|--bucket=lake|--to=2026-03-01T23:17:31Z|--key=it's a $key|--key=-x\n*|--apply|--yes|--report=r|--journal=a b|"
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v\nwant %q", got, err, want)
	}
}

// TestMeter: a line every 30 seconds; on a terminal one line that is renewed, with a bar as soon as it is known what remains.
func TestMeter(t *testing.T) {
	all := []rewind.Progress{
		{Remaining: -1}, {Done: 3000, Remaining: -1}, {Done: 6000, Failed: 2, Remaining: 2000},
		{Second: true, Done: 1000, Failed: 2, Remaining: 7000},
		{Second: true, Done: 4000, Failed: 2, Remaining: 4000},
	}
	for _, test := range []struct {
		name  string
		width func() int
		every time.Duration
		want  string
	}{
		{"lines", nil, lineEvery, `3000 keys done, 100/s, 0 not restored
6000 keys done, 100/s, 2000 remaining (about 20s), 2 not restored
1000 keys in the second listing, 0/s, 7000 remaining, 2 not restored
4000 keys in the second listing, 100/s, 4000 remaining (about 40s), 2 not restored
`},
		{"terminal", func() int { return 60 }, barEvery, "\r3000 keys done, 15000/s, 0 not restored\x1b[K" +
			"\r[===============     ]  75% 6000 keys done, 15000/s, 2000 r\x1b[K" +
			"\r[==                  ]  12% 1000 keys in the second listing\x1b[K" +
			"\r[==========          ]  50% 4000 keys in the second listing\x1b[K" + "\r\x1b[K"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				asked := 0
				m := &meter{to: &out, now: time.Now, width: test.width, progress: func() rewind.Progress {
					asked++
					return all[asked-1]
				}}
				stop := m.start()
				time.Sleep(time.Duration(len(all)-1)*test.every + test.every/2)
				stop()
				compare(t, "progress", out.String(), test.want)
			})
		})
	}
}

// TestNoProgressOnStdout: the document of --output json is alone on standard output.
func TestNoProgressOnStdout(t *testing.T) {
	newLake(t, versioned)
	_, stdout, _ := backupctl(t, "", toLake+"--apply --yes --output json --report "+filepath.Join(t.TempDir(), "r"))
	if !json.Valid([]byte(stdout)) {
		t.Errorf("got %s", stdout)
	}
}
