package synth

import (
	"os"
	"os/exec"
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
