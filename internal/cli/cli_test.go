package cli

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

type grammar struct {
	Send struct {
		File  string   `default:"a.yaml" placeholder:"FILE" help:"Read FILE."`
		Check bool     `help:"Only check."`
		Names []string `sep:"none" name:"name" help:"A name."`
	} `cmd:"" help:"Send it."`
}

// TestForms: one hyphen and two, with the value after a space or an equals sign.
func TestForms(t *testing.T) {
	for args, want := range map[string]grammar{
		"":                           one("a.yaml", false),
		"-file b.yaml":               one("b.yaml", false),
		"--file b.yaml":              one("b.yaml", false),
		"-file=b.yaml":               one("b.yaml", false),
		"--file=-b=.yaml":            one("-b=.yaml", false),
		"-check":                     one("a.yaml", true),
		"--check":                    one("a.yaml", true),
		"-check=false":               one("a.yaml", false),
		"-file b -check -file c":     one("c", true),
		"-name a,b --name c -name=d": one("a.yaml", false, "a,b", "c", "d"),
	} {
		t.Run(args, func(t *testing.T) {
			var got grammar
			var stdout bytes.Buffer
			_, err := Parse(&got, append([]string{"send"}, strings.Fields(args)...), &stdout)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v", got, err)
			}
			if stdout.Len() > 0 {
				t.Errorf("printed %q", stdout.String())
			}
		})
	}
}

func one(file string, check bool, names ...string) grammar {
	var g grammar
	g.Send.File, g.Send.Check, g.Send.Names = file, check, names
	return g
}

// TestHelp: all ways to ask for it.
func TestHelp(t *testing.T) {
	for _, flag := range []string{"-h", "-help", "--help"} {
		var stdout bytes.Buffer
		_, err := Parse(&grammar{}, []string{"send", flag}, &stdout, kong.Name("program"))
		if !errors.Is(err, ErrHelp) || !strings.HasPrefix(stdout.String(), "Usage: program send [flags]\n") {
			t.Errorf("%s: %v, printed %q", flag, err, stdout.String())
		}
	}
}

// TestMistakes: each is one line that names what is wrong.
func TestMistakes(t *testing.T) {
	for args, want := range map[string]string{
		"":                 `expected "send"`,
		"snd":              `unexpected argument snd, did you mean "send"?`,
		"send more":        "unexpected argument more",
		"send -- -file":    "unexpected argument -file", // no flag, and no second hyphen
		"send -fiel b":     `unknown flag --fiel, did you mean "--file"?`,
		"send -file":       "--file: expected string value but got nothing",
		"send -file -h":    `--file: expected string value but got "-h" (short flag); perhaps try --file="-h"?`,
		"send -check=so":   `--check: bool value must be true, 1, yes, false, 0 or no but got "so"`,
		"send -check more": "unexpected argument more",
	} {
		var stdout bytes.Buffer
		_, err := Parse(&grammar{}, strings.Fields(args), &stdout)
		if err == nil || err.Error() != want+"; -h shows the help" || stdout.Len() > 0 {
			t.Errorf("%q: got %v, printed %q", args, err, stdout.String())
		}
	}
}
