package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// typed runs a command and returns what it prints.
func typed(t *testing.T, code int, line string) (stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	if got := run(strings.Fields(line), newClock(), strings.NewReader(""), &out, &err); got != code {
		t.Fatalf("%s: exit code %d, want %d: %s", line, got, code, err.String())
	}
	return out.String(), err.String()
}

const exampleConfig = " --config ../../testdata/example.yaml"

// TestBootstrapCommands: each account and Region has its commands, central first. They name policies that bootstrap-policy writes,
// and no account trusts itself.
func TestBootstrapCommands(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "policies")
	files, _ := typed(t, exitDone, "bootstrap-policy --out "+dir+exampleConfig)
	commands, _ := typed(t, exitDone, "bootstrap --deployer 111111111111 --boundary backup-boundary --policies "+dir+exampleConfig)
	var named []string
	for _, match := range regexp.MustCompile(`--policy-document file://(\S+)`).FindAllStringSubmatch(commands, -1) {
		named = append(named, match[1])
	}
	compare(t, "the files", strings.Join(named, "\n")+"\n", files)
	for _, file := range named {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		account := filepath.Base(filepath.Dir(file))
		if arn := "arn:aws:iam::" + account + ":policy/" + name; strings.Count(commands, arn) != 1 {
			t.Errorf("%s: want cdk bootstrap to take it", arn)
		}
		if !json.Valid(text) || !strings.Contains(string(text), ":"+account+":") {
			t.Errorf("%s: got %s", file, text)
		}
	}
	for place, trusts := range map[string]bool{
		"111111111111/eu-central-1 --profile central": false, "222222222222/eu-central-1 --profile dummy-dev": true,
		"033333333333/eu-west-1 --profile dummy-prod": true,
	} {
		_, rest, found := strings.Cut(commands, "npx cdk bootstrap aws://"+place)
		rest, _, _ = strings.Cut(rest, "\n\n")
		if !found || strings.Contains(rest, "--trust 111111111111 --trust-for-lookup 111111111111") != trusts ||
			!strings.Contains(rest, "--custom-permissions-boundary backup-boundary") {
			t.Errorf("%s: got %s", place, rest)
		}
	}
	if strings.Index(commands, "111111111111/") > strings.Index(commands, "222222222222/") {
		t.Error("want the central account first")
	}
	update, _ := typed(t, exitDone, "bootstrap --update --policies "+dir+exampleConfig)
	if strings.Count(update, "create-policy-version") != len(named) || strings.Contains(update, "cdk bootstrap") {
		t.Errorf("got %s", update)
	}
}

// TestBootstrapPolicyOfOneAccount: --workload and --central print what is of that account and Region alone.
func TestBootstrapPolicyOfOneAccount(t *testing.T) {
	for flag, account := range map[string]string{"--central": "111111111111", "--workload dummy-prod": "033333333333"} {
		text, _ := typed(t, exitDone, "bootstrap-policy --output json "+flag+exampleConfig)
		var all []accountPolicies
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			t.Fatal(err)
		}
		if len(all) != 1 || all[0].Account != account || len(all[0].Policies) == 0 {
			t.Errorf("%s: got %+v", flag, all)
		}
	}
	text, _ := typed(t, exitDone, "bootstrap-policy --workload dummy-dev"+exampleConfig)
	if !strings.HasPrefix(text, "# dummy-backup-deploy-eu-central-1-1, account 222222222222\n{\n") {
		t.Errorf("got %s", text[:80])
	}
}

// TestBootstrapMistakes: each mistake has one line and exit code 1.
func TestBootstrapMistakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"bootstrap-policy --workload dummy-def":    "--workload dummy-def: there is no such workload; did you mean dummy-dev?",
		"bootstrap-policy --central --workload x":  "--central and --workload are for different accounts",
		"bootstrap-policy --central --pipeline":    "--pipeline, --central and --workload are for different accounts",
		"bootstrap-policy --pipeline":              "--pipeline: the configuration has no rollout.pipeline",
		"bootstrap-policy --output json --out dir": "--out writes files, and --output json prints",
		"bootstrap-policy --out " + file:           "--out " + file + ": ",
		"bootstrap --deployer 12345":               "--deployer 12345: want an account id, twelve digits",
		"bootstrap --update --boundary b":          "--update changes the policies alone",
	} {
		_, stderr := typed(t, exitWrong, line+exampleConfig)
		if !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: got %s", line, stderr)
		}
	}
}

// TestBootstrapOfPipeline: the account of a pipeline is bootstrapped in each Region with artifacts, also where nothing else is deployed.
// Without --deployer the others trust it.
func TestBootstrapOfPipeline(t *testing.T) {
	text, err := os.ReadFile("../../testdata/pipeline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, rollout, _ := strings.Cut(string(text), "rollout:")
	file := filepath.Join(t.TempDir(), "backup.yaml")
	apart := before + "rollout:" + strings.ReplaceAll(rollout, "111111111111", "444444444444")
	if err := os.WriteFile(file, []byte(apart), 0o600); err != nil {
		t.Fatal(err)
	}
	output, _ := typed(t, exitDone, "bootstrap-policy --pipeline --output json --config "+file)
	var all []accountPolicies
	if err := json.Unmarshal([]byte(output), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Account != "444444444444" || all[1].Account != "444444444444" || all[0].Region == all[1].Region {
		t.Errorf("got %+v", all)
	}
	commands, _ := typed(t, exitDone, "bootstrap --config "+file)
	for place, trusts := range map[string]bool{
		"111111111111/eu-central-1 --profile central": true, "222222222222/eu-central-1 --profile dummy-dev": true,
		"033333333333/eu-west-1 --profile dummy-prod": true, "444444444444/eu-central-1 --profile pipeline": false,
		"444444444444/eu-west-1 --profile pipeline": false,
	} {
		_, rest, found := strings.Cut(commands, "npx cdk bootstrap aws://"+place)
		rest, _, _ = strings.Cut(rest, "\n\n")
		if !found || strings.Contains(rest, "--trust 444444444444 --trust-for-lookup 444444444444") != trusts {
			t.Errorf("%s: got %s", place, rest)
		}
	}
}
