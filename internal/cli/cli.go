// Package cli reads the command lines of the programs of this module, so that all of them take flags in
// the same forms and report mistakes in the same words.
package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// ErrHelp is returned when the help was asked for and printed.
var ErrHelp = errors.New("the help was printed")

// Parse reads the command line into grammar, a pointer to a struct with kong's tags. A flag may start
// with one hyphen or with two. The help goes to stdout. An error is one line.
func Parse(grammar any, args []string, stdout io.Writer, options ...kong.Option) (*kong.Context, error) {
	helped := false
	options = append(options,
		kong.Writers(stdout, io.Discard),
		kong.Exit(func(int) { helped = true }), // kong calls it after the help, and then goes on
		kong.PostBuild(func(k *kong.Kong) error {
			k.Model.HelpFlag.Help = "Show this help. For every flag, one hyphen is enough."
			return nil
		}),
	)
	parser, err := kong.New(grammar, options...)
	if err != nil {
		return nil, err
	}
	command, err := parser.Parse(twoHyphens(args))
	switch {
	case helped:
		return nil, ErrHelp
	case err != nil:
		what := strings.ReplaceAll(err.Error(), `"EOL" (<EOL>)`, "nothing")
		return nil, fmt.Errorf("%s; -h shows the help", what)
	}
	return command, nil
}

// twoHyphens writes -flag as --flag, which is the form that kong takes. What has one character after
// the hyphen, as -h has, and what follows -- stays as it is.
func twoHyphens(args []string) []string {
	taken := make([]string, len(args))
	copy(taken, args)
	for i, arg := range taken {
		if arg == "--" {
			break
		}
		if len(arg) > len("-h") && arg[0] == '-' && arg[1] != '-' {
			taken[i] = "-" + arg
		}
	}
	return taken
}
