package cli

import "runtime/debug"

// release is the version that `make release` gives its binaries through the linker. Empty: Go knows the version.
var release string

// Version is the version of the running program: that of a release, or of the module that Go installed, or of the commit.
func Version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
