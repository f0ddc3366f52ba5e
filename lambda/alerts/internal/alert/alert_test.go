package alert

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"central-s3-backup/internal/fixedseed"
)

func newFleet(t testing.TB, document string) *Fleet {
	t.Helper()
	fleet, err := ReadFleet([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return fleet
}

// TestText: any JSON value can be read as text.
func TestText(t *testing.T) {
	for value, want := range map[string]text{
		`"s"`: "s", `""`: "", `5`: "5", `-1.5e3`: "-1.5e3", `true`: "true", `false`: "false",
		`null`: "", `{}`: "", `{"a": 1}`: "", `[]`: "", `["a"]`: "", `"\"quoted\""`: `"quoted"`,
	} {
		got := text("before")
		if err := json.Unmarshal([]byte(value), &got); err != nil || got != want {
			t.Errorf("%s: %q, error %v", value, got, err)
		}
	}
}

func TestMessage(t *testing.T) {
	for s, want := range map[text]string{
		`"\"" `: `\"`, `"Access Denied"`: "Access Denied", " plain ": "plain", "": "", `"`: "", `says "no"`: `says "no"`,
	} {
		if got := s.message(); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// TestOddTypes: if a field of an event has an unexpected type, the other fields are still read.
func TestOddTypes(t *testing.T) {
	fleet := newFleet(t, `{"project": "dummy"}`)
	files, err := filepath.Glob("../../testdata/events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no events", err)
	}
	for n, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var event map[string]any
		if json.Unmarshal(body, &event) != nil {
			continue // the one that is no object
		}
		want := fleet.Read(string(body)).Title
		replaceEach(event, n, func(path string) {
			changed, err := json.Marshal(event)
			if err != nil {
				t.Fatal(err)
			}
			got := fleet.Read(string(changed))
			if got.Title == "" || got.Key == "" {
				t.Errorf("%s, %s: %+v", file, path, got)
			}
			// A field that the title does not depend on does not change it.
			if path == ".detail.iamRoleArn" && got.Title != want {
				t.Errorf("%s, %s: %q, want %q", file, path, got.Title, want)
			}
		})
	}
}

// replaceEach replaces every value, one at a time and at any depth, by values of other types, or by one of them, which differs from
// path to path and from event to event.
func replaceEach(object map[string]any, nth int, try func(path string)) {
	var visit func(object map[string]any, path string)
	visit = func(object map[string]any, path string) {
		for name, value := range object {
			all := []any{map[string]any{}, []any{1.0}, nil, 7.0, "x", true}
			if !fixedseed.Whole {
				one := (nth + len(path) + len(name)) % len(all)
				all = all[one : one+1]
			}
			for _, odd := range all {
				object[name] = odd
				try(path + "." + name)
			}
			delete(object, name)
			try(path + "." + name)
			object[name] = value
			if inner, is := value.(map[string]any); is {
				visit(inner, path+"."+name)
			}
		}
	}
	visit(object, "")
}

// FuzzRead: any text becomes an alert with a title and an incident's key.
func FuzzRead(f *testing.F) {
	fleet := newFleet(f, `{"project": "dummy", "deploy_role_arns": ["arn:aws:iam::<account>:role/cdk-*"]}`)
	files, err := filepath.Glob("../../testdata/events/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(body))
	}
	f.Fuzz(func(t *testing.T, body string) {
		if a := fleet.Read(body); a.Title == "" || a.Key == "" || a.Kind == "" || a.Action == "" {
			t.Errorf("%+v", a)
		}
	})
}

// TestOwner: the vault decides which workload an alert belongs to, then the bucket, in any account.
func TestOwner(t *testing.T) {
	fleet := newFleet(t, `{"project": "dummy", "central": {"account": "111111111111", "region": "eu-central-1"},
		"vaults": {"222222222222/eu-central-1/v": {"workload": "vault's", "tier": "t1"}},
		"buckets": {"222222222222/eu-central-1/b": {"workload": "bucket's", "tier": "t2"}}}`)
	for _, test := range []struct {
		name       string
		a          Alert
		vaultARN   string
		want, tier string
	}{
		{"by the vault's name", Alert{Account: "222222222222", Region: "eu-central-1", Vault: "v", Bucket: "b"}, "", "vault's", "t1"},
		{
			"by the vault's ARN", Alert{Account: "111111111111", Region: "eu-west-1"},
			"arn:aws:backup:eu-central-1:222222222222:backup-vault:v", "vault's", "t1",
		},
		{"by the bucket", Alert{Account: "111111111111", Region: "eu-central-1", Vault: "central", Bucket: "b"}, "", "bucket's", "t2"},
		{"the same vault name elsewhere", Alert{Account: "333333333333", Region: "eu-central-1", Vault: "v"}, "", "", ""},
		{"in the central account", Alert{Account: "111111111111", Region: "eu-central-1", Vault: "central"}, "", "central account", ""},
		{"nobody's", Alert{Account: "333333333333", Region: "eu-central-1", Bucket: "other"}, "", "", ""},
	} {
		fleet.own(&test.a, test.vaultARN)
		if test.a.Workload != test.want || test.a.Tier != test.tier || test.a.Project != "dummy" {
			t.Errorf("%s: %q, %q", test.name, test.a.Workload, test.a.Tier)
		}
	}
}

// TestDeploys: a call is a deployment if CloudFormation made it with the role of the event's account and Region. A role's name alone is no proof.
func TestDeploys(t *testing.T) {
	fleet := newFleet(t, `{"project": "dummy",
		"deploy_role_arns": ["arn:aws:iam::<account>:role/cdk-*-cfn-exec-role-<account>-<region>"]}`)
	ev := event{Account: "222222222222", Region: "eu-central-1"}
	const role = "arn:aws:iam::222222222222:role/"
	for _, test := range []struct {
		arn, invokedBy string
		want           bool
	}{
		{role + "cdk-hnb659fds-cfn-exec-role-222222222222-eu-central-1", cloudFormation, true},
		{role + "cdk-acme-cfn-exec-role-222222222222-eu-central-1", cloudFormation, true},
		{role + "cdk-hnb659fds-cfn-exec-role-222222222222-eu-central-1", "", false},
		{role + "cdk-hnb659fds-cfn-exec-role-222222222222-eu-central-1", "lambda.amazonaws.com", false},
		{role + "cdk-x-cfn-exec-role-y", cloudFormation, false},
		{role + "cdk-hnb659fds-cfn-exec-role-222222222222-us-east-1", cloudFormation, false},
		{role + "cdk-hnb659fds-cfn-exec-role-333333333333-eu-central-1", cloudFormation, false},
		{"arn:aws:iam::333333333333:role/cdk-hnb659fds-cfn-exec-role-222222222222-eu-central-1", cloudFormation, false},
		{role + "my/cdk-hnb659fds-cfn-exec-role-222222222222-eu-central-1", cloudFormation, false},
		{role + "Admin", cloudFormation, false},
		{"", cloudFormation, false},
	} {
		if got := fleet.deploys(ev, test.arn, test.invokedBy); got != test.want {
			t.Errorf("%s through %q: %t", test.arn, test.invokedBy, got)
		}
	}
	if fleet.deploys(event{}, role+"cdk-hnb659fds-cfn-exec-role--", cloudFormation) {
		t.Error("an event without account and Region is a deployment")
	}
}

func TestConsole(t *testing.T) {
	for region, want := range map[string]string{
		"eu-central-1":   "https://eu-central-1.console.aws.amazon.com/backup/home?region=eu-central-1#/backupvaults/details/a%20b",
		"us-gov-west-1":  "https://us-gov-west-1.console.amazonaws-us-gov.com/backup/home?region=us-gov-west-1#/backupvaults/details/a%20b",
		"eusc-de-east-1": "https://eusc-de-east-1.console.amazonaws-eusc.eu/backup/home?region=eusc-de-east-1#/backupvaults/details/a%20b",
		"":               "",
	} {
		if got := vaultPage(region, "a b"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestBucketOfPoint(t *testing.T) {
	const prefix = "arn:aws:backup:eu-central-1:222222222222:recovery-point:"
	for arn, want := range map[string]string{
		prefix + "my-bucket-5ec207d0":                      "my-bucket",
		prefix + "my-bucket-20260302050731-1a2b3c4d":       "my-bucket",
		prefix + "a.b-20260302050731-5ec207d0":             "a.b",
		prefix + "1EB3B5E7-9EB0-435A-A80B-108B488B0D45":    "",
		"arn:aws:ec2:eu-central-1::snapshot/snap-5ec207d0": "",
		"": "",
	} {
		if got := bucketOfPoint(arn); got != want {
			t.Errorf("%s: %q, want %q", arn, got, want)
		}
	}
}

// TestFunctionOf: a request may name the function in each of these ways (F-EVT-24).
func TestFunctionOf(t *testing.T) {
	const arn = "arn:aws:lambda:eu-central-1:111111111111:function:"
	for _, given := range []string{
		"alerts", arn + "alerts", "111111111111:function:alerts", "function:alerts", "111111111111:alerts",
		"alerts:live", arn + "alerts:7", "111111111111:function:alerts:$LATEST", "function:alerts:1", "111111111111:alerts:1",
	} {
		if got := functionOf(given); got != "alerts" {
			t.Errorf("%s: %q", given, got)
		}
	}
	if got := functionOf("arn:aws:s3:::bucket"); got != "arn:aws:s3:::bucket" {
		t.Errorf("the ARN of a bucket: %q", got)
	}
}
