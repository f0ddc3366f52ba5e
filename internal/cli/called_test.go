package cli

import "testing"

// TestCalled: help and messages name the program as it was called, so that a person can type what they say.
func TestCalled(t *testing.T) {
	for arg0, want := range map[string]string{
		"backupctl": "backupctl", "/usr/local/bin/backupctl": "backupctl", "./backupctl": "backupctl",
		"/tmp/go-build123/b001/exe/backupctl":          "go run ./cmd/backupctl",
		"/home/me/.cache/go-build/0a/0a1b-d/backupctl": "go run ./cmd/backupctl",
		"/home/me/bin/backupctl-linux-arm64":           "backupctl-linux-arm64",
	} {
		if got := Called(arg0, "go run ./cmd/backupctl"); got != want {
			t.Errorf("%s: got %s, want %s", arg0, got, want)
		}
	}
}

// TestAppCalled: what backupctl says of the app can be typed where backupctl was typed, and what the app says of backupctl.
func TestAppCalled(t *testing.T) {
	for program, want := range map[string]string{
		"go run ./cmd/backupctl": "go run .", "backupctl": "central-s3-backup", "backupctl-linux-arm64": "central-s3-backup",
		"go run example.com/you/central-s3-backup/cmd/backupctl@v1.2.3": "go run example.com/you/central-s3-backup@v1.2.3",
	} {
		if got := AppCalled(program); got != want {
			t.Errorf("%s: %s; want %s", program, got, want)
		}
		if back := BackupctlCalled(want); back != program && program != "backupctl-linux-arm64" {
			t.Errorf("%s: %s; want %s", want, back, program)
		}
	}
}
