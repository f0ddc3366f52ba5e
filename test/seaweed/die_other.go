//go:build !linux

package seaweed

import "os/exec"

// dieTogether: no other system has that.
func dieTogether(*exec.Cmd) {}
