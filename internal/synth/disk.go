package synth

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"central-s3-backup/internal/disk"
	"central-s3-backup/internal/jsiinode"
	"central-s3-backup/internal/startup"
)

// place is a directory that a run writes to.
type place struct {
	dir       string
	what      string // the directory in a sentence
	otherwise string // how to use another directory
}

// probeSize is more than a small file that fits into the rest of a full disk, in bytes.
const probeSize = 1 << 20

// places are the directories that a run with this output directory writes to.
func places(out string) []place {
	temporary := startup.Parent()
	all := []place{
		{absolute(out), out, "name another directory for the output"},
		{temporary, "the directory for temporary files, " + temporary + ",", "set TMPDIR to another directory"},
	}
	if cache := jsiinode.CacheRoot(os.LookupEnv); cache != "" {
		all = append(all, place{
			cache, "the cache of the AWS CDK, " + cache + ",", "set JSII_RUNTIME_PACKAGE_CACHE_ROOT to another directory",
		})
	}
	return all
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// ofMachine turns an error about files that cannot be written into a [MachineError], which names the directory.
// It leaves other errors as they are. Call it before the files of the run are removed: where the error has no
// path, it tries which directory is full.
func ofMachine(err error, out string) error {
	fault, is := disk.FaultOf(err)
	if !is {
		return err
	}
	all := places(out)
	for _, p := range all {
		if fault.Path != "" && disk.Within(absolute(fault.Path), p.dir) || fault.Path == "" && disk.Probe(p.dir, probeSize) != nil {
			return cannotWrite(fault, p.what, p.otherwise)
		}
	}
	if fault.Path != "" {
		return cannotWrite(fault, fault.Path, "run the app elsewhere")
	}
	var dirs []string
	for _, p := range all {
		dirs = append(dirs, p.dir)
	}
	return MachineError(
		fmt.Sprintf("a file of the run cannot be written (%s): the run writes to %s; look which of these is full or read-only",
			fault.Reason, strings.Join(dirs, ", ")),
	)
}

func cannotWrite(fault disk.Fault, what, otherwise string) error {
	return MachineError(fmt.Sprintf("%s cannot be written to (%s): %s, or %s", what, fault.Reason, fault.Remedy(), otherwise))
}
