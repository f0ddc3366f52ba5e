//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// leadGroup makes a command the head of a group of processes, all of which end when it is cancelled.
func leadGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// killGroup ends the group of processes that this one is the head of, itself included.
func killGroup() { _ = syscall.Kill(-syscall.Getpid(), syscall.SIGKILL) } // else there is no such group
