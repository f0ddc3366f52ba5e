package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// TestDefect: nobody sees a stack.
func TestDefect(t *testing.T) {
	startFake(t, answer{}, nil)
	broken := clock{now: func() time.Time { panic("the clock stopped\ngoroutine 1 [running]:") }}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"alert-test", "-config", "testdata/backup.yaml"}, broken, strings.NewReader(""), &stdout, &stderr); code != exitDefect {
		t.Errorf("exit code %d", code)
	}
	compare(t, "standard output", stdout.String(), "")
	compare(t, "standard error", stderr.String(), "backupctl: this is a defect of backupctl; please report it: the clock stopped\n")
}

// TestHelp: what is there, without an argument too.
func TestHelp(t *testing.T) {
	const (
		all = `Usage: go run ./cmd/backupctl <command>

backupctl is what operators run beside the app.

Flags:
  -h, --help    Show this help. For every flag, one hyphen is enough.

Commands:
  alert-test [flags]
    Send a test event through the alerts, and report which destinations accepted
    it.

  copy-back --workload=NAME-ENV --bucket=NAME [flags]
    Copy a recovery point from the central account back to a workload's account.

  restore backup --bucket=NAME [flags]
    Restore a bucket from its recovery points, into a new bucket.

  restore files [flags]
    Read single objects of a recovery point, without a restore.

  restore versions --bucket=NAME --to=TIME [flags]
    Bring a versioned bucket back to a moment. Without --apply: say what that
    would do.

Run "go run ./cmd/backupctl <command> --help" for more information on a command.
`
		alertTest = `Usage: go run ./cmd/backupctl alert-test [flags]

Send a test event through the alerts, and report which destinations accepted it.

Flags:
  -h, --help                    Show this help. For every flag, one hyphen is
                                enough.

      --config=FILE             Read the configuration from FILE (default:
                                backup.yaml).
      --workload=NAME-ENV       Send from this workload's account (default:
                                central).
      --profile=NAME            AWS profile for that account (default: the
                                default credentials).
      --central-profile=NAME    AWS profile to read the log in the central
                                account (default: the default credentials).
      --timeout=TIME            Wait at most this long, such as 90s (default:
                                3m).
`
		restoreVersions = `Usage: go run ./cmd/backupctl restore versions --bucket=NAME --to=TIME [flags]

Bring a versioned bucket back to a moment. Without --apply: say what that would
do.

Flags:
  -h, --help             Show this help. For every flag, one hyphen is enough.

      --bucket=NAME      The bucket. It needs S3 Versioning.
      --to=TIME          The moment, such as 2026-03-02T10:00:00Z, or how long
                         ago, such as 3h. Its second counts as a whole.
      --prefix=PREFIX    Only keys that begin with PREFIX.
      --key=KEY          Only this key. Repeatable.
      --keys=FILE        Only the keys of FILE, one a line.
      --apply            Change the bucket. No version and no delete marker is
                         deleted.
      --yes              Do not ask for the bucket's name at a terminal.
      --incomplete       Accept a moment of which the bucket's lifecycle has
                         deleted versions.
      --list             Print each key that is not as it was.
      --plan-out=FILE    Write those keys with their versions to FILE, as JSON
                         lines; compressed if the name ends in .gz.
      --report=FILE      Write the report to FILE, as JSON.
      --output=FORM      Print text or json (default: text).
      --concurrency=N    Work on up to N keys at a time, 1 to 512 (default: 64).
      --profile=NAME     AWS profile (default: the default credentials).
      --region=REGION    The bucket's Region (default: that of the profile or of
                         AWS_REGION).
`
	)
	t.Setenv("COLUMNS", "80")
	for _, test := range []struct {
		args string
		want string
	}{{"", all}, {"--help", all}, {"-h", all}, {"-help", all}, {"alert-test --help", alertTest}, {"alert-test -h", alertTest},
		{"restore versions -h", restoreVersions}, {"restore backup -h", helpOf(t, "restore-backup")},
		{"restore files -h", helpOf(t, "restore-files")}, {"copy-back -h", helpOf(t, "copy-back")}} {
		t.Run(test.args, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(strings.Fields(test.args), newClock(), strings.NewReader(""), &stdout, &stderr); code != exitDone {
				t.Errorf("exit code %d", code)
			}
			compare(t, "standard output", stdout.String(), test.want)
			compare(t, "standard error", stderr.String(), "")
		})
	}
}

// helpOf is the help of a command in testdata.
func helpOf(t *testing.T, command string) string {
	text, err := os.ReadFile("testdata/help/" + command + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
