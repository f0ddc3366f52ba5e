//go:build whole

package synth

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// TestFunctionInClone: the function in the cache, which is built from the sources in the app, is the one that is built where
// the sources are, with all files beside them. TestTool in the root has settings of Go that must change neither.
func TestFunctionInClone(t *testing.T) {
	cached, err := alertFunction.compile(t.Context(), os.DirFS("../.."), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(cached)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.Command("go", append(slices.Clone(functionBuild), "-o", file, "./"+alertFunction.source)...)
	environment, err := alertFunction.buildEnvironment(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	build.Env, build.Dir = environment, "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	inClone, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(inClone, content) {
		t.Errorf("%d bytes, in the clone %d; want the same", len(content), len(inClone))
	}
}
