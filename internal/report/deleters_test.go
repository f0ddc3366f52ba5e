package report

import (
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// decision is a row of testdata/decisions.yaml, which `make decisions` evaluates as IAM would.
type decision struct {
	In, Who, Action, On, Decision string
	With                          map[string]any
}

// The resources and administrators of the decision table in each place. The table has vaults with a lock and without one.
var inTable = map[Place]struct{ admin, data, vault, locked, key string }{
	InBucket: {"administrator of payments", "an object of payments-prod", "", "", ""},
	InVault: {
		"administrator of payments", "a recovery point of payments", "a vault of payments", "a vault of shop under a governance lock",
		"the key of the vaults of payments",
	},
	InCentral: {
		"central administrator", "a recovery point in the central vault", "the central vault", "the central vault",
		"the key of the central vaults",
	},
}

func decisions(t *testing.T) []decision {
	t.Helper()
	text, err := os.ReadFile("../../testdata/decisions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var table struct{ Decisions []decision }
	if err := yaml.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	return table.Decisions
}

// TestDeletersAreDecided: each call that the report says is denied to everybody is denied to an administrator in the decision table,
// and to nobody there is it allowed. The calls that the report says change a policy first are allowed there to those who deploy.
func TestDeletersAreDecided(t *testing.T) {
	rows := decisions(t)
	locked := false
	for _, file := range []string{"example.yaml", "fleet.yaml", "locks.yaml"} {
		for _, p := range New(load(t, file), Options{}).Protections {
			for _, d := range p.Deleters {
				at := inTable[d.Place]
				for _, call := range d.Denied {
					on := at.data
					admin := at.admin
					switch {
					case d.Key && d.Place == InBucket:
						continue // the table has no row of a bucket's key; TestDeletersInTemplates looks at its policy
					case d.Key:
						on = at.key
					case call == deleteLock:
						on, locked = at.locked, true
						if d.Place == InVault {
							admin = "administrator of shop"
						}
					}
					if !has(rows, admin, call, on, "denied") {
						t.Errorf("%s, %s: no row says that %s on %s is denied to %s", file, p.ID, call, on, admin)
					}
					if any := slices.IndexFunc(rows, func(r decision) bool {
						return r.Action == call && r.On == on && r.Decision == "allowed"
					}); any >= 0 {
						t.Errorf("%s, %s: %s on %s is allowed to %s", file, p.ID, call, on, rows[any].Who)
					}
				}
				for _, call := range d.How {
					if strings.Contains(call, ":Put") && !allowed(rows, call, d.Key) {
						t.Errorf("%s, %s: no row says that a deployment may call %s", file, p.ID, call)
					}
				}
			}
		}
	}
	if !locked {
		t.Error("no vault had a lock")
	}
}

func has(rows []decision, who, action, on, decided string) bool {
	return slices.ContainsFunc(rows, func(r decision) bool {
		return r.Who == who && r.Action == action && r.On == on && r.Decision == decided
	})
}

// allowed says whether somebody who deploys may call it.
func allowed(rows []decision, action string, key bool) bool {
	return slices.ContainsFunc(rows, func(r decision) bool {
		return r.Action == action && r.Decision == "allowed" && strings.HasPrefix(r.Who, "CloudFormation") &&
			strings.Contains(r.On, "key") == key
	})
}

// TestDeletersByLock: a governance lock leaves an administrator who removes it, no lock one step less, and a compliance lock nobody,
// after its grace time. What can lose a key is said even then.
func TestDeletersByLock(t *testing.T) {
	r := New(load(t, "locks.yaml"), Options{})
	for _, want := range []struct {
		id     string
		nobody bool
		after  int
		steps  int
	}{
		{"sensitive_data", false, 0, 3},
		{"curated_data", true, 14, 0},
		{"curated_sensitive_data/existing", false, 0, 2},
	} {
		i := slices.IndexFunc(r.Protections, func(p Protection) bool { return p.ID == want.id })
		if i < 0 {
			t.Fatalf("no protection %s", want.id)
		}
		keys := 0
		for _, d := range r.Protections[i].Deleters {
			if d.Key {
				keys++
				if d.Nobody || d.Who == "" {
					t.Errorf("%s: nobody could lose the key: %+v", want.id, d)
				}
				continue
			}
			if d.Place == InVault &&
				(d.Nobody != want.nobody || d.AfterDays != want.after || len(d.How) != want.steps || (d.Who == "") != want.nobody) {
				t.Errorf("%s: %+v", want.id, d)
			}
		}
		if keys == 0 {
			t.Errorf("%s: nothing about a key", want.id)
		}
	}
	text := string(r.Markdown())
	if !strings.Contains(text, "**nobody**, 14 days after the first deployment") {
		t.Error("report.md does not say that nobody can delete from the vault under a compliance lock")
	}
}

// TestNobodyIsNotified: without alerts the report does not promise that somebody is notified of a changed policy.
func TestNobodyIsNotified(t *testing.T) {
	cfg := load(t, "example.yaml")
	cfg.Alerts.Email = nil
	for _, d := range New(cfg, Options{}).Protections[0].Deleters {
		if !strings.Contains(d.Stops, "nobody is notified") {
			t.Errorf("%s", d.Stops)
		}
	}
}
