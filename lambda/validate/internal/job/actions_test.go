package job

import (
	"flag"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/s3fake"
)

var update = flag.Bool("update", false, "renew testdata/actions.txt")

// TestActions: what the function needs of IAM, by account, with the resources. make decisions evaluates each line with the
// policies of its roles.
func TestActions(t *testing.T) {
	w := newWorld(t)
	w.restores(w.snapshot(objects), backupfake.TestOptions{})
	w.validates()
	w.restores(w.vault.AddContinuous("lake", noon.Add(-24*time.Hour), backupfake.PointOptions{Objects: map[string][]s3fake.Version{
		"a": {{Body: []byte("old"), At: noon.Add(-3 * time.Hour)}},
	}}), backupfake.TestOptions{RestoreTime: noon.Add(-2 * time.Hour)})
	w.validates()
	w.aws.ResetCalls() // the test looked at the evidence itself
	w.restores(w.snapshot(objects), backupfake.TestOptions{})
	if err := w.validator().Handle(t.Context(), w.event()); err != nil {
		t.Fatal(err)
	}
	w.createAccessPoint("dummy-validate-old", w.snapshot(objects).ARN)
	w.clock.Advance(7 * time.Hour)
	w.looks()
	const file = "../../testdata/actions.txt"
	got := actions(w.aws.Calls())
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// eachRun is what has another name in each run. In an account it has a star.
var eachRun = regexp.MustCompile(`(dummy-validate-|recovery-point:|awsbackup-restore-test-)[^/\s]+`)

// actions are lines of account, action and resource.
func actions(calls []backupfake.Call) string {
	lines := map[string]bool{}
	for _, call := range calls {
		resource := eachRun.ReplaceAllString(call.Resource, "$1*")
		resource = strings.Replace(resource, ":::evidence", ":::dummy-restore-evidence-111111111111", 1)
		if at := strings.LastIndex(resource, "/object/"); at >= 0 {
			resource = resource[:at] + "/object/*"
		} else if bucket, _, ok := strings.Cut(resource, "/"); ok && strings.Contains(resource, ":::") {
			resource = bucket + "/*"
		}
		lines[call.Account+" "+call.Action+" "+resource] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(lines)), "\n") + "\n"
}
