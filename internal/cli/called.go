package cli

import (
	"path/filepath"
	"runtime/debug"
	"strings"
)

// AppCalled is how the person who called backupctl as program calls the app. In a clone that is `go run .`.
func AppCalled(program string) string {
	switch {
	case program == "go run ./cmd/backupctl":
		return "go run ."
	case strings.HasPrefix(program, "go run "):
		return strings.Replace(program, "/cmd/backupctl@", "@", 1)
	}
	return "central-s3-backup"
}

// BackupctlCalled is how the person who called the app as program calls backupctl: AppCalled the other way round.
func BackupctlCalled(program string) string {
	switch {
	case program == "go run .":
		return "go run ./cmd/backupctl"
	case strings.HasPrefix(program, "go run "):
		return strings.Replace(program, "@", "/cmd/backupctl@", 1)
	}
	return "backupctl"
}

// Called is how a person called the running program, whose path is arg0: by the name of its file, where it is installed. `go run`
// has it in a directory of Go's own: of a clone that is inClone, such as "go run .", and else `go run` with the version.
func Called(arg0, inClone string) string {
	if !strings.Contains(filepath.ToSlash(arg0), "/go-build") {
		return strings.TrimSuffix(filepath.Base(arg0), ".exe")
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Sum != "" { // Go has fetched the module
		return "go run " + info.Path + "@" + info.Main.Version
	}
	return inClone
}
