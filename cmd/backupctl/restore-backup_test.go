package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/s3fake"
)

const (
	toBackup  = "restore backup --bucket lake --profile dummy-dev --to 2026-03-01T10:00:03Z "
	restored  = "lake-restored-202603011000"
	roleOfDev = "arn:aws:iam::222222222222:role/dummy-restore-dummy-dev"
)

// TestRestoreBackup: a dry run changes nothing; the restore creates a bucket, follows the job and the objects are there; the same
// command again finds the same job.
func TestRestoreBackup(t *testing.T) {
	l := newLab(t)
	p := l.continuous(days(40))
	l.want(toBackup+"--dry-run", exitDone, `bucket lake as it was at 2026-03-01T10:00:03Z: dry run, nothing was changed
recovery point  `+p.ARN+` (continuous, since 2026-01-21T02:17:31Z, 4 bytes)
into            lake-restored-202603011000, created for this
encryption      SSE-KMS with `+keyOfLake+`
role            `+roleOfDev+`
`, "")
	if changes := l.changes(); len(changes) > 0 {
		t.Errorf("the dry run did %v", changes)
	}
	_, stdout, stderr := l.run(toBackup)
	job := lineAfter(stdout, "job             ")
	compare(t, "standard error", stderr, `restore job `+job+`: PENDING
restore job `+job+`: RUNNING 0.00%, expected to end at 2026-03-02T02:27:31Z
restore job `+job+`: RUNNING 60.00%, expected to end at 2026-03-02T02:27:31Z
restore job `+job+`: COMPLETED
`)
	done := `bucket lake as it was at 2026-03-01T10:00:03Z: COMPLETED
recovery point  ` + p.ARN + ` (continuous, since 2026-01-21T02:17:31Z, 4 bytes)
into            lake-restored-202603011000, created for this
encryption      SSE-KMS with ` + keyOfLake + `
job             ` + job + `
took            10 min
`
	compare(t, "standard output", stdout, done)
	l.want(toBackup, exitDone, done, "restore job "+job+": COMPLETED\n")

	b := l.dev.S3.Bucket(restored)
	if got := string(b.Versions("data/a")[0].Body) + string(b.Versions("data/b")[0].Body); got != "old aold b" || len(b.Keys()) != 3 {
		t.Errorf("%s, %v", got, b.Keys())
	}
	if b.Region != "eu-west-1" || b.Versioning() != s3types.BucketVersioningStatusEnabled || !b.OwnerEnforced() {
		t.Errorf("%+v", b)
	}
	for parameter, want := range map[string]string{
		"encryption": keyOfLake, "notification": "EventBridgeConfiguration", "policy": `"aws:SecureTransport":"false"`,
		"publicAccessBlock": "<RestrictPublicBuckets>true</RestrictPublicBuckets>",
	} {
		if !strings.Contains(b.Setting(parameter), want) {
			t.Errorf("%s: %s", parameter, b.Setting(parameter))
		}
	}
	var policy any
	if err := json.Unmarshal([]byte(b.Setting("policy")), &policy); err != nil {
		t.Error(err)
	}
	want := []string{
		"CreateBucket", "PutPublicAccessBlock", "PutBucketVersioning", "PutBucketEncryption", "PutBucketPolicy",
		"PutBucketNotificationConfiguration", "StartRestoreJob",
	}
	if got := l.changes(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// lineAfter is the rest of the line after a text.
func lineAfter(text, from string) string {
	_, text, _ = strings.Cut(text, from)
	text, _, _ = strings.Cut(text, "\n")
	return text
}

// TestRestoreBackupTime: which recovery point a time needs, and which moment comes back.
func TestRestoreBackupTime(t *testing.T) {
	l := newLab(t)
	old := l.snapshot("lake", days(200)) // lake had another tier then
	first := l.continuous(days(100))
	first.Status, first.Stopped = types.RecoveryPointStatusStopped, days(20)
	second := l.continuous(days(10).Add(300 * time.Millisecond))
	first.DeleteAfterDays = 365
	expired := l.snapshot("lake", days(150))
	expired.Status = types.RecoveryPointStatusExpired
	const lag = "the last 15 minutes cannot be restored yet (F-S3-4)"
	for _, test := range []struct {
		name, flags string
		point       *backupfake.Point
		moment      string
		warnings    []string
	}{
		{"the latest", "", second, "2026-03-02T02:02:31Z", nil},
		{"in the continuous one", "--to 2026-03-01T10:00:03Z", second, "2026-03-01T10:00:03Z", nil},
		{"its first second", "--to 2026-02-20T02:17:32Z", second, "2026-02-20T02:17:32Z", nil},
		{
			"before its first second", "--to 2026-02-20T02:17:31Z", first, "2026-02-20T02:17:31Z",
			[]string{"the continuous recovery point is STOPPED, and AWS Backup does not tell when (F-RST-16): if it refuses the time, write an " +
				"earlier --to, or add --snapshot"},
		},
		{"too new for it", "--to 1s", second, "2026-03-02T02:02:31Z", []string{"the bucket comes back as it was 14 min 59 s before --to: " +
			"" + lag}},
		{"15 minutes ago", "--to 15m", second, "2026-03-02T02:02:31Z", nil},
		{
			"a snapshot before", "--to 2025-10-01T00:00:00Z", old, "2025-08-14T02:17:31Z",
			[]string{"the bucket comes back as it was 47 d 21 h before --to: no recovery point is nearer"},
		},
		{
			"no continuous one", "--snapshot", old, "2025-08-14T02:17:31Z", nil,
		},
		{"the second of a snapshot", "--to 2025-08-14T02:17:31Z", old, "2025-08-14T02:17:31Z", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := l.run("restore backup --bucket lake --profile dummy-dev --dry-run --output json " + test.flags)
			var got restoreReport
			if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone {
				t.Fatalf("exit code %d, %v: %s%s", code, err, stdout, stderr)
			}
			if got.RecoveryPoint != test.point.ARN || stamp(got.Moment) != test.moment || !slices.Equal(got.Warnings, test.warnings) {
				t.Errorf("%s of %s, %q", got.RecoveryPoint, stamp(got.Moment), got.Warnings)
			}
			if test.point.Continuous != (got.Metadata["RestoreTime"] == test.moment) {
				t.Errorf("%v", got.Metadata)
			}
		})
	}
}

// TestRestoreBackupRefused: one line, and what to write instead. Nothing is changed.
func TestRestoreBackupRefused(t *testing.T) {
	const lake = "--bucket lake --profile dummy-dev "
	for _, test := range []struct {
		name, flags string
		prepare     func(*lab)
		want        string
	}{
		{"an unknown bucket", "--bucket lakes", nil, "--bucket lakes: no workload names this bucket; did you mean lake?; " +
			"if a tag selects it, or its account is another now, add --workload NAME-ENV"},
		{"an unknown workload", "--bucket lake --workload dummy-def", nil,
			"--workload dummy-def: there is no such workload; did you mean dummy-dev?; want NAME-ENV of a workload"},
		{"another account", "--bucket lake", nil, "nothing was started: the default credentials, without --profile, belong to another account; " +
			"got 111111111111; want 222222222222, the account of dummy-dev"},
		{"no such profile", "--bucket lake --profile nobody", nil, "nothing was started: --profile nobody: there is no such profile"},
		{"another Region", lake + "--region eu-central-1", nil, "--region eu-central-1: the recovery points of dummy-dev are in eu-west-1, " +
			"and AWS Backup restores them there alone (F-RST-3); leave out --region"},
		{"no time", lake + "--to yesterday", nil,
			"--to yesterday: this is not a time; write 2026-03-02T10:00:00Z, 2026-03-02T10:00:00+01:00, or how long ago, such as 3h"},
		{"no recovery point", lake, func(l *lab) { l.snapshot("other", days(1)) },
			"bucket lake has no recovery point in dummy-dummy-dev-curated_data, dummy-dummy-dev-critical_data of 222222222222 (eu-west-1); " +
				"the central account may have a copy: go run ./cmd/backupctl copy-back --workload dummy-dev --bucket lake --profile dummy-dev " +
				"--config testdata/restore.yaml"},
		{"nothing landed", lake + "--from landing", nil, "bucket lake has no recovery point in dummy-dummy-dev-landing of 222222222222 " +
			"(eu-west-1); " +
			"bring one there with go run ./cmd/backupctl copy-back --workload dummy-dev --bucket lake --profile dummy-dev --config " +
			"testdata/restore.yaml"},
		{"before the continuous one", lake + "--to 2026-01-21T00:00:00Z", func(l *lab) { l.continuous(days(100)) },
			"--to 2026-01-21T00:00:00Z: bucket lake has no recovery point of that time or before; " +
				"the earliest is of 2026-01-26T02:17:31Z, the latest of 2026-03-02T02:02:31Z"},
		{"before the first snapshot", lake + "--to 3d", func(l *lab) { l.snapshot("lake", days(2)); l.snapshot("lake", days(1)) },
			"--to 3d: bucket lake has no recovery point of that time or before; the earliest is of 2026-02-28T02:17:31Z, the latest of " +
				"2026-03-01T02:17:31Z"},
		{"expired", lake + "--to 1d", func(l *lab) { l.snapshot("lake", days(2)).Status = types.RecoveryPointStatusExpired },
			"--to 1d: the recovery point POINT (snapshot of 2026-02-28T02:17:31Z) is EXPIRED, so AWS Backup does not restore it; there is no other"},
		{"stopped", lake, func(l *lab) { l.continuous(days(2)).Status = types.RecoveryPointStatusStopped },
			"the recovery point POINT (continuous, since 2026-02-28T02:17:31Z) is STOPPED: it has nothing after it stopped, " +
				"and AWS Backup does not tell when that was (F-RST-16); write --to TIME before that"},
		{"no backups", "--bucket small-data --profile dummy-dev", nil,
			"no tier of small-dev has backups; a versioned bucket comes back with restore versions"},
		{"no landing vault", "--bucket small-data --profile dummy-dev --from landing", nil,
			"--from landing: small-dev has no landing vault, because none of its tiers is copied to the central account"},
		{"into the source", lake + "--into lake", nil, "restore backup: --into lake: a restore overwrites nothing, so objects that were " +
			"changed " +
			"stay changed (F-RST-3); leave out --into, or write --fill-gaps to bring back missing keys alone; -h shows the help"},
		{"fill another's gaps", lake + "--fill-gaps --into other", nil,
			"restore backup: --fill-gaps restores into lake itself; leave out --into other; -h shows the help"},
		{"six items", lake + "--item a --item b --item c --item d --item e --item f", nil,
			"restore backup: --item: got 6; want at most 5 (F-RST-1); name a folder, as reports/2026/; -h shows the help"},
		{"an item of another bucket", lake + "--item s3://other/a", nil,
			"restore backup: --item s3://other/a: want an object or a folder of bucket lake; -h shows the help"},
		{"an empty item", lake + "--item s3://lake/", nil,
			"restore backup: --item: want the key of an object, or a folder; without --item, everything is restored; -h shows the help"},
		{"no versions", lake + "--versions 0", nil, "restore backup: --versions 0: want a number from 1, or all; -h shows the help"},
		{"no bucket there", lake + "--into none", working, "--into none: there is no such bucket; leave out --into, and the command creates one"},
		{"into another Region", lake + "--into abroad", working, "--into abroad: the bucket is in eu-central-1; the recovery point is in " +
			"eu-west-1, " +
			"and AWS Backup restores it there alone (F-RST-3)"},
		{"into a bucket without versions", lake + "--into unversioned", working, "--into unversioned: versioning is not enabled, " +
			"so AWS Backup would fail the job (F-RST-3); enable it first"},
		{"into a bucket with ACLs", lake + "--into acls", working, "--into acls: the bucket has ACLs enabled, and this command restores none " +
			"(F-RST-5); " +
			"set its Object Ownership to BucketOwnerEnforced first"},
		{"into a full bucket", lake + "--into full", working, "--into full: the bucket is not empty, and a restore overwrites nothing " +
			"(F-RST-3); " +
			"write --into-nonempty to accept that its objects stay as they are"},
		{"another's bucket", lake + "--into foreign", working, "the credentials of --profile dummy-dev may not use s3:ListBucket; " +
			"write --profile NAME of the role dummy-operate-dummy-dev, which restore.operators of backup.yaml and npx cdk deploy " +
			"dummy-backup-dummy-dev give"},
		{"original of another Region", lake + "--from landing --encryption original", func(l *lab) {
			l.landing.AddSnapshot("lake", days(1), backupfake.PointOptions{Source: l.copies.ARN()})
		}, "--encryption original: the copy comes from eu-central-1, and AWS Backup does not restore a copy of another Region so (F-RST-4); " +
			"leave out --encryption"},
		{"a URL", lake + "--endpoint-url aws", nil, "nothing was started: --endpoint-url aws: this is not a URL; write https://HOST"},
		{"a vault that is not deployed", "--bucket lake-new --profile dummy-new", nil, "the vault dummy-dummy-new-critical_data of " +
			"444444444444 (eu-west-1) " +
			"is not there, or the credentials of --profile dummy-new may not read it; deploy it with npx cdk deploy dummy-backup-dummy-new, " +
			"or write --profile NAME of the role dummy-operate-dummy-new"},
		{"no such job", lake + "--follow 1", nil, "--follow 1: 222222222222 (eu-west-1) has no such restore job; " +
			"list them with aws backup list-restore-jobs --region eu-west-1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			if test.prepare != nil {
				test.prepare(l)
			}
			for _, p := range append(l.vault.Points(), l.curated.Points()...) {
				test.want = strings.ReplaceAll(test.want, "POINT", p.ARN)
			}
			l.T = t
			l.want("restore backup "+test.flags, exitWrong, "", test.want+"\n")
			if changes := l.changes(); len(changes) > 0 {
				t.Errorf("it did %v", changes)
			}
		})
	}
}

// working has a recovery point, and buckets of every kind.
func working(l *lab) {
	l.continuous(days(10))
	enabled := s3types.BucketVersioningStatusEnabled
	l.dev.S3.CreateBucket("abroad", s3fake.BucketOptions{Versioning: enabled})
	l.dev.S3.CreateBucket("unversioned", s3fake.BucketOptions{Region: "eu-west-1"})
	l.dev.S3.CreateBucket("acls", s3fake.BucketOptions{
		Region: "eu-west-1", Versioning: enabled, Settings: map[string]string{"ownershipControls": ""},
	})
	l.dev.S3.CreateBucket("full", s3fake.BucketOptions{Region: "eu-west-1", Versioning: enabled}).Put("x", s3fake.Version{Body: []byte("x")})
	l.dev.S3.CreateBucket("lake-restored-empty", s3fake.BucketOptions{Region: "eu-west-1", Versioning: enabled})
	l.dev.S3.CreateBucket("foreign", s3fake.BucketOptions{Region: "eu-west-1", Owner: "999999999999"})
}

// TestRestoreBackupInto: into buckets that exist, and into the source itself.
func TestRestoreBackupInto(t *testing.T) {
	l := newLab(t)
	working(l)
	if code, _, stderr := l.run(toBackup + "--into lake-restored-empty --item data/ --item s3://lake/none --versions all --encryption " +
		"SSE-S3"); code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if keys := l.dev.S3.Bucket("lake-restored-empty").Keys(); !slices.Equal(keys, []string{"data/a", "data/b"}) {
		t.Error(keys)
	}
	if code, _, stderr := l.run(toBackup + "--into full --into-nonempty"); code != exitDone || len(l.dev.S3.Bucket("full").Keys()) != 4 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	code, stdout, stderr := l.run(toBackup + "--fill-gaps")
	if code != exitDone || !strings.Contains(stdout, "\ninto            lake\n") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	if a, b := l.lake.Versions("data/a"), l.lake.Versions("data/b"); string(a[0].Body) != "bad" || string(b[0].Body) != "old b" {
		t.Errorf("%s %s", a[0].Body, b[0].Body) // nothing is overwritten (F-RST-3)
	}
	if slices.Contains(l.changes(), "CreateBucket") {
		t.Error(l.changes())
	}
}

// TestRestoreBackupKey: the key of the tier, from whoever knows it.
func TestRestoreBackupKey(t *testing.T) {
	for _, test := range []struct {
		name, flags string
		prepare     func(*lab)
		want        string
	}{
		{"of the bucket", "", nil, "SSE-KMS " + keyOfLake},
		{"of another bucket with that key", "", func(l *lab) {
			l.dev.S3.RemoveBucket("lake")
			l.dev.S3.CreateBucket("curated", s3fake.BucketOptions{Region: "eu-west-1", Settings: map[string]string{"encryption": encryptedByKey}})
		}, "SSE-KMS " + keyOfLake},
		{"of none", "", func(l *lab) { l.dev.S3.RemoveBucket("lake") },
			"SSE-KMS arn:aws:kms:eu-west-1:222222222222:alias/dummy-dummy-dev-buckets"},
		{"SSE-S3", "--encryption SSE-S3", nil, "SSE-S3 "},
		{"original", "--encryption original", nil, "original "},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			l.continuous(days(10))
			if test.prepare != nil {
				test.prepare(l)
			}
			_, stdout, stderr := l.run(toBackup + "--dry-run --output json " + test.flags)
			var got restoreReport
			if err := json.Unmarshal([]byte(stdout), &got); err != nil {
				t.Fatal(stdout, stderr)
			}
			if m := got.Metadata; m["EncryptionType"]+" "+m["KMSKey"] != test.want {
				t.Errorf("%v", m)
			}
		})
	}
}

// TestRestoreBackupEnds: what each end of a job means, and the exit code.
func TestRestoreBackupEnds(t *testing.T) {
	for _, test := range []struct {
		name, status, message string
		code                  int
		want                  string
	}{
		{"completed", "COMPLETED", "", exitDone, ""},
		{"some failed", "COMPLETED", "One or more objects failed to restore.", exitSomeNotRestored,
			"some objects were not restored: One or more objects failed to restore.\n" +
				"the vault's events S3_RESTORE_OBJECT_FAILED name them (F-RST-6)\n"},
		{"none matched", "COMPLETED", "There are no objects that match the items.", exitWrong,
			"nothing was restored: no object matches; a folder ends in /, and an object has its whole key; " +
				"look at what was there with go run ./cmd/backupctl restore files --bucket lake --profile dummy-dev --config testdata/restore.yaml " +
				"--list\n"},
		{"no right", "FAILED", "User: arn:aws:sts::222222222222:assumed-role/dummy-restore-dummy-dev/AWSBackup is not authorized to perform: " +
			"s3:PutObject on resource: arn:aws:s3:::b", exitWrong, "FAILED: MESSAGE\nthe role dummy-restore-dummy-dev may not use s3:PutObject " +
			"on arn:aws:s3:::b; " +
			"npx cdk deploy dummy-backup-dummy-dev gives it the rights that it needs; look also at the policies of the bucket, the key and the " +
			"organization\n"},
		{"access denied", "FAILED", "Access Denied", exitWrong, "FAILED: MESSAGE\nthe role " + roleOfDev + " lacks a right; " +
			"npx cdk deploy dummy-backup-dummy-dev gives it the rights that it needs; look also at the policies of the bucket, the key and the " +
			"organization\n"},
		{"a key", "FAILED", "The ciphertext refers to a KMS key that is disabled", exitWrong, "FAILED: MESSAGE\nthe role " + roleOfDev +
			" needs kms:Decrypt on the vault's key, and kms:GenerateDataKey on " + keyOfLake +
			"; look whether a key is disabled or pending deletion, then run the same command again\n"},
		{"ACLs", "FAILED", "The bucket does not allow ACLs", exitWrong, "FAILED: MESSAGE\nthe destination's Object Ownership must be " +
			"BucketOwnerEnforced (F-RST-5)\n"},
		{"aborted", "ABORTED", "", exitWrong, "ABORTED: AWS Backup gives no reason\nrun the same command again to start another job\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			l.continuous(days(10))
			l.server.Script("StartRestoreJob", []backupfake.Step{
				{State: "PENDING"}, {After: time.Minute, State: test.status, Message: test.message},
			})
			code, stdout, stderr := l.run(toBackup)
			job := lineAfter(stdout, "job             ")
			lead := "restore job " + job + ": PENDING\nrestore job " + job + ": " + test.status + "\n"
			if test.status != "COMPLETED" {
				lead += "restore job " + job + ": "
			}
			compare(t, "standard error", stderr, lead+strings.ReplaceAll(test.want, "MESSAGE", test.message))
			if code != test.code || !strings.Contains(stdout, ": "+test.status+"\n") || !strings.Contains(stdout, test.message) {
				t.Errorf("exit code %d: %s", code, stdout)
			}
			if test.code == exitDone {
				return
			}
			l.server.Script("StartRestoreJob", nil) // whatever was wrong is right now
			code, stdout, _ = l.run(toBackup)
			if again := lineAfter(stdout, "job             "); (test.status == "COMPLETED") != (again == job) ||
				test.status != "COMPLETED" && code != exitDone {
				t.Errorf("exit code %d, job %s, then %s", code, job, again)
			}
		})
	}
}

// TestRestoreBackupGone: a job that is done does not count if its bucket was deleted since.
func TestRestoreBackupGone(t *testing.T) {
	l := newLab(t)
	l.continuous(days(10))
	_, first, _ := l.run(toBackup)
	l.dev.S3.RemoveBucket(restored)
	code, second, _ := l.run(toBackup)
	if code != exitDone || lineAfter(first, "job  ") == lineAfter(second, "job  ") || len(l.dev.S3.Bucket(restored).Keys()) != 3 {
		t.Errorf("exit code %d: %s%s", code, first, second)
	}
}

// TestRestoreBackupDisturbed: throttled, lost answers, expired credentials, Ctrl-C. The same command twice is one job.
func TestRestoreBackupDisturbed(t *testing.T) {
	const follow = "the job goes on; follow it with go run ./cmd/backupctl restore backup --bucket lake --follow JOB " +
		"--profile dummy-dev --config testdata/restore.yaml\n"
	again := "run the same command again: it finds the job, if one was started\n"
	for _, test := range []struct {
		name, action string
		times        int
		fault        func(backupfake.Call) *backupfake.Fault
		code         int
		want         string
	}{
		{"throttled", "backup:StartRestoreJob", 3, throttled, exitDone, ""},
		{"a look throttled", "backup:DescribeRestoreJob", 3, throttled, exitDone, ""},
		{"the start's answer lost", "backup:StartRestoreJob", 2, lost, exitDone, ""},
		{"a look's answer lost", "backup:DescribeRestoreJob", 2, lost, exitDone, ""},
		{"expired at the start", "backup:StartRestoreJob", 0, expired, exitWrong,
			"the credentials of --profile dummy-dev have expired; renew them and run the same command again\n"},
		{"expired in the middle", "backup:DescribeRestoreJob", 0, expired, exitWrong, "the credentials of --profile dummy-dev have expired; " +
			"" + follow},
		{"denied", "backup:StartRestoreJob", 0, backupfake.Denied, exitWrong, "the role Reader may not use backup:StartRestoreJob on POINT; " +
			"write --profile NAME of the role dummy-operate-dummy-dev, which restore.operators of backup.yaml and npx cdk deploy " +
			"dummy-backup-dummy-dev give\n"},
		{"the role may not be passed", "iam:PassRole", 0, backupfake.Denied, exitWrong, "the role Reader may not use iam:PassRole on " +
			"" + roleOfDev + "; " +
			"write --profile NAME of the role dummy-operate-dummy-dev, which restore.operators of backup.yaml and npx cdk deploy " +
			"dummy-backup-dummy-dev give\n"},
		{"a look denied", "backup:DescribeRestoreJob", 0, backupfake.Denied, exitWrong, "the role Reader may not use " +
			"backup:DescribeRestoreJob; " +
			"write --profile NAME of the role dummy-operate-dummy-dev, which restore.operators of backup.yaml and npx cdk deploy " +
			"dummy-backup-dummy-dev give\n" + follow},
		{"interrupted while it starts", "backup:StartRestoreJob", 1, interrupted, 130, "interrupted; " + follow},
		{"interrupted in the middle", "backup:DescribeRestoreJob", 1, interrupted, 130, "interrupted; " + follow},
		{"interrupted before", "backup:ListRecoveryPointsByBackupVault", 1, interrupted, 130, "interrupted; " + again},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			p := l.continuous(days(10))
			l.on(test.action, test.times, test.fault)
			code, _, stderr := l.run(toBackup)
			l.server.SetFault(nil)
			_, stdout, _ := l.run(toBackup)
			job := lineAfter(stdout, "job             ")
			if test.code != exitDone {
				test.want = strings.NewReplacer("JOB", job, "POINT", p.ARN).Replace(test.want)
				compare(t, "standard error", strings.TrimPrefix(stderr, "restore job "+job+": PENDING\n"), test.want)
			}
			if code != test.code {
				t.Errorf("exit code %d: %s", code, stderr)
			}
			if jobs := l.server.Jobs(); len(jobs) != 1 {
				t.Errorf("%d jobs", len(jobs))
			}
		})
	}
}

// TestRestoreBackupLatest: without --to, a job that runs is not started twice; --follow goes on with it.
func TestRestoreBackupLatest(t *testing.T) {
	l := newLab(t)
	l.continuous(days(10))
	l.on("backup:DescribeRestoreJob", 0, expired)
	const latest = "restore backup --bucket lake --profile dummy-dev"
	l.run(latest)
	l.server.SetFault(nil)
	job := l.server.Jobs()[0]
	l.clock.Advance(2 * time.Minute)
	const flags = " --profile dummy-dev --config testdata/restore.yaml\n"
	l.want(latest, exitWrong, "", "restore job "+job+" restores this bucket since 2026-03-02T02:17:31Z; follow it with "+
		"go run ./cmd/backupctl restore backup --bucket lake --follow "+job+flags+"or write --to TIME to start another\n")
	l.want(latest+" --follow "+job, exitDone, `restore job `+job+`: COMPLETED
into            lake-restored-202603020202
job             `+job+`
took            10 min
`, `restore job `+job+`: RUNNING 0.00%, expected to end at 2026-03-02T02:27:31Z
restore job `+job+`: RUNNING 60.00%, expected to end at 2026-03-02T02:27:31Z
restore job `+job+`: COMPLETED
`)
}

// TestRestoreBackupRole: a restore role that is not deployed, and a bucket name that another account has.
func TestRestoreBackupRole(t *testing.T) {
	l := newLab(t)
	l.landed.AddSnapshot("lake", days(1), backupfake.PointOptions{Objects: objects()})
	l.new.CreateRole("dummy-restore-dummy-new", "")
	l.new.S3.CreateBucket("lake-restored-202603010217", s3fake.BucketOptions{Owner: "222222222222"})
	const toNew = "restore backup --bucket lake --workload dummy-new --from landing --profile dummy-new"
	l.want(toNew, exitWrong, "", "another account has a bucket lake-restored-202603010217; create a bucket, and write --into NAME\n")
	l.new.S3.RemoveBucket("lake-restored-202603010217")
	const role = "arn:aws:iam::444444444444:role/dummy-restore-dummy-new"
	l.want(toNew, exitWrong, "", "AWS Backup cannot use the role "+role+": InvalidParameterValueException: IAM Role "+role+
		" does not exist or cannot be assumed by AWS Backup; deploy it with npx cdk deploy dummy-backup-dummy-new\n")
	l.new.CreateRole("dummy-restore-dummy-new", "backup.amazonaws.com")
	code, stdout, stderr := l.run(toNew)
	if code != exitDone || !strings.Contains(stdout, "SSE-KMS with arn:aws:kms:eu-west-1:444444444444:alias/dummy-dummy-new-buckets\n") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

// TestRestoreBackupVerify: each kind of difference is found, and the access point is gone.
func TestRestoreBackupVerify(t *testing.T) {
	for _, test := range []struct {
		name, flags string
		change      func(*s3fake.Bucket)
		code        int
		want        string
	}{
		{"the same", "", func(*s3fake.Bucket) {}, exitDone, "3 objects, 11 bytes: the same keys and sizes"},
		{"a folder", "--item data/", func(*s3fake.Bucket) {}, exitDone, "2 objects, 10 bytes: the same keys and sizes"},
		{"one byte", "", func(b *s3fake.Bucket) { b.Put("data/a", s3fake.Version{Body: []byte("old a!")}) }, exitSomeNotRestored,
			"3 objects, 11 bytes: 0 missing, 1 different, 0 extra: different: data/a"},
		{"the last is missing", "", func(b *s3fake.Bucket) { b.Delete("other/c", time.Time{}) }, exitSomeNotRestored,
			"3 objects, 11 bytes: 1 missing, 0 different, 0 extra: missing: other/c"},
		{"all are missing", "", func(b *s3fake.Bucket) {
			for _, key := range b.Keys() {
				b.Delete(key, time.Time{})
			}
		}, exitSomeNotRestored, "3 objects, 11 bytes: 3 missing, 0 different, 0 extra: missing: data/a, missing: data/b, missing: other/c"},
		{"more at the end", "", func(b *s3fake.Bucket) { b.Put("z", s3fake.Version{}) }, exitSomeNotRestored,
			"3 objects, 11 bytes: 0 missing, 0 different, 1 extra: extra: z"},
		{"another bucket's own", "--into full --into-nonempty", func(*s3fake.Bucket) {}, exitDone, "3 objects, 11 bytes: the same keys and " +
			"sizes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			working(l)
			l.on("backup:CreateBackupAccessPoint", 0, func(backupfake.Call) *backupfake.Fault {
				if b := l.dev.S3.Bucket(restored); b != nil {
					test.change(b)
				}
				return nil
			})
			code, stdout, stderr := l.run(toBackup + "--verify " + test.flags)
			if code != test.code || !strings.HasSuffix(stdout, "compared        "+test.want+"\n") {
				t.Errorf("exit code %d: %s%s", code, stdout, stderr)
			}
			l.noPoints()
		})
	}
	l := newLab(t)
	working(l)
	l.want("restore backup --bucket lake --verify --follow 1", exitWrong, "", "restore backup: --verify needs the recovery point, "+
		"which --follow does not choose; write the same command with --to and without --follow; -h shows the help\n")
}

// TestAge: the two largest units.
func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 59 * time.Second: "59 s", 61 * time.Second: "1 min 1 s", time.Hour: "1 h", time.Hour + time.Second: "1 h",
		50*time.Hour + time.Minute: "2 d 2 h",
	} {
		if got := age(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}
