package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAdviceOnMoves: whoever follows the advice of -previous on a move meets no further problem, but that the copies of a moved
// central account begin again, and no stack of the new file needs a name that a stack of the earlier file has in another Region of
// the account (F-CFN-14).
func TestAdviceOnMoves(t *testing.T) {
	const inWest = "region: eu-west-1"
	replace := func(texts ...string) func(before, after string) string { // old and new in turn
		return func(_, after string) string { return strings.NewReplacer(texts...).Replace(after) }
	}
	second := func(texts ...string) func(before, after string) string {
		return func(before, after string) string { // the workloads as they were, and beside them those that have moved
			_, moved, _ := strings.Cut(after, "  - name: ")
			return before + "  - name: " + strings.NewReplacer(texts...).Replace(moved)
		}
	}
	for name, test := range map[string]struct {
		advice string
		follow func(before, after string) string
		may    []string // checks that report afterwards
	}{
		"central-region-that-moves": {
			"or central.region_in_names: true", replace("  "+inWest, "  region_in_names: true\n  "+inWest), []string{"central-account-left-behind"},
		},
		"central-account":       {"", replace(), []string{"central-account-left-behind"}}, // another account has the names free
		"a-workload-that-moves": {addAnother, second("environment: dev", "environment: west"), nil},
		"an-account-that-moves": {addAnother, second("environment: dev", "environment: west", "dummy-dev-a", "dummy-west-a"), nil},
		"a-created-bucket-that-moves": {
			addAnother, second("environment: dev", "environment: west", "dummy-dev-a", "dummy-west-a", "dummy-dev-b", "dummy-west-b"), nil,
		},
		"tags-that-move": {"the workload as it was, also beside a second one that takes its place", second(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("testdata/previous", name)
			before, after := read(t, filepath.Join(dir, "before.yaml")), read(t, filepath.Join(dir, "after.yaml"))
			now, err := LoadAfter("after.yaml", after, "before.yaml", before)
			said := fmt.Sprint(err)
			if now != nil {
				said += now.Warnings.Lines()
			}
			if !strings.Contains(said, test.advice) {
				t.Errorf("no advice %q in %s", test.advice, said)
			}
			now, err = LoadAfter("after.yaml", []byte(test.follow(string(before), string(after))), "before.yaml", before)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range now.Warnings {
				compares := slices.ContainsFunc(comparisons, func(c check) bool { return c.name == p.Check })
				if compares && !slices.Contains(test.may, p.Check) {
					t.Error(p)
				}
			}
			was, err := Load("before.yaml", before)
			if err != nil {
				t.Fatal(err)
			}
			taken := was.takenNames()
			for _, n := range now.takenNames() {
				if slices.ContainsFunc(taken, func(o placedName) bool {
					return o.accountName == n.accountName && o.account == n.account && o.region != n.region
				}) {
					t.Errorf("%s exists in another Region of account %s", n.accountName, n.account)
				}
			}
		})
	}
}

// placedName is a name with the account that it is unique in, and the Region of the stack that has it.
type placedName struct {
	accountName
	account, region string
}

func (c *Config) takenNames() []placedName {
	var names []placedName
	for _, n := range c.centralAccountNames() {
		names = append(names, placedName{n, c.Central.Account, c.Central.Region})
	}
	for _, w := range c.Workloads {
		for _, n := range c.accountNames(w) {
			names = append(names, placedName{n, w.Account, w.Region})
		}
	}
	return names
}

// TestTakenNames: -previous names everything that a moved stack would meet.
func TestTakenNames(t *testing.T) {
	before := minimal + "alerts: {slack: [{webhook_secret: chat}]}\n"
	after := strings.ReplaceAll(before, "eu-central-1", "eu-west-1")
	_, err := LoadAfter("after.yaml", []byte(after), "before.yaml", []byte(before))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"the role dummy-events-central, the role dummy-alerts, the role dummy-copy-back and the dashboard dummy-backup of",
		"the role dummy-backup-a-dev, the role dummy-restore-a-dev, the role dummy-events-a-dev and the bucket dummy-a-dev-access-logs-222222222222 of",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %q", err, want)
		}
	}
}
