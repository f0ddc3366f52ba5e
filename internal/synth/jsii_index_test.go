package synth

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAwaitIndex runs the app with an empty cache, as the first run on a machine does, for so little that
// Node would end before it has written the index. It fails when jsii no longer does what this package
// relies on. It also interrupts a run that waits for the index: that run has written everything. A test binary does not know the version of the CDK, so the app is built.
func TestAwaitIndex(t *testing.T) {
	dir := t.TempDir()
	app, root := filepath.Join(dir, "app"), filepath.Join(dir, "cache")
	build := exec.Command("go", "build", "-o", app, ".")
	run := exec.Command(app, "-config", "testdata/example.yaml", "-workload", "dummy-dev", "-out", filepath.Join(dir, "out"))
	run.Env = append(os.Environ(), "JSII_RUNTIME_PACKAGE_CACHE_ROOT="+root)
	for _, command := range []*exec.Cmd{build, run} {
		command.Dir = "../.."
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", command, err, out)
		}
	}
	versions, _ := filepath.Glob(filepath.Join(root, cdkPackage, "*")) // the pattern is well formed
	if len(versions) != 1 || !hasIndex(versions[0]) {
		t.Fatalf("jsii wrote no */%s into %q", indexManifest, versions)
	}
	index, _ := filepath.Glob(filepath.Join(root, cdkPackage, "*", "*", indexManifest)) // the pattern is well formed
	if err := os.Remove(index[0]); err != nil {                                         // so that it is written anew
		t.Fatal(err)
	}
	out := filepath.Join(dir, "interrupted")
	run = exec.Command(app, "-config", "testdata/example.yaml", "-workload", "dummy-dev", "-out", out)
	run.Env, run.Dir = append(os.Environ(), "JSII_RUNTIME_PACKAGE_CACHE_ROOT="+root), "../.."
	var stderr bytes.Buffer
	run.Stderr = &stderr
	stdout, err := run.StdoutPipe()
	if err == nil {
		err = run.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	_, _ = stdout.Read(make([]byte, 1)) // the run reports its stacks when they are written
	_ = run.Process.Signal(syscall.SIGTERM)
	_ = run.Wait() // its exit code is looked at
	if code := run.ProcessState.ExitCode(); code != 128+15 || !strings.HasSuffix(stderr.String(), "interrupted: "+out+" is complete\n") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	if left, _ := filepath.Glob(filepath.Join(root, cdkPackage, "*", "*", ".writable-*")); left != nil {
		t.Errorf("left %v", left)
	}
}
