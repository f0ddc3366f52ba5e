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

// TestProgramSources: the files that a program is built from, and its digest, have all those of this module that Go compiles into it,
// and what these embed.
func TestProgramSources(t *testing.T) {
	for _, p := range []program{alertFunction.program, validator.program, pipelineProgram} {
		t.Run(p.name, func(t *testing.T) { checkSources(t, p) })
	}
}

func checkSources(t *testing.T, p program) {
	const module = "central-s3-backup/"
	const format = "{{.ImportPath}}{{range .GoFiles}} {{.}}{{end}}{{range .EmbedFiles}} {{.}}{{end}}"
	list := exec.Command("go", "list", "-deps", "-f", format, module+p.source)
	environment, err := p.buildEnvironment(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list.Env = environment
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := p.files(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	own := 0
	for line := range strings.Lines(string(out)) {
		dir, isOwn := strings.CutPrefix(line, module)
		if !isOwn {
			continue
		}
		own++
		names := strings.Fields(dir)
		for _, name := range names[1:] {
			if file := names[0] + "/" + name; !slices.Contains(files, file) {
				t.Errorf("%s is not built from %s", p.called, file)
			}
		}
	}
	if own < 2 {
		t.Errorf("%d packages", own)
	}
}

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
