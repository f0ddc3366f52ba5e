package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"central-s3-backup/internal/rewind"
)

// undoVersion is the form of the file of --undo.
const undoVersion = 1

// undoHeader is the first line of that file. Each other line is a delete marker.
type undoHeader struct {
	Version int       `json:"undoVersion"`
	Bucket  string    `json:"bucket"`
	To      time.Time `json:"to"`
}

// undoFile records delete markers before they are removed. Nil: none are removed.
type undoFile struct {
	mu    sync.Mutex
	file  *os.File
	lines int
	// fresh says that this run created the file.
	fresh bool
}

// openUndo creates the file. An earlier run of the same command has left one perhaps, which then goes on. Any other
// file is left as it is.
func (c *restoreVersions) openUndo(to time.Time) (*undoFile, error) {
	if !c.Apply || !c.RemoveMarkers {
		return nil, nil
	}
	name, header := c.undoName(to), undoHeader{undoVersion, c.Bucket, to}
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return continueUndo(name, header)
	}
	if err != nil {
		return nil, fmt.Errorf("--undo: %w", err)
	}
	u := &undoFile{file: file, fresh: true}
	if err := errors.Join(u.append([]any{header}), syncDirectory(name)); err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(name))
	}
	return u, nil
}

// syncDirectory makes sure that a new file is found again after a power failure.
func syncDirectory(name string) error {
	directory, err := os.Open(filepath.Dir(name))
	if err != nil {
		return fmt.Errorf("--undo: %w", err)
	}
	defer directory.Close() //nolint:errcheck // it was only read
	if err := directory.Sync(); err != nil {
		return fmt.Errorf("--undo: %w", err)
	}
	return nil
}

// continueUndo appends to the file of an earlier run to the same moment. A last line without an end is cut off: its
// marker was not removed.
func continueUndo(name string, want undoHeader) (*undoFile, error) {
	file, err := os.OpenFile(name, os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--undo: %w", err)
	}
	first, _ := bufio.NewReader(file).ReadBytes('\n') // what cannot be read is no header
	var header undoHeader
	if json.Unmarshal(first, &header) != nil || header.Version != want.Version || header.Bucket != want.Bucket || !header.To.Equal(want.To) {
		return nil, errors.Join(
			fmt.Errorf("--undo %s: the file exists, and is not of bucket %s at %s; it is not overwritten; write another name",
				name, want.Bucket, want.To.Format(time.RFC3339)),
			file.Close(),
		)
	}
	if err := cutTail(file); err != nil {
		return nil, errors.Join(fmt.Errorf("--undo: %w", err), file.Close())
	}
	return &undoFile{file: file}, nil
}

// longestLine is more bytes than a line has: a key has 1,024, and JSON has six for one at the most.
const longestLine = 16 << 10

// cutTail cuts off what is after the last end of a line, and goes there.
func cutTail(file *os.File) error {
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	from := max(0, size-longestLine)
	tail := make([]byte, size-from)
	if _, err := file.ReadAt(tail, from); err != nil {
		return err
	}
	end := from + int64(bytes.LastIndexByte(tail, '\n')+1)
	if err := file.Truncate(end); err != nil {
		return err
	}
	_, err = file.Seek(end, io.SeekStart)
	return err
}

// add records markers. They are on the disk when it returns.
func (u *undoFile) add(markers []rewind.Removed) error {
	lines := make([]any, len(markers))
	for i, marker := range markers {
		lines[i] = marker
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.lines += len(lines)
	return u.append(lines)
}

func (u *undoFile) append(lines []any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return fmt.Errorf("--undo: %w", err)
		}
	}
	if _, err := u.file.Write(text.Bytes()); err != nil {
		return fmt.Errorf("--undo: %w", err)
	}
	if err := u.file.Sync(); err != nil {
		return fmt.Errorf("--undo: %w", err)
	}
	return nil
}

// close removes the file again if it has nothing.
func (u *undoFile) close() error {
	if u == nil {
		return nil
	}
	err := u.file.Close()
	if u.fresh && u.lines == 0 {
		err = errors.Join(err, os.Remove(u.file.Name()))
	}
	if err != nil {
		return fmt.Errorf("--undo: %w", err)
	}
	return nil
}

// written is the name of the file, if this run wrote markers to it.
func (u *undoFile) written() string {
	if u == nil || u.lines == 0 {
		return ""
	}
	return u.file.Name()
}

// undoReader reads such a file.
type undoReader struct {
	name    string
	file    *os.File
	scanner *bufio.Reader
	line    int
	header  undoHeader
}

func readUndo(name string) (*undoReader, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	r := &undoReader{name: name, file: file, scanner: bufio.NewReader(file)}
	text, err := r.next()
	if err != nil || json.Unmarshal(text, &r.header) != nil || r.header.Version == 0 || r.header.Bucket == "" {
		return nil, errors.Join(file.Close(), fmt.Errorf("%s:1: this is no file of --undo; "+
			"want what restore versions --remove-markers wrote", name))
	}
	if r.header.Version != undoVersion {
		return nil, errors.Join(file.Close(), fmt.Errorf("%s:1: the form of the file is %d; want %d; use the backupctl that wrote it",
			name, r.header.Version, undoVersion))
	}
	return r, nil
}

// next is the next whole line. The last one may have no end: its marker was not removed.
func (r *undoReader) next() ([]byte, error) {
	text, err := r.scanner.ReadBytes('\n')
	r.line++
	return text, err
}

// marker is the next marker, and io.EOF after the last.
func (r *undoReader) marker() (rewind.Removed, error) {
	text, err := r.next()
	if err != nil {
		return rewind.Removed{}, err
	}
	var removed rewind.Removed
	if json.Unmarshal(text, &removed) != nil || removed.Key == "" || removed.Uncovered == "" || removed.ETag == "" {
		return rewind.Removed{}, fmt.Errorf("%s:%d: this is no delete marker; nothing after this line was looked at", r.name, r.line)
	}
	return removed, nil
}
