package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"central-s3-backup/internal/backupfake"
)

const copyBackLake = "copy-back --workload dummy-dev --bucket lake --central-profile central "

// TestCopyBack: the newest copy comes into the landing vault and stays there for the landing days; the command that it prints
// restores it.
func TestCopyBack(t *testing.T) {
	l := newLab(t)
	l.copied(days(60))
	p := l.copied(days(40).Add(300 * time.Millisecond))
	l.want(copyBackLake+"--dry-run", exitDone, `bucket lake as it was at 2026-01-21T02:17:31Z: dry run, nothing was changed
copy            `+p.ARN+` (11 bytes)
into            arn:aws:backup:eu-west-1:222222222222:backup-vault:dummy-dummy-dev-landing
stays until     2026-03-16T02:17:31Z, 54 days after the backup was made
role            `+copyBackRole+`
`, "")
	if changes := l.changes(); len(changes) > 0 {
		t.Errorf("the dry run did %v", changes)
	}
	code, stdout, stderr := l.run(copyBackLake)
	job := l.server.Jobs()[0]
	landed := l.landing.Points()[0]
	compare(t, "standard error", stderr, `copy job `+job+`: CREATED; AWS Backup tries for up to two hours to start it (F-COPY-10)
copy job `+job+`: RUNNING
copy job `+job+`: COMPLETED
`)
	const next = "go run ./cmd/backupctl restore backup --bucket lake --from landing --to 2026-01-21T02:17:31Z --config testdata/restore.yaml"
	compare(t, "standard output", stdout, `bucket lake as it was at 2026-01-21T02:17:31Z: COMPLETED
copy            `+p.ARN+` (11 bytes)
into            arn:aws:backup:eu-west-1:222222222222:backup-vault:dummy-dummy-dev-landing
stays until     2026-03-16T02:17:31Z, 54 days after the backup was made
job             `+job+`
took            10 min
landed          `+landed.ARN+`
restore it      `+next+`
`)
	if code != exitDone || landed.DeleteAfterDays != 54 || !landed.Created.Equal(p.Created) {
		t.Errorf("exit code %d, %+v", code, landed)
	}
	printed := strings.Fields(strings.TrimSuffix(next, " --config testdata/restore.yaml"))[3:]
	code, stdout, stderr = l.args(append(printed, "--profile", "dummy-dev")...)
	if keys := l.dev.S3.Bucket("lake-restored-202601210217").Keys(); code != exitDone || len(keys) != 3 {
		t.Errorf("exit code %d, %v: %s%s", code, keys, stdout, stderr)
	}
}

// TestCopyBackAnotherAccount: the workload's account is lost, another took its place, and the bucket is restored there.
func TestCopyBackAnotherAccount(t *testing.T) {
	l := newLab(t)
	l.copied(days(40))
	other := l.copied(days(1))
	other.Source = strings.ReplaceAll(other.Source, "222222222222", "999999999999") // a bucket of that name of another account
	code, stdout, stderr := l.run(copyBackLake + "--into-workload dummy-new --then-restore --profile dummy-new")
	b := l.new.S3.Bucket("lake-restored-202601210217")
	if code != exitDone || b == nil || string(b.Versions("data/a")[0].Body) != "old a" {
		t.Fatalf("exit code %d, %v: %s%s", code, b, stdout, stderr)
	}
	if len(l.landed.Points()) != 1 || len(l.landing.Points()) != 0 {
		t.Errorf("%v %v", l.landed.Points(), l.landing.Points())
	}
	if !strings.Contains(stdout, "restore backup --bucket lake --workload dummy-new --from landing --to 2026-01-21T02:17:31Z --profile "+
		"dummy-new") {
		t.Error(stdout)
	}
	code, stdout, _ = l.run(copyBackLake + "--into-workload dummy-new --then-restore --profile dummy-new --output json")
	var got restoreReport
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone || got.Into != b.Name {
		t.Errorf("exit code %d, %v: %s", code, err, stdout)
	}
}

// TestLandingDays: a short retention would expire on arrival (F-RST-15).
func TestLandingDays(t *testing.T) {
	const day = 24 * time.Hour
	for age, want := range map[time.Duration]int{0: 14, time.Second: 15, day: 15, day + 1: 16, 1000 * day: 1014} {
		if got := landingDays(age, 14); got != want {
			t.Errorf("%v: %d days", age, got)
		}
	}
}

// TestLandingDaysOfTheFile: restore.landing_days says how long a copy stays that came back.
func TestLandingDaysOfTheFile(t *testing.T) {
	l := newLab(t)
	working(l)
	l.copied(days(40).Add(300 * time.Millisecond))
	text, err := os.ReadFile("testdata/restore.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup.yaml")
	longer := strings.Replace(string(text), "restore:\n", "restore:\n  landing_days: 21\n", 1)
	if err := os.WriteFile(file, []byte(longer), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, problems bytes.Buffer
	code := run(strings.Fields(copyBackLake+"--dry-run --config "+file), clock{now: l.clock.Now, sleep: l.clock.Advance},
		strings.NewReader(""), &out, &problems)
	if code != exitDone || !strings.Contains(out.String(), ", 61 days after the backup was made\n") {
		t.Errorf("exit code %d: %s%s", code, out.String(), problems.String())
	}
}

// TestCopyBackRefused: one line, and what to write instead. No job is started.
func TestCopyBackRefused(t *testing.T) {
	for _, test := range []struct {
		name, line string
		prepare    func(*lab)
		want       string
	}{
		{"an unknown workload", "copy-back --workload dummy-def --bucket lake", nil,
			"--workload dummy-def: there is no such workload; did you mean dummy-dev?; want NAME-ENV of a workload"},
		{"an unknown other workload", copyBackLake + "--into-workload dummy-newer", nil,
			"--into-workload dummy-newer: there is no such workload; did you mean dummy-new?; want NAME-ENV of a workload"},
		{"a workload without copies", "copy-back --workload small-dev --bucket small-data", nil,
			"--workload small-dev: none of its tiers is copied to the central account, so there is no copy to bring back"},
		{"another workload without copies", copyBackLake + "--into-workload small-dev", nil,
			"--into-workload small-dev: it has no landing vault, because none of its tiers is copied to the central account"},
		{"another Region", copyBackLake + "--region eu-central-1", nil, "--region eu-central-1: the recovery points of dummy-dev are in " +
			"eu-west-1, " +
			"and AWS Backup restores them there alone (F-RST-3); leave out --region"},
		{"another account", "copy-back --workload dummy-dev --bucket lake --central-profile dummy-dev", nil,
			"nothing was started: the credentials of --central-profile dummy-dev belong to another account; " +
				"got 222222222222; want 111111111111, the account of central"},
		{"another account to restore in", copyBackLake + "--then-restore", nil, "nothing was started: the default credentials, without " +
			"--profile, " +
			"belong to another account; got 111111111111; want 222222222222, the account of dummy-dev"},
		{"no landing vault", copyBackLake + "--into-workload dummy-new --profile dummy-new", func(l *lab) { l.new.RemoveVault(l.landed) },
			"the vault dummy-dummy-new-landing of 444444444444 (eu-west-1) is not there, or the credentials of --profile dummy-new may not read " +
				"it; " +
				"deploy it with npx cdk deploy dummy-backup-dummy-new, or write --profile NAME of the role dummy-operate-dummy-new"},
		{"no copy", copyBackLake, nil, "bucket lake has no recovery point of dummy-dev in central-aws-vault-S3 of 111111111111 (eu-central-1)"},
		{"no copy of that time", copyBackLake + "--to 50d", func(l *lab) { l.copied(days(40)) },
			"--to 50d: bucket lake has no recovery point of that time or before; the earliest is of 2026-01-21T02:17:31Z, the latest of " +
				"2026-01-21T02:17:31Z"},
		{"no time", copyBackLake + "--to 2026", nil,
			"--to 2026: this is not a time; write 2026-03-02T10:00:00Z, 2026-03-02T10:00:00+01:00, or how long ago, such as 3h"},
		{"a copy of a hundred years", copyBackLake, func(l *lab) { l.copied(days(36500)) },
			"the copy POINT is so old that its retention would be 36514 days; AWS Backup takes at most 36500 (F-RST-15)"},
		{"a role that is not deployed", copyBackLake, func(l *lab) { l.copied(days(1)); l.central.CreateRole("dummy-copy-back", "") },
			"AWS Backup cannot use the role " + copyBackRole + ": InvalidParameterValueException: IAM Role " + copyBackRole +
				" does not exist or cannot be assumed by AWS Backup; deploy it with npx cdk deploy dummy-backup-central"},
		{"no bucket", "copy-back --workload dummy-dev --bucket= ", nil, "copy-back: --bucket: a bucket has a name; -h shows the help"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			if test.prepare != nil {
				test.prepare(l)
			}
			for _, p := range l.copies.Points() {
				test.want = strings.ReplaceAll(test.want, "POINT", p.ARN)
			}
			l.T = t
			l.want(test.line, exitWrong, "", test.want+"\n")
			if jobs := l.server.Jobs(); len(jobs) > 0 {
				t.Errorf("%d jobs", len(jobs))
			}
		})
	}
}

// TestCopyBackEnds: what each end of a job means, the exit code, and that the same command starts another job after a failed one.
func TestCopyBackEnds(t *testing.T) {
	const policies = "the policies of the central vault and of the landing vault " +
		"arn:aws:backup:eu-west-1:222222222222:backup-vault:dummy-dummy-dev-landing " +
		"must let in the role " + copyBackRole + "; npx cdk deploy dummy-backup-central dummy-backup-dummy-dev sets them\n"
	scripted := func(state, message string) func(*lab) {
		return func(l *lab) {
			l.server.Script("StartCopyJob", []backupfake.Step{{State: "CREATED"}, {After: 5 * time.Minute, State: state, Message: message}})
		}
	}
	for _, test := range []struct {
		name    string
		prepare func(*lab)
		code    int
		want    string
	}{
		{"another organization", func(l *lab) { l.dev.Leave() }, exitWrong,
			"FAILED: Copy job failed. Both source and destination account must be a member of the same organization.\n" +
				"111111111111 and 222222222222 must be members of o-a1b2c3d4e5, and its management account must have cross-account backup on " +
				"(F-COPY-1): " +
				"aws backup update-global-settings --global-settings isCrossAccountBackupEnabled=true\n"},
		{"no landing vault", func(l *lab) { l.dev.RemoveVault(l.landing) }, exitWrong,
			"FAILED: Copy job failed because the destination Backup vault does not exist.\n" +
				"the landing vault arn:aws:backup:eu-west-1:222222222222:backup-vault:dummy-dummy-dev-landing is not deployed; " +
				"deploy it with npx cdk deploy dummy-backup-dummy-dev\n"},
		{"a policy that does not let it in", func(l *lab) {
			l.landing = l.dev.CreateVault("eu-west-1", "dummy-dummy-dev-landing", backupfake.VaultOptions{})
		}, exitWrong, "FAILED: Access Denied trying to call AWS Backup service\n" + policies},
		{"a key that is denied", func(l *lab) {
			l.landing = l.dev.CreateVault("eu-west-1", "dummy-dummy-dev-landing", backupfake.VaultOptions{
				CopyFrom: func(string) bool { return true }, KeyDenied: true,
			})
		}, exitWrong, "FAILED: The source snapshot KMS key does not exist, is not enabled or you do not have permissions to access it\n" +
			"a key is disabled, or its policy does not let in the role " + copyBackRole + " or AWS Backup's service-linked role of 222222222222 " +
			"(F-KMS-4); " +
			"npx cdk deploy dummy-backup-central dummy-backup-dummy-dev sets the policies\n"},
		{"failed", scripted("FAILED", ""), exitWrong, "FAILED: AWS Backup gives no reason\nrun the same command again to start another job\n"},
		{"a part", scripted("PARTIAL", "some"), exitSomeNotRestored, " copied a part: some\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			l.copied(days(40))
			test.prepare(l)
			code, _, stderr := l.run(copyBackLake)
			if code != test.code || !strings.HasSuffix(stderr, test.want) {
				t.Errorf("exit code %d: %s\nwant %s", code, stderr, test.want)
			}
			l.run(copyBackLake)
			if jobs := l.server.Jobs(); len(jobs) != 2 {
				t.Errorf("%d jobs", len(jobs))
			}
		})
	}
}

// TestCopyBackDisturbed: throttled, lost answers, expired credentials, Ctrl-C. The same command twice is one job.
func TestCopyBackDisturbed(t *testing.T) {
	const expiredText = "the credentials of --central-profile central have expired; "
	const denied = "write --central-profile NAME of the role dummy-operate-central, " +
		"which restore.operators of backup.yaml and npx cdk deploy dummy-backup-central give\n"
	for _, test := range []struct {
		name, action string
		times        int
		fault        func(backupfake.Call) *backupfake.Fault
		code         int
		want         string
	}{
		{"throttled", "backup:StartCopyJob", 3, throttled, exitDone, ""},
		{"a look throttled", "backup:DescribeCopyJob", 3, throttled, exitDone, ""},
		{"the start's answer lost", "backup:StartCopyJob", 2, lost, exitDone, ""},
		{"expired at the start", "backup:StartCopyJob", 0, expired, exitWrong, expiredText + "renew them and run the same command again\n"},
		{"expired in the middle", "backup:DescribeCopyJob", 0, expired, exitWrong, expiredText + "copy job JOB goes on; run the same command " +
			"again to follow it\n"},
		{"denied", "backup:StartCopyJob", 0, backupfake.Denied, exitWrong, "the role Reader may not use backup:StartCopyJob on POINT; " + denied},
		{"the role may not be passed", "iam:PassRole", 0, backupfake.Denied, exitWrong, "the role Reader may not use iam:PassRole on " +
			"" + copyBackRole + "; " + denied},
		{"the listing denied", "backup:ListCopyJobs", 0, backupfake.Denied, exitWrong, "the role Reader may not use backup:ListCopyJobs; " +
			"" + denied},
		{"interrupted while it starts", "backup:StartCopyJob", 1, interrupted, 130, "interrupted; copy job JOB goes on; run the same command " +
			"again to follow it\n"},
		{"interrupted before", "backup:ListCopyJobs", 1, interrupted, 130,
			"interrupted; run the same command again: it follows the job, if one was started\n"},
		{"interrupted in the middle", "backup:DescribeCopyJob", 1, interrupted, 130, "interrupted; copy job JOB goes on; run the same " +
			"command again to follow it\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			p := l.copied(days(40))
			l.on(test.action, test.times, test.fault)
			code, _, stderr := l.run(copyBackLake)
			l.server.SetFault(nil)
			l.clock.Advance(time.Minute) // the job, if there is one, runs
			again, stdout, _ := l.run(copyBackLake)
			jobs := l.server.Jobs()
			if len(jobs) != 1 || again != exitDone || !strings.Contains(stdout, jobs[0]) || len(l.landing.Points()) != 1 {
				t.Fatalf("exit code %d, %d jobs: %s", again, len(jobs), stdout)
			}
			want := strings.NewReplacer("JOB", jobs[0], "POINT", p.ARN).Replace(test.want)
			if !strings.HasSuffix(stderr, want) || code != test.code {
				t.Errorf("exit code %d: %s\nwant %s", code, stderr, want)
			}
		})
	}
}

// TestCopyBackNextDay: a job that still runs on the next day is followed, with the retention of its day.
func TestCopyBackNextDay(t *testing.T) {
	l := newLab(t)
	l.copied(days(40))
	l.server.Script("StartCopyJob", []backupfake.Step{{State: "CREATED"}, {After: time.Hour, State: "RUNNING"},
		{After: 25*time.Hour + 5*time.Minute, State: "COMPLETED"},
	})
	l.on("backup:DescribeCopyJob", 0, expired)
	l.run(copyBackLake)
	l.server.SetFault(nil)
	l.clock.Advance(25 * time.Hour)
	code, stdout, stderr := l.run(copyBackLake)
	if code != exitDone || !strings.Contains(stdout, "54 days after the backup was made") || len(l.server.Jobs()) != 1 {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	if changes := l.changes(); !slices.Equal(changes, []string{"StartCopyJob"}) {
		t.Error(changes)
	}
}

// TestCopyBackGone: a copy that has landed is not made again, unless it was deleted or is about to expire.
func TestCopyBackGone(t *testing.T) {
	l := newLab(t)
	l.copied(days(40))
	l.run(copyBackLake)
	l.clock.Advance(48 * time.Hour)
	l.run(copyBackLake + "--profile dummy-dev")
	if jobs := l.server.Jobs(); len(jobs) != 1 {
		t.Errorf("%d jobs", len(jobs))
	}
	l.landing.Empty()
	if code, _, stderr := l.run(copyBackLake + "--profile dummy-dev"); code != exitDone || len(l.landing.Points()) != 1 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	l.clock.Advance(14 * 24 * time.Hour)
	if code, _, stderr := l.run(copyBackLake); code != exitDone || len(l.landing.Points()) != 2 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
