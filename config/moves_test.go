package config

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAdviceOnMoves: whoever follows the advice of -previous on a move meets no further error, and no stack of the
// new file needs a name that a stack of the earlier file has in another Region of the account (F-CFN-14).
func TestAdviceOnMoves(t *testing.T) {
	const inWest = "region: eu-west-1"
	for name, advice := range map[string][]string{ // old and new texts in turn
		"central-region-that-moves": {"  " + inWest, "  region_in_names: true\n  " + inWest},
		"central-account":           nil, // another account has the names free
		"a-workload-that-moves":     {"environment: dev", "environment: west"},
		"an-account-that-moves":     {"environment: dev", "environment: west", "{name: dummy-dev-a, tier: critical_data, existing: true}", "{name: dummy-west-a, tier: critical_data}"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("testdata/previous", name)
			before := read(t, filepath.Join(dir, "before.yaml"))
			after := string(read(t, filepath.Join(dir, "after.yaml")))
			if followed := strings.NewReplacer(advice...).Replace(after); advice != nil && followed == after {
				t.Fatal("nothing to follow")
			} else {
				after = followed
			}
			now, err := LoadAfter("after.yaml", []byte(after), "before.yaml", before)
			if err != nil {
				t.Fatal(err)
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
		"the role dummy-events-central, the role dummy-alerts and the dashboard dummy-backup of",
		"the role dummy-backup-a-dev, the role dummy-events-a-dev and the bucket dummy-a-dev-access-logs-222222222222 of",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %q", err, want)
		}
	}
}
