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
	for _, file := range files(t, "testdata/good/*.yaml") {
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

// TestPrevious compares every after.yaml of testdata/previous with its before.yaml. The expectations
// are in after.yaml, and there is a configuration only where none of them is an error.
func TestPrevious(t *testing.T) {
	for _, after := range files(t, "testdata/previous/*/after.yaml") {
		t.Run(filepath.Base(filepath.Dir(after)), func(t *testing.T) {
			before := filepath.Join(filepath.Dir(after), "before.yaml")
			text := read(t, after)
			cfg, err := LoadAfter(after, text, before, read(t, before))
			if refused := strings.Contains(string(text), "# ERROR: "); refused != (cfg == nil) {
				t.Errorf("refused: %v, expected %v", cfg == nil, refused)
			}
			compare(t, text, problemsOf(cfg, err))
		})
	}
}

// TestPreviousFaults: an earlier file that cannot be read is said to be so, under its own name.
func TestPreviousFaults(t *testing.T) {
	after := []byte(minimal)
	for before, want := range map[string]string{
		"version: 1\n\tproject: dummy\n": "before.yaml:2:1: a tab indents this line",
		"version: 1\nprojekt: dummy\n":   "before.yaml:2:1: projekt: unknown key; did you mean project?",
	} {
		cfg, err := LoadAfter("after.yaml", after, "before.yaml", []byte(before))
		if cfg != nil || err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "after.yaml") {
			t.Errorf("got %v; want %q", err, want)
		}
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
	for _, p := range problems {
		if p.Check == "nobody-alerted" && !strings.Contains(string(text), "nobody is notified") { // most files have no alerts, which is not what they are about
			continue
		}
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
	if p.Level == Warning {
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
