package cloudassembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The files that the CDK writes for each stack are named after the stack.
const (
	templateSuffix = ".template.json"
	assetsSuffix   = ".assets.json"
)

// unfinishedPrefix starts the names of the directories in which a run writes before it calls [Join].
const unfinishedPrefix = ".unfinished-"

// PrepareDir creates the directory, or checks the one that exists: it must be writable, and it must be
// empty or hold a cloud assembly. Other files could be overwritten. Directories of [NewUnfinishedDir]
// that a killed run left there are removed.
func PrepareDir(dir string) error {
	if file := fileInTheWay(dir); file != "" {
		return fmt.Errorf("%s is a file; want a directory", file)
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.MkdirAll(dir, 0o755)
	case err == nil:
		err = checkEntries(entries)
		if err != nil {
			return err
		}
		err = removeUnfinished(dir, entries)
	}
	if err == nil {
		err = tryToWrite(dir)
	}
	if err != nil {
		return fmt.Errorf("cannot be written to: %w", err)
	}
	return nil
}

// fileInTheWay is a file where the directory belongs, or one above it. Empty: there is none.
func fileInTheWay(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if info, err := os.Stat(at); err == nil && !info.IsDir() {
			return at
		} else if err == nil || at == filepath.Dir(at) {
			return ""
		}
	}
}

func checkEntries(entries []fs.DirEntry) error {
	isOther := func(e fs.DirEntry) bool { return !isUnfinished(e) }
	isMark := func(e fs.DirEntry) bool { return e.Name() == MarkFile && e.Type().IsRegular() }
	if slices.ContainsFunc(entries, isOther) && !slices.ContainsFunc(entries, isMark) {
		return errors.New("holds files that are not a cloud assembly, and the app could overwrite them; name a new or empty directory")
	}
	return nil
}

func isUnfinished(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), unfinishedPrefix) }

func removeUnfinished(dir string, entries []fs.DirEntry) error {
	for _, e := range entries {
		if isUnfinished(e) {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func tryToWrite(dir string) error {
	probe, err := os.CreateTemp(dir, "writable")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// NewUnfinishedDir creates a directory below dir, in which a run writes what [Join] moves to dir when
// all of it is there. It creates dir as well, if need be.
func NewUnfinishedDir(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	return os.MkdirTemp(dir, unfinishedPrefix)
}

// Stacks lists the stacks of the assembly in the directory, in no order. Without a manifest that can be
// read there are none.
func Stacks(dir string) []string {
	var manifest struct {
		Artifacts map[string]struct{ Type string }
	}
	text, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil || json.Unmarshal(text, &manifest) != nil {
		return nil
	}
	var stacks []string
	for name, artifact := range manifest.Artifacts {
		if artifact.Type == "aws:cloudformation:stack" {
			stacks = append(stacks, name)
		}
	}
	return stacks
}

// RemoveStack removes the template of a stack and its list of assets, where they exist.
func RemoveStack(dir, stack string) error {
	for _, suffix := range []string{templateSuffix, assetsSuffix} {
		if err := os.Remove(filepath.Join(dir, stack+suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// CountResources counts the resources in the template of a stack.
func CountResources(dir, stack string) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, stack+templateSuffix))
	if err != nil {
		return 0, err
	}
	var template struct{ Resources map[string]json.RawMessage }
	if err := json.Unmarshal(text, &template); err != nil {
		return 0, fmt.Errorf("%s: %w", stack, err)
	}
	return len(template.Resources), nil
}
