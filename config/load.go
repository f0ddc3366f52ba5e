// Package config reads backup.yaml and knows what AWS makes of it. It is pure Go: a Config that it
// returns is complete, defaulted and valid, and everything that has a physical name has it from here.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v4"
)

// LoadFile reads, completes and checks the backup.yaml of that name. The error is [Problems].
func LoadFile(name string) (*Config, error) { return LoadFileAfter(name, "") }

// LoadFileAfter is LoadFile for a configuration that replaces an earlier one, and compares the two:
// what the change would lose is an error, what it would weaken or leave behind a warning. Without a
// previous file there is nothing to compare.
func LoadFileAfter(name, previous string) (*Config, error) {
	text, fault := readFile(name)
	if fault != nil {
		return nil, fault
	}
	if previous == "" {
		return Load(name, text)
	}
	previousText, fault := readFile(previous)
	if fault != nil {
		return nil, fault
	}
	return LoadAfter(name, text, previous, previousText)
}

func readFile(name string) ([]byte, Problems) {
	unreadable := func(format string, a ...any) Problems {
		return Problems{unreadableFile.complete(Problem{Place: Place{File: name}, What: fmt.Sprintf(format, a...)})}
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unreadable("there is no such file")
	}
	if err != nil {
		return nil, unreadable("cannot be opened: %v", errors.Unwrap(err))
	}
	defer f.Close() //nolint:errcheck // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, unreadable("cannot be read: %v", errors.Unwrap(err))
	}
	if len(text) > maxFileBytes {
		return nil, unreadable("is larger than %d MiB, too large for a backup.yaml", maxFileBytes>>20)
	}
	return text, nil
}

// Load completes and checks a backup.yaml. file is its name in messages. The error is [Problems]:
// all that are in the text, warnings included. Without an error the warnings are in the Config.
func Load(file string, text []byte) (*Config, error) {
	d, fault := decodeDocument(file, text)
	if fault != nil {
		return nil, Problems{*fault}
	}
	return d.check(nil)
}

// LoadAfter is Load for a configuration that replaces an earlier one, with which one without errors
// is compared. Of the earlier one only the form is checked: what is wrong with its values may be why
// it is replaced.
func LoadAfter(file string, text []byte, previousFile string, previousText []byte) (*Config, error) {
	d, fault := decodeDocument(file, text)
	if fault != nil {
		return nil, Problems{*fault}
	}
	previous, fault := decodeDocument(previousFile, previousText)
	if fault != nil {
		return nil, Problems{*fault}
	}
	if len(previous.problems) > 0 {
		return nil, inOrder(previousFile, previousText, previous.problems)
	}
	return d.check(previous)
}

// document is a backup.yaml that was decoded, as far as it could be.
type document struct {
	file     string
	text     []byte
	root     *yaml.Node
	cfg      *Config
	problems []placed
}

func decodeDocument(file string, text []byte) (*document, *Problem) {
	root, fault := parse(text)
	if fault != nil {
		fault.locate(file, linesOf(text))
		return nil, fault
	}
	cfg := defaults()
	d := &decoder{}
	d.decode(root, reflect.ValueOf(cfg).Elem(), nil, "")
	cfg.complete()
	return &document{file, text, root, cfg, d.problems}, nil
}

// check runs all checks, the comparisons with an earlier document only where there is one.
func (d *document) check(previous *document) (*Config, error) {
	c := newChecker(d)
	if d.root.Anchor == "" { // else refused as a whole
		c.run(checks)
		if previous != nil && !slices.ContainsFunc(c.placed, func(p placed) bool { return p.problem.Level == Error }) {
			c.compareWith(previous)
			c.run(comparisons)
		}
	}
	problems := inOrder(d.file, d.text, c.placed)
	if problems.Number(Error) > 0 {
		return nil, problems
	}
	d.cfg.Warnings = problems
	return d.cfg, nil
}
