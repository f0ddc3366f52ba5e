package rewind

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"sort"

	"github.com/lanrat/extsort"
)

const (
	// atOnce is how many results are sorted in memory at a time. The sorter has five times as many in memory.
	atOnce = 8000
	// tidy is by how many percent the memory may grow between two garbage collections while results are sorted.
	tidy = 20
	// between is how many results lie between two marks of the index.
	between = 500
)

// known are results of a record by their keys, in a file: of each key the last one.
type known struct {
	file  *os.File
	size  int64
	lines int
	index []mark
}

// mark is where the line of a key begins.
type mark struct {
	key string
	at  int64
}

// item is a result to be sorted.
type item struct {
	key  string
	n    int
	text []byte
}

// sorted sorts the results of a record that are to be kept.
func sorted(ctx context.Context, from *record, keep func(line) bool) (*known, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(tidy)) // nothing else is under way, and memory must stay small
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	items, read := make(chan item), make(chan error, 1)
	go func() {
		defer close(items)
		read <- from.all(func(l line, text []byte) error {
			if l.Result == nil || !keep(l) {
				return nil
			}
			select {
			case items <- item{l.Result.Key, l.N, bytes.Clone(text)}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	sorter, output, failed := extsort.Generic(items, unpack, pack, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.n, b.n))
	}, &extsort.Config{ChunkSize: atOnce, NumWorkers: 1, TempFilesDir: os.TempDir()})
	sorter.Sort(ctx)
	k, err := keepLast(output)
	cancel() // nobody reads the rest
	if err == nil {
		if err = <-failed; err != nil {
			err = &FileError{Err: cause(err)}
		}
	}
	if reading := <-read; reading != nil && !errors.Is(reading, context.Canceled) {
		err = reading
	}
	if err != nil {
		_ = k.close()
		return nil, err
	}
	return k, nil
}

func pack(i item) ([]byte, error) {
	packed := binary.AppendUvarint(nil, uint64(i.n))
	packed = binary.AppendUvarint(packed, uint64(len(i.key)))
	return append(append(packed, i.key...), i.text...), nil
}

func unpack(packed []byte) (item, error) {
	n, used := binary.Uvarint(packed)
	packed = packed[used:]
	length, used := binary.Uvarint(packed)
	packed = packed[used:]
	return item{string(packed[:length]), int(n), bytes.Clone(packed[length:])}, nil
}

// keepLast writes sorted items into a temporary file, of each key the last.
func keepLast(items <-chan item) (*known, error) {
	file, err := temporary()
	if err != nil {
		return nil, err
	}
	k, out := &known{file: file}, bufio.NewWriterSize(file, 64<<10)
	var last *item
	put := func() error {
		if last == nil {
			return nil
		}
		if k.lines%between == 0 {
			k.index = append(k.index, mark{last.key, k.size})
		}
		k.lines++
		k.size += int64(len(last.text)) + 1
		_, err := out.Write(append(last.text, '\n'))
		return err
	}
	for i := range items {
		if last == nil || last.key == i.key {
			last = &i
			continue
		}
		if err = put(); err != nil {
			break
		}
		last = &i
	}
	if err == nil {
		err = put()
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return k, &FileError{Err: cause(err)}
	}
	return k, nil
}

func (k *known) close() error {
	if k == nil {
		return nil
	}
	return k.file.Close()
}

// each gives each result, by the order of the keys.
func (k *known) each(do func(line) error) error {
	if k == nil {
		return nil
	}
	return eachLine(io.NewSectionReader(k.file, 0, k.size), func(text []byte) error {
		l, err := parse(text)
		if err != nil {
			return err
		}
		return do(*l)
	})
}

func parse(text []byte) (*line, error) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil || l.Result == nil {
		return nil, &FileError{Err: errors.Join(errors.New("a line cannot be read"), err)}
	}
	return &l, nil
}

// cursor finds the results of keys that come in order. A key that comes before the last one begins a new order.
type cursor struct {
	known *known
	lines *bufio.Reader
	next  *line // nil: there is none
	last  string
}

// cursor begins anywhere.
func (k *known) cursor() *cursor { return &cursor{known: k} }

// find finds the result of a key that comes after those before. Nil: there is none.
func (c *cursor) find(key string) (*line, error) {
	if c.known == nil || len(c.known.index) == 0 {
		return nil, nil
	}
	if c.lines == nil || key < c.last {
		index := c.known.index
		at := index[max(0, sort.Search(len(index), func(i int) bool { return index[i].key > key })-1)].at
		c.lines = bufio.NewReaderSize(io.NewSectionReader(c.known.file, at, c.known.size-at), 16<<10)
		if err := c.advance(); err != nil {
			return nil, err
		}
	}
	c.last = key
	for c.next != nil && c.next.Result.Key < key {
		if err := c.advance(); err != nil {
			return nil, err
		}
	}
	if c.next == nil || c.next.Result.Key != key {
		return nil, nil
	}
	return c.next, nil
}

func (c *cursor) advance() (err error) {
	text, err := c.lines.ReadBytes('\n')
	if errors.Is(err, io.EOF) {
		c.next = nil
		return nil
	}
	if err != nil {
		return &FileError{Err: cause(err)}
	}
	c.next, err = parse(text)
	return err
}
