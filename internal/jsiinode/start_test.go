package jsiinode

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestVersionOfCDK: the version whose index is looked for is the one in go.mod.
func TestVersionOfCDK(t *testing.T) {
	modules, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if want := "github.com/aws/aws-cdk-go/awscdk/v2 v" + cdkVersion + "\n"; !strings.Contains(string(modules), want) {
		t.Errorf("go.mod does not have %q", want)
	}
}

// TestPrepare: what the user has set stays, and each process that another one of the app starts knows it.
func TestPrepare(t *testing.T) {
	for _, user := range []string{"", "node24", "/opt/a node's/bin/node"} {
		for _, name := range []string{"NODE_OPTIONS", "MALLOC_ARENA_MAX", userVariable} {
			t.Setenv(name, "")
		}
		t.Setenv(nodeVariable, user)
		dir := t.TempDir()
		var script string
		for process := range 2 {
			if err := Prepare(dir); err != nil {
				t.Fatal(err)
			}
			if process == 0 {
				script = os.Getenv(nodeVariable)
			}
			if got := os.Getenv(nodeVariable); got != script || process == 0 && filepath.Dir(got) != dir {
				t.Errorf("%q, process %d: jsii starts %q", user, process, got)
			}
			want := user
			if user == "" {
				want = "node"
			}
			if got := Command(os.Getenv); got != want {
				t.Errorf("%q, process %d: got %q", user, process, got)
			}
			if got := os.Getenv("NODE_OPTIONS"); !strings.HasPrefix(got, nodeOptions) {
				t.Errorf("NODE_OPTIONS: %q", got)
			}
			dir = t.TempDir()
		}
	}
	t.Setenv("NODE_OPTIONS", "--no-warnings")
	t.Setenv(nodeVariable, "other")
	if err := Prepare(t.TempDir()); err != nil || os.Getenv("NODE_OPTIONS") != "--no-warnings" || os.Getenv(userVariable) != "other" {
		t.Errorf("%v, NODE_OPTIONS %q, Node.js %q", err, os.Getenv("NODE_OPTIONS"), os.Getenv(userVariable))
	}
	if err := Prepare(filepath.Join(t.TempDir(), "absent")); err != nil {
		t.Errorf("Prepare writes where it need not: %v", err)
	}
	t.Setenv(nodeVariable, filepath.Join(t.TempDir(), scriptName)) // of a process that has ended
	dir := t.TempDir()
	if err := Prepare(dir); err != nil || filepath.Dir(os.Getenv(nodeVariable)) != dir || Command(os.Getenv) != "other" {
		t.Errorf("%v, jsii starts %q, which runs %q", err, os.Getenv(nodeVariable), Command(os.Getenv))
	}
	t.Setenv(nodeVariable, "")
	if err := Prepare(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("no error for a directory that is not there")
	}
}

// TestPrepareIndex: a process that starts without an index of the CDK, which Node.js then builds, has its memory limited for that.
func TestPrepareIndex(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("JSII_RUNTIME_PACKAGE_CACHE_ROOT", cache)
	for _, test := range []struct{ options, arenas string }{
		{nodeOptions + indexNodeOptions, indexMallocArenas},
		{nodeOptions, ""},
	} {
		for _, name := range []string{"NODE_OPTIONS", "MALLOC_ARENA_MAX", nodeVariable} {
			t.Setenv(name, "")
		}
		if err := Prepare(t.TempDir()); err != nil {
			t.Fatal(err)
		}
		if options, arenas := os.Getenv("NODE_OPTIONS"), os.Getenv("MALLOC_ARENA_MAX"); options != test.options || arenas != test.arenas {
			t.Errorf("got %q and %q, want %q and %q", options, arenas, test.options, test.arenas)
		}
		index := filepath.Join(cache, cdkPackage, cdkVersion, "hash") // is there from now on
		if err := os.MkdirAll(index, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(index, indexManifest), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRuns: where the system does not run the script, jsii starts Node.js itself.
func TestRuns(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte(startScript), 0o600); err != nil {
		t.Fatal(err)
	}
	if runs(script) {
		t.Error("a file that is no program runs")
	}
	if err := os.Chmod(script, 0o700); err != nil {
		t.Fatal(err)
	}
	if !runs(script) {
		t.Error("a program does not run")
	}
}

// TestStart: jsii's program speaks on standard input and output, as jsii expects it from what it starts; what others print does
// not get between its answers. Everything that is not jsii's start is passed on to Node.js as it is.
func TestStart(t *testing.T) {
	t.Setenv(nodeVariable, "")
	dir := filepath.Join(t.TempDir(), "a directory's name")
	for _, d := range []string{dir, filepath.Join(dir, "lib"), filepath.Join(dir, "bin")} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := Prepare(dir); err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	before := filepath.Join(elsewhere, "before.js") // as an agent that watches programs
	const prints = "if (process.argv[1]?.endsWith('/lib/program.js')) console.log('loaded before')"
	if err := os.WriteFile(before, []byte(prints), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("NODE_OPTIONS", "--require "+before)
	const program = `
const fs = require('fs');
console.log('printed');
const request = Buffer.alloc(100);
const read = fs.readSync(3, request, 0, 100, null);
fs.writeSync(3, 'answer to ' + request.toString('utf8', 0, read));
fs.writeSync(1, 'written\n');
const file = fs.openSync(__filename);
const taken = fs.fstatSync(3).isCharacterDevice();
console.error(taken && fs.readSync(file, request, 0, 100, 0) === 100 ? 'files are read' : 'descriptor 3 is free');
`
	alone := filepath.Join(elsewhere, "bin", "jsii-runtime.js") // with no program beside it
	if err := os.Mkdir(filepath.Dir(alone), 0o700); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{filepath.Join(dir, "lib", "program.js"): program, alone: "console.log('alone')"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		args           []string
		stdout, stderr string
	}{
		{[]string{dir + "/bin/jsii-runtime.js"}, "answer to request\n", "loaded before\nprinted\nwritten\nfiles are read\n"},
		{[]string{"-p", "1 + 1"}, "2\n", ""},
		{[]string{alone}, "alone\n", ""},
		{[]string{dir + "/lib/program.js"}, "loaded before\nprinted\n", "Error"}, // without the script there is no descriptor 3 to read
	} {
		var stdout, stderr bytes.Buffer
		start := exec.Command(os.Getenv(nodeVariable), test.args...)
		start.Stdin, start.Stdout, start.Stderr = strings.NewReader("request\n"), &stdout, &stderr
		err := start.Run()
		if stdout.String() != test.stdout || !strings.Contains(stderr.String(), test.stderr) || err != nil != (test.stderr == "Error") {
			t.Errorf("%v: %v, says\n%s\nand\n%s", test.args, err, stdout.String(), stderr.String())
		}
	}
	// A command of the user that passes on the first three descriptors alone.
	closes := filepath.Join(elsewhere, "closes")
	if err := os.WriteFile(closes, []byte("#!/bin/sh\nexec node \"$@\" 3>&- 4>&-\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv(userVariable, closes)
	out, err := exec.Command(os.Getenv(nodeVariable), dir+"/bin/jsii-runtime.js").CombinedOutput()
	const want = "loaded before\nJSII_NODE: what it starts does not get the descriptors 3 and 4; want Node.js, or a script that "
	if err == nil || !strings.HasPrefix(string(out), want) || strings.Count(string(out), "\n") != 2 {
		t.Errorf("%v, says %s", err, out)
	}
}
