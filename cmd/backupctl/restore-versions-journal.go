package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"central-s3-backup/internal/disk"
	"central-s3-backup/internal/rewind"
)

// sameAgain is what to do after a run that has no journal.
const sameAgain = "run the same command again: what is back is left as it is"

// flagsOfTheWay do not change what is done to the bucket, or are compared by themselves: a run may be resumed with others.
var flagsOfTheWay = []string{
	"bucket", "to", "prefix", "key", "keys", "apply", "yes", "incomplete", "list", "plan-out", "report", "output", "concurrency", "listers",
	"profile", "region", "journal", "undo", "config",
}

// AfterApply keeps the flags, of which a journal and the command that goes on are made.
func (c *restoreVersions) AfterApply(command *kong.Context) error { //nolint:unparam // kong wants an error
	c.flags = command.Selected().Flags
	return nil
}

// given calls each with the flags that are not their defaults.
func (c *restoreVersions) given(each func(name string, value any)) {
	for _, flag := range c.flags {
		value := flag.Target
		switch {
		case value.IsZero(), flag.HasDefault && fmt.Sprint(value.Interface()) == flag.Default:
		case value.Kind() == reflect.Slice:
			for i := range value.Len() {
				each(flag.Name, value.Index(i).Interface())
			}
		default:
			each(flag.Name, value.Interface())
		}
	}
}

// openJournal opens the journal of a run that changes the bucket, and says what it already has.
func (c *restoreVersions) openJournal(run *rewind.Run, stderr io.Writer) error {
	if !c.Apply {
		return nil
	}
	flags := map[string]string{}
	c.given(func(name string, value any) {
		if !slices.Contains(flagsOfTheWay, name) {
			flags[name] = strings.TrimSpace(flags[name] + " " + fmt.Sprint(value))
		}
	})
	if run.Plan != nil { // another plan may get the name of the file
		flags["plan"] += " of " + run.Plan.Header.Listed.Format(time.RFC3339)
	}
	err := c.tryJournals(run, flags)
	if file, ok := errors.AsType[*rewind.FileError](err); ok {
		return fmt.Errorf("--journal %s: %w", c.Journal, file.Err)
	}
	if err != nil {
		return fmt.Errorf("--journal %w", err)
	}
	switch e := run.Earlier(); {
	case e.Started.IsZero():
	case e.Complete && e.Failed == 0:
		fmt.Fprintf(stderr, "%s: this run is complete: nothing is restored, the bucket is only verified again; "+
			"for a new run, name another --journal\n", c.Journal)
	case e.Complete:
		fmt.Fprintf(stderr, "%s: this run is complete but for %s, which %s tried again; for a new run, name another --journal\n",
			c.Journal, count(e.Failed, "key", "keys"), map[bool]string{true: "is", false: "are"}[e.Failed == 1])
	default:
		fmt.Fprintf(stderr, "%s: going on with the run of %s, which restored %s\n",
			c.Journal, e.Started.Format(time.RFC3339), count(e.Restored, "key", "keys"))
	}
	c.resume = c.goingOn(run.To)
	return nil
}

// tryJournals opens the file of --journal. Without that flag it passes by journals of other runs that are complete.
func (c *restoreVersions) tryJournals(run *rewind.Run, flags map[string]string) error {
	if c.Journal != "" {
		return run.OpenJournal(c.Journal, flags)
	}
	name := strings.NewReplacer("/", "_", ":", "_").Replace(c.Bucket) + "." + run.To.Format("20060102T150405Z")
	for n := 1; ; n++ {
		c.Journal = name + ".journal"
		if n > 1 {
			c.Journal = fmt.Sprintf("%s-%d.journal", name, n)
		}
		err := run.OpenJournal(c.Journal, flags)
		if other, ok := errors.AsType[*rewind.JournalError](err); !ok || !other.Complete {
			return err
		}
	}
}

// goingOn is the command that goes on with the run.
func (c *restoreVersions) goingOn(to time.Time) string {
	words := []string{program, "restore versions"}
	c.given(func(name string, value any) {
		text := fmt.Sprint(value)
		switch {
		case name == "to":
			text = to.Format(time.RFC3339)
		case value == true:
			words = append(words, "--"+name)
			return
		}
		words = append(words, quoted("--"+name+"="+text))
	})
	return strings.Join(words, " ")
}

// quoted is a word for a shell.
func quoted(word string) string {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=./:@%+,"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// goOn adds the command that goes on to an error that ended a run.
func (c *restoreVersions) goOn(err error) error {
	if err == nil || c.resume == "" {
		return err
	}
	text, again := strings.CutSuffix(err.Error(), sameAgain)
	if !again {
		text += "; "
	}
	ended := errors.New(text + "go on with: " + c.resume)
	if coded, ok := errors.AsType[*exitError](err); ok {
		return &exitError{coded.code, ended}
	}
	return ended
}

// unwritten says which file of a run cannot be written.
func unwritten(file *rewind.FileError) error {
	name := "--journal " + file.Path
	if file.Path == "" {
		name = "the directory for temporary files, " + os.TempDir() + ","
	}
	if fault, ok := disk.FaultOf(file.Err); ok {
		return fmt.Errorf("%s cannot be written to (%s): %s", name, fault.Reason, fault.Remedy())
	}
	return fmt.Errorf("%s cannot be written to: %w", name, file.Err)
}
