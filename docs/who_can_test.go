package docs

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "write who-can.md anew")

// decisions are testdata/decisions.yaml, which `make decisions` evaluates.
type decisions struct {
	Principals map[string]struct {
		ARN, Organization, Service string
		Anonymous                  bool
		Token                      string // the subject of an OpenID Connect token
		Policies                   []string
	}
	Resources map[string]struct {
		ARN      string
		PolicyOf string `yaml:"policy_of"`
		Account  string // of what is in no template
		Trust    string // the file with the trust policy of such a role
		Trusts   string // the account that such a role trusts
	}
	Decisions []decision
}

type decision struct {
	In, Who, Action, On, Decision, Why string
	With                               map[string]any
}

// TestWhoCan: who-can.md says what testdata/decisions.yaml says. Every decision has a reason, and both kinds come
// often enough that neither a policy that allows everything nor one that denies everything could pass.
func TestWhoCan(t *testing.T) {
	text, err := os.ReadFile("../testdata/decisions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var d decisions
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&d); err != nil {
		t.Fatal(err)
	}
	count, seen, used := map[string]int{}, map[string]bool{}, map[string]bool{}
	for _, row := range d.Decisions {
		count[row.Decision]++
		if key := fmt.Sprint(row.In, row.Who, row.Action, row.On, row.With); seen[key] {
			t.Errorf("twice: %s", key)
		} else {
			seen[key] = true
		}
		if row.Why == "" || row.Decision != "allowed" && row.Decision != "denied" {
			t.Errorf("%s %s %s: %q, because %q", row.Who, row.Action, row.On, row.Decision, row.Why)
		}
		if d.Resources[row.On].ARN == "" {
			t.Errorf("there is no resource %s", row.On)
		}
		if _, there := d.Principals[row.Who]; !there {
			t.Errorf("there is no principal %s", row.Who)
		}
		used[row.Who], used[row.On] = true, true
	}
	for name := range d.Principals {
		if !used[name] {
			t.Errorf("%s is in no decision", name)
		}
	}
	for name := range d.Resources {
		if !used[name] {
			t.Errorf("%s is in no decision", name)
		}
	}
	if count["allowed"] < 30 || count["denied"] < 50 {
		t.Errorf("%v", count)
	}
	want := d.page()
	if *update {
		if err := os.WriteFile("who-can.md", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("who-can.md"); err != nil || !bytes.Equal(got, want) {
		t.Error("who-can.md is not current: go test ./docs -update")
	}
}

// page is who-can.md: a table for each resource, in the order of the decisions.
func (d decisions) page() []byte {
	var b bytes.Buffer
	b.WriteString(`# Who can do what

` + "`make decisions`" + ` evaluates each row with the policies of synthesized templates, as IAM would. The rows are in
[testdata/decisions.yaml](../testdata/decisions.yaml), the configurations beside it: payments-prod selects buckets by tag and
copies to the central vault, payments-staging does neither; shop locks its own vaults and has its backups scanned for malware. The roles of
GitHub Actions have the policies of [github/backup](github/backup), CloudFormation those of AdministratorAccess or of ` + "`backupctl bootstrap-policy`" + `. Administrators have AWS's policy AdministratorAccess. An
administrator can always change a policy first: that is not denied, since CloudFormation must be able to do it, but
[everybody is notified](alerts.md).
`)
	var order []string
	rows := map[string][]decision{}
	for _, row := range d.Decisions {
		if rows[row.On] == nil {
			order = append(order, row.On)
		}
		rows[row.On] = append(rows[row.On], row)
	}
	for _, on := range order {
		fmt.Fprintf(&b, "\n## %s%s\n\n| who | calls | | because |\n|---|---|---|---|\n", strings.ToUpper(on[:1]), on[1:])
		for _, row := range rows[on] {
			decision := row.Decision
			if decision == "denied" {
				decision = "**denied**"
			}
			fmt.Fprintf(&b, "| %s | `%s`%s | %s | %s |\n", row.Who, row.Action, row.with(), decision, row.Why)
		}
	}
	return b.Bytes()
}

// with is what a request has besides what every request has, in words where the values say little.
func (d decision) with() string {
	var words []string
	for _, c := range []struct{ key, words string }{
		{"backup:CopyTargets", "to %s"},
		{"backup:ChangeableForDays", "as a compliance lock that can be changed for %s days"},
		{"kms:ViaService", "through %s"},
		{"kms:GrantIsForAWSResource", "for an AWS service: %s"},
		{"events:source", "from the source %s"},
		{"aws:SourceAccount", "for the account %s"},
		{"iam:PassedToService", "to %s"},
		{"s3:if-none-match", "with If-None-Match: %s"},
		{"aws:SecureTransport", "with TLS: %s"},
	} {
		if value, there := d.With[c.key]; there {
			words = append(words, fmt.Sprintf(c.words, strings.Trim(fmt.Sprint(value), "[]")))
		}
	}
	if words == nil {
		return ""
	}
	return " " + strings.Join(words, ", ")
}
