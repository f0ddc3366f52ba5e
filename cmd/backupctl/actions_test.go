package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/internal/s3fake"
)

// TestActions: what the commands need of IAM, by account, with the resources. Policies of the operator roles are to allow this, and
// no more. testdata/actions.txt is what was reviewed.
func TestActions(t *testing.T) {
	l := newLab(t)
	working(l)
	l.copied(days(40))
	l.vault.Points()[0].Objects["large"] = []s3fake.Version{{Size: 6 << 20, At: days(100)}}
	both := " --profile dummy-dev --central-profile central"
	if code, _, stderr := l.run("restore backup --bucket lake --profile dummy-dev --verify"); code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	for _, line := range []string{
		toBackup + "--into lake-restored-empty",
		toBackup + "--fill-gaps",
		toBackup + "--follow " + l.firstJob(),
		filesOfLake + "--list",
		filesOfLake + "--key data/a --to-dir " + t.TempDir(),
		filesOfLake + "--in-place --prefix other/ --part-above 5242880",
		filesOfLake + "--in-place --key large --part-above 5242880",
		"restore files --sweep --workload dummy-dev --older-than 0s --profile dummy-dev",
		"copy-back --workload dummy-dev --bucket lake --then-restore" + both,
		"copy-back --workload dummy-dev --bucket lake" + both,
		"restore files --bucket lake --from central --list --central-profile central",
	} {
		if code, stdout, stderr := l.run(line); code != exitDone {
			t.Errorf("%s: exit code %d: %s%s", line, code, stdout, stderr)
		}
	}
	compareActions(t, "testdata/actions.txt", l.actions())
}

// TestPreflightActions: what preflight needs of IAM. Where a right is missing, it reports unknown: the operator roles have but a part
// of these.
func TestPreflightActions(t *testing.T) {
	l := broken(t)
	l.many() // so that Service Quotas is asked
	for _, line := range []string{flyDev + "--fix --yes", flyCentral} {
		if code, stdout, stderr := l.fly(line); code != exitDone {
			t.Errorf("%s: exit code %d: %s%s", line, code, stdout, stderr)
		}
	}
	compareActions(t, "testdata/actions-preflight.txt", l.actions())
}

func compareActions(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, file, got, string(want))
}

// firstJob starts a restore job, which goes on.
func (l *lab) firstJob() string {
	l.on("backup:DescribeRestoreJob", 1, interrupted)
	l.run(toBackup)
	l.server.SetFault(nil)
	return l.server.Jobs()[0]
}

var (
	ownName = regexp.MustCompile(`dummy-files-[0-9a-f]{8}`)
	pointID = regexp.MustCompile(`recovery-point:\S+`)
)

// actions are lines of account, action and resource. What is different in each run has a star.
func (l *lab) actions() string {
	lines := map[string]bool{}
	for _, call := range l.server.Calls() {
		if call.Action == "sts:GetCallerIdentity" {
			continue // it needs no permission
		}
		resource := pointID.ReplaceAllString(ownName.ReplaceAllString(call.Resource, "dummy-files-*"), "recovery-point:*")
		if bucket, key, ok := strings.Cut(resource, ":::"); ok {
			name, _, object := strings.Cut(key, "/")
			resource = bucket + ":::" + name
			if object {
				resource += "/*"
			}
		}
		if access, _, ok := strings.Cut(resource, "/object/"); ok {
			resource = access + "/object/*"
		}
		lines[call.Account+" "+call.Action+" "+resource] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(lines)), "\n") + "\n"
}
