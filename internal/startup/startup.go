// Package startup prepares a process of the app before the packages of the CDK are initialized: they write
// jsii's program into the temporary directory then, before main starts, and panic if they cannot.
//
// The main package imports it. Go initializes packages in the order of the alphabet, as soon as their imports are initialized. This one
// comes before jsii's, unless the module's path comes after that of jsii. For such a module main has jsii begin anew (synth.Renew): it
// then finds the directory and the environment that are prepared.
package startup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"central-s3-backup/internal/disk"
	"central-s3-backup/internal/jsiinode"
)

// ExitWrong is the exit code of a process that ends here, because of an error on the machine.
const ExitWrong = 1

// jsiiSize is how many bytes jsii writes before main starts, and some more.
const jsiiSize = 3 << 20

// stopping are the signals that ask a process to end.
var stopping = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// signals gets them from now on, so that one which comes before main starts is not lost.
var signals = make(chan os.Signal, 1)

// dir is the temporary directory of this process. parent is that of the run's first process, which the user has
// chosen: a process that another one of the app starts has its directory in that one's.
var dir, parent string

// prefix starts the names of these directories.
const prefix = "central-s3-backup-"

func init() { //nolint:gochecknoinits // main would be too late
	for _, s := range stopping {
		if !signal.Ignored(s) { // as nohup has SIGHUP ignored
			signal.Notify(signals, s)
		}
	}
	var err error
	if dir, err = ownTempDir(); err == nil {
		if err = jsiinode.Prepare(dir); err != nil {
			err = unusable(err)
		}
	}
	if err != nil {
		_ = os.RemoveAll(dir) // the file system may be read-only by now
		fmt.Fprintln(os.Stderr, err)
		os.Exit(ExitWrong) //nolint:forbidigo // jsii would panic before app.go can
	}
}

// ownTempDir creates a directory and makes it the temporary directory of this process and its children.
func ownTempDir() (string, error) {
	in, err := filepath.Abs(os.TempDir())
	if err != nil {
		return "", err
	}
	for parent = in; strings.HasPrefix(filepath.Base(parent), prefix); {
		parent = filepath.Dir(parent)
	}
	if filepath.Separator == '/' && strings.Contains(in, `\`) {
		return "", fmt.Errorf("the directory for temporary files, %s, has a backslash in its name, "+
			"from which Node.js cannot load a package: set TMPDIR to another directory", in)
	}
	own, err := os.MkdirTemp(in, prefix)
	if err != nil {
		return "", unusable(err)
	}
	if err := disk.Probe(own, jsiiSize); err != nil {
		return own, unusable(err)
	}
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} { // Go and Node.js read different ones on Windows
		if err := os.Setenv(name, own); err != nil {
			return own, err
		}
	}
	return own, nil
}

// unusable is the error for a directory for temporary files that cannot be used.
func unusable(err error) error {
	fault, ofDisk := disk.FaultOf(err)
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	remedy := "create it"
	if ofDisk {
		remedy = fault.Remedy()
	}
	return fmt.Errorf("the directory for temporary files, %s, cannot be written to (%w): "+
		"%s, or set TMPDIR to a directory in which you may create files", parent, err, remedy)
}

// Parent is the directory for temporary files that the user has chosen.
func Parent() string { return parent }

// Signals gets the signals that ask the process to end, also those that came before main started. It has
// room for one. They no longer end the process by themselves.
func Signals() <-chan os.Signal { return signals }

// Release has the signals end the process again.
func Release() { signal.Reset(stopping...) }

// Close removes the temporary directory of this process. Nothing may use it any more.
func Close() {
	_ = os.RemoveAll(dir) // what a process that was killed still writes may stay
}
