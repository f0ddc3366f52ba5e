package synth

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"central-s3-backup/config"
	"central-s3-backup/internal/alerting"
	"central-s3-backup/internal/restoretest"
)

// function is a function that the central stack deploys.
type function struct {
	program

	// file that it reads beside its program, and its content.
	file    string
	content func(*config.Config) any
}

var (
	alertFunction = function{
		program: program{
			name: "alerts", called: "the alert function", source: "lambda/alerts", shared: []string{"internal/alerting"},
			hint: "the first build also compiles the AWS SDK", build: functionBuild, environment: functionEnvironment,
		},
		file: alerting.FleetFile, content: func(cfg *config.Config) any { return cfg.Fleet() },
	}
	validator = function{
		program: program{
			name: "validate", called: "the validator of restore tests", source: "lambda/validate",
			shared: []string{"internal/alerting", "internal/restoretest"},
			hint:   "the first build also compiles the AWS SDK", build: functionBuild, environment: functionEnvironment,
		},
		file: restoretest.TestsFile, content: func(cfg *config.Config) any { return cfg.ValidatorTests() },
	}
)

// functionToolchain builds a function, whatever version of Go builds the app: where that is another one, Go
// downloads this one. go.mod names the same.
const functionToolchain = "go1.26.8"

// These settings make a function the same bytes wherever it is built. GOENV=off also leaves out those that `go env -w` has saved:
// an empty variable would not.
var (
	functionBuild       = []string{"build", "-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s -w -buildid="}
	functionEnvironment = []string{
		"GOTOOLCHAIN=" + functionToolchain, "GOENV=off", "GOOS=linux", "GOARCH=arm64", "GOARM64=v8.0", "CGO_ENABLED=0",
		"GOFIPS140=off", "GOFLAGS=-buildvcs=false", "GOWORK=off",
	}
)

// functionsOf are the functions that the central stack of the configuration deploys.
func functionsOf(cfg *config.Config) []function {
	var functions []function
	if len(cfg.Alerts.Delivered()) > 0 {
		functions = append(functions, alertFunction)
	}
	if cfg.Validates() {
		functions = append(functions, validator)
	}
	return functions
}

// AlertPackage creates a temporary directory with what is uploaded to AWS Lambda: the alert function and the file of
// names that it reads. The caller removes the directory. sources are those of the module.
func AlertPackage(cfg *config.Config, sources fs.FS) (dir string, err error) {
	return alertFunction.buildPackage(cfg, sources)
}

// ValidatorPackage is the same with the validator of restore tests and the file of the tests.
func ValidatorPackage(cfg *config.Config, sources fs.FS) (dir string, err error) {
	return validator.buildPackage(cfg, sources)
}

func (f function) buildPackage(cfg *config.Config, sources fs.FS) (dir string, err error) {
	file, err := f.compile(context.Background(), sources, func(string) {})
	if err != nil {
		return "", err
	}
	return f.pack(cfg, file)
}

// pack creates the package with the program in the file, which a run has built.
func (f function) pack(cfg *config.Config, file string) (dir string, err error) {
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
