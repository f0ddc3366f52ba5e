package synth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"central-s3-backup/config"
	"central-s3-backup/internal/alerting"
)

// functionSource is the directory with the sources of the alert function. It is relative: the app runs in
// the directory of its module.
const functionSource = "lambda/alerts"

// sharedSources are the directories of the other packages of this module that the function imports.
var sharedSources = []string{"internal/alerting"}

// functionToolchain builds the function, whatever version of Go builds the app: where that is another one, Go
// downloads this one. go.mod names the same.
const functionToolchain = "go1.26.8"

// These settings make the function the same bytes wherever it is built. Of the user's own settings of Go only
// passedOn applies. GOENV=off also leaves out those that `go env -w` has saved: an empty variable would not.
var (
	functionBuild       = []string{"build", "-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s -w -buildid="}
	functionEnvironment = []string{
		"GOTOOLCHAIN=" + functionToolchain, "GOENV=off", "GOOS=linux", "GOARCH=arm64", "GOARM64=v8.0", "CGO_ENABLED=0",
		"GOFIPS140=off", "GOFLAGS=-buildvcs=false", "GOWORK=off",
	}
	// passedOn says where modules come from and where files are kept, which changes no byte.
	passedOn = []string{
		"GOAUTH", "GOCACHE", "GOINSECURE", "GOMODCACHE", "GONOPROXY", "GONOSUMDB", "GOPATH", "GOPRIVATE", "GOPROXY", "GOSUMDB",
		"GOTMPDIR", "GOVCS",
	}
)

// buildFunction builds the alert function for AWS Lambda and returns the file. It keeps the file in the
// user's cache directory, and builds nothing if one from the same sources and toolchain is there.
// announce is called before a build, since the first one takes a while.
func buildFunction(ctx context.Context, announce func(string)) (file string, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("the alert function could not be built: %w", err)
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
	defer os.RemoveAll(unfinished) //nolint:errcheck // what is left there does no harm
	bootstrap := filepath.Join(unfinished, "bootstrap")
	announce("building the alert function; the first build also compiles the AWS SDK")
	build := command(ctx, "go", append(slices.Clone(functionBuild), "-o", bootstrap, "./"+functionSource)...)
	if build.Env, err = buildEnvironment(ctx); err != nil {
		return "", err
	}
	build.Env = append(build.Env, "GOTMPDIR="+os.TempDir()) // a build that is killed leaves its files there
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, bytes.TrimSpace(out))
	}
	return file, os.Rename(bootstrap, file)
}

// buildEnvironment is the environment of the build: the user's without the variables of Go, and the settings above.
func buildEnvironment(ctx context.Context) ([]string, error) {
	values, err := command(ctx, "go", append([]string{"env", "-json"}, passedOn...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("the Go toolchain must be on the PATH: %w", err)
	}
	var users map[string]string
	if err := json.Unmarshal(values, &users); err != nil {
		return nil, err
	}
	environment := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "GO") || strings.HasPrefix(variable, "CGO_")
	})
	for _, name := range passedOn {
		environment = append(environment, name+"="+users[name])
	}
	return append(environment, functionEnvironment...), nil
}

// functionDigest is a hash of everything that the function is built from: its sources, the sources
// that it shares with the app, the modules, the toolchain and the settings.
func functionDigest() (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, functionBuild, functionEnvironment)
	files := []string{"go.mod", "go.sum"}
	for _, root := range append([]string{functionSource}, sharedSources...) {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && entry.Type().IsRegular() {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return "", fmt.Errorf("its sources are missing: run the app in the directory of its module: %w", err)
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

// FunctionPackage creates a temporary directory with what is uploaded to AWS Lambda: the alert function
// and the file of names that it reads. The caller removes the directory.
func FunctionPackage(cfg *config.Config) (dir string, err error) {
	file, err := buildFunction(context.Background(), func(string) {}) // it is there since Prepare
	if err != nil {
		return "", err
	}
	program, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	fleet, err := json.MarshalIndent(cfg.Fleet(), "", "  ")
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
	if err := errors.Join(write("bootstrap", program, 0o755), write(alerting.FleetFile, fleet, 0o644)); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}
