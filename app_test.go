package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

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

// warned is a file with a single warning.
const warned = "config/testdata/good/no-alerts.yaml"

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
		{name: "print the schema", args: []string{"-print-schema", "-config", "absent.yaml"}, code: exitDone, stdout: schema},
		{
			name: "print the configuration", args: []string{"-print-config", "-config", warned}, code: exitDone,
			stdout: "vault_name: central-aws-vault-S3",
			stderr: warned + ":5:9: warning: alerts: nobody is notified",
		},
		{
			name: "check", args: []string{"-check", "-config", warned}, env: map[string]string{"JSII_NODE": "no-such-node"}, code: exitDone,
			stdout: warned + ": no errors, 1 warning\n",
			stderr: warned + ":5:9: warning: alerts: nobody is notified",
		},
		{
			name: "check what is wrong", args: []string{"-check", "-config", wrong},
			env: map[string]string{"JSII_NODE": "no-such-node"}, code: exitWrong, stderr: "\n2 errors, 1 warning\n",
		},
		{name: "wrong, in JSON", args: []string{"-format", "json", "-config", wrong}, code: exitWrong, stdout: `"check": "unknown-tier"`},
		{
			name: "no such format", args: []string{"-format", "yaml"}, code: exitWrong,
			stderr: `--format must be one of "text","json" but got "yaml"; -h shows the help` + "\n",
		},
		{name: "no such earlier file", args: []string{"-previous", "absent.yaml"}, code: exitWrong, stderr: "absent.yaml: there is no such file"},
		{
			name: "a lock that cannot be changed", args: []string{"-config", edited("after"), "-previous", edited("before")},
			code: exitWrong, stderr: "the compliance lock of central-aws-vault-S3 cannot be changed",
		},
		{
			name: "context, earlier file", args: []string{"-config", edited("after")},
			env: map[string]string{"CDK_CONTEXT_JSON": `{"previous":"` + edited("before") + `"}`}, code: exitWrong,
			stderr: "the compliance lock of central-aws-vault-S3 cannot be changed",
		},
		{
			name: "no processes", args: []string{"-jobs", "0"}, code: exitWrong,
			stderr: "--jobs: got 0; want a number of processes, 1 or more; -h shows the help\n",
		},
		{
			name: "unknown flag", args: []string{"-workloads", "x"}, code: exitWrong,
			stderr: `unknown flag --workloads, did you mean "--workload"?; -h shows the help` + "\n",
		},
		{name: "an argument", args: []string{"dummy-dev"}, code: exitWrong, stderr: "unexpected argument dummy-dev; -h shows the help\n"},
		{
			name: "the file as an argument", args: []string{"-check", "my.yaml"}, code: exitWrong,
			stderr: "unexpected argument my.yaml; for a configuration write -config my.yaml; -h shows the help\n",
		},
		{
			name: "a flag as an argument", args: []string{"check"}, code: exitWrong,
			stderr: "unexpected argument check; write -check; -h shows the help\n",
		},
		{name: "no such file", args: []string{"-config", "absent.yaml"}, code: exitWrong, stderr: "absent.yaml: there is no such file"},
		{
			name: "wrong configuration", args: []string{"-config", wrong}, code: exitWrong,
			stderr: wrong + ":8:14: workloads[0].account: needs quotes: YAML reads it as a number",
		},
		{name: "all problems", args: []string{"-config", wrong}, code: exitWrong, stderr: "did you mean critical_data?"},
		{name: "count", args: []string{"-config", wrong}, code: exitWrong, stderr: "\n2 errors, 1 warning\n"},
		{name: "wrong configuration, printed", args: []string{"-config", wrong, "-print-config"}, code: exitWrong, stderr: "2 errors"},
		{
			name: "unknown workload, checked", args: []string{"-check", "-workload", "dummy-pord"}, code: exitWrong,
			stderr: "did you mean dummy-prod?",
		},
		{
			name: "unknown workload, in JSON", args: []string{"-format", "json", "-workload", "dummy-pord"}, code: exitWrong,
			stdout: `"what": "-workload dummy-pord: there is no such workload; did you mean dummy-prod?`,
		},
		{
			name: "no Node, in JSON", args: []string{"-format", "json"}, env: map[string]string{"JSII_NODE": "no-such-node"},
			code: exitWrong, stdout: `"check": "run"`,
		},
		{
			name: "printed, with JSON asked for", args: []string{"-format", "json", "-print-config", "-config", warned}, code: exitDone,
			stdout: "vault_name: central-aws-vault-S3",
			stderr: warned + ":5:9: warning: alerts: nobody is notified",
		},
		{
			name: "what JSON escapes",
			args: []string{"-format", "json", "-config", "config/testdata/bad/lock-min-above-max.yaml"}, code: exitWrong,
			stdout: `"want": "min_retention_days <= max_retention_days"`,
		},
		{name: "unknown workload", args: []string{"-workload", "dummy-pord"}, code: exitWrong, stderr: "did you mean dummy-prod?"},
		{
			name: "no Node", env: map[string]string{"JSII_NODE": "no-such-node"}, code: exitWrong,
			stderr: `there is no "no-such-node" on the PATH: the AWS CDK runs in Node.js`,
		},
		{
			name: "broken Node", env: map[string]string{"JSII_NODE": "false"}, code: exitWrong,
			stderr: "/false does not run (exit status 1): the AWS CDK runs in Node.js",
		},
		{name: "a project", args: []string{"-out", project}, code: exitWrong, stderr: "holds files that are not a cloud assembly"},
		{name: "no directory", args: []string{"-out", ""}, code: exitWrong, stderr: "-out: want the name of a directory"},
		{name: "occupied directory", args: []string{"-out", occupied}, code: exitWrong, stderr: "holds files that are not a cloud assembly"},
		{name: "not a directory", args: []string{"-out", wrong}, code: exitWrong, stderr: "-out " + wrong + ": " + wrong + " is a file; want a directory\n"},
		{name: "below a file", args: []string{"-out", filepath.Join(wrong, "out")}, code: exitWrong, stderr: wrong + " is a file; want a directory\n"},
		{name: "context, file", env: map[string]string{"CDK_CONTEXT_JSON": `{"config":"absent.yaml"}`}, code: exitWrong, stderr: "absent.yaml"},
		{
			name: "context, workload", env: map[string]string{"CDK_CONTEXT_JSON": `{"workload":"dummy-dev,nobody"}`},
			code: exitWrong, stderr: "-workload nobody: there is no such workload",
		},
		{
			name: "unknown workload, listed", args: []string{"-check", "-workload", "nope"}, code: exitWrong,
			stderr: "-workload nope: there is no such workload; want one of central, dummy-dev, dummy-prod\n",
		},
		{name: "empty workload", args: []string{"-workload", ""}, code: exitWrong, stderr: "-workload: it is empty; want NAME-ENV"},
		{
			name: "context, misspelt", env: map[string]string{"CDK_CONTEXT_JSON": `{"wrokload":"dummy-dev"}`}, code: exitWrong,
			stderr: "-c wrokload: the app reads no such key; did you mean workload?\n",
		},
		{
			name: "context, nag", env: map[string]string{"CDK_CONTEXT_JSON": `{"nag":"yes"}`}, code: exitWrong,
			stderr: "-c nag=yes: want true or false",
		},
		{name: "context, not JSON", env: map[string]string{"CDK_CONTEXT_JSON": `{`}, code: exitWrong, stderr: "CDK_CONTEXT_JSON: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			var stdout, stderr bytes.Buffer
			args := append([]string{"-out", out}, test.args...)
			if !slices.Contains(args, "-config") && !strings.Contains(test.env["CDK_CONTEXT_JSON"], "config") {
				args = append(args, "-config", exampleFile)
			}
			code := run(args, func(name string) string { return test.env[name] }, &stdout, &stderr)
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

// TestUnderCLI: with what the CDK CLI puts into the environment, its own output is not mixed with ours, it chooses the
// directory, and its context changes nothing but what it is there for: a permissions boundary is on every role of every
// stack. All of the context reaches Node.js where several processes build the stacks, too (TestPartsFail).
func TestUnderCLI(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "synth.lock"), nil) // as the CLI's own files, which are there before
	app := appCommand()
	app.Env = append(app.Env, "CDK_OUTDIR="+dir, "CDK_CLI_VERSION=2.1148.1",
		`CDK_CONTEXT_JSON={"config":"testdata/everything.yaml","aws:cdk:enable-path-metadata":true,"aws:cdk:enable-asset-metadata":true,`+
			`"aws:cdk:version-reporting":true,"@aws-cdk/core:permissionsBoundary":{"name":"company-boundary"}}`)
	var stderr bytes.Buffer
	app.Stderr = &stderr
	stdout, err := app.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	if len(stdout) > 0 {
		t.Errorf("standard output %q", stdout)
	}
	limited, roles := readTemplates(dir), 0
	for stack, plain := range everything.templates {
		for id, role := range limited[stack].ofType("AWS::IAM::Role") {
			roles++
			if policy, _ := json.Marshal(role.Properties["PermissionsBoundary"]); !strings.Contains(string(policy), `:policy/company-boundary"`) {
				t.Errorf("%s, %s: the boundary is %s", stack, id, policy)
			}
			delete(role.Properties, "PermissionsBoundary")
		}
		if !reflect.DeepEqual(limited[stack].Resources, plain.Resources) {
			t.Errorf("the context changes more than the roles of %s", stack)
		}
	}
	if roles == 0 {
		t.Error("no role at all")
	}
	for _, file := range []string{"README.md", "docs/deploy.md"} {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), `"context": {"@aws-cdk/core:permissionsBoundary": {"name": "company-boundary"}}`) {
			t.Errorf("%s does not say how: %v", file, err)
		}
	}
}

// TestStaleTemplates: a stack that is no longer in the configuration leaves no template behind.
func TestStaleTemplates(t *testing.T) {
	dir := t.TempDir()
	synthesizeFile(exampleFile, dir, nil, "-workload", "dummy-dev")
	write(t, filepath.Join(dir, "mine.template.json"), []byte("{}"))
	again := synthesizeFile(exampleFile, dir, nil, "-workload", "central")
	if got := fmt.Sprint(slices.Sorted(maps.Keys(again.templates))); got != "[dummy-backup-central mine]" {
		t.Errorf("templates %s", got)
	}
}

// TestTiersAreData: no code but the table knows a tier's name.
func TestTiersAreData(t *testing.T) {
	cfg, err := config.LoadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, pattern := range []string{
		"*.go", "stacks/*.go", "constructs/*.go", "config/*.go", "config/internal/*/*.go", "internal/*/*.go", "cmd/*/*.go",
		"lambda/alerts/*.go", "lambda/alerts/internal/*/*.go",
	} {
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
