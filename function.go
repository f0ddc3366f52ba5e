package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"central-s3-backup/config"
)

// functionSource is the directory of the function that delivers alerts, in the directory that the app runs in.
const functionSource = "lambda"

// What makes the function the same bytes wherever it is built, whatever the user's own settings of Go are.
var (
	functionBuild       = []string{"build", "-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s -w -buildid="}
	functionEnvironment = []string{"GOOS=linux", "GOARCH=arm64", "GOARM64=v8.0", "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOWORK=off", "GOEXPERIMENT="}
)

// buildFunction builds the function for AWS Lambda, and returns the file. The Go toolchain makes the
// same bytes of the same sources wherever it runs. What was built before from the same sources with
// the same toolchain is taken from the user's cache directory.
// say is called where it has to be built, which takes a while the first time.
func buildFunction(say func(string)) (file string, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("the function that delivers alerts could not be built: %w", err)
		}
	}()
	digest, err := functionDigest()
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "central-s3-backup")
	file = filepath.Join(dir, "alerts-"+digest)
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	unfinished, err := os.MkdirTemp(dir, "build")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(unfinished) //nolint:errcheck // what may be left there is nobody's
	bootstrap := filepath.Join(unfinished, "bootstrap")
	say("building the function that delivers alerts; the first time compiles the AWS SDK as well")
	build := exec.Command("go", append(slices.Clone(functionBuild), "-o", bootstrap, "./"+functionSource+"/alerts")...)
	build.Env = append(os.Environ(), functionEnvironment...)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, bytes.TrimSpace(out))
	}
	return file, os.Rename(bootstrap, file)
}

// functionDigest is a hash of what the function is built from: its sources, those that it shares with
// the app, the modules, the toolchain and its settings.
func functionDigest() (string, error) {
	toolchain, err := exec.Command("go", "env", "GOVERSION").Output()
	if err != nil {
		return "", fmt.Errorf("it takes the Go toolchain on the PATH: %w", err)
	}
	hash := sha256.New()
	fmt.Fprintln(hash, string(toolchain), functionBuild, functionEnvironment)
	files := []string{"go.mod", "go.sum"}
	for _, root := range []string{functionSource, "internal/estate"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && entry.Type().IsRegular() {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return "", fmt.Errorf("its sources are not here: run the app in the directory of its module: %w", err)
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s %d\n%s", filepath.ToSlash(file), len(text), text)
	}
	return hex.EncodeToString(hash.Sum(nil)[:16]), nil
}

// functionPackage is a new temporary directory with the function and the file that it reads.
func functionPackage(cfg *config.Config) (dir string, err error) {
	file, err := buildFunction(func(string) {})
	if err != nil {
		return "", err
	}
	dir, err = os.MkdirTemp("", "central-s3-backup-alerts")
	if err != nil {
		return "", err
	}
	write := func(name string, content []byte, mode fs.FileMode) error {
		path := filepath.Join(dir, name)
		// Lambda runs the function as another user, so the umask must not take away what that one needs.
		return errors.Join(os.WriteFile(path, content, mode), os.Chmod(path, mode))
	}
	program, err := os.ReadFile(file)
	if err == nil {
		err = write("bootstrap", program, 0o755)
	}
	var estate []byte
	if err == nil {
		estate, err = json.MarshalIndent(cfg.Estate(), "", "  ")
	}
	if err == nil {
		err = write("estate.json", estate, 0o644)
	}
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}
