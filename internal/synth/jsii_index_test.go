package synth

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// asFirstRun makes the test binary a run whose Node finds an empty cache. It has the version of the CDK,
// which a test binary does not know of itself.
const asFirstRun = "CENTRAL_S3_BACKUP_AS_FIRST_RUN"

// TestAwaitIndex loads the CDK into an empty cache and has the index written, as the first run on a
// machine does. It fails when jsii no longer does what this package relies on.
func TestAwaitIndex(t *testing.T) {
	if version := os.Getenv(asFirstRun); version != "" {
		awscdk.Aws_REGION() // loads the CDK
		awaitIndex(cdkDir(cacheRoot(os.LookupEnv), version), Options{Terminal: os.Stdout}.announce)
		jsii.Close()
		return
	}
	modules, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(regexp.QuoteMeta(cdkModule) + ` v(\S+)`).FindStringSubmatch(string(modules))[1]
	root := t.TempDir()
	run := exec.Command(os.Args[0], "-test.run=^TestAwaitIndex$", "-test.v") // Node reads its environment when it starts
	run.Env = append(os.Environ(), asFirstRun+"="+version, "JSII_RUNTIME_PACKAGE_CACHE_ROOT="+root)
	out, err := run.CombinedOutput()
	// On a busy machine the index may be there before anybody waits for it.
	if err != nil || strings.Count(string(out), "preparing the AWS CDK for faster starts") > 1 {
		t.Fatalf("%v: %s", err, out)
	}
	dir := cdkDir(root, version)
	if dir == "" || !hasIndex(dir) {
		t.Fatalf("jsii wrote no index where this package looks for it, %s in %q", indexManifest, dir)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".writable-*")); left != nil {
		t.Errorf("left %v", left)
	}
}

// TestNoIndex: where jsii keeps no index that lasts, nobody waits for one.
func TestNoIndex(t *testing.T) {
	for _, env := range []map[string]string{
		{"HOME": "/home/a", "JSII_RUNTIME_PACKAGE_CACHE": "disabled"},
		{"HOME": "/home/a", "JSII_RUNTIME": "/other/program.js"},
		{"HOME": "/home/a", "JSII_VALIDATE_ASSEMBLIES": "1"},
		{"HOME": ""},
		{"HOME": "relative"},
	} {
		lookup := func(name string) (string, bool) { value, set := env[name]; return value, set }
		if root := cacheRoot(lookup); root != "" {
			t.Errorf("%v: waits for an index in %s", env, root)
		}
	}
	said := 0
	say := func(string) { said++ }
	awaitIndex(filepath.Join(t.TempDir(), "absent"), say) // not writable: returns at once
	there := t.TempDir()
	if err := os.WriteFile(filepath.Join(there, indexManifest), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	awaitIndex(there, say)
	if said != 0 {
		t.Errorf("said %d times that it prepares something", said)
	}
}
