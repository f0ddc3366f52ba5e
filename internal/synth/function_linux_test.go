package synth

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"central-s3-backup/config"
)

// TestFunctionModes: Lambda, which is another user, may read the function and start it, whatever the
// umask of whoever deploys it.
func TestFunctionModes(t *testing.T) {
	cfg, err := config.LoadFile("../../testdata/fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, packed := range map[string]func(*config.Config, fs.FS) (string, error){"estate.json": AlertPackage, "tests.json": ValidatorPackage} {
		umask := syscall.Umask(0o077)
		dir, err := packed(cfg, os.DirFS("../.."))
		syscall.Umask(umask)
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		for name, mode := range map[string]os.FileMode{"bootstrap": 0o755, name: 0o644} {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != mode {
				t.Errorf("%s: %v, %v", name, info.Mode(), err)
			}
		}
	}
}
