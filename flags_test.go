package main

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"central-s3-backup/internal/cli"
)

// TestOptions: what the command line says comes before what the CDK CLI says, and that before the defaults.
func TestOptions(t *testing.T) {
	two := 2
	all := flags{
		Config: "a.yaml", Previous: "b.yaml", Check: true, Format: "json", Out: "dir", Report: true,
		Workload: []string{"a-dev", "b", "c"}, Jobs: &two, PrintConfig: true, PrintSchema: true, Version: true,
	}
	const allFlags = "-config a.yaml -previous b.yaml -check -format json -out dir " +
		"-workload a-dev -workload b,c -jobs 2 -print-config -print-schema -version"
	fromCLI := map[string]string{
		"CDK_OUTDIR": "cli.out", "CDK_CLI_VERSION": "2.1148.1",
		"CDK_CONTEXT_JSON": `{"config":"c.yaml","previous":"d.yaml","workload":"x-dev, y-dev","nag":true,"aws:cdk:version-reporting":true}`,
	}
	for _, test := range []struct {
		name string
		args string
		env  map[string]string
		want options
	}{
		{name: "defaults", want: options{flags: flags{Config: "backup.yaml", Format: "text", Out: "cdk.out", Report: true}}},
		{name: "all flags", args: allFlags, want: options{flags: all}},
		{name: "two hyphens", args: strings.ReplaceAll(allFlags, " -", " --"), want: options{flags: all}},
		{
			name: "the CDK CLI", env: fromCLI,
			want: options{nag: true, underCLI: true, flags: flags{
				Config: "c.yaml", Previous: "d.yaml", Format: "text", Out: "cli.out", Report: true, Workload: []string{"x-dev", "y-dev"},
			}},
		},
		{
			name: "both", args: "-config a.yaml -previous= -workload a-dev -out dir", env: fromCLI,
			want: options{nag: true, underCLI: true, flags: flags{
				Config: "a.yaml", Format: "text", Out: "dir", Report: true, Workload: []string{"x-dev", "y-dev", "a-dev"},
			}},
		},
		{
			name: "names with what kong replaces", env: map[string]string{"CDK_OUTDIR": "${default}", "CDK_CONTEXT_JSON": `{"config":"$${env}"}`},
			want: options{flags: flags{Config: "$${env}", Format: "text", Out: "${default}", Report: true}},
		},
		{
			name: "a context without what the app reads", env: map[string]string{"CDK_CONTEXT_JSON": `{"nag":"false","other":[1]}`},
			want: options{flags: flags{Config: "backup.yaml", Format: "text", Out: "cdk.out", Report: true}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout bytes.Buffer
			got, err := readOptions(strings.Fields(test.args), func(name string) string { return test.env[name] }, &stdout)
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
			if stdout.Len() > 0 {
				t.Errorf("printed %q", stdout.String())
			}
		})
	}
}

// TestHelp: the whole text, on standard output.
func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "80")
	var stdout bytes.Buffer
	if _, err := readOptions([]string{"-h"}, func(string) string { return "" }, &stdout); !errors.Is(err, cli.ErrHelp) {
		t.Errorf("got %v", err)
	}
	const want = `Usage: go run . [flags]

central-s3-backup synthesizes AWS Backup for S3 across accounts from one file.

Through the CDK CLI:

    npx cdk list|synth|diff|deploy [-c config=FILE] [-c previous=FILE]
                                   [-c workload=NAME-ENV] [-c nag=true]

Flags:
  -h, --help                 Show this help. For every flag, one hyphen is
                             enough.
      --config=FILE          Read the configuration from FILE (default:
                             backup.yaml).
      --previous=FILE        Compare the configuration with the deployed one in
                             FILE: a change that loses data or protection is an
                             error, a change that weakens it a warning.
      --check                Check the configuration, and stop before Node.js
                             starts.
      --format=FORMAT        FORMAT of what is reported: text, or json for one
                             document on standard output (default: text).
      --out=DIR              Write the cloud assembly to DIR (default: cdk.out).
      --workload=NAME-ENV    Synthesize only the stack of this workload,
                             or with central those of the central account.
                             Commas between several.
      --jobs=N               Use at most N processes at a time (default:
                             as many as suit the number of stacks and cores).
      --[no-]report          Write the report into DIR/report, where DIR is that
                             of -out (default: true; -report=false writes none).
      --print-config         Print the effective configuration, with every
                             default, and stop.
      --print-schema         Print the JSON schema of backup.yaml, which editors
                             read, and stop.
      --version              Print the version and stop.
      --completion=SHELL     Print the script with which SHELL completes the
                             flags, and stop: bash, zsh or fish.
`
	if stdout.String() != want {
		t.Errorf("got\n%s", stdout.String())
	}
}
