package seaweed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// Program returns the path of SeaweedFS's program, weed. The first call builds it into the user's cache directory,
// for ten minutes of processor time; the file has the version in its name. Module is the directory of this module.
func Program(ctx context.Context, module string) (string, error) {
	directory, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	key := sha256.New()
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(module, "weed", name))
		if err != nil {
			return "", err
		}
		key.Write(content)
	}
	key.Write([]byte(runtime.Version()))
	program := filepath.Join(directory, "central-s3-backup", fmt.Sprintf("weed-%x", key.Sum(nil)[:8]))
	if _, err := os.Stat(program); !errors.Is(err, os.ErrNotExist) {
		return program, err
	}
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		return "", err
	}
	// Under another name until it is complete: two builds at a time, or one that is killed, do no harm.
	scratch, err := os.MkdirTemp(filepath.Dir(program), "weed-build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(scratch) //nolint:errcheck // what is left is not used
	built := filepath.Join(scratch, "weed")
	// Without symbols it takes half of the disk, and links faster.
	build := exec.CommandContext(ctx, "go", "build", "-C", filepath.Join(module, "weed"), "-trimpath", "-ldflags=-s -w", "-o", built,
		"github.com/seaweedfs/seaweedfs/weed")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("SeaweedFS cannot be built: %w\n%s", err, bytes.TrimSpace(output))
	}
	return program, os.Rename(built, program)
}
