package synth

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestAwaitIndex runs the app with an empty cache, as the first run on a machine does, for so little that
// Node would end before it has written the index. It fails when jsii no longer does what this package
// relies on. A test binary does not know the version of the CDK, so the app is built.
func TestAwaitIndex(t *testing.T) {
	dir := t.TempDir()
	app, root := filepath.Join(dir, "app"), filepath.Join(dir, "cache")
	build := exec.Command("go", "build", "-o", app, ".")
	run := exec.Command(app, "-workload", "dummy-dev", "-out", filepath.Join(dir, "out"))
	run.Env = append(os.Environ(), "JSII_RUNTIME_PACKAGE_CACHE_ROOT="+root)
	for _, command := range []*exec.Cmd{build, run} {
		command.Dir = "../.."
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", command, err, out)
		}
	}
	versions, _ := filepath.Glob(filepath.Join(root, cdkPackage, "*")) // the pattern is well formed
	if len(versions) != 1 || !hasIndex(versions[0]) {
		t.Errorf("jsii wrote no */%s into %q", indexManifest, versions)
	}
	if left, _ := filepath.Glob(filepath.Join(root, cdkPackage, "*", "*", ".writable-*")); left != nil {
		t.Errorf("left %v", left)
	}
}
