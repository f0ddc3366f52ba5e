package rewind

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
)

// Files of a directory of --batch-manifest that are plans. The lines of all four are those of the whole plan.
const (
	copyPlan  = "copy.jsonl.gz"
	largePlan = "large.jsonl"
	markPlan  = "mark.jsonl"
	leftPlan  = "left.jsonl"
)

// Kind is a kind of lines of a plan.
type Kind string

// The kinds that a run can be limited to. Lines of no kind need nothing, or cannot be restored.
const (
	// KindCopy are objects that one request copies, KindLarge those that are copied by parts.
	KindCopy  Kind = "copy"
	KindLarge Kind = "large"
	// KindMark are delete markers.
	KindMark Kind = "mark"
)

// planOf is the file of a directory that has the lines of a kind.
var planOf = map[Kind]string{KindCopy: copyPlan, KindLarge: largePlan, KindMark: markPlan, "": leftPlan}

func (l PlanLine) kind() Kind {
	switch {
	case l.Action == Copied && l.Parts:
		return KindLarge
	case l.Action == Copied:
		return KindCopy
	case l.Action == Marked:
		return KindMark
	}
	return ""
}

// Plan is a plan that was read once from start to end, so that it is known to be whole.
type Plan struct {
	Header PlanHeader
	// Path is the file, or the directory of --batch-manifest.
	Path string
	// Lines is how many lines the plan has, of the kinds that are wanted.
	Lines int

	files []string
	only  []Kind // of the lines of a file; of a directory, its files tell
}

// OpenPlan reads a plan, or a directory of --batch-manifest, and finds what is wrong with it. Only limits it to kinds of
// lines; empty: all.
func OpenPlan(path string, only []Kind) (*Plan, error) {
	p := &Plan{Path: path, files: []string{path}, only: only}
	about, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case about.IsDir():
		p.files, p.only = nil, nil
		for _, kind := range []Kind{KindCopy, KindLarge, KindMark, ""} {
			if len(only) == 0 || slices.Contains(only, kind) {
				p.files = append(p.files, filepath.Join(path, planOf[kind]))
			}
		}
	case !about.Mode().IsRegular():
		return nil, fmt.Errorf("%s: a plan is read several times, so it must be a file", path)
	}
	for _, file := range p.files {
		header, err := readPlan(file, func(line PlanLine) bool {
			if p.wanted(line) {
				p.Lines++
			}
			return true
		})
		if errors.Is(err, os.ErrNotExist) && about.IsDir() {
			return nil, fmt.Errorf("%s: %s is missing; this is no directory of --batch-manifest, or it is not complete", path, filepath.Base(file))
		}
		if err != nil {
			return nil, err
		}
		if p.Header.Bucket != "" && !p.Header.same(header) {
			return nil, fmt.Errorf("%s:1: this file is of another plan than %s", file, p.files[0])
		}
		p.Header = header
	}
	return p, nil
}

func (h PlanHeader) same(other PlanHeader) bool {
	return h.Bucket == other.Bucket && h.Prefix == other.Prefix && h.To.Equal(other.To) && h.Listed.Equal(other.Listed)
}

func (p *Plan) wanted(line PlanLine) bool {
	return len(p.only) == 0 || slices.Contains(p.only, line.kind())
}

// All yields the lines. It keeps one in memory. An error is the last that it yields.
func (p *Plan) All() iter.Seq2[PlanLine, error] {
	return func(yield func(PlanLine, error) bool) {
		for _, file := range p.files {
			more := true
			_, err := readPlan(file, func(line PlanLine) bool {
				if p.wanted(line) {
					more = yield(line, nil)
				}
				return more
			})
			if err != nil {
				yield(PlanLine{}, err)
				return
			}
			if !more {
				return
			}
		}
	}
}

// maxLine is how many bytes a line of a plan has at most: a key has 1,024, and JSON may write six for one.
const maxLine = 1 << 20

// readPlan reads one file, and gives each line to each until that returns false.
func readPlan(path string, each func(PlanLine) bool) (PlanHeader, error) {
	file, err := os.Open(path)
	if err != nil {
		return PlanHeader{}, err
	}
	defer file.Close() //nolint:errcheck // it is only read
	r := &planReader{path: path}
	content, err := unzipped(file)
	if err != nil {
		return PlanHeader{}, r.unreadable(err)
	}
	r.lines = bufio.NewScanner(content)
	r.lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	r.lines.Split(wholeLines)
	header, err := r.header()
	if err != nil {
		return header, err
	}
	return header, r.body(each)
}

// unzipped reads a file that may be compressed. Its first bytes tell, whatever its name is.
func unzipped(file io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(file, 64<<10)
	if magic, _ := buffered.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	return gzip.NewReader(buffered)
}

// wholeLines is bufio.ScanLines that leaves the end of each line there: a line without one was cut.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if at := bytes.IndexByte(data, '\n'); at >= 0 {
		return at + 1, data[:at+1], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

type planReader struct {
	path  string
	lines *bufio.Scanner
	line  int // the number of the last one
}

// wrong is an error at the current line.
func (r *planReader) wrong(format string, values ...any) error {
	return fmt.Errorf("%s:%d: %w", r.path, max(1, r.line), fmt.Errorf(format, values...))
}

// next is the next line. Nil: there is none.
func (r *planReader) next() ([]byte, error) {
	if r.lines.Scan() {
		r.line++
		return r.lines.Bytes(), nil
	}
	r.line++
	if err := r.lines.Err(); err != nil {
		return nil, r.unreadable(err)
	}
	return nil, nil
}

// unreadable says why there is no next line.
func (r *planReader) unreadable(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return r.wrong("the plan was cut in the middle: its compressed data ends early; make the plan again")
	case errors.Is(err, bufio.ErrTooLong):
		return r.wrong("the line has more than %d bytes; this is no plan of --plan-out", maxLine)
	}
	return r.wrong("%w", err)
}

func (r *planReader) header() (PlanHeader, error) {
	text, err := r.next()
	if err != nil {
		return PlanHeader{}, err
	}
	var header PlanHeader
	if len(text) == 0 || json.Unmarshal(text, &header) != nil || header.Version == 0 {
		return PlanHeader{}, r.wrong("this is no plan of --plan-out")
	}
	switch {
	case header.Version != PlanVersion:
		return PlanHeader{}, r.wrong("the plan has form %d, this backupctl reads form %d; make the plan again", header.Version, PlanVersion)
	case header.Bucket == "" || header.To.IsZero() || header.Listed.IsZero():
		return PlanHeader{}, r.wrong("the plan does not say its bucket, its moment, and when the bucket was listed; make the plan again")
	}
	return header, nil
}

func (r *planReader) body(each func(PlanLine) bool) error {
	for count := 0; ; count++ {
		text, err := r.next()
		if err != nil {
			return err
		}
		if text == nil || text[len(text)-1] != '\n' {
			return r.wrong("the plan was cut in the middle; make the plan again")
		}
		var line struct {
			PlanLine
			planEnd
		}
		if err := json.Unmarshal(text, &line); err != nil {
			return r.wrong("this is no line of a plan")
		}
		if line.Lines != nil {
			return r.end(*line.Lines, count)
		}
		if err := line.check(); err != nil {
			return r.wrong("%w", err)
		}
		if !each(line.PlanLine) {
			return nil
		}
	}
}

// end compares the last line with what was read. Nothing may follow it.
func (r *planReader) end(want, got int) error {
	if want != got {
		return r.wrong("the plan has %d lines, and was written with %d; make the plan again", got, want)
	}
	more, err := r.next()
	if err == nil && more != nil {
		return r.wrong("something follows the end of the plan; make the plan again")
	}
	return err
}
