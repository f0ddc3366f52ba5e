//go:build !linux && !darwin

package jsiinode

// runs tells whether the system runs a script of the shell.
func runs(string) bool { return false }
