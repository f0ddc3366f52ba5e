package rewind

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"time"
)

// blockSize is how many bytes of results that must wait are in memory, for each stretch that is listed.
const blockSize = 32 << 10

// inOrder passes results on in the order of their keys, whatever the number of listers. Those of the first stretch
// that has not ended are passed on at once. Those of later ones wait in a temporary file, which may become as large
// as a plan of all keys: listing with one lister needs no file, but takes many times as long.
type inOrder struct {
	each    func(Result) error
	now     *stretch // results of this one are passed on at once
	waiting map[*stretch]*results
	file    *os.File
	size    int64
}

// results are those of a stretch, as lines of JSON: first those in blocks of the file, then those in memory.
type results struct {
	blocks []*io.SectionReader
	text   bytes.Buffer
	ended  bool
}

// spilled is a result with what a plan needs of it.
type spilled struct {
	Result         Result
	Source, Latest Entry
	Listed         time.Time
}

func (o *inOrder) of(at *stretch) *results {
	if o.now == nil && at.first {
		o.now = at
	}
	if at == o.now {
		return nil
	}
	if o.waiting == nil {
		o.waiting = map[*stretch]*results{}
	}
	if o.waiting[at] == nil {
		o.waiting[at] = &results{}
	}
	return o.waiting[at]
}

// add takes the next result of a stretch.
func (o *inOrder) add(at *stretch, result Result) error {
	later := o.of(at)
	if later == nil {
		return o.each(result)
	}
	if err := json.NewEncoder(&later.text).Encode(spilled{result, result.decision.Source, result.decision.Latest, result.listed}); err != nil {
		return err
	}
	if later.text.Len() < blockSize {
		return nil
	}
	return o.store(later)
}

// end takes note that a stretch has no more results.
func (o *inOrder) end(at *stretch) error {
	if later := o.of(at); later != nil {
		later.ended = true
		return o.store(later)
	}
	for ended := true; ended; {
		if o.now = o.now.next; o.now == nil {
			return nil
		}
		stored := o.waiting[o.now]
		delete(o.waiting, o.now)
		if stored == nil {
			return nil // it has no result yet
		}
		if err := stored.pass(o.each); err != nil {
			return err
		}
		ended = stored.ended
	}
	return nil
}

// store moves results from memory to the file.
func (o *inOrder) store(r *results) error {
	if r.text.Len() == 0 {
		return nil
	}
	if o.file == nil {
		file, err := temporary()
		if err != nil {
			return err
		}
		o.file = file
	}
	n, err := o.file.WriteAt(r.text.Bytes(), o.size)
	if err != nil {
		return &FileError{Err: cause(err)}
	}
	r.blocks = append(r.blocks, io.NewSectionReader(o.file, o.size, int64(n)))
	o.size += int64(n)
	r.text.Reset()
	return nil
}

func (r *results) pass(each func(Result) error) error {
	var all []io.Reader
	for _, block := range r.blocks {
		all = append(all, block)
	}
	decoder := json.NewDecoder(io.MultiReader(append(all, &r.text)...))
	for {
		var s spilled
		if err := decoder.Decode(&s); err == io.EOF {
			return nil
		} else if err != nil {
			return &FileError{Err: cause(err)}
		}
		result := s.Result
		result.decision, result.listed = Decision{Key: result.Key, Source: s.Source, Latest: s.Latest, Ambiguous: result.Ambiguous}, s.Listed
		if err := each(result); err != nil {
			return err
		}
	}
}

func (o *inOrder) close() {
	if o.file != nil {
		_ = o.file.Close() // what is left of it says nothing
	}
}
