package rewind

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"central-s3-backup/internal/s3fake"
)

// TestNoAnnotations: a server that does not know annotations answers with the object. It is asked once, and the object is not read.
func TestNoAnnotations(t *testing.T) {
	const size = 64 << 20
	l := newLake(t, enabled, 10)
	for _, key := range []string{"a", "b", "c"} {
		for i, fill := range []byte{1, 2, 1} {
			l.bucket.Put(key, s3fake.Version{PartSizes: []int64{size}, Fill: fill, At: second(1 + 2*i)})
		}
	}
	l.clock.Advance(10 * time.Second)
	var asked atomic.Int32
	var read atomic.Int64
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s3fake.Describe(r).Operation == "ListObjectAnnotations" {
			asked.Add(1)
			query := r.URL.Query()
			query.Del("annotation")
			query.Del("x-id")
			r.URL.RawQuery = query.Encode()
			w = &counted{w, &read}
		}
		l.server.ServeHTTP(w, r)
	}))
	t.Cleanup(old.Close)
	l.client = s3fake.NewClient(old.URL, retrying)
	r := l.run(second(1))
	r.Concurrency = 1
	summary, err := r.Do(t.Context())
	if err != nil || summary.AlreadyBack != 3 || summary.Failed > 0 {
		t.Errorf("%+v, %s, %v", summary, failures(summary), err)
	}
	if asked.Load() != 1 || read.Load() == size {
		t.Errorf("asked %d times, %d bytes read", asked.Load(), read.Load())
	}
}

// counted counts the bytes of an answer.
type counted struct {
	http.ResponseWriter
	bytes *atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.bytes.Add(int64(n))
	return n, err
}
