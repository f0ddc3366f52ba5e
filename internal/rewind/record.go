package rewind

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// line is a line of a record: one of its pointers and texts, or a result.
type line struct {
	// N is the number of the line, from 1.
	N      int     `json:"n"`
	Header *header `json:"journal,omitempty"`
	// Result is what became of a key that had so many Versions. Instead is the reason of the result that it replaces.
	Result   *Result `json:"result,omitempty"`
	Versions int     `json:"versions,omitempty"`
	Instead  Reason  `json:"instead,omitempty"`
	Done     *done   `json:"done,omitempty"`
	// Upload was started, the upload with the id Ended was completed or aborted.
	Upload *upload `json:"upload,omitempty"`
	Ended  string  `json:"uploadEnded,omitempty"`
	Phase  phase   `json:"phase,omitempty"`
}

// upload is a multipart upload.
type upload struct {
	Key string `json:"key"`
	ID  string `json:"id"`
}

// phase is a part of a run that has ended.
type phase string

const (
	restored phase = "restored"
	verified phase = "verified"
)

// longest is how many bytes a line may have. A key has 1,024 at most, six times as many in JSON.
const longest = 1 << 20

// FileError says that a file of a run cannot be written or read.
type FileError struct {
	// Path is empty for a temporary file.
	Path string
	Err  error
}

func (e *FileError) Error() string { return fmt.Sprintf("%s: %v", e.name(), e.Err) }
func (e *FileError) Unwrap() error { return e.Err }

func (e *FileError) name() string {
	if e.Path == "" {
		return "a temporary file in " + os.TempDir()
	}
	return e.Path
}

// record is a file of lines of JSON, to which lines are added. Its zero value is a temporary one, which is created with
// its first line and is gone with the process.
type record struct {
	path string

	mu    sync.Mutex
	file  *os.File
	out   io.Writer // the file
	bytes int64
	lines int
	// synced is how many bytes are known to be on the disk.
	synced int64
	err    error // what ended the writing
}

// temporary creates a file without a name.
func temporary() (*os.File, error) {
	file, err := os.CreateTemp("", "rewind-")
	if err != nil {
		return nil, &FileError{Err: cause(err)}
	}
	_ = os.Remove(file.Name()) // where the system does not allow that, the file stays
	return file, nil
}

// append writes a line at once, whole or not at all.
func (r *record) append(l line) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.add(l)
}

func (r *record) add(l line) error {
	if r.err != nil {
		return r.err
	}
	if r.file == nil {
		if r.file, r.err = temporary(); r.err != nil {
			return r.err
		}
		r.out = r.file
	}
	l.N = r.lines + 1
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(l); err != nil {
		return err
	}
	if _, err := r.out.Write(text.Bytes()); err != nil {
		r.err = &FileError{r.path, cause(err)}
		_ = r.file.Truncate(r.bytes) // else the next run cuts it off
		return r.err
	}
	r.lines++
	r.bytes += int64(text.Len())
	return nil
}

// sync brings the lines to the disk.
func (r *record) sync() error {
	r.mu.Lock()
	upTo, err := r.bytes, r.err
	if r.path == "" || err != nil || upTo == r.synced {
		r.mu.Unlock()
		return err
	}
	r.mu.Unlock()
	err = r.file.Sync() // others write meanwhile
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.err = &FileError{r.path, err}
		return r.err
	}
	r.synced = upTo
	return nil
}

func (r *record) close() error {
	if r == nil || r.file == nil {
		return nil
	}
	return r.file.Close()
}

// all gives each line and its text that is there now.
func (r *record) all(each func(l line, text []byte) error) error {
	r.mu.Lock()
	file, size := r.file, r.bytes
	r.mu.Unlock()
	if file == nil {
		return nil
	}
	return eachLine(io.NewSectionReader(file, 0, size), func(text []byte) error {
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return &FileError{r.path, err}
		}
		return each(l, text)
	})
}

// errTorn says that the last line of a file has no end, errLong that a line has no end within what a line may have.
var (
	errTorn = errors.New("the last line has no end")
	errLong = errors.New("a line is too long")
)

// eachLine gives the lines of a file without their ends. The text is valid until the next one.
func eachLine(from io.Reader, each func(text []byte) error) error {
	lines := bufio.NewReaderSize(from, 64<<10)
	var long []byte
	for {
		text, err := lines.ReadSlice('\n')
		switch {
		case len(long)+len(text) > longest:
			return errLong
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, text...)
			continue
		case errors.Is(err, io.EOF) && len(long)+len(text) > 0:
			return errTorn
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if len(long) > 0 {
			text = append(long, text...)
			long = long[:0]
		}
		if err := each(text[:len(text)-1]); err != nil {
			return err
		}
	}
}
