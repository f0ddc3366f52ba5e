package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestSize: the deployed function is small, because a cold start loads all of it.
func TestSize(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bootstrap")
	if err := build(path, "GOOS=linux", "GOARCH=arm64"); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var zipped bytes.Buffer
	archive := zip.NewWriter(&zipped)
	file, err := archive.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(program); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	const mb = 1_000_000
	t.Logf("%.1f MB, %.1f MB zipped", float64(len(program))/mb, float64(zipped.Len())/mb)
	if len(program) > 15*mb || zipped.Len() > 6*mb {
		t.Errorf("%d bytes, %d zipped", len(program), zipped.Len())
	}
}
