package rewind

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// journalVersion is the form of a journal.
const journalVersion = 1

// header is the first line of a journal: whose it is.
type header struct {
	Version int       `json:"version"`
	Bucket  string    `json:"bucket"`
	Prefix  string    `json:"prefix,omitempty"`
	Keys    string    `json:"keys,omitempty"` // a digest of the only keys; empty: all of the prefix
	To      time.Time `json:"to"`
	// Flags are those that change what is done.
	Flags map[string]string `json:"flags,omitempty"`
	// Started is when the run started, by the clock of S3.
	Started time.Time `json:"started"`
}

// journal is the record of a run in a named file, and what the file said when it was opened.
type journal struct {
	record
	lock    *flock.Flock
	header  header
	resumed bool
	// summary counts what the lines tell, done has the ranges of keys that they say are done, uploads those that were
	// not ended, by their ids.
	summary            Summary
	done               ranges
	uploads            map[string]upload
	restored, verified bool
}

// JournalError says why a journal cannot be used.
type JournalError struct {
	Path string
	// What is wrong with it, as the rest of a sentence, and what to do.
	What, Do string
	// Complete says that it is the journal of another run that did everything.
	Complete bool
}

func (e *JournalError) Error() string { return fmt.Sprintf("%s %s; %s", e.Path, e.What, e.Do) }

const (
	another       = "name another file, or remove this one if that run is no longer needed"
	anotherOrWait = "wait until it has ended, or name another file"
)

// OpenJournal lets the run write a journal, or go on where a journal ends. Flags are those that change what is done.
// A journal of another run is refused. Close the run at its end.
func (r *Run) OpenJournal(path string, flags map[string]string) error {
	j := &journal{record: record{path: path}, lock: flock.New(path), summary: newSummary(), uploads: map[string]upload{}}
	j.header = header{Version: journalVersion, Bucket: r.Bucket, Prefix: r.Prefix, Keys: digest(r.Keys), To: r.To.UTC(), Flags: flags}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return j.foreign()
	}
	locked, err := j.lock.TryLock()
	if err != nil {
		return &FileError{path, cause(err)}
	}
	if !locked {
		return &JournalError{Path: path, What: "is in use by another run", Do: anotherOrWait}
	}
	if j.file, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0); err != nil {
		err = &FileError{path, cause(err)}
	} else {
		j.out = j.file
		err = j.load()
	}
	if err != nil {
		_ = j.close()
		return err
	}
	r.journal, r.summary = j, j.summary
	if r.again = j.verified && j.summary.Failed > 0; !r.again {
		r.tracker = newTracker(j.writeDone)
	}
	return nil
}

// cause is an error of the file system without the name of the file.
func cause(err error) error {
	if at, ok := errors.AsType[*os.PathError](err); ok {
		return at.Err
	}
	return err
}

// Close closes the files of a run. The journal of a run that found no key is removed.
func (r *Run) Close() error {
	err := errors.Join(r.spill.close(), r.faults.close(), r.known.close())
	if r.journal != nil {
		if r.journal.lines == 0 {
			_ = os.Remove(r.journal.path)
		}
		err = errors.Join(err, r.journal.close())
	}
	return err
}

func (j *journal) close() error { return errors.Join(j.record.close(), j.lock.Close()) }

// write writes a line, the header before the first one.
func (j *journal) write(l line) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.lines == 0 {
		if err := j.add(line{Header: &j.header}); err != nil {
			return err
		}
	}
	return j.add(l)
}

// discard forgets what was written.
func (j *journal) discard() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines, j.bytes, j.synced = 0, 0, 0
	return j.file.Truncate(0)
}

// headerStarts is how each journal starts.
const headerStarts = `{"n":1,"journal":{"version":`

// load reads what is in the file. A last line without an end was being written when the run was killed: it is cut off.
func (j *journal) load() error {
	want := j.header
	err := eachLine(j.file, func(text []byte) error {
		j.lines++
		j.bytes += int64(len(text)) + 1
		if j.lines == 1 {
			return j.open(text, want)
		}
		var l line
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&l); err != nil || l.N != j.lines || !j.take(l) {
			return j.cut(j.lines)
		}
		return nil
	})
	if errors.Is(err, errLong) {
		if err = j.foreign(); j.lines > 0 {
			err = j.cut(j.lines + 1)
		}
	}
	if errors.Is(err, errTorn) && (j.lines > 0 || j.begins()) {
		err = j.file.Truncate(j.bytes)
	}
	if errors.Is(err, errTorn) {
		return j.foreign()
	}
	if _, own := errors.AsType[*JournalError](err); err != nil && !own {
		return &FileError{j.path, cause(err)}
	}
	return err
}

func (j *journal) foreign() error {
	return &JournalError{Path: j.path, What: "is not a journal of restore versions", Do: "name another file"}
}

func (j *journal) cut(line int) error {
	return &JournalError{Path: j.path, What: fmt.Sprintf("was cut in the middle or changed: line %d cannot be read", line), Do: another}
}

// begins says whether the file is the beginning of a first line, or that of one the beginning of the file.
func (j *journal) begins() bool {
	start := make([]byte, len(headerStarts))
	n, _ := j.file.ReadAt(start, 0) // what is not there is not compared
	return strings.HasPrefix(headerStarts, string(start[:n]))
}

// open compares the first line with that of the run.
func (j *journal) open(text []byte, want header) error {
	var first struct {
		Journal *header `json:"journal"`
	}
	if err := json.Unmarshal(text, &first); err != nil || first.Journal == nil || !bytes.HasPrefix(text, []byte(headerStarts)) {
		return j.foreign()
	}
	have := *first.Journal
	if have.Version != want.Version {
		return &JournalError{
			Path: j.path, What: fmt.Sprintf("has form %d, and this program writes form %d", have.Version, want.Version),
			Do: "end that run with the program that started it, or name another file",
		}
	}
	if what := differs(have, want); what != "" {
		return &JournalError{Path: j.path, What: "is the journal of another run: " + what, Do: another, Complete: j.complete()}
	}
	j.header, j.resumed = have, true
	return nil
}

// complete says whether the last line of the file says so.
func (j *journal) complete() bool {
	const most = 1 << 10 // bytes of that line
	info, err := j.file.Stat()
	if err != nil {
		return false
	}
	end := make([]byte, min(info.Size(), most))
	n, _ := j.file.ReadAt(end, info.Size()-int64(len(end))) // what cannot be read does not say so
	text := bytes.TrimSuffix(end[:n], []byte("\n"))
	var last line
	return json.Unmarshal(text[bytes.LastIndexByte(text, '\n')+1:], &last) == nil && last.Phase == verified
}

// differs says what tells two runs apart. Empty: nothing.
func differs(have, want header) string {
	pair := func(what, have, want string) string {
		if have == want {
			return ""
		}
		name := func(value string) string {
			if value == "" {
				return "none"
			}
			return value
		}
		return fmt.Sprintf("its %s is %s, and here %s", what, name(have), name(want))
	}
	for _, what := range []string{
		pair("bucket", have.Bucket, want.Bucket),
		pair("time", have.To.Format(time.RFC3339), want.To.Format(time.RFC3339)),
		pair("prefix", have.Prefix, want.Prefix),
	} {
		if what != "" {
			return what
		}
	}
	if have.Keys != want.Keys {
		return map[bool]string{
			true: "it has all keys", false: "it has other keys",
		}[have.Keys == ""] + map[bool]string{true: ", and here are all", false: ", and here are some"}[want.Keys == ""]
	}
	names := slices.Collect(maps.Keys(have.Flags))
	names = slices.AppendSeq(names, maps.Keys(want.Flags))
	slices.Sort(names)
	for _, name := range names {
		if what := pair("--"+name, have.Flags[name], want.Flags[name]); what != "" {
			return what
		}
	}
	return ""
}

// take counts a line. It says whether the line makes sense.
func (j *journal) take(l line) bool {
	switch {
	case l.Result != nil:
		j.summary.take(*l.Result, l.Versions, l.Instead)
	case l.Done != nil:
		after, errAfter := url.PathUnescape(l.Done.After)
		upTo, errUpTo := url.PathUnescape(l.Done.UpTo)
		if errAfter != nil || errUpTo != nil {
			return false
		}
		j.done = j.done.add(span{after, upTo})
		j.summary.unchanged(l.Done.Keys, l.Done.Versions)
	case l.Upload != nil:
		j.uploads[l.Upload.ID] = *l.Upload
	case l.Ended != "":
		delete(j.uploads, l.Ended)
	case l.Phase == restored:
		j.restored = true
	case l.Phase == verified:
		j.verified = true
	default:
		return false
	}
	return true
}

// writeDone writes that a range is done. Its ends are escaped: JSON cannot have each key.
func (j *journal) writeDone(d done) error {
	d.After, d.UpTo = url.PathEscape(d.After), url.PathEscape(d.UpTo)
	return j.write(line{Done: &d})
}

// digest names a list of keys. None: empty.
func digest(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	sum := sha256.New()
	for _, key := range keys {
		_, _ = io.WriteString(sum, fmt.Sprintf("%q\n", key)) // never fails
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}
