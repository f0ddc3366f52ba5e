package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"central-s3-backup/config"
	"central-s3-backup/internal/startup"
	"central-s3-backup/internal/synth"
)

var update = flag.Bool("update", false, "renew golden files")

// exampleFile is what the tests know of. backup.yaml is the user's, and TestSnapshot alone reads it.
const exampleFile = "testdata/example.yaml"

// Every assembly that the tests look at is synthesized once, in TestMain: Node is started once for
// the test binary, and nothing here may run in parallel with it.
var (
	example *assembly // testdata/example.yaml
	fleet   *assembly // testdata/fleet.yaml
	gov     *assembly // testdata/gov.yaml
	vaults  *assembly // testdata/vaults.yaml
	locks   *assembly // testdata/locks.yaml

	everything *assembly // testdata/everything.yaml
)

// shared is the directory of what several tests look at. It is removed when all are done.
var shared string

func TestMain(m *testing.M) {
	if os.Getenv(synth.PartVariable) != "" && os.Getenv(partIsKilled) != "" {
		self, _ := os.FindProcess(os.Getpid()) // is there
		_ = self.Kill()
	}
	if os.Getenv(asApp) != "" || os.Getenv(synth.PartVariable) != "" {
		main()
	}
	startup.Release() // whoever interrupts the tests ends them
	flag.Parse()
	var err error
	if shared, err = os.MkdirTemp("", "central-s3-backup"); err != nil {
		panic(err)
	}
	example = synthesizeFile(exampleFile, filepath.Join(shared, "example"), nil)
	fleet = synthesizeFile("testdata/fleet.yaml", filepath.Join(shared, "fleet"), nil)
	gov = synthesizeFile("testdata/gov.yaml", filepath.Join(shared, "gov"), nil)
	vaults = synthesizeFile("testdata/vaults.yaml", filepath.Join(shared, "vaults"), nil)
	locks = synthesizeFile("testdata/locks.yaml", filepath.Join(shared, "locks"), nil)
	everything = synthesizeFile("testdata/everything.yaml", filepath.Join(shared, "everything"), nil)
	code := m.Run()
	synth.Close()
	startup.Close() // also what is shared
	os.Exit(code)
}

// asApp is the environment variable that makes the test binary the app: Node takes over the
// environment as it is when the process starts, so a test of it needs a process of its own.
const asApp = "CENTRAL_S3_BACKUP_AS_APP"

// partIsKilled is the one that kills each process of several before it does anything.
const partIsKilled = "CENTRAL_S3_BACKUP_PART_IS_KILLED"

// assembly is what a run wrote, and the configuration that it wrote it from.
type assembly struct {
	dir       string
	cfg       *config.Config
	stdout    string
	templates map[string]template // by stack
}

type template struct {
	stack     string
	bytes     []byte
	Resources map[string]resource
}

type resource struct {
	Type                string
	Properties          map[string]any
	Metadata            map[string]any
	DeletionPolicy      string
	UpdateReplacePolicy string
}

func synthesizeFile(file, dir string, env map[string]string, args ...string) *assembly {
	var stdout, stderr bytes.Buffer
	getenv := func(name string) string { return env[name] }
	if code := run(append([]string{"-config", file, "-out", dir}, args...), getenv, &stdout, &stderr); code != exitDone {
		panic(stderr.String())
	}
	cfg, err := config.LoadFile(file)
	if err != nil {
		panic(err)
	}
	return &assembly{dir: dir, cfg: cfg, stdout: stdout.String(), templates: readTemplates(dir)}
}

// readTemplates reads the templates of an assembly, by their stacks.
func readTemplates(dir string) map[string]template {
	templates := map[string]template{}
	paths, _ := filepath.Glob(filepath.Join(dir, "*.template.json")) // the pattern is well formed
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		t := template{stack: strings.TrimSuffix(filepath.Base(path), ".template.json"), bytes: text}
		if err := json.Unmarshal(text, &t); err != nil {
			panic(err)
		}
		templates[t.stack] = t
	}
	return templates
}

// ofType returns the resources of a type by their logical ids.
func (t template) ofType(typ string) map[string]resource {
	found := map[string]resource{}
	for id, r := range t.Resources {
		if r.Type == typ {
			found[id] = r
		}
	}
	return found
}

// alertPackage is the package of the alert function, in a temporary directory.
func alertPackage(cfg *config.Config) (string, error) { return synth.AlertPackage(cfg, sources) }

// validatorPackage is that of the validator of restore tests.
func validatorPackage(cfg *config.Config) (string, error) {
	return synth.ValidatorPackage(cfg, sources)
}

// at walks nested properties, of which each step is a key or an index of a list; nil where there is none.
func at(value any, steps ...any) any {
	for _, step := range steps {
		switch s := step.(type) {
		case string:
			m, _ := value.(map[string]any)
			value = m[s]
		case int:
			list, _ := value.([]any)
			if s >= len(list) {
				return nil
			}
			value = list[s]
		}
	}
	return value
}

func list(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{value}
}
