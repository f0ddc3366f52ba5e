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
	"runtime"
	"slices"
	"strings"
)

// program is a program of this module that a run builds: a function, or what synthesizes pipelines.
type program struct {
	name   string // of its file in the cache
	called string // in a sentence
	hint   string // why its first build takes a while
	// source is the directory with its sources, below the root of the module.
	source string
	// shared are the directories of the other packages of this module that it imports.
	shared []string
	// build is the command line of Go.
	build []string
	// environment of the build, beside what [passedOn] names.
	environment []string
	// ofMachine says that the program runs on this machine, so that each one has its own.
	ofMachine bool
}

// programs are the files of those that a run has built, by the programs' names.
type programs map[string]string

// passedOn says where modules come from and where files are kept, which changes no byte. Of the user's own settings of Go only these
// apply to a build.
var passedOn = []string{
	"GOAUTH", "GOCACHE", "GOINSECURE", "GOMODCACHE", "GONOPROXY", "GONOSUMDB", "GOPATH", "GOPRIVATE", "GOPROXY", "GOSUMDB",
	"GOTMPDIR", "GOVCS",
}

// compile builds the program and returns the file. It keeps the file in the
// user's cache directory, and builds nothing if one from the same sources and toolchain is there.
// sources are those of the module: the app carries them, so that it runs in any directory. announce is called before a
// build, since the first one takes a while.
func (p program) compile(ctx context.Context, sources fs.FS, announce func(string)) (file string, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s could not be built: %w", p.called, err)
		}
	}()
	files, err := p.files(sources)
	if err != nil {
		return "", err
	}
	digest, err := p.digest(sources, files)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "central-s3-backup")
	file = filepath.Join(dir, p.name+"-"+digest)
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
	built := filepath.Join(unfinished, p.name)
	announce("building " + p.called + "; " + p.hint)
	build := command(ctx, "go", append(slices.Clone(p.build), "-o", built, "./"+p.source)...)
	build.Dir = module
	if build.Env, err = p.buildEnvironment(ctx); err != nil {
		return "", err
	}
	build.Env = append(build.Env, "GOTMPDIR="+os.TempDir()) // a build that is killed leaves its files there
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, bytes.TrimSpace(out))
	}
	return file, os.Rename(built, file)
}

// buildEnvironment is the environment of the build: the user's without the variables of Go, and the settings of the program.
func (p program) buildEnvironment(ctx context.Context) ([]string, error) {
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
	return append(environment, p.environment...), nil
}

// files are those that the program is built from: its sources, the sources that it shares with the app, and the modules.
func (p program) files(sources fs.FS) ([]string, error) {
	files := []string{"go.mod", "go.sum"}
	for _, root := range append([]string{p.source}, p.shared...) {
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

// digest is a hash of everything that the program is built from: its files, the toolchain and the settings.
func (p program) digest(sources fs.FS, files []string) (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, p.build, p.environment)
	if p.ofMachine {
		fmt.Fprintln(hash, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	}
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
