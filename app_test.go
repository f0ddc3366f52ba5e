package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"central-s3-backup/config"
)

const wrongConfig = `version: 1
project: dummy
organization: {id: o-a1b2c3d4e5}
central: {account: "111111111111", region: eu-central-1}
workloads:
  - name: dummy
    environment: dev
    account: 222222222222
    region: eu-central-1
    buckets: [{name: dummy-dev-a, tier: critcal_data}]
`

// TestExitCodes: what is wrong gets a sentence on standard error and exit code 1, and nothing is written.
func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	wrong := filepath.Join(dir, "wrong.yaml")
	write(t, wrong, []byte(wrongConfig))
	occupied := filepath.Join(dir, "occupied")
	if err := os.Mkdir(occupied, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(occupied, "manifest.json"), []byte("mine"))
	project := filepath.Join(dir, "project") // that has synthesized into its cdk.out
	if err := os.MkdirAll(filepath.Join(project, "cdk.out"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(project, "mine.template.json"), []byte("mine"))
	edited := func(file string) string { return "config/testdata/previous/compliance-lock-edited/" + file + ".yaml" }
	for _, test := range []struct {
		name   string
		args   []string
		env    map[string]string
		code   int
		stdout string
		stderr string
	}{
		{name: "help", args: []string{"-h"}, code: exitDone, stdout: "Usage: go run ."},
		{name: "version", args: []string{"-version"}, code: exitDone, stdout: "central-s3-backup "},
		{name: "print the configuration", args: []string{"-print-config"}, code: exitDone, stdout: "vault_name: central-aws-vault-S3", stderr: "backup.yaml:42:20: warning: workloads[1].select_tagged: AWS Backup may pass over"},
		{name: "check", args: []string{"-check"}, env: map[string]string{"JSII_NODE": "no-such-node"}, code: exitDone, stdout: "backup.yaml: no errors, 1 warning\n", stderr: "backup.yaml:42:20: warning: workloads[1].select_tagged: AWS Backup may pass over"},
		{name: "check what is wrong", args: []string{"-check", "-config", wrong}, env: map[string]string{"JSII_NODE": "no-such-node"}, code: exitWrong, stderr: "\n2 errors, 1 warning\n"},
		{name: "wrong, in JSON", args: []string{"-format", "json", "-config", wrong}, code: exitWrong, stdout: `"check": "unknown-tier"`},
		{name: "no such format", args: []string{"-format", "yaml"}, code: exitWrong, stderr: `--format must be one of "text","json" but got "yaml"; -h shows the help` + "\n"},
		{name: "no such earlier file", args: []string{"-previous", "absent.yaml"}, code: exitWrong, stderr: "absent.yaml: there is no such file"},
		{name: "a lock that cannot be changed", args: []string{"-config", edited("after"), "-previous", edited("before")}, code: exitWrong, stderr: "the compliance lock of central-aws-vault-S3 cannot be changed"},
		{name: "context, earlier file", args: []string{"-config", edited("after")}, env: map[string]string{"CDK_CONTEXT_JSON": `{"previous":"` + edited("before") + `"}`}, code: exitWrong, stderr: "the compliance lock of central-aws-vault-S3 cannot be changed"},
		{name: "no processes", args: []string{"-jobs", "0"}, code: exitWrong, stderr: "--jobs: got 0; want a number of processes, 1 or more; -h shows the help\n"},
		{name: "unknown flag", args: []string{"-workloads", "x"}, code: exitWrong, stderr: `unknown flag --workloads, did you mean "--workload"?; -h shows the help` + "\n"},
		{name: "an argument", args: []string{"backup.yaml"}, code: exitWrong, stderr: "unexpected argument backup.yaml; -h shows the help\n"},
		{name: "no such file", args: []string{"-config", "absent.yaml"}, code: exitWrong, stderr: "absent.yaml: there is no such file"},
		{name: "wrong configuration", args: []string{"-config", wrong}, code: exitWrong, stderr: wrong + ":8:14: workloads[0].account: is read by YAML as a number"},
		{name: "all problems", args: []string{"-config", wrong}, code: exitWrong, stderr: "did you mean critical_data?"},
		{name: "count", args: []string{"-config", wrong}, code: exitWrong, stderr: "\n2 errors, 1 warning\n"},
		{name: "wrong configuration, printed", args: []string{"-config", wrong, "-print-config"}, code: exitWrong, stderr: "2 errors"},
		{name: "unknown workload, checked", args: []string{"-check", "-workload", "dummy-pord"}, code: exitWrong, stderr: "did you mean dummy-prod?"},
		{name: "unknown workload, in JSON", args: []string{"-format", "json", "-workload", "dummy-pord"}, code: exitWrong, stdout: `"what": "-workload dummy-pord: there is no such workload; did you mean dummy-prod?`},
		{name: "no Node, in JSON", args: []string{"-format", "json"}, env: map[string]string{"JSII_NODE": "no-such-node"}, code: exitWrong, stdout: `"check": "run"`},
		{name: "printed, with JSON asked for", args: []string{"-format", "json", "-print-config"}, code: exitDone, stdout: "vault_name: central-aws-vault-S3", stderr: "backup.yaml:42:20: warning: workloads[1].select_tagged: AWS Backup may pass over"},
		{name: "what JSON escapes", args: []string{"-format", "json", "-config", "config/testdata/bad/lock-min-above-max.yaml"}, code: exitWrong, stdout: `"want": "min_retention_days <= max_retention_days"`},
		{name: "unknown workload", args: []string{"-workload", "dummy-pord"}, code: exitWrong, stderr: "did you mean dummy-prod?"},
		{name: "no Node", env: map[string]string{"JSII_NODE": "no-such-node"}, code: exitWrong, stderr: `there is no "no-such-node" on the PATH: the AWS CDK runs in Node.js`},
		{name: "broken Node", env: map[string]string{"JSII_NODE": "false"}, code: exitWrong, stderr: "/false does not run (exit status 1): the AWS CDK runs in Node.js"},
		{name: "a project", args: []string{"-out", project}, code: exitWrong, stderr: "holds files that are not a cloud assembly"},
		{name: "no directory", args: []string{"-out", ""}, code: exitWrong, stderr: "-out: want the name of a directory"},
		{name: "occupied directory", args: []string{"-out", occupied}, code: exitWrong, stderr: "holds files that are not a cloud assembly"},
		{name: "not a directory", args: []string{"-out", wrong}, code: exitWrong, stderr: "cannot be written to"},
		{name: "below a file", args: []string{"-out", filepath.Join(wrong, "out")}, code: exitWrong, stderr: "cannot be written to"},
		{name: "context, file", env: map[string]string{"CDK_CONTEXT_JSON": `{"config":"absent.yaml"}`}, code: exitWrong, stderr: "absent.yaml"},
		{name: "context, workload", env: map[string]string{"CDK_CONTEXT_JSON": `{"workload":"dummy-dev,nobody"}`}, code: exitWrong, stderr: "-workload nobody: there is no such workload"},
		{name: "context, nag", env: map[string]string{"CDK_CONTEXT_JSON": `{"nag":"yes"}`}, code: exitWrong, stderr: "-c nag=yes: want true or false"},
		{name: "context, not JSON", env: map[string]string{"CDK_CONTEXT_JSON": `{`}, code: exitWrong, stderr: "CDK_CONTEXT_JSON: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			var stdout, stderr bytes.Buffer
			code := run(append([]string{"-out", out}, test.args...), func(name string) string { return test.env[name] }, &stdout, &stderr)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if !strings.Contains(stdout.String(), test.stdout) || test.stdout == "" && stdout.Len() > 0 {
				t.Errorf("standard output %q, want %q", stdout.String(), test.stdout)
			}
			if !strings.Contains(stderr.String(), test.stderr) || test.stderr == "" && stderr.Len() > 0 {
				t.Errorf("standard error %q, want %q", stderr.String(), test.stderr)
			}
			if strings.Contains(stderr.String(), "goroutine") || strings.Contains(stderr.String(), "at Object.") {
				t.Errorf("a stack trace: %s", stderr.String())
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("something was written")
			}
		})
	}
	for _, file := range []string{filepath.Join(occupied, "manifest.json"), filepath.Join(project, "mine.template.json")} {
		if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
			t.Errorf("a file of the user's became %q, %v", text, err)
		}
	}
}

// TestJSON: -format json writes one document, whether the run ends with problems or with stacks.
func TestJSON(t *testing.T) {
	wrong := filepath.Join(t.TempDir(), "wrong.yaml")
	write(t, wrong, []byte(wrongConfig))
	read := func(code int, args ...string) document {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := run(append([]string{"-format", "json"}, args...), func(string) string { return "" }, &stdout, &stderr); got != code || stderr.Len() > 0 {
			t.Fatalf("exit code %d, want %d; standard error %q", got, code, stderr.String())
		}
		var d document
		if err := json.Unmarshal(stdout.Bytes(), &d); err != nil {
			t.Fatalf("%v in %s", err, stdout.String())
		}
		return d
	}
	d := read(exitWrong, "-config", wrong)
	last := d.Problems[len(d.Problems)-1]
	want := config.Problem{
		Place: config.Place{File: wrong, Line: 10, Column: 41, Path: "workloads[0].buckets[0].tier"}, Check: "unknown-tier", Level: config.Error,
		What: "unknown tier; did you mean critical_data?", Got: `"critcal_data"`, Want: last.Want,
	}
	if d.Errors != 2 || d.Warnings != 1 || len(d.Problems) != 3 || !reflect.DeepEqual(last, want) || !strings.HasPrefix(last.Want, "standard_data, ") {
		t.Errorf("got %+v", d)
	}
	if d := read(exitDone, "-check"); d.Errors != 0 || d.Warnings != 1 || len(d.Stacks) != 0 {
		t.Errorf("got %+v", d)
	}
	if d := read(exitDone, "-out", t.TempDir(), "-workload", "central"); d.Warnings != 1 || fmt.Sprint(d.Stacks) != "[{dummy-backup-central 111111111111 eu-central-1 33}]" {
		t.Errorf("got %+v", d)
	}
	absent := read(exitWrong, "-config", "absent.yaml")
	if absent.Errors != 1 || absent.Problems[0].Check != "unreadable-file" || absent.Problems[0].File != "absent.yaml" {
		t.Errorf("got %+v", absent)
	}
}

// TestEmptyJSON: what is not there is an empty list, which needs no special case where it is read.
func TestEmptyJSON(t *testing.T) {
	var stdout bytes.Buffer
	reporter{options{flags: flags{Format: formatJSON}}, &stdout, nil, false}.end(nil)
	const want = `{
  "problems": [],
  "errors": 0,
  "warnings": 0,
  "stacks": []
}
`
	if stdout.String() != want {
		t.Errorf("got %s", stdout.String())
	}
}

// TestTerminal: people at a terminal see the lines that are wrong, and nobody else does.
func TestTerminal(t *testing.T) {
	_, err := config.Load("backup.yaml", []byte(wrongConfig))
	var problems config.Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	for terminal, want := range map[bool]string{true: "\n     8 |     account: 222222222222\n       |              ^\n", false: "\n" + problems[1].String() + "\n" + problems[2].String() + "\n2 errors, 1 warning\n"} {
		var stderr bytes.Buffer
		reporter{options{flags: flags{Format: formatText}}, nil, &stderr, terminal}.end(problems)
		if !strings.Contains(stderr.String(), want) || !strings.HasSuffix(stderr.String(), "\n2 errors, 1 warning\n") {
			t.Errorf("terminal %v: %s", terminal, stderr.String())
		}
	}
	if isTerminal(&bytes.Buffer{}) {
		t.Error("a buffer is no terminal")
	}
}

// TestOutput: one line per stack with its name, account, Region and number of resources, central first.
func TestOutput(t *testing.T) {
	want := `dummy-backup-central     111111111111  eu-central-1  33 resources
dummy-backup-dummy-dev   222222222222  eu-central-1  76 resources
dummy-backup-dummy-prod  033333333333  eu-west-1     57 resources
`
	if example.stdout != want {
		t.Errorf("got\n%swant\n%s", example.stdout, want)
	}
}

// TestUnderCLI: with what the CDK CLI puts into the environment, its own output is not mixed with
// ours, it chooses the directory, and its context changes no byte of a template.
func TestUnderCLI(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "synth.lock"), nil) // as the CLI's own files, which are there before
	app := exec.Command(os.Args[0])
	app.Env = append(os.Environ(), asApp+"=1", "CDK_OUTDIR="+dir, "CDK_CLI_VERSION=2.1148.1",
		`CDK_CONTEXT_JSON={"workload":"central","aws:cdk:enable-path-metadata":true,"aws:cdk:enable-asset-metadata":true,"aws:cdk:version-reporting":true}`)
	var stderr bytes.Buffer
	app.Stderr = &stderr
	stdout, err := app.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	if len(stdout) > 0 {
		t.Errorf("standard output %q", stdout)
	}
	text, err := os.ReadFile(filepath.Join(dir, "dummy-backup-central.template.json"))
	if err != nil || !bytes.Equal(text, example.templates["dummy-backup-central"].bytes) {
		t.Errorf("the template differs from the one that go run . writes: %v", err)
	}
}

// TestPermissionsBoundary: a permissions boundary in the CDK's context, as the CDK CLI passes it on, is on
// every role of every stack, and changes nothing else.
func TestPermissionsBoundary(t *testing.T) {
	dir := t.TempDir()
	app := appCommand("-config", "testdata/fleet.yaml", "-out", dir)
	app.Env = append(app.Env, `CDK_CONTEXT_JSON={"@aws-cdk/core:permissionsBoundary":{"name":"company-boundary"}}`)
	if out, err := app.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	limited, roles := readTemplates(dir), 0
	for stack, plain := range fleet.templates {
		for id, role := range limited[stack].ofType("AWS::IAM::Role") {
			roles++
			if policy, _ := json.Marshal(role.Properties["PermissionsBoundary"]); !strings.Contains(string(policy), `:policy/company-boundary"`) {
				t.Errorf("%s, %s: the boundary is %s", stack, id, policy)
			}
			delete(role.Properties, "PermissionsBoundary")
		}
		if !reflect.DeepEqual(limited[stack].Resources, plain.Resources) {
			t.Errorf("the boundary changes more than the roles of %s", stack)
		}
	}
	if roles == 0 {
		t.Error("no role at all")
	}
}

// TestStaleTemplates: a stack that is no longer in the configuration leaves no template behind.
func TestStaleTemplates(t *testing.T) {
	dir := t.TempDir()
	synthesizeFile("backup.yaml", dir, nil, "-workload", "dummy-dev")
	write(t, filepath.Join(dir, "mine.template.json"), []byte("{}"))
	again := synthesizeFile("backup.yaml", dir, nil, "-workload", "central")
	if got := fmt.Sprint(slices.Sorted(maps.Keys(again.templates))); got != "[dummy-backup-central mine]" {
		t.Errorf("templates %s", got)
	}
}

// TestNag: cdk-nag's AwsSolutions find nothing in any stack, and find what is planted. For cdk-nag all
// resources are L1 constructs, which check their properties and references; the templates stay the same.
func TestNag(t *testing.T) {
	for _, test := range []struct {
		file, jobs string
		plain      *assembly
	}{{"backup.yaml", "1", example}, {"testdata/fleet.yaml", "2", fleet}, {"testdata/gov.yaml", "1", gov}} {
		a := synthesizeFile(test.file, t.TempDir(), map[string]string{"CDK_CONTEXT_JSON": `{"nag":"true"}`}, "-jobs", test.jobs)
		if found := nagFindings(t, a.dir); len(found) > 0 {
			t.Errorf("%s", strings.Join(found, "\n"))
		}
		for stack, template := range a.templates {
			if !reflect.DeepEqual(template.Resources, test.plain.templates[stack].Resources) {
				t.Errorf("cdk-nag changes %s", stack)
			}
		}
	}
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(dir)})
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(nil), nil)
	awss3.NewCfnBucket(awscdk.NewStack(app, jsii.String("planted"), nil), jsii.String("Bucket"), nil)
	app.Synth(nil)
	if found := nagFindings(t, dir); !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, "AwsSolutions-S10") }) {
		t.Errorf("a bucket without TLS only was not found: %v", found)
	}
}

// nagFindings reads what cdk-nag found: outside the CDK CLI it says so in the manifest alone.
func nagFindings(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	var visit func(any)
	visit = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			if kind := v["type"]; kind == "aws:cdk:error" || kind == "aws:cdk:warning" {
				text, _ := v["data"].(string)
				found = append(found, text)
			}
			for _, inner := range v {
				visit(inner)
			}
		case []any:
			for _, inner := range v {
				visit(inner)
			}
		}
	}
	for name, text := range contents(t, dir) {
		if name != "manifest.json" && !strings.HasSuffix(name, ".metadata.json") {
			continue
		}
		var document any
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			t.Fatal(err)
		}
		visit(document)
	}
	return found
}

// TestTiersAreData: no code but the table knows a tier's name.
func TestTiersAreData(t *testing.T) {
	cfg, err := config.LoadFile("backup.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, pattern := range []string{"*.go", "stacks/*.go", "constructs/*.go", "config/*.go", "internal/*/*.go", "cmd/*/*.go", "lambda/alerts/*.go", "lambda/alerts/internal/*/*.go"} {
		paths, _ := filepath.Glob(pattern) // the patterns are well formed
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") || path == "config/tiers.go" {
				continue
			}
			files++
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, tier := range cfg.Tiers {
				if strings.Contains(string(text), tier.Name) {
					t.Errorf("%s knows %s", path, tier.Name)
				}
			}
		}
	}
	if files == 0 {
		t.Error("no files")
	}
}

// TestREADMEMessages: what the README shows of messages is what the app says of that file.
func TestREADMEMessages(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("config/testdata/bad/the-article.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, problems := config.Load("backup.yaml", file)
	if problems == nil || !strings.Contains(string(text), "\n```\n"+problems.Error()+"\n```\n") {
		t.Errorf("the README does not show\n%v", problems)
	}
}

// TestSecretsAreNotRepeated: a secret that was written into the file by mistake is in no message.
func TestSecretsAreNotRepeated(t *testing.T) {
	file := filepath.Join(t.TempDir(), "backup.yaml")
	const webhook, key = "https://hooks.slack.com/services/T0/B0/sEcReT", "0123456789abcdef0123456789abcdef"
	text := "version: 1\nalerts:\n  slack: [{webhook_secret: \"" + webhook + "\"}]\n  pagerduty: [{routing_key_secret: " + key + "}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"text", "json"} {
		var said bytes.Buffer
		code := run([]string{"-check", "-config", file, "-format", format}, func(string) string { return "" }, &said, &said)
		if said := said.String(); code != exitWrong || strings.Contains(said, webhook) || strings.Contains(said, key) || !strings.Contains(said, "not repeated here") {
			t.Errorf("exit code %d, %s", code, said)
		}
	}
}

// TestREADMETiers: the README's table is the one in the code.
func TestREADMETiers(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.LoadFile("config/testdata/good/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tier := range cfg.Tiers {
		pitr, snapshots, copies := "by object versions", "–", "–"
		if tier.ContinuousBackup != nil {
			pitr = fmt.Sprint(tier.ContinuousBackup.DeleteAfterDays)
		}
		if tier.SnapshotBackup != nil {
			snapshots = fmt.Sprint(tier.SnapshotBackup.DeleteAfterDays)
		}
		if tier.Copied() {
			copies = "set by the business: no default"
			if days := tier.CopyToCentral.DeleteAfterDays; days > 0 {
				copies = fmt.Sprint(days)
			}
		}
		row := fmt.Sprintf("| `%s` | %s | %d | %s | %s | %s | %s |\n", tier.Name, map[bool]string{true: "yes", false: "no"}[tier.BackedUp()],
			tier.ObjectLock.Days, pitr, snapshots, copies, map[bool]string{true: "own", false: "shared"}[tier.DedicatedKey])
		if !strings.Contains(string(text), row) {
			t.Errorf("the README's table lacks %s", row)
		}
	}
}

// TestREADME: every configuration that the README shows loads.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, block := range strings.Split(string(text), "```yaml\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		shown++
		if _, err := config.Load("README.md", []byte(block)); err != nil {
			t.Errorf("%v\nin\n%s", err, block)
		}
	}
	if shown == 0 {
		t.Error("the README shows no configuration")
	}
}
