package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestBad loads every file of testdata/bad. A comment "# ERROR: " or "# WARNING: " with a part of the
// message marks each line where a problem is expected. There must be no other problem and no missing one,
// and no configuration.
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

// TestGood loads every file of testdata/good. These are near misses: they may have warnings, but no errors.
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

// loadable are the files that load: those of testdata/good and those that people start from.
func loadable(t *testing.T) []string {
	t.Helper()
	return slices.Concat(files(t, "testdata/good/*.yaml"), files(t, "../examples/*/backup.yaml"), []string{"../testdata/example.yaml"})
}

// TestPrevious compares every after.yaml of testdata/previous with its before.yaml. The expectations are in
// after.yaml. There is a configuration only if none of them is an error.
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

// TestPreviousFaults: problems of an unreadable earlier file have its name.
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

// compare compares the problems with the expectations in the lines of a file.
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
		if p.Check == "nobody-alerted" &&
			!strings.Contains(string(text), "nobody is notified") {
			// most files have no alerts, because they test something else
			continue
		}
		if p.Check == "existing-buckets" && !strings.Contains(string(text), "so check that each has what AWS Backup needs") {
			continue // so with existing and tagged buckets
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
