package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/s3fake"
)

const filesOfLake = "restore files --bucket lake --profile dummy-dev --to 2026-03-01T10:00:03Z "

// noPoints checks that no access point is left.
func (l *lab) noPoints() {
	l.Helper()
	for _, a := range []*backupfake.Account{l.dev, l.central} {
		if names := a.AccessPoints(); len(names) > 0 {
			l.Errorf("access points are left: %v", names)
		}
	}
}

// TestRestoreFilesList: what is there, at that time, without a restore.
func TestRestoreFilesList(t *testing.T) {
	l := newLab(t)
	p := l.continuous(days(10))
	l.want(filesOfLake+"--list", exitDone, `bucket lake as it was at 2026-03-01T10:00:03Z
recovery point  `+p.ARN+` (continuous, since 2026-02-20T02:17:31Z)
2025-11-22T02:17:31Z	data/a	5
2025-11-22T02:17:31Z	data/b	5
2025-11-22T02:17:31Z	other/c	1
`, "")
	l.noPoints()
	if changes := l.changes(); !slices.Equal(changes, []string{"CreateBackupAccessPoint", "DeleteBackupAccessPoint"}) {
		t.Error(changes)
	}
	code, stdout, _ := l.run(filesOfLake + "--list --prefix data/ --output json")
	var got filesReport
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone || len(got.Listed) != 2 || got.Listed[0].Bytes != 5 {
		t.Errorf("exit code %d, %v: %s", code, err, stdout)
	}
	l.noPoints()
}

// TestRestoreFilesToDir: files have the bytes and times of the objects. No file is overwritten, and none is outside of the directory.
func TestRestoreFilesToDir(t *testing.T) {
	l := newLab(t)
	p := l.continuous(days(10))
	for _, key := range []string{"data/../../up", "/data/root", "data//twice", "data/folder/"} {
		p.Objects[key] = []s3fake.Version{{Body: []byte{}, At: days(100)}}
	}
	dir := filepath.Join(t.TempDir(), "new")
	const unsafe = "the key is no path of a file below the directory; write --in-place, or read it with restore backup --item"
	l.want(filesOfLake+"--prefix data/ --to-dir "+dir, exitSomeNotRestored, `bucket lake as it was at 2026-03-01T10:00:03Z
recovery point  `+p.ARN+` (continuous, since 2026-02-20T02:17:31Z)
restored        3 objects, 10 bytes, to `+dir+`
not restored    data/../../up: `+unsafe+`
not restored    data//twice: `+unsafe+`
`, "2 objects were not restored\n")
	body, err := os.ReadFile(filepath.Join(dir, "data", "a"))
	info, _ := os.Stat(filepath.Join(dir, "data", "a"))
	if err != nil || string(body) != "old a" || !info.ModTime().Equal(days(100)) {
		t.Errorf("%s, %v, %v", body, info, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "b"), []byte("mine!"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, _ := l.run(filesOfLake + "--key data/a --key data/b --key none --to-dir " + dir)
	if code != exitSomeNotRestored || !strings.HasSuffix(stdout, "restored        0 objects, 0 bytes, to "+dir+`
already there   1 object
not restored    data/b: there is another file of that name; it was left as it is
not restored    none: the recovery point does not have it
`) {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	if body, _ := os.ReadFile(filepath.Join(dir, "data", "b")); string(body) != "mine!" {
		t.Errorf("%s", body)
	}
	if _, err := os.Stat(filepath.Join(dir, "..", "up")); err == nil {
		t.Error("a file is outside of the directory")
	}
	l.noPoints()
}

// TestRestoreFilesCut: an answer that ends early is read again, and no part of a file is left.
func TestRestoreFilesCut(t *testing.T) {
	for cuts, code := range map[int]int{2: exitDone, 100: exitSomeNotRestored} {
		l := newLab(t)
		l.continuous(days(10))
		l.dev.S3.SetFault(onS3("GetObject", cuts, s3fake.Cut()))
		dir := t.TempDir()
		if got, stdout, stderr := l.run(filesOfLake + "--key data/a --to-dir " + dir); got != code {
			t.Errorf("exit code %d: %s%s", got, stdout, stderr)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "data", "*"))
		if (code == exitDone) != (len(files) == 1) || len(files) == 1 && filepath.Base(files[0]) != "a" {
			t.Errorf("%d cuts: %v", cuts, files)
		}
		l.noPoints()
	}
}

// onS3 lets an operation of S3 meet a fault, n times.
func onS3(operation string, n int, fault *s3fake.Fault) func(*http.Request) *s3fake.Fault {
	met := 0
	return func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation != operation || met >= n {
			return nil
		}
		met++
		return fault
	}
}

// TestRestoreFilesInPlace: objects are on top with their metadata and tags, large ones by parts; a second run has nothing to do.
func TestRestoreFilesInPlace(t *testing.T) {
	l := newLab(t)
	p := l.continuous(days(10))
	p.Objects["data/large"] = []s3fake.Version{{
		Size: 6 << 20, Fill: 'x', At: days(100), Headers: map[string]string{"Content-Type": "text/csv"},
	}}
	l.lake.Put("data/same", s3fake.Version{Body: []byte("same"), At: at(1), ChecksumAlgorithm: s3types.ChecksumAlgorithmCrc64nvme})
	p.Objects["data/same"] = []s3fake.Version{{Body: []byte("same"), At: days(100)}}
	code, stdout, stderr := l.run(filesOfLake + "--in-place --prefix data/ --part-above 5242880")
	if code != exitDone || !strings.HasSuffix(stdout, "restored        3 objects, 6.3 MB, into the bucket\nalready there   1 object\n") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	if code, _, stderr := l.run(filesOfLake + "--in-place --key other/c"); code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	a, large, c := l.lake.Versions("data/a"), l.lake.Versions("data/large"), l.lake.Versions("other/c")
	if len(a) != 2 || string(a[0].Body) != "old a" || len(l.lake.Versions("data/same")) != 1 {
		t.Errorf("%+v", a)
	}
	if len(large) != 1 || large[0].Size != 6<<20 || len(large[0].PartSizes) != 2 || large[0].Headers["Content-Type"] != "text/csv" {
		t.Errorf("%d versions", len(large))
	}
	if len(c) != 1 || c[0].Metadata["team"] != "x" || c[0].Tags["k"] != "v" {
		t.Errorf("%+v", c)
	}
	code, stdout, stderr = l.run(filesOfLake + "--in-place --prefix data/")
	if code != exitDone || !strings.Contains(stdout, "restored        0 objects") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	l.noPoints()
}

// TestRestoreFilesMeanwhile: what somebody writes meanwhile stays on top, and an answer that was lost is found to be ours.
func TestRestoreFilesMeanwhile(t *testing.T) {
	for _, parts := range []bool{false, true} {
		l := newLab(t)
		p := l.continuous(days(10))
		p.Objects["data/large"] = []s3fake.Version{{Size: 6 << 20, Fill: 'x', At: days(100)}}
		line, key, put := filesOfLake+"--in-place --part-above 5242880 --key ", "data/a", "PutObject"
		if parts {
			key, put = "data/large", "CompleteMultipartUpload"
		}
		l.dev.S3.SetFault(func(r *http.Request) *s3fake.Fault {
			if s3fake.Describe(r).Operation == put {
				l.lake.Put(key, s3fake.Version{Body: []byte("newer")})
			}
			return nil
		})
		code, stdout, _ := l.run(line + key)
		if code != exitSomeNotRestored || !strings.Contains(stdout, key+": somebody wrote it "+
			"meanwhile") || string(l.lake.Versions(key)[0].Body) != "newer" {
			t.Errorf("exit code %d: %s", code, stdout)
		}
		if uploads := l.lake.Uploads(); len(uploads) > 0 {
			t.Errorf("%v", uploads)
		}
		before := len(l.lake.Versions(key))
		l.dev.S3.SetFault(onS3(put, 1, s3fake.Cut()))
		if code, stdout, _ := l.run(line + key); code != exitDone || len(l.lake.Versions(key)) != before+1 {
			t.Errorf("exit code %d: %s", code, stdout)
		}
		l.noPoints()
	}
}

// TestRestoreFilesCentral: a copy is read by the central account, and put back by the workload's.
func TestRestoreFilesCentral(t *testing.T) {
	l := newLab(t)
	l.copied(days(40))
	const line = "restore files --bucket lake --from central --central-profile central --profile dummy-dev --in-place --key data/a"
	if code, stdout, stderr := l.run(line); code != exitDone || string(l.lake.Versions("data/a")[0].Body) != "old a" {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	for _, call := range l.server.Calls() {
		if want := map[bool]string{true: "222222222222", false: "111111111111"}[call.Action == "s3:PutObject"]; call.Account != want &&
			(call.Action == "s3:PutObject" || call.Operation == "CreateBackupAccessPoint" || strings.Contains(call.Resource, "/object/")) {
			t.Errorf("%+v", call)
		}
	}
	l.noPoints()
	l.run("restore files --bucket lake --from central --central-profile central --list")
	l.noPoints()
}

// TestRestoreFilesRefused: one line, and what to write instead. No access point is created.
func TestRestoreFilesRefused(t *testing.T) {
	const lake = "--bucket lake --profile dummy-dev "
	for _, test := range []struct {
		name, flags string
		prepare     func(*lab)
		want        string
	}{
		{"no bucket", "--list", nil, "restore files: --bucket: write the name of the bucket; -h shows the help"},
		{"nothing to do", lake, nil, "restore files: write --list, --to-dir DIR, --in-place or --sweep; -h shows the help"},
		{"two things to do", lake + "--list --in-place --key a", nil, "--list and --in-place can't be used together; -h shows the help"},
		{"everything", lake + "--in-place", nil,
			"restore files: write --key KEY or --prefix PREFIX; a whole bucket comes back with restore backup; -h shows the help"},
		{"an empty key", lake + "--in-place --key=", nil, "restore files: --key: a key has at least one character; -h shows the help"},
		{"concurrency", lake + "--list --concurrency 0", nil, "restore files: --concurrency 0: want 1 to 64; -h shows the help"},
		{"small parts", lake + "--list --part-above 1", nil, "restore files: --part-above 1: want at least 5242880; -h shows the help"},
		{"sweep where", "--sweep", nil, "restore files: --sweep: write --workload NAME-ENV, or --from central; -h shows the help"},
		{"an unknown bucket", "--bucket lakes --list", nil, "--bucket lakes: no workload names this bucket; did you mean lake?; " +
			"if a tag selects it, or its account is another now, add --workload NAME-ENV"},
		{"no time", lake + "--list --to 2026", nil,
			"--to 2026: this is not a time; write 2026-03-02T10:00:00Z, 2026-03-02T10:00:00+01:00, or how long ago, such as 3h"},
		{"another Region", lake + "--list --region eu-central-1", nil, "--region eu-central-1: the recovery points of dummy-dev are in " +
			"eu-west-1, " +
			"and AWS Backup restores them there alone (F-RST-3); leave out --region"},
		{"another account", "--bucket lake --list", nil, "nothing was read: the default credentials, without --profile, belong to another " +
			"account; " +
			"got 111111111111; want 222222222222, the account of dummy-dev"},
		{"no recovery point", lake + "--list --from landing", nil, "bucket lake has no recovery point in dummy-dummy-dev-landing of " +
			"222222222222 (eu-west-1)"},
		{"before the first one", lake + "--list --to 20d", func(l *lab) { l.continuous(days(10)) },
			"--to 20d: bucket lake has no recovery point of that time or before; the earliest is of 2026-02-20T02:17:31Z, the latest of " +
				"2026-03-02T02:02:31Z"},
		{"no bucket to put into", "--bucket curated --profile dummy-dev --in-place --key a", nil,
			"--in-place: bucket curated does not exist; restore it with go run ./cmd/backupctl restore backup --bucket curated --profile " +
				"dummy-dev --config testdata/restore.yaml"},
		{"no versions", lake + "--in-place --key a", func(l *lab) { l.lake.SetVersioning(s3types.BucketVersioningStatusSuspended) },
			"--in-place: versioning of bucket lake is not enabled, so what is there would be overwritten for good (F-S3-1); write --to-dir DIR"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			if test.prepare != nil {
				test.prepare(l)
			}
			l.T = t
			l.want("restore files "+test.flags, exitWrong, "", test.want+"\n")
			if changes := l.changes(); len(changes) > 0 {
				t.Errorf("it did %v", changes)
			}
		})
	}
}

// TestRestoreFilesPoint: the access point is deleted in every case: errors, lost answers, Ctrl-C. Where that is not possible, the
// message says how.
func TestRestoreFilesPoint(t *testing.T) {
	const denied = "; write --profile NAME of the role dummy-operate-dummy-dev, which restore.operators of backup.yaml and npx cdk deploy " +
		"dummy-backup-dummy-dev give\n"
	const again = "interrupted; run the same command again: what is back is left as it is\n"
	const sweep = "go run ./cmd/backupctl restore files --workload dummy-dev --profile dummy-dev --config testdata/restore.yaml --sweep"
	for _, test := range []struct {
		name    string
		prepare func(*lab)
		code    int
		want    string
		left    int
	}{
		{"throttled", func(l *lab) { l.on("backup:CreateBackupAccessPoint", 3, throttled) }, exitDone, "", 0},
		{"the answer lost", func(l *lab) { l.on("backup:CreateBackupAccessPoint", 1, lost) }, exitDone, "", 0},
		{"the answer of the deletion lost", func(l *lab) { l.on("backup:DeleteBackupAccessPoint", 1, lost) }, exitDone, "", 0},
		{"denied", func(l *lab) { l.on("backup:CreateBackupAccessPoint", 0, backupfake.Denied) }, exitWrong,
			"the role Reader may not use backup:CreateBackupAccessPoint on POINT" + denied, 0},
		{"S3 denied", func(l *lab) { l.on("s3:CreateAccessPoint", 0, backupfake.Denied) }, exitWrong,
			"the role Reader may not use s3:CreateAccessPoint on arn:aws:s3:eu-west-1:222222222222:accesspoint/FILES" + denied, 0},
		{"failed", func(l *lab) {
			l.on("backup:DescribeBackupAccessPoint", 1, func(backupfake.Call) *backupfake.Fault {
				l.server.FailAccessPoints("no room")
				return nil
			})
		}, exitWrong, "the access point became FAILED: no room\n", 0},
		{"interrupted while it is created", func(l *lab) { l.on("backup:CreateBackupAccessPoint", 1, interrupted) }, 130, again, 0},
		{"interrupted while it waits", func(l *lab) { l.on("backup:DescribeBackupAccessPoint", 1, interrupted) }, 130, again, 0},
		{"interrupted while it reads", func(l *lab) {
			l.dev.S3.SetFault(func(r *http.Request) *s3fake.Fault {
				if s3fake.Describe(r).Operation == "ListObjectsV2" {
					_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
					return s3fake.Delay(time.Minute)
				}
				return nil
			})
		}, 130, again, 0},
		{"the listing denied", func(l *lab) { l.dev.S3.SetFault(onS3("ListObjectsV2", 1, s3fake.Denied())) }, exitWrong,
			"the credentials of --profile dummy-dev may not use s3:ListBucket" + denied, 0},
		{"expired while it reads", func(l *lab) { l.dev.S3.SetFault(onS3("ListObjectsV2", 1, s3fake.ExpiredToken())) }, exitWrong,
			"the credentials of --profile dummy-dev have expired; renew them and run the same command again\n", 0},
		{"the deletion denied", func(l *lab) { l.on("backup:DeleteBackupAccessPoint", 0, backupfake.Denied) }, exitWrong,
			"the access point FILES is left, and its recovery point cannot expire until it is deleted (F-RST-13): " +
				"the role Reader may not use backup:DeleteBackupAccessPoint on arn:aws:backup:eu-west-1:222222222222:accesspoint/FILES" +
				strings.TrimSuffix(denied, "\n") + "; delete it with " + sweep + " --older-than 0s\n", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			p := l.continuous(days(10))
			test.prepare(l)
			code, stdout, stderr := l.run(filesOfLake + "--list")
			left := l.dev.AccessPoints()
			name := ""
			for _, call := range l.server.Calls() {
				if _, of, ok := strings.Cut(call.Resource, "accesspoint/"); ok {
					name = of
				}
			}
			compare(t, "standard error", stderr, strings.NewReplacer("POINT", p.ARN, "FILES", name).Replace(test.want))
			if code != test.code || len(left) != test.left || (code == exitDone) != strings.Contains(stdout, "data/a") && test.left == 0 {
				t.Errorf("exit code %d, left %v: %s", code, left, stdout)
			}
		})
	}
}

// TestRestoreFilesSweep: access points that were left are named, and deleted; a recovery point takes five (F-RST-13).
func TestRestoreFilesSweep(t *testing.T) {
	l := newLab(t)
	p := l.continuous(days(10))
	l.on("backup:DeleteBackupAccessPoint", 0, backupfake.Denied)
	for range 5 {
		l.run(filesOfLake + "--list")
	}
	l.server.SetFault(nil)
	names := l.dev.AccessPoints()
	const sweep = "go run ./cmd/backupctl restore files --workload dummy-dev --profile dummy-dev --config testdata/restore.yaml --sweep\n"
	l.want(filesOfLake+"--list", exitWrong, "", "the recovery point has five access points already, and takes no more (F-RST-13): "+
		strings.Join(names, ", ")+"; delete those that earlier runs have left with "+sweep)
	l.clock.Advance(time.Hour)
	other := l.snapshot("curated", days(1))
	code, _, stderr := l.run("restore files --bucket curated --profile dummy-dev --list")
	if code != exitDone || stderr != "warning: earlier runs have left access points, and their recovery points cannot expire (F-RST-13): "+
		strings.Join(names, ", ")+"; delete them with "+sweep {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	l.clock.Advance(-30 * time.Minute)
	line := "restore files --sweep --workload dummy-dev --profile dummy-dev"
	code, stdout, _ := l.run(line + " --older-than 3h")
	if code != exitDone || strings.Count(stdout, "kept: dummy-files-") != 5 || len(l.dev.AccessPoints()) != 5 {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	code, stdout, _ = l.run(line + " --older-than 10m")
	want := ""
	for i, name := range names {
		want += fmt.Sprintf("deleted: %s, %d min old, of %s\n", name, []int{34, 33, 32, 31, 30}[i], p.ARN)
	}
	if code != exitDone || !strings.HasSuffix(stdout, "\n5 access points were deleted in 222222222222 "+
		"(eu-west-1)\n") || len(l.dev.AccessPoints()) > 0 {
		t.Errorf("exit code %d: %s\nwant %s, not of %s", code, stdout, want, other.ARN)
	}
	if code, stdout, _ := l.run("restore files --sweep --from central"); code != exitDone || stdout != "0 access points were deleted in "+
		"111111111111 (eu-central-1)\n" {
		t.Errorf("exit code %d: %s", code, stdout)
	}
}
