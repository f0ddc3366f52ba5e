package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBad loads every file of testdata/bad. A line that must be answered says so itself, with
// "# ERROR: " or "# WARNING: " and a part of the message; no other line may be answered, and no
// expectation may be left over. A file with errors yields no configuration.
func TestBad(t *testing.T) {
	for _, file := range files(t, "testdata/bad/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text := read(t, file)
			cfg, err := Load(file, text)
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("loaded with error %v; want problems", err)
			}
			if cfg != nil {
				t.Error("a configuration came with the problems")
			}
			compare(t, text, problems)
		})
	}
}

// TestGood loads every file of testdata/good: near misses, which may have warnings and no error.
func TestGood(t *testing.T) {
	for _, file := range append(files(t, "testdata/good/*.yaml"), "../backup.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text := read(t, file)
			cfg, err := Load(file, text)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, text, cfg.Warnings)
		})
	}
}

// compare matches the problems with the expectations in the lines of a file.
func compare(t *testing.T, text []byte, problems Problems) {
	t.Helper()
	wanted := map[int][]string{}
	for i, line := range strings.Split(string(text), "\n") {
		for _, mark := range []string{"ERROR: ", "WARNING: "} {
			for _, want := range strings.Split(line, "# "+mark)[1:] {
				want, _, _ = strings.Cut(want, " # ")
				wanted[i+1] = append(wanted[i+1], mark+strings.TrimSpace(want))
			}
		}
	}
	if len(wanted) == 0 && len(problems) > 0 {
		t.Errorf("the file expects nothing and has\n%s", problems)
	}
	for _, p := range problems {
		if !takeMatch(wanted, p) {
			t.Errorf("not expected in line %d: %s", p.Line, p)
		}
	}
	for line, wants := range wanted {
		for _, want := range wants {
			t.Errorf("line %d: expected and not found: %s\nfound:\n%s", line, want, problems)
		}
	}
}

func takeMatch(wanted map[int][]string, p Problem) bool {
	mark := "ERROR: "
	if p.Warning {
		mark = "WARNING: "
	}
	for i, want := range wanted[p.Line] {
		if message, ok := strings.CutPrefix(want, mark); ok && strings.Contains(p.String(), message) {
			wanted[p.Line] = append(wanted[p.Line][:i], wanted[p.Line][i+1:]...)
			return true
		}
	}
	return false
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	return found
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
