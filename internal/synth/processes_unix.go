//go:build unix

package synth

import (
	"os/exec"
	"syscall"
)

// leadGroup makes a command the leader of a group of processes. When the command is cancelled, the
// whole group is killed.
func leadGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// killGroup kills the group that this process leads, itself included. A process that leads none goes on.
func killGroup() { _ = syscall.Kill(-syscall.Getpid(), syscall.SIGKILL) } // fails where there is no group
