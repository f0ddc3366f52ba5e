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

// TestFunctionIsTheSameEverywhere: settings of Go, in the environment or saved by `go env -w`, change neither the
// function nor the name that it has in the cache. Otherwise one user's file would be taken for another's.
func TestFunctionIsTheSameEverywhere(t *testing.T) {
	goCache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	sources := os.DirFS("../..")
	build := func() (name string, content []byte) {
		t.Setenv("XDG_CACHE_HOME", t.TempDir()) // empty, so that it is built
		t.Setenv("HOME", os.Getenv("XDG_CACHE_HOME"))
		file, err := alertFunction.compile(t.Context(), sources, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		if content, err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
		return filepath.Base(file), content
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(goCache)))
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOMODCACHE", moduleCache(t))
	name, content := build()
	if inClone := buildInClone(t); !bytes.Equal(inClone, content) {
		t.Errorf("%d bytes, in the clone %d; want the same", len(content), len(inClone))
	}

	settings := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", settings)
	saved := filepath.Join(settings, "go", "env")
	if err := os.MkdirAll(filepath.Dir(saved), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(saved, []byte("GOEXPERIMENT=nogreenteagc\nGOFIPS140=latest\nGOARM64=v9.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for variable, value := range map[string]string{
		"GOFIPS140": "latest", "GOEXPERIMENT": "nogreenteagc", "GOFLAGS": "-tags=other -gcflags=-N -buildvcs=auto",
		"GOARM64": "v9.0", "GOARCH": "amd64", "GOOS": "darwin", "CGO_ENABLED": "1", "GODEBUG": "gotypesalias=0", "GOTOOLCHAIN": "local",
		"GO111MODULE": "off", "GOWORK": "/absent/go.work",
	} {
		t.Setenv(variable, value)
	}
	otherName, other := build()
	if otherName != name || !bytes.Equal(other, content) {
		t.Errorf("%s with %d bytes; want %s with %d bytes, and the same", otherName, len(other), name, len(content))
	}
}

// buildInClone builds the alert function where its sources are, with all files beside them.
func buildInClone(t *testing.T) []byte {
	t.Helper()
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
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
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

func moduleCache(t *testing.T) string {
	t.Helper()
	dir, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(dir))
}
