package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestCurrent: the pictures in docs are what this program draws.
func TestCurrent(t *testing.T) {
	for _, theme := range themes {
		got, err := os.ReadFile(filepath.Join("../..", theme.file()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, []byte(draw(theme))) {
			t.Errorf("%s is not current: go run ./docs/picture", theme.file())
		}
	}
}
