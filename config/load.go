// Package config reads and validates backup.yaml. It is pure Go, without the CDK. A [Config] that [Load]
// returns is complete and valid: every default is filled in. All physical names and ARNs come from its
// methods.
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

// LoadFile is [Load] for a file.
func LoadFile(name string) (*Config, error) { return LoadFileAfter(name, "") }

// LoadFileAfter is [LoadAfter] for two files. Without a previous file, "", it is LoadFile.
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
		return nil, unreadable("is larger than %d MiB, the limit for a backup.yaml", maxFileBytes>>20)
	}
	return text, nil
}

// Load reads the text of a backup.yaml, fills in the defaults and runs all checks. file is its name in
// messages. The error is [Problems]: all errors and warnings of the text. Without an error, the warnings
// are in the Config, whose Tiers are all rows: the built-in ones first, then the added ones. Nothing changes
// a Config after Load has returned it.
func Load(file string, text []byte) (*Config, error) {
	d, fault := decodeDocument(file, text)
	if fault != nil {
		return nil, Problems{*fault}
	}
	return d.check(nil)
}

// LoadAfter is Load for a configuration that replaces an earlier one. Where the new one has no errors, it
// compares the two: protection that would be lost is an error, weaker protection and resources that are
// no longer managed are warnings. The earlier text must be readable, but its values are not checked: an
// error there may be why it is replaced.
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

// document is a decoded backup.yaml. Values with problems have their zero value or their default.
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

// check runs all checks, and the comparisons if there is an earlier document.
func (d *document) check(previous *document) (*Config, error) {
	c := newChecker(d)
	if d.root.Anchor == "" { // else the decoder has refused the whole document
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
