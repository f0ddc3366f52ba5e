//go:build !linux

package synth

// killChildren does nothing here: a terminal sends its signals to Node.js too, and otherwise Node.js ends
// after its current call, when its standard input is closed.
func killChildren() bool { return false }
