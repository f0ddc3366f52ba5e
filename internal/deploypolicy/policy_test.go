package deploypolicy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"central-s3-backup/config"
)

// TestPoliciesFit: with any number of names each policy is within its limit, a role takes all of them, and no statement is lost.
func TestPoliciesFit(t *testing.T) {
	for _, buckets := range []int{1, 40, 300, 301, 5_000} {
		d := config.Deployed{
			Account: "222222222222", Region: "eu-central-1", Workloads: []string{"lake-prod"}, Roles: []string{"lake-backup-lake-prod"},
			Vaults: []string{"lake-lake-prod-critical_data"},
		}
		for i := range buckets {
			d.Buckets = append(d.Buckets, fmt.Sprintf("%s-%05d", strings.Repeat("b", 57), i))
		}
		policies := For("lake", d)
		if len(policies) > MaxPolicies {
			t.Errorf("%d buckets: %d policies", buckets, len(policies))
		}
		allowed := map[string]bool{} // action and resource
		for i, p := range policies {
			if want := fmt.Sprintf("lake-backup-deploy-eu-central-1-%d", i+1); p.Name != want {
				t.Errorf("got %s, want %s", p.Name, want)
			}
			var document struct{ Statement []form }
			if err := json.Unmarshal([]byte(p.Document), &document); err != nil {
				t.Fatal(err)
			}
			if n := len(strings.Join(strings.Fields(p.Document), "")); n > MaxCharacters {
				t.Errorf("%s: %d characters", p.Name, n)
			}
			for _, s := range document.Statement {
				for _, action := range s.Action {
					for _, resource := range s.Resource {
						allowed[action+" "+resource] = true
					}
				}
			}
		}
		for _, s := range Statements(d) {
			for _, action := range s.Actions {
				for _, resource := range s.Resources {
					if !allowed[action+" "+resource] {
						t.Fatalf("%d buckets: no policy allows %s on %s", buckets, action, resource)
					}
				}
			}
		}
	}
}

// TestManyBuckets: more buckets than the policies have room for are those of the account, and no others.
func TestManyBuckets(t *testing.T) {
	d := config.Deployed{Account: "222222222222", Region: "eu-central-1"}
	for i := range maxNamedBuckets + 1 {
		d.Buckets = append(d.Buckets, fmt.Sprint("lake-", i))
	}
	for _, s := range Statements(d) {
		if slices.Contains(s.Actions, "s3:CreateBucket") &&
			(!slices.Equal(s.Resources, []string{"arn:aws:s3:::*"}) || s.Condition["StringEquals"]["aws:ResourceAccount"][0] != d.Account) {
			t.Errorf("got %+v", s)
		}
	}
}

// TestHandlersOfEachType: the generated file has what [Types] asks for, and what is written by hand.
func TestHandlersOfEachType(t *testing.T) {
	table := Table()
	for _, typ := range Types {
		if len(table[typ].deployment()) == 0 {
			t.Errorf("%s: no actions; go generate ./internal/deploypolicy", typ)
		}
	}
	if len(table) != len(Types) {
		t.Errorf("%d types in handlers.json, %d in Types; go generate ./internal/deploypolicy", len(table), len(Types))
	}
	for typ, handlers := range ByHand {
		if fmt.Sprint(table[typ]) != fmt.Sprint(handlers) {
			t.Errorf("%s: not as written by hand; go generate ./internal/deploypolicy", typ)
		}
	}
	if !slices.IsSorted(Types) {
		t.Error("Types are not sorted")
	}
}
