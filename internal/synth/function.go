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
	"central-s3-backup/internal/restoretest"
)

// function is a function that the central stack deploys.
type function struct {
	name   string // of its file in the cache
	called string // in a sentence
	// source is the directory with its sources, below the root of the module.
	source string
	// shared are the directories of the other packages of this module that it imports.
	shared []string
	// file that it reads beside its program, and its content.
	file    string
	content func(*config.Config) any
}

var (
	alertFunction = function{
		name: "alerts", called: "the alert function", source: "lambda/alerts", shared: []string{"internal/alerting"},
		file: alerting.FleetFile, content: func(cfg *config.Config) any { return cfg.Fleet() },
	}
	validator = function{
		name: "validate", called: "the validator of restore tests", source: "lambda/validate",
		shared: []string{"internal/alerting", "internal/restoretest"},
		file:   restoretest.TestsFile, content: func(cfg *config.Config) any { return cfg.ValidatorTests() },
	}
)

// functionToolchain builds a function, whatever version of Go builds the app: where that is another one, Go
// downloads this one. go.mod names the same.
const functionToolchain = "go1.26.8"

// These settings make a function the same bytes wherever it is built. Of the user's own settings of Go only
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

// build builds the function for AWS Lambda and returns the file. It keeps the file in the
// user's cache directory, and builds nothing if one from the same sources and toolchain is there.
// sources are those of the module: the app carries them, so that it runs in any directory. announce is called before a
// build, since the first one takes a while.
func (f function) build(ctx context.Context, sources fs.FS, announce func(string)) (file string, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s could not be built: %w", f.called, err)
		}
	}()
	files, err := f.files(sources)
	if err != nil {
		return "", err
	}
	digest, err := digest(sources, files)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "central-s3-backup")
	file = filepath.Join(dir, f.name+"-"+digest)
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
	module, err := os.MkdirTemp("", "central-s3-backup-sources")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(module) //nolint:errcheck // what is left there does no harm
	if err := extract(sources, files, module); err != nil {
		return "", err
	}
	bootstrap := filepath.Join(unfinished, "bootstrap")
	announce("building " + f.called + "; the first build also compiles the AWS SDK")
	build := command(ctx, "go", append(slices.Clone(functionBuild), "-o", bootstrap, "./"+f.source)...)
	build.Dir = module
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

// files are those that the function is built from: its sources, the sources that it shares with the app, and the modules.
func (f function) files(sources fs.FS) ([]string, error) {
	files := []string{"go.mod", "go.sum"}
	for _, root := range append([]string{f.source}, f.shared...) {
		err := fs.WalkDir(sources, root, func(file string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") && entry.Type().IsRegular() {
				files = append(files, file)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("its sources are missing: %w", err)
		}
	}
	return files, nil
}

// digest is a hash of everything that a function is built from: its files, the toolchain and the settings.
func digest(sources fs.FS, files []string) (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, functionBuild, functionEnvironment)
	for _, file := range files {
		text, err := fs.ReadFile(sources, file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s %d\n%s", file, len(text), text)
	}
	return hex.EncodeToString(hash.Sum(nil)[:16]), nil
}

// extract writes files into a directory, where the toolchain finds them.
func extract(sources fs.FS, files []string, dir string) error {
	for _, file := range files {
		text, err := fs.ReadFile(sources, file)
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(file))
		if err := errors.Join(os.MkdirAll(filepath.Dir(target), 0o700), os.WriteFile(target, text, 0o600)); err != nil {
			return err
		}
	}
	return nil
}

// AlertPackage creates a temporary directory with what is uploaded to AWS Lambda: the alert function and the file of
// names that it reads. The caller removes the directory. sources are those of the module.
func AlertPackage(cfg *config.Config, sources fs.FS) (dir string, err error) {
	return alertFunction.pack(cfg, sources)
}

// ValidatorPackage is the same with the validator of restore tests and the file of the tests.
func ValidatorPackage(cfg *config.Config, sources fs.FS) (dir string, err error) {
	return validator.pack(cfg, sources)
}

func (f function) pack(cfg *config.Config, sources fs.FS) (dir string, err error) {
	file, err := f.build(context.Background(), sources, func(string) {}) // it is there since Prepare
	if err != nil {
		return "", err
	}
	program, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	content, err := json.MarshalIndent(f.content(cfg), "", "  ")
	if err != nil {
		return "", err
	}
	dir, err = os.MkdirTemp("", "central-s3-backup-"+f.name)
	if err != nil {
		return "", err
	}
	write := func(name string, content []byte, mode fs.FileMode) error {
		path := filepath.Join(dir, name)
		// Lambda runs the function as another user, so the umask must not take away what that one needs.
		return errors.Join(os.WriteFile(path, content, mode), os.Chmod(path, mode))
	}
	if err := errors.Join(write("bootstrap", program, 0o755), write(f.file, content, 0o644)); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}
