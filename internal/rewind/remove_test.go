package rewind

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"pgregory.net/rapid"

	"central-s3-backup/internal/s3fake"
)

// undone are the markers that runs remove, and what they warn of.
type undone struct {
	mu    sync.Mutex
	lines []Removed
	warns []string
}

// removing is a run that removes markers.
func (l *lake) removing(to time.Time, u *undone) *Run {
	r := l.run(to)
	r.RemoveMarkers = true
	r.Undo = func(lines []Removed) error {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.lines = append(u.lines, lines...)
		return nil
	}
	r.Warn = func(text string) { u.warns = append(u.warns, text) }
	return r
}

// next gives the lines to PutBack.
func (u *undone) next() func() (Removed, error) {
	left := u.lines
	return func() (Removed, error) {
		if len(left) == 0 {
			return Removed{}, io.EOF
		}
		first := left[0]
		left = left[1:]
		return first, nil
	}
}

// text are the markers of the lines, by keys.
func (u *undone) text(l *lake, ids map[string]string) string {
	slices.SortFunc(u.lines, func(a, b Removed) int { return strings.Compare(a.Key+a.Time.String(), b.Key+b.Time.String()) })
	var all []string
	for _, line := range u.lines {
		uncovered := l.bucket.Versions(line.Key)[0].ID == line.Uncovered
		all = append(all, fmt.Sprintf("%q %s %d %v", line.Key, ids[line.VersionID], line.Time.Second(), uncovered))
	}
	return strings.Join(all, ", ")
}

// TestRemoveMarkers: where nothing but markers is over the old version, they go, and nothing else does. Each is
// written down before.
func TestRemoveMarkers(t *testing.T) {
	l := newLake(t, s3fake.BucketOptions{}, 10)
	ids := map[string]string{}
	marker := func(key string, at int) {
		ids[l.bucket.Delete(key, second(at)).ID] = fmt.Sprint("marker ", at)
	}
	l.bucket.SetVersioning(types.BucketVersioningStatusEnabled)
	for _, key := range []string{"deleted", "twice", "odd\u0001 key", "overwritten", "again", "null", "before"} {
		l.put(key, "old", 1)
	}
	l.bucket.Put("archived", s3fake.Version{Body: []byte("old"), StorageClass: types.StorageClassGlacier, At: second(1)})
	marker("archived", 5)
	marker("before", 2)
	marker("before", 5)
	marker("deleted", 5)
	marker("twice", 5)
	marker("twice", 6)
	marker("odd\u0001 key", 5)
	marker("again", 5)
	l.put("again", "bad", 6)
	marker("again", 7)
	l.put("overwritten", "bad", 5)
	l.put("created", "bad", 5)
	l.bucket.SetVersioning(types.BucketVersioningStatusSuspended)
	l.bucket.Delete("null", second(5))
	l.bucket.SetVersioning(types.BucketVersioningStatusEnabled)
	l.clock.Advance(10 * time.Second)

	var u undone
	dry := l.removing(second(3), &u)
	dry.Apply = false
	expected, err := dry.Do(t.Context())
	if err != nil || expected.Uncovered != 4 || expected.RemovedMarkers != 5 || expected.Copied != 3 || expected.Marked != 1 ||
		len(u.lines) > 0 {
		t.Errorf("the dry run: %+v, %v, %v", expected, u.lines, err)
	}
	without := l.run(second(3))
	without.Apply = false
	if summary, err := without.Do(t.Context()); err != nil || summary.Removable != (Removable{4, 5, 12, 1}) || summary.Uncovered > 0 {
		t.Errorf("without the flag: %+v, %v", summary.Removable, err)
	}
	run := l.removing(second(3), &u)
	keep := run.Undo
	run.Undo = func(lines []Removed) error {
		for _, line := range lines {
			if !slices.ContainsFunc(l.bucket.Versions(line.Key), func(v s3fake.Version) bool { return v.ID == line.VersionID }) {
				t.Errorf("marker %s of %q was removed before it was written down", line.VersionID, line.Key)
			}
		}
		return keep(lines)
	}
	summary, err := run.Do(t.Context())
	if err != nil || summary.Failed > 0 || summary.Uncovered != 4 || summary.RemovedMarkers != 5 || summary.Copied != 3 ||
		summary.Marked != 1 || summary.Confirmed != summary.Keys {
		t.Errorf("%+v, %s, %v", summary, failures(summary), err)
	}
	for key, want := range map[string]string{
		"deleted": "old", "twice": "old", "odd\u0001 key": "old", "archived": "old", "overwritten": "old bad old", "again": "old - bad - old",
		"null": "old - old", "created": "- bad", "before": "- - old",
	} {
		if got := l.history(key); got != want {
			t.Errorf("%q: got %s, want %s", key, got, want)
		}
	}
	if got := u.text(l, ids); got != `"archived" marker 5 5 true, "deleted" marker 5 5 true, "odd\x01 key" marker 5 5 true, `+
		`"twice" marker 5 5 true, "twice" marker 6 6 true` {
		t.Errorf("got %s", got)
	}
	// DeleteObject is for the odd key, and the new marker.
	if n := l.server.Requests(); n["DeleteObjects"] < 1 || n["DeleteObjects"] > 3 || n["DeleteObject"] != 2 {
		t.Errorf("got %v", n)
	}
	again, err := l.removing(second(3), &u).Do(t.Context())
	if err != nil || again.Uncovered+again.Copied+again.Marked+again.Failed > 0 || len(u.lines) != 5 {
		t.Errorf("the second run: %+v, %v", again, err)
	}
}

// TestMarkersTogether: one request removes 1,000 markers of different keys.
func TestMarkersTogether(t *testing.T) {
	l := newLake(t, enabled, 1000)
	for i := range 1300 {
		key := fmt.Sprintf("%04d", i)
		l.put(key, "old", 1)
		l.bucket.Delete(key, second(5))
		l.bucket.Delete(key, second(6))
	}
	l.put("many", "old", 1)
	for i := range maxMarkers + 1 {
		l.bucket.Delete("many", second(5).Add(time.Duration(i)*time.Second))
	}
	l.clock.Advance(time.Hour)
	var u undone
	run := l.removing(second(3), &u)
	keep := run.Undo
	run.Undo = func(lines []Removed) error {
		if len(lines) > maxMarkers {
			t.Errorf("%d markers in a request", len(lines))
		}
		return keep(lines)
	}
	summary, err := run.Do(t.Context())
	if err != nil || summary.Uncovered != 1300 || summary.RemovedMarkers != 2600 || len(u.lines) != 2600 || summary.Copied != 1 ||
		summary.Confirmed != 1301 {
		t.Errorf("%+v, %v", summary, err)
	}
	if n := l.server.Requests()["DeleteObjects"]; n < 3 || n > 30 { // a slow machine sends what it has after removeWait
		t.Errorf("%d requests", n)
	}
}

// TestUndoFails: without a record nothing is removed.
func TestUndoFails(t *testing.T) {
	l := newLake(t, enabled, 10)
	l.put("k", "old", 1)
	l.bucket.Delete("k", second(5))
	l.clock.Advance(10 * time.Second)
	full := errors.New("the disk is full")
	for _, undo := range []func([]Removed) error{nil, func([]Removed) error { return full }} {
		run := l.removing(second(3), &undone{})
		run.Undo = undo
		if _, err := run.Do(t.Context()); err == nil || undo != nil && !errors.Is(err, full) {
			t.Errorf("got %v", err)
		}
	}
	if l.history("k") != "- old" || l.server.Requests()["DeleteObjects"] > 0 {
		t.Errorf("got %s", l.history("k"))
	}
}

// TestRemoveDenied: without the right to remove markers, versions are copied in their place, and a warning says so once.
func TestRemoveDenied(t *testing.T) {
	some := s3fake.Denied()
	some.Keys = func(key string) bool { return key < "05" }
	for name, test := range map[string]struct {
		fault  *s3fake.Fault
		copied int
	}{
		"each key":          {s3fake.Denied(), 20},
		"some keys":         {some, 5},
		"the whole request": {&s3fake.Fault{Status: 403, Code: "AccessDeniedException", Message: "no"}, 20},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLake(t, enabled, 3)
			for i := range 20 {
				l.put(fmt.Sprintf("%02d", i), "old", 1)
				l.bucket.Delete(fmt.Sprintf("%02d", i), second(5))
			}
			l.clock.Advance(10 * time.Second)
			l.server.SetFault(func(r *http.Request) *s3fake.Fault {
				if s3fake.Describe(r).Operation == "DeleteObjects" {
					return test.fault
				}
				return nil
			})
			var u undone
			summary, err := l.removing(second(3), &u).Do(t.Context())
			if err != nil || summary.Failed > 0 || summary.Copied != test.copied || summary.Uncovered != 20-test.copied ||
				summary.Confirmed != 20 {
				t.Errorf("%+v, %s, %v", summary, failures(summary), err)
			}
			if len(u.warns) != 1 || !strings.Contains(u.warns[0], "allow s3:DeleteObjectVersion") {
				t.Errorf("warned: %q", u.warns)
			}
			if l.history("00") != "old - old" || (test.copied == 5) != (l.history("19") == "old") {
				t.Errorf("got %s; %s", l.history("00"), l.history("19"))
			}
		})
	}
}

// TestRemoveAgain: what S3 could not remove for reasons of its own is sent again; what it never can is reported.
func TestRemoveAgain(t *testing.T) {
	for _, times := range []int{1, removeAttempts} {
		t.Run(fmt.Sprint(times), func(t *testing.T) {
			l := newLake(t, enabled, 10)
			for _, key := range []string{"a", "b"} {
				l.put(key, "old", 1)
				l.bucket.Delete(key, second(5))
			}
			l.clock.Advance(10 * time.Second)
			failing := s3fake.InternalError()
			failing.Keys = func(key string) bool { return key == "a" }
			count := 0
			l.server.SetFault(func(r *http.Request) *s3fake.Fault {
				if s3fake.Describe(r).Operation == "DeleteObjects" {
					if count++; count == 1 || times == removeAttempts {
						return failing
					}
				}
				return nil
			})
			var u undone
			summary, err := l.removing(second(3), &u).Do(t.Context())
			want := "old"
			if times == removeAttempts {
				want = "- old"
			}
			if err != nil || summary.Uncovered != len(strings.Fields("a b"))-summary.Failed || l.history("a") != want || l.history("b") != "old" {
				t.Errorf("%+v, %s, %s, %v", summary, failures(summary), l.history("a"), err)
			}
			if reported := summary.Reasons[Other] != nil; reported != (want == "- old") {
				t.Errorf("reported: %s", failures(summary))
			}
		})
	}
}

// TestRemoveLive: DeleteObjects has no condition. What others wrote meanwhile stays on top, and the second listing
// reports it. A marker that they put after the start is not removed.
func TestRemoveLive(t *testing.T) {
	l := newLake(t, enabled, 10)
	for _, key := range []string{"a", "b", "c"} {
		l.put(key, "old", 1)
		l.bucket.Delete(key, second(5))
	}
	l.clock.Advance(10 * time.Second)
	l.server.SetFault(once("DeleteObjects", func() {
		l.clock.Advance(2 * time.Second)
		l.bucket.Put("a", s3fake.Version{Body: []byte("live")})
		l.bucket.Delete("b", time.Time{})
	}))
	var u undone
	summary, err := l.removing(second(3), &u).Do(t.Context())
	if err != nil || summary.Uncovered != 3 || summary.Reasons[Changed] == nil || summary.Reasons[Changed].Keys != 2 ||
		summary.Confirmed != 1 {
		t.Errorf("%+v, %s, %v", summary, failures(summary), err)
	}
	if l.history("a") != "live old" || l.history("b") != "- old" || l.history("c") != "old" {
		t.Errorf("got %s; %s; %s", l.history("a"), l.history("b"), l.history("c"))
	}
}

// TestPutBack: a marker on top of what was uncovered brings the view back. What others wrote since is left alone, and
// a second time there is nothing to do.
func TestPutBack(t *testing.T) {
	l := newLake(t, enabled, 10)
	for _, key := range []string{"a", "b", "c", "d"} {
		l.put(key, "old", 1)
		l.bucket.Delete(key, second(5))
		l.bucket.Delete(key, second(6))
	}
	l.clock.Advance(10 * time.Second)
	var u undone
	if summary, err := l.removing(second(3), &u).Do(t.Context()); err != nil || summary.Uncovered != 4 {
		t.Fatalf("%+v, %v", summary, err)
	}
	l.clock.Advance(10 * time.Second)
	l.bucket.Put("b", s3fake.Version{Body: []byte("live")})
	l.bucket.Put("c", s3fake.Version{Body: []byte("old"), Metadata: map[string]string{"live": "yes"}}) // the ETag is the same
	for _, test := range []struct {
		apply             bool
		marked, back, bad int
	}{{false, 2, 0, 2}, {true, 2, 0, 2}, {true, 0, 2, 2}} {
		r := &Run{Client: l.client, Bucket: "lake", Apply: test.apply, Concurrency: 2}
		summary, err := r.PutBack(t.Context(), u.next())
		if err != nil || summary.Keys != 4 || summary.Marked != test.marked || summary.AlreadyBack != test.back || summary.Failed != test.bad ||
			summary.Reasons[Changed].Keys != test.bad {
			t.Errorf("%+v: %+v, %s, %v", test, summary, failures(summary), err)
		}
	}
	if l.history("a") != "- old" || l.history("b") != "live old" || l.history("c") != "old old" || l.history("d") != "- old" {
		t.Errorf("got %s; %s; %s; %s", l.history("a"), l.history("b"), l.history("c"), l.history("d"))
	}
	broken := errors.New("line 2 cannot be read")
	r := &Run{Client: l.client, Bucket: "lake"}
	if _, err := r.PutBack(t.Context(), func() (Removed, error) { return Removed{}, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// TestRemoveProperty: with markers removed, every moment comes back too; no version is lost, and no marker that is not
// written down; a second run has nothing to do; and the removal can be taken back.
func TestRemoveProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLake(t, s3fake.BucketOptions{}, rapid.IntRange(1, 7).Draw(t, "page"))
		for range rapid.IntRange(0, 5).Draw(t, "steps before versioning") {
			l.step(t)
		}
		l.bucket.SetVersioning(types.BucketVersioningStatusEnabled)
		l.clock.Advance(time.Second)
		from := l.clock.Now().Truncate(time.Second)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			l.step(t)
			if rapid.Bool().Draw(t, "and a deletion") {
				l.bucket.Delete(rapid.SampledFrom(oddKeys).Draw(t, "deleted"), time.Time{})
			}
		}
		l.clock.Advance(time.Second)
		to := from.Add(time.Duration(rapid.IntRange(0, int(l.clock.Now().Sub(from)/time.Second)-1).Draw(t, "to")) * time.Second)
		want, before, deleted := l.view(to), l.ids(), l.view(l.clock.Now())
		var u undone
		summary, err := l.removing(to, &u).Do(context.Background())
		if err != nil || summary.Failed > 0 || summary.Confirmed != summary.Keys {
			t.Fatalf("%+v, %s, %v", summary, failures(summary), err)
		}
		now := l.view(l.clock.Now())
		for _, key := range oddKeys {
			if then, was := want[key]; !sameObject(now[key], then) || was != (now[key].ID != "") {
				t.Errorf("%q at %s: got %+v, want %+v", key, to, now[key], then)
			}
		}
		for _, line := range u.lines {
			delete(before, line.Key+" "+line.VersionID)
			if _, was := deleted[line.Key]; was || strings.Contains(line.VersionID, "null") {
				t.Errorf("%+v was removed", line)
			}
		}
		for id := range before {
			if !l.ids()[id] {
				t.Fatalf("%q is gone", id)
			}
		}
		if again, err := l.removing(to, &u).Do(context.Background()); err != nil || again.Copied+again.Marked+again.Failed+again.Uncovered > 0 {
			t.Fatalf("the second run: %+v, %v", again, err)
		}
		back := &Run{Client: l.client, Bucket: "lake", Apply: true}
		if summary, err := back.PutBack(context.Background(), u.next()); err != nil || summary.Failed > 0 {
			t.Fatalf("back: %+v, %s, %v", summary, failures(summary), err)
		}
		keys := map[string]bool{}
		for _, line := range u.lines {
			keys[line.Key] = true
		}
		for key := range maps.Keys(keys) {
			if _, there := l.view(l.clock.Now())[key]; there {
				t.Errorf("%q is not deleted again", key)
			}
		}
	})
}
