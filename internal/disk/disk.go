// Package disk tells errors of a file system, which only the owner of the machine can remedy, from those of the app.
package disk

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
)

// faults are the errors, by what Node.js calls them.
var faults = map[string]syscall.Errno{
	"ENOSPC": syscall.ENOSPC, "EDQUOT": syscall.EDQUOT, "EFBIG": syscall.EFBIG,
	"EROFS": syscall.EROFS, "EACCES": syscall.EACCES,
}

// ofNode finds such an error in a message of Node.js. It ends with the path, if Node.js knows it:
// "EACCES: permission denied, open '/tmp/x'", "ENOSPC: no space left on device, copyfile '/tmp/x' -> '/y'" or
// "ENOSPC: no space left on device, write".
var ofNode = regexp.MustCompile(`\b(ENOSPC|EDQUOT|EFBIG|EROFS|EACCES): [^,\n]+(?:, \w+(?: '([^'\n]*)')?(?: -> '([^'\n]*)')?)?`)

// ofPanic finds one in what a Go program writes that panics, as jsii has it panic before main starts.
var ofPanic = regexp.MustCompile(`(?m)^panic: \w+ (.+): ([^:\n]+)$`)

// Fault says why a file could not be written.
type Fault struct {
	// Reason in the words of the operating system, such as "no space left on device".
	Reason string
	// Path of the file or the directory. Empty: the error does not say.
	Path string
	// Full says that space is missing, and not a permission.
	Full bool
}

// FaultOf returns the fault of a file system behind an error of Go or of Node.js, and whether there is one.
func FaultOf(err error) (Fault, bool) {
	if err == nil {
		return Fault{}, false
	}
	for _, fault := range faults {
		if errors.Is(err, fault) {
			path, starts := pathOf(err)
			return newFault(fault, path), !starts
		}
	}
	if found := ofNode.FindStringSubmatch(err.Error()); found != nil {
		return newFault(faults[found[1]], cmp.Or(found[3], found[2])), true
	}
	if found := ofPanic.FindStringSubmatch(err.Error()); found != nil {
		for _, fault := range faults {
			if fault.Error() == found[2] {
				return newFault(fault, found[1]), true
			}
		}
	}
	return Fault{}, false
}

func newFault(reason syscall.Errno, path string) Fault {
	full := reason != syscall.EROFS && reason != syscall.EACCES
	return Fault{Reason: reason.Error(), Path: path, Full: full}
}

// pathOf returns the path in an error of Go, and whether a program was to be started there.
func pathOf(err error) (path string, starts bool) {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Path, e.Op == "fork/exec"
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.New, false
	}
	return "", false
}

// Remedy is what to do in the directory, as a part of a sentence.
func (f Fault) Remedy() string {
	if f.Full {
		return "free some space there"
	}
	return "allow yourself to create files there"
}

// Probe creates a file with as many bytes in a directory, and removes it.
func Probe(dir string, bytes int) error {
	file, err := os.CreateTemp(dir, "writable-")
	if err != nil {
		return err
	}
	const step = 64 << 10 // bytes at a time
	block := make([]byte, step)
	for ; bytes > 0 && err == nil; bytes -= step {
		_, err = file.Write(block)
	}
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}

// Within tells whether a path is a directory or something in it.
func Within(path, dir string) bool {
	relative, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(relative)
}
