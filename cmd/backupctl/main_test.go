package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestDefect: nobody sees a stack.
func TestDefect(t *testing.T) {
	startFake(t, answer{}, nil)
	broken := clock{now: func() time.Time { panic("the clock stopped\ngoroutine 1 [running]:") }}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"alert-test", "-config", "testdata/backup.yaml"}, broken, &stdout, &stderr); code != exitDefect {
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
	)
	t.Setenv("COLUMNS", "80")
	for _, test := range []struct {
		args string
		want string
	}{{"", all}, {"--help", all}, {"-h", all}, {"-help", all}, {"alert-test --help", alertTest}, {"alert-test -h", alertTest}} {
		t.Run(test.args, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(strings.Fields(test.args), newClock(), &stdout, &stderr); code != exitDone {
				t.Errorf("exit code %d", code)
			}
			compare(t, "standard output", stdout.String(), test.want)
			compare(t, "standard error", stderr.String(), "")
		})
	}
}
