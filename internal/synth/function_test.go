package synth

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestFunctionSources: the digest covers all packages of this module that the function is built from.
func TestFunctionSources(t *testing.T) {
	for _, f := range []function{alertFunction, validator} {
		t.Run(f.name, func(t *testing.T) { checkSources(t, f) })
	}
}

func checkSources(t *testing.T, f function) {
	const module = "central-s3-backup/"
	list := exec.Command("go", "list", "-deps", module+f.source)
	environment, err := buildEnvironment(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list.Env = environment
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	own := 0
	for _, pkg := range strings.Fields(string(out)) {
		dir, isOwn := strings.CutPrefix(pkg, module)
		if !isOwn {
			continue
		}
		own++
		covered := false
		for _, root := range append([]string{f.source}, f.shared...) {
			covered = covered || dir == root || strings.HasPrefix(dir, root+"/")
		}
		if !covered {
			t.Errorf("a change of %s would not build the function anew", dir)
		}
	}
	if own < 2 {
		t.Errorf("%d packages", own)
	}
}

// TestFunctionInClone: the function in the cache, which is built from the sources in the app, is the one that is built where
// the sources are, with all files beside them. TestTool in the root has settings of Go that must change neither.
func TestFunctionInClone(t *testing.T) {
	cached, err := alertFunction.build(t.Context(), os.DirFS("../.."), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(cached)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.Command("go", append(slices.Clone(functionBuild), "-o", file, "./"+alertFunction.source)...)
	environment, err := buildEnvironment(t.Context())
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

// TestFunctionToolchain: the function and the app name the same version of Go.
func TestFunctionToolchain(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?m)^toolchain (\S+)$`).FindSubmatch(text)
	if named == nil || string(named[1]) != functionToolchain {
		t.Errorf("go.mod has %q; want toolchain %s", named, functionToolchain)
	}
}
