package compare

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sort"
	"strings"
	"sync/atomic"
	"time"
)

var errAbsent = errors.New("no such key")

// memory is a side whose keys and sizes are functions, and whose objects have the bytes of their keys.
type memory struct {
	n      int
	key    func(int) string
	size   func(int) int64
	body   map[string]string // of single objects
	pages  atomic.Int64
	opened atomic.Int64
	failAt int64 // page or read that fails; zero: none
}

// sideOf has these keys, each with the size of its body.
func sideOf(objects map[string]string) *memory {
	keys := make([]string, 0, len(objects))
	for key := range objects {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return &memory{
		n: len(keys), key: func(i int) string { return keys[i] }, size: func(i int) int64 { return int64(len(objects[keys[i]])) },
		body: objects,
	}
}

func (m *memory) List(_ context.Context, after string, limit int) ([]Object, bool, error) {
	if m.pages.Add(1) == m.failAt {
		return nil, false, errors.New("AccessDenied")
	}
	at := sort.Search(m.n, func(i int) bool { return m.key(i) > after })
	var objects []Object
	for ; at < m.n && len(objects) < limit; at++ {
		objects = append(objects, Object{m.key(at), m.size(at)})
	}
	return objects, at < m.n, nil
}

func (m *memory) Open(_ context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	m.opened.Add(1)
	if body, ok := m.body[key]; ok {
		if length > 0 {
			body = body[offset : offset+length]
		}
		return io.NopCloser(strings.NewReader(body)), nil
	}
	at := sort.Search(m.n, func(i int) bool { return m.key(i) >= key })
	if at == m.n || m.key(at) != key {
		return nil, errAbsent
	}
	if length == 0 {
		length = m.size(at)
	}
	return io.NopCloser(io.LimitReader(zeros{}, length)), nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return copy(p, bytes.Repeat([]byte{0}, len(p))), nil }

// ticks is a clock on which each look takes a while.
func ticks(step time.Duration) func() time.Time {
	var n atomic.Int64
	return func() time.Time { return time.Unix(0, 0).Add(time.Duration(n.Add(1)) * step) }
}

var (
	still = func() time.Time { return time.Unix(0, 0) }
	never = time.Unix(1, 0)
)

// hanging is a side whose reads do not end before their context.
type hanging struct{ *memory }

func (hanging) Open(ctx context.Context, _ string, _, _ int64) (io.ReadCloser, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
