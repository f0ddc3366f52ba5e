package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzParse: for any bytes, there is either a configuration that can be printed and loaded again, or
// problems with places in the text.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(text) < 8<<10 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		cfg, err := Load("backup.yaml", text)
		_ = problemsOf(cfg, err).Excerpts(80, nil)
		_, _ = LoadAfter("backup.yaml", text, "minimal.yaml", []byte(minimal))
		_, _ = LoadAfter("minimal.yaml", []byte(minimal), "backup.yaml", text)
		var problems Problems
		switch {
		case (cfg == nil) == (err == nil):
			t.Fatalf("configuration %v, error %v", cfg, err)
		case errors.As(err, &problems):
			lines := bytes.Count(text, []byte("\n")) + bytes.Count(text, []byte("\r")) + 1
			for _, p := range problems {
				if p.Line < 1 || p.Line > lines+1 || p.Column < 1 || p.What == "" {
					t.Fatalf("not in the text: %s", p)
				}
			}
		case err != nil:
			t.Fatalf("an error that is no problem of the file: %v", err)
		default:
			printed, err := cfg.YAML()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Load("printed.yaml", printed); err != nil {
				t.Fatalf("%v\nprinted:\n%s", err, printed)
			}
		}
	})
}
