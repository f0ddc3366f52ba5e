//go:build !unix

package synth

import "os/exec"

// Without groups of processes, Node.js ends when its standard input is closed.

func leadGroup(*exec.Cmd) {}

func killGroup() {}
