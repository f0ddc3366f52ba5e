package rewind

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"central-s3-backup/internal/s3fake"
)

// once does something when the first request of an operation arrives, before it is carried out.
func once(operation string, do func()) func(*http.Request) *s3fake.Fault {
	var first sync.Once
	return func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation == operation {
			first.Do(do)
		}
		return nil
	}
}

// TestGuards: what others write between the listing and our write stays on top, and nothing of ours lies over or
// under it. Only the same bytes with other metadata are beyond S3's conditions: they are reported.
func TestGuards(t *testing.T) {
	live := s3fake.Version{Body: []byte("live")}
	sameBytes := s3fake.Version{Body: []byte("bad"), Metadata: map[string]string{"live": "yes"}}
	for _, test := range []struct {
		name      string
		history   string // of the key, "BODY SECOND" each
		operation string
		write     func(l *lake)
		want      string
	}{
		{"overwritten, then written", "old 1, bad 5", "CopyObject", func(l *lake) { l.bucket.Put("k", live) }, "live bad old"},
		{"overwritten, then deleted", "old 1, bad 5", "CopyObject", func(l *lake) { l.bucket.Delete("k", time.Time{}) }, "- bad old"},
		{"deleted, then written", "old 1, - 5", "CopyObject", func(l *lake) { l.bucket.Put("k", live) }, "live - old"},
		{"created, then written", "bad 5", "DeleteObject", func(l *lake) { l.bucket.Put("k", live) }, "live bad"},
		{"overwritten, then written with the same bytes", "old 1, bad 5", "CopyObject", func(l *lake) { l.bucket.Put("k", sameBytes) }, "old bad bad old"},
		{"deleted, then deleted again", "old 1, - 5", "CopyObject", func(l *lake) { l.bucket.Delete("k", time.Time{}) }, "old - - old"},
		{"created, then written with the same bytes", "bad 5", "DeleteObject", func(l *lake) { l.bucket.Put("k", sameBytes) }, "- bad bad"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLake(t, enabled, 10)
			for _, e := range entries(t, "k", "x "+strings.ReplaceAll(reversed(test.history), ", ", ", x ")) {
				l.bucket.Put("k", s3fake.Version{Body: []byte(strings.Trim(e.ETag, `"`)), DeleteMarker: e.Marker, At: e.Time})
			}
			l.clock.Advance(10 * time.Second)
			l.server.SetFault(once(test.operation, func() {
				l.clock.Advance(2 * time.Second)
				test.write(l)
			}))
			summary, err := l.run(second(3)).Do(t.Context())
			if err != nil || summary.Reasons[Changed] == nil || summary.Reasons[Changed].Keys != 1 || summary.Failed != 1 {
				t.Errorf("%+v, %s, %v", summary, failures(summary), err)
			}
			if got := l.history("k"); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// reversed turns "BODY SECOND" pairs into the form of entries.
func reversed(history string) string {
	var all []string
	for _, field := range strings.Split(history, ", ") {
		body, at, _ := strings.Cut(field, " ")
		all = append(all, at+" "+body)
	}
	return strings.Join(all, ", ")
}

// TestWrittenBeforeListed: what others write after the start of the run stays on top, even if it is listed.
func TestWrittenBeforeListed(t *testing.T) {
	l := newLake(t, enabled, 2)
	for _, key := range []string{"a", "b"} {
		l.put(key, "old", 1)
		l.put(key, "bad", 5)
	}
	l.put("c", "bad", 5)
	l.clock.Advance(10 * time.Second)
	pages := 0
	l.server.SetFault(func(r *http.Request) *s3fake.Fault {
		if s3fake.Describe(r).Operation == "ListObjectVersions" {
			if pages++; pages == 2 {
				l.clock.Advance(2 * time.Second)
				l.bucket.Put("b", s3fake.Version{Body: []byte("live")})
				l.bucket.Put("c", s3fake.Version{Body: []byte("live")})
			}
		}
		return nil
	})
	summary, err := l.run(second(3)).Do(t.Context())
	if err != nil || summary.Copied != 1 || summary.Marked != 0 || summary.Failed != 2 || summary.Reasons[Changed].Keys != 2 {
		t.Errorf("%+v, %s, %v", summary, failures(summary), err)
	}
	if l.history("a") != "old bad old" || l.history("b") != "live bad old" || l.history("c") != "live bad" {
		t.Errorf("got %s; %s; %s", l.history("a"), l.history("b"), l.history("c"))
	}
}

// TestLostAnswers: a write whose answer is lost is found, not repeated, and not taken for another's.
func TestLostAnswers(t *testing.T) {
	for _, test := range []struct {
		operation, want string
		old             s3fake.Version
	}{
		{"CopyObject", "old bad old", s3fake.Version{Body: []byte("old"), Annotations: map[string]string{"note": "kept"}}},
		{"DeleteObject", "- bad", s3fake.Version{}},
		{
			"CompleteMultipartUpload", "old bad old",
			s3fake.Version{
				Body: []byte("old"), PartSizes: []int64{3}, Annotations: map[string]string{"note": "kept"}, Tags: map[string]string{"a": "b"},
				Headers: map[string]string{"Content-Type": "text/plain"},
			},
		},
	} {
		t.Run(test.operation, func(t *testing.T) {
			l := newLake(t, enabled, 10)
			if test.operation != "DeleteObject" {
				test.old.At = second(1)
				l.bucket.Put("k", test.old)
			}
			l.put("k", "bad", 5)
			l.clock.Advance(10 * time.Second)
			lost := s3fake.InternalError()
			lost.After = true
			count := 0
			l.server.SetFault(func(r *http.Request) *s3fake.Fault {
				if s3fake.Describe(r).Operation != test.operation {
					return nil
				}
				if count++; count == 1 {
					return lost
				}
				return nil
			})
			summary, err := l.run(second(3)).Do(t.Context())
			if err != nil || summary.Failed > 0 || summary.Copied+summary.Marked != 1 || summary.Confirmed != 1 {
				t.Errorf("%+v, %s, %v", summary, failures(summary), err)
			}
			if got := l.history("k"); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if now := l.bucket.Versions("k")[0]; !now.DeleteMarker && !sameObject(now, l.bucket.Versions("k")[2]) {
				t.Errorf("got %+v", now)
			}
		})
	}
}

// TestCompare: the same bytes are copied again if anything else that a copy keeps is different.
func TestCompare(t *testing.T) {
	old := s3fake.Version{
		Body: []byte("x"), Headers: map[string]string{"Content-Type": "text/csv"}, Metadata: map[string]string{"a": "1"},
		Tags: map[string]string{"t": "1"}, Annotations: map[string]string{"n": "1"},
	}
	for name, change := range map[string]func(*s3fake.Version){
		"nothing":      func(*s3fake.Version) {},
		"content type": func(v *s3fake.Version) { v.Headers = map[string]string{"Content-Type": "text/plain"} },
		"metadata":     func(v *s3fake.Version) { v.Metadata = map[string]string{"a": "2"} },
		"tags":         func(v *s3fake.Version) { v.Tags = nil },
		"annotations":  func(v *s3fake.Version) { v.Annotations = map[string]string{"n": "2"} },
		"class":        func(v *s3fake.Version) { v.StorageClass = "STANDARD_IA" },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLake(t, enabled, 10)
			before, after := old, old
			before.At, after.At = second(1), second(5)
			change(&after)
			before = l.bucket.Put("k", before)
			l.bucket.Put("k", after)
			l.clock.Advance(10 * time.Second)
			summary, err := l.run(second(3)).Do(t.Context())
			if back := name == "nothing"; err != nil || summary.Failed > 0 || summary.AlreadyBack == 1 != back || summary.Copied == 1 == back {
				t.Errorf("%+v, %s, %v", summary, failures(summary), err)
			}
			if !sameObject(l.bucket.Versions("k")[0], before) {
				t.Errorf("got %+v", l.bucket.Versions("k")[0])
			}
		})
	}
}
