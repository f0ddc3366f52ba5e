package seaweed

import (
	"os/exec"
	"syscall"
)

// dieTogether lets the system kill a process when this one dies, for example at the timeout of go test.
func dieTogether(process *exec.Cmd) {
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
