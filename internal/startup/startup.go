// Package startup prepares a process of the app before the packages of the CDK are initialized: they write
// jsii's program into the temporary directory then, before main starts, and panic if they cannot.
//
// Only the main package imports it. Go initializes the first package by import path of which all imports
// are initialized, and jsii's have more imports: TestInterrupt fails if that is no longer so.
package startup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// exitWrong is the app's exit code for an error on the machine.
const exitWrong = 1

// stopping are the signals that ask a process to end.
var stopping = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// signals gets them from now on, so that one which comes before main starts is not lost.
var signals = make(chan os.Signal, 1)

// dir is the temporary directory of this process.
var dir string

func init() { //nolint:gochecknoinits // main would be too late
	for _, s := range stopping {
		if !signal.Ignored(s) { // as nohup has SIGHUP ignored
			signal.Notify(signals, s)
		}
	}
	var err error
	if dir, err = ownTempDir(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitWrong) //nolint:forbidigo // jsii would panic before app.go can
	}
}

// ownTempDir creates a directory and makes it the temporary directory of this process and its children.
func ownTempDir() (string, error) {
	parent, err := filepath.Abs(os.TempDir())
	if err != nil {
		return "", err
	}
	own, err := os.MkdirTemp(parent, "central-s3-backup-")
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return "", fmt.Errorf("the directory for temporary files, %s, cannot be written to (%w): "+
			"create it, or set TMPDIR to a directory in which you may create files", parent, err)
	}
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} { // Go and Node.js read different ones on Windows
		if err := os.Setenv(name, own); err != nil {
			return "", err
		}
	}
	return own, nil
}

// Signals gets the signals that ask the process to end, also those that came before main started. It has
// room for one. They no longer end the process by themselves.
func Signals() <-chan os.Signal { return signals }

// Release has the signals end the process again.
func Release() { signal.Reset(stopping...) }

// Close removes the temporary directory of this process. Nothing may use it any more.
func Close() {
	_ = os.RemoveAll(dir) // what a process that was killed still writes may stay
}
