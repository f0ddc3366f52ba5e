package rewind

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"central-s3-backup/internal/s3fake"
)

// TestOverwriteChanged: what others write between the listing and our write is decided about once more, and lies
// beneath. Nothing is lost.
func TestOverwriteChanged(t *testing.T) {
	live, old := s3fake.Version{Body: []byte("live")}, s3fake.Version{Body: []byte("old")}
	for _, test := range []struct {
		name, history, operation string
		write                    func(l *lake)
		want                     string
		overwritten              int
	}{
		{"overwritten, then written", "old 1, bad 5", "CopyObject", func(l *lake) { l.bucket.Put("k", live) }, "old live bad old", 1},
		{"overwritten, then deleted", "old 1, bad 5", "CopyObject", func(l *lake) { l.bucket.Delete("k", time.Time{}) }, "old - bad old", 1},
		{"deleted, then written", "old 1, - 5", "CopyObject", func(l *lake) { l.bucket.Put("k", live) }, "old live - old", 1},
		{"created, then written", "bad 5", "DeleteObject", func(l *lake) { l.bucket.Put("k", live) }, "- live bad", 1},
		{"created, then deleted", "bad 5", "DeleteObject", func(l *lake) { l.bucket.Delete("k", time.Time{}) }, "- bad", 0},
		{"brought back by others", "old 1, bad 5", "CopyObject", func(l *lake) { l.bucket.Put("k", old) }, "old bad old", 0},
	} {
		for _, pause := range []time.Duration{0, 2 * time.Second} { // the second of the start, or a later one
			t.Run(fmt.Sprint(test.name, " after ", pause), func(t *testing.T) {
				l := newLake(t, enabled, 10)
				for _, e := range entries(t, "k", "x "+strings.ReplaceAll(reversed(test.history), ", ", ", x ")) {
					l.bucket.Put("k", s3fake.Version{Body: []byte(strings.Trim(e.ETag, `"`)), DeleteMarker: e.Marker, At: e.Time})
				}
				l.clock.Advance(10 * time.Second)
				l.server.SetFault(once(test.operation, func() {
					l.clock.Advance(pause)
					test.write(l)
				}))
				run := l.run(second(3))
				run.OverwriteChanged = true
				summary, err := run.Do(t.Context())
				if err != nil || summary.Failed > 0 || summary.Confirmed != 1 || summary.Overwritten != test.overwritten {
					t.Errorf("%+v, %s, %v", summary, failures(summary), err)
				}
				if got := l.history("k"); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		}
	}
}

// TestOverwriteListed: what others write after the start of the run, before it is listed, is overwritten too. Their
// delete markers are not removed.
func TestOverwriteListed(t *testing.T) {
	l := newLake(t, enabled, 2)
	for _, key := range []string{"a", "b", "d"} {
		l.put(key, "old", 1)
		l.put(key, "bad", 5)
	}
	l.put("c", "bad", 5)
	l.put("e", "old", 1)
	l.clock.Advance(10 * time.Second)
	pages := 0
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation == "ListObjectVersions" {
			if pages++; pages == 2 {
				l.clock.Advance(2 * time.Second)
				l.bucket.Put("b", s3fake.Version{Body: []byte("live")})
				l.bucket.Put("c", s3fake.Version{Body: []byte("live")})
				l.bucket.Delete("e", time.Time{})
			}
		}
		return nil
	})
	var u undone
	run := l.removing(second(3), &u)
	run.OverwriteChanged = true
	summary, err := run.Do(t.Context())
	if err != nil || summary.Failed > 0 || summary.Overwritten != 3 || summary.Confirmed != 5 || len(u.lines) > 0 {
		t.Errorf("%+v, %s, %v, %v", summary, failures(summary), u.lines, err)
	}
	for key, want := range map[string]string{"a": "old bad old", "b": "old live bad old", "c": "- live bad", "e": "old - old"} {
		if got := l.history(key); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}

// TestOverwriteOnce: a key that is written again and again is left alone after the second time, and reported.
func TestOverwriteOnce(t *testing.T) {
	l := newLake(t, enabled, 10)
	l.put("k", "old", 1)
	l.put("k", "bad", 5)
	l.clock.Advance(10 * time.Second)
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation == "CopyObject" {
			l.clock.Advance(2 * time.Second)
			l.bucket.Put("k", s3fake.Version{Body: []byte(l.clock.Now().String())})
		}
		return nil
	})
	run := l.run(second(3))
	run.OverwriteChanged = true
	summary, err := run.Do(t.Context())
	if err != nil || summary.Failed != 1 || summary.Reasons[Changed].Keys != 1 || summary.Overwritten > 0 ||
		l.server.Requests()["CopyObject"] != 2 || len(l.bucket.Versions("k")) != 4 {
		t.Errorf("%+v, %s, %v, %v", summary, failures(summary), l.server.Requests(), err)
	}
}
