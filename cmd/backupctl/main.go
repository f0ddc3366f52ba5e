// Command backupctl is what operators run beside the app. Its subcommand alert-test tries whether
// alerts arrive.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitDone   = 0
	exitWrong  = 1 // the configuration, the command line or what is deployed is wrong
	exitDefect = 2 // backupctl is
)

func main() {
	os.Exit(run(os.Args[1:], clock{time.Now, time.Sleep}, os.Stdout, os.Stderr))
}

// clock is the time and what makes it pass.
type clock struct {
	now   func() time.Time
	sleep func(time.Duration)
}

// commandLine is what the command line may say.
type commandLine struct {
	AlertTest alertTest `cmd:"" help:"Send a marked test event the way that alerts take, and say which destinations took it."`
}

// run is the whole program. Nothing below it prints to anything but the writer it is given, or exits.
func run(args []string, clock clock, stdout, stderr io.Writer) (code int) {
	defer func() {
		if cause := recover(); cause != nil {
			code = defect(stderr, cause)
		}
	}()
	helped := false
	parser, err := kong.New(&commandLine{},
		kong.Name("go run ./cmd/backupctl"),
		kong.Description("backupctl is what operators run beside the app."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }), // which kong calls after --help alone, and then goes on
		kong.Bind(clock),
		kong.BindTo(stdout, (*io.Writer)(nil)),
	)
	if err != nil {
		return defect(stderr, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(twoHyphens(args))
	switch {
	case helped:
		return exitDone
	case err != nil:
		what := strings.ReplaceAll(err.Error(), `"EOL" (<EOL>)`, "nothing")
		fmt.Fprintln(stderr, what+"; --help lists the commands and their flags")
		return exitWrong
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(stderr, err)
		return exitWrong
	}
	return exitDone
}

// twoHyphens takes -config FILE for --config FILE, since the app takes both.
func twoHyphens(args []string) []string {
	taken := make([]string, len(args))
	for i, arg := range args {
		if len(arg) > len("-h") && arg[0] == '-' && arg[1] != '-' {
			arg = "-" + arg
		}
		taken[i] = arg
	}
	return taken
}

// defect reports what no user can have caused, in a line.
func defect(stderr io.Writer, cause any) int {
	line, _, _ := strings.Cut(strings.TrimSpace(fmt.Sprint(cause)), "\n")
	fmt.Fprintf(stderr, "backupctl: this is a defect of backupctl; please report it: %s\n", line)
	return exitDefect
}
