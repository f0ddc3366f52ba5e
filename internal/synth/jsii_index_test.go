package synth

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// asFirstRun makes the test binary a run whose Node finds an empty cache.
const asFirstRun = "CENTRAL_S3_BACKUP_AS_FIRST_RUN"

// TestAwaitIndex loads the CDK into an empty cache and has the index written, as the first run on a
// machine does. It fails when jsii no longer does what this package relies on.
func TestAwaitIndex(t *testing.T) {
	if os.Getenv(asFirstRun) != "" {
		awscdk.Aws_REGION() // loads the CDK
		AwaitIndex(Options{Terminal: os.Stdout})
		jsii.Close()
		return
	}
	root := t.TempDir()
	run := exec.Command(os.Args[0], "-test.run=^TestAwaitIndex$", "-test.v") // Node reads its environment when it starts
	run.Env = append(os.Environ(), asFirstRun+"=1", "JSII_RUNTIME_PACKAGE_CACHE_ROOT="+root)
	out, err := run.CombinedOutput()
	// On a busy machine the index may be there before anybody waits for it.
	if err != nil || strings.Count(string(out), "preparing the AWS CDK for faster starts") > 1 {
		t.Fatalf("%v: %s", err, out)
	}
	dir := cdkDir(root, cdkVersion())
	if dir == "" || !hasIndex(dir) {
		t.Fatalf("jsii wrote no index where this package looks for it, %s in %q", indexManifest, dir)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".writable-*")); left != nil {
		t.Errorf("left %v", left)
	}
}
