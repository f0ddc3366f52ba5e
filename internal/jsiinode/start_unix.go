//go:build linux || darwin

package jsiinode

import (
	"os"
	"syscall"
)

// execute is X_OK of access(2).
const execute = 1

// runs tells whether the system runs a script of the shell: a file system may be mounted without that.
func runs(script string) bool {
	_, err := os.Stat("/bin/sh")
	return err == nil && syscall.Access(script, execute) == nil
}
