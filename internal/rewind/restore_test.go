package rewind

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"pgregory.net/rapid"

	"central-s3-backup/internal/fixedseed"
	"central-s3-backup/internal/s3fake"
)

// TestMain: go test ./internal/rewind -run Property -rapid.seed 7 -rapid.checks 500 tests other histories.
func TestMain(m *testing.M) {
	if os.Getenv(childURL) != "" {
		os.Exit(restoreAsChild())
	}
	fixedseed.MainOf(m, 20)
}

// lake is a bucket of a server, and the clock of both.
type lake struct {
	server *s3fake.Server
	bucket *s3fake.Bucket
	client *s3.Client
	clock  *s3fake.Clock
}

// newLake starts a server with one bucket.
func newLake(t s3fake.Test, options s3fake.BucketOptions, pageSize int) *lake {
	l := &lake{clock: s3fake.NewClock(second(0))}
	l.server = s3fake.New(s3fake.Options{Clock: l.clock.Now, PageSize: pageSize})
	l.bucket = l.server.CreateBucket("lake", options)
	l.client = l.server.Start(t, retrying)
	return l
}

// run is a run to a moment that changes the bucket.
func (l *lake) run(to time.Time) *Run {
	return &Run{Client: l.client, Bucket: "lake", To: to, Apply: true, Concurrency: 4, Now: l.clock.Now}
}

// put puts a body at a second.
func (l *lake) put(key, body string, at int) {
	l.bucket.Put(key, s3fake.Version{Body: []byte(body), At: second(at)})
}

// history is what a key has, newest first: bodies, and - for delete markers.
func (l *lake) history(key string) string {
	var all []string
	for _, v := range l.bucket.Versions(key) {
		if v.DeleteMarker {
			all = append(all, "-")
			continue
		}
		all = append(all, string(v.Body))
	}
	return strings.Join(all, " ")
}

// view is what people see of each key: the newest version whose second is not after a moment.
func (l *lake) view(to time.Time) map[string]s3fake.Version {
	view := map[string]s3fake.Version{}
	for _, key := range l.bucket.Keys() {
		for _, v := range l.bucket.Versions(key) {
			if !v.At.Truncate(time.Second).After(to) {
				if !v.DeleteMarker {
					view[key] = v
				}
				break
			}
		}
	}
	return view
}

// sameObject compares what a copy must keep.
func sameObject(a, b s3fake.Version) bool {
	content := bytes.Equal(a.Body, b.Body)
	if a.Body == nil || b.Body == nil {
		content = a.ETag == b.ETag || a.Checksum != "" && a.ChecksumAlgorithm == b.ChecksumAlgorithm && a.Checksum == b.Checksum
	}
	return content && a.Size == b.Size && maps.Equal(a.Headers, b.Headers) && maps.Equal(a.Metadata, b.Metadata) &&
		maps.Equal(a.Tags, b.Tags) && maps.Equal(a.Annotations, b.Annotations) && a.StorageClass == b.StorageClass
}

// ids are all versions and markers.
func (l *lake) ids() map[string]bool {
	ids := map[string]bool{}
	for _, key := range l.bucket.Keys() {
		for _, v := range l.bucket.Versions(key) {
			ids[key+" "+v.ID] = true
		}
	}
	return ids
}

var oddKeys = []string{"a", "a/", "a//b", "a+b c", "é\u0001\n?#%2F", "z<&>\"'"}

// step does one thing that people do to buckets.
func (l *lake) step(t *rapid.T) {
	l.clock.Advance(time.Duration(rapid.SampledFrom([]int{1, 300, 700, 1000, 2500}).Draw(t, "pause")) * time.Millisecond)
	key := rapid.SampledFrom(oddKeys).Draw(t, "key")
	v := s3fake.Version{
		Body:     []byte(rapid.SampledFrom([]string{"x", "y", "zz", ""}).Draw(t, "body")),
		Headers:  map[string]string{"Content-Type": rapid.SampledFrom([]string{"text/plain", "text/csv"}).Draw(t, "type")},
		Metadata: map[string]string{"team": rapid.SampledFrom([]string{"blue", "red"}).Draw(t, "team")},
	}
	if rapid.Bool().Draw(t, "tagged") {
		v.Tags = map[string]string{"class +&": rapid.SampledFrom([]string{"a b", "=c"}).Draw(t, "tag")}
		v.Headers["Cache-Control"] = "no-store"
		v.Headers["Expires"] = "Wed, 09 Dec 2026 10:00:00 GMT"
		v.StorageClass = types.StorageClassStandardIa
	}
	if rapid.Bool().Draw(t, "annotated") {
		v.Annotations = map[string]string{"note": "kept"}
	}
	switch rapid.SampledFrom([]string{"put", "put", "kms", "delete", "multipart", "versioning"}).Draw(t, "step") {
	case "put":
		v.ChecksumAlgorithm = rapid.SampledFrom([]types.ChecksumAlgorithm{"", "CRC64NVME", "SHA256"}).Draw(t, "checksum")
		l.bucket.Put(key, v)
	case "kms":
		v.Encryption, v.KMSKey, v.ChecksumAlgorithm = types.ServerSideEncryptionAwsKms, "key", types.ChecksumAlgorithmCrc64nvme
		l.bucket.Put(key, v)
	case "multipart": // its time is that of its start, before other versions perhaps
		v.Body, v.Fill = nil, byte(rapid.IntRange(1, 2).Draw(t, "fill"))
		v.PartSizes = rapid.SampledFrom([][]int64{{5 << 20, 1}, {7}, {7}}).Draw(t, "parts")
		v.ChecksumAlgorithm = rapid.SampledFrom([]types.ChecksumAlgorithm{"", "CRC64NVME"}).Draw(t, "checksum")
		v.At = l.clock.Now().Add(-time.Duration(rapid.IntRange(0, 1500).Draw(t, "ago")) * time.Millisecond)
		l.bucket.Put(key, v)
	case "delete":
		l.bucket.Delete(key, time.Time{})
	case "versioning":
		l.bucket.SetVersioning(types.BucketVersioningStatusEnabled)
	}
}

// TestRestoreProperty: on a server with AWS's rules, every moment since versioning was enabled comes back whole, in
// any order; no version is lost; a second run has nothing to do; a dry run changes nothing.
func TestRestoreProperty(t *testing.T) { checkRestores(t, nil) }

// TestRestoreWithFaults: the same, if one request of twenty fails.
func TestRestoreWithFaults(t *testing.T) {
	checkRestores(t, func(seed uint64) func(*http.Request) *s3fake.Fault {
		lost := s3fake.InternalError()
		lost.After = true
		inside := s3fake.ErrorInside("InternalError")
		sometimes := s3fake.Sometimes(
			seed,
			0.05,
			s3fake.SlowDown(),
			s3fake.TooManyRequests(),
			s3fake.InternalError(),
			inside,
			s3fake.Cut(),
			lost,
		)
		return func(r *http.Request) *s3fake.Fault {
			fault := sometimes(r)
			switch s3fake.Describe(r).Operation {
			case "CopyObject", "UploadPartCopy", "CompleteMultipartUpload":
				return fault
			}
			if fault == inside {
				return lost // no other operation answers so
			}
			return fault
		}
	})
}

func checkRestores(t *testing.T, faults func(seed uint64) func(*http.Request) *s3fake.Fault) {
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
		}
		for round := range rapid.IntRange(1, 4).Draw(t, "restores") {
			l.clock.Advance(time.Second)
			to := from.Add(time.Duration(rapid.IntRange(0, int(l.clock.Now().Sub(from)/time.Second)-1).Draw(t, "to")) * time.Second)
			want, before := l.view(to), l.ids()
			if faults != nil {
				l.server.SetFault(faults(uint64(round)))
			}
			l.restore(t, to, want)
			l.server.SetFault(nil)
			for id := range before {
				if !l.ids()[id] {
					t.Fatalf("%q is gone", id)
				}
			}
			l.clock.Advance(time.Second)
			known := l.ids()
			again, err := l.run(to).Do(context.Background())
			if err != nil || again.Copied+again.Marked+again.Failed > 0 || len(l.ids()) != len(known) {
				t.Fatalf("the second run: %+v, %v", again, err)
			}
			for range rapid.IntRange(0, 4).Draw(t, "steps between") {
				l.step(t)
			}
		}
	})
}

// restore looks, restores and compares.
func (l *lake) restore(t *rapid.T, to time.Time, want map[string]s3fake.Version) {
	count := len(l.ids())
	dry := l.run(to)
	dry.Apply = false
	expected, err := dry.Do(context.Background())
	if err != nil || len(l.ids()) != count {
		t.Fatalf("the dry run made %d versions: %v", len(l.ids())-count, err)
	}
	summary, err := l.run(to).Do(context.Background())
	if err != nil || summary.Failed > 0 {
		t.Fatalf("%+v, %s, %v", summary, failures(summary), err)
	}
	now := l.view(l.clock.Now())
	for _, key := range oddKeys {
		got, is := now[key]
		if then, was := want[key]; is != was || !sameObject(got, then) {
			t.Errorf("%q at %s: there %v, want %v:\ngot  %+v\nwant %+v", key, to, is, was, got, then)
		}
	}
	if summary.Copied != expected.Copied || summary.Marked != expected.Marked || summary.AlreadyBack != expected.AlreadyBack ||
		summary.Confirmed != summary.Keys || summary.VersionsAfter < summary.VersionsBefore {
		t.Fatalf("expected %+v, got %+v", expected, summary)
	}
}

// failures are what a summary says of the keys that were not restored.
func failures(s Summary) string {
	var all []string
	for _, reason := range slices.Sorted(maps.Keys(s.Reasons)) {
		for _, failure := range allOf(s.Reasons[reason]) {
			all = append(all, fmt.Sprintf("%s: %q: %s", reason, failure.Key, failure.Detail))
		}
	}
	return strings.Join(all, "\n")
}

// allOf are the keys that were not restored for a reason.
func allOf(of *Failures) (failures []Failure) {
	if of.All != nil {
		return of.All
	}
	err := of.Each(func(f Failure) error {
		failures = append(failures, f)
		return nil
	})
	if err != nil {
		panic(err)
	}
	return failures
}

// TestLiveWriter: while the run is under way, others write. Nothing of theirs is ever beneath a version of ours
// without being reported, and what they wrote is still there.
func TestLiveWriter(t *testing.T) {
	l := newLake(t, enabled, 10)
	for i := range 60 {
		l.put(fmt.Sprintf("%02d", i), "old", 1)
		l.put(fmt.Sprintf("%02d", i), "bad", 5)
	}
	l.clock.Advance(10 * time.Second)
	var mu sync.Mutex
	live := map[string]string{}
	requests := 0
	l.server.SetFault(func(_ *http.Request) *s3fake.Fault {
		mu.Lock()
		defer mu.Unlock()
		if requests++; requests%3 != 0 {
			return nil
		}
		l.clock.Advance(1100 * time.Millisecond)
		key := fmt.Sprintf("%02d", (requests*7)%60)
		v := s3fake.Version{Body: []byte("live")}
		switch requests % 4 {
		case 1: // the same bytes with other metadata, which no condition sees
			v = s3fake.Version{Body: []byte("bad"), Metadata: map[string]string{"live": "yes"}}
		case 2:
			v = s3fake.Version{DeleteMarker: true}
		}
		live[l.bucket.Put(key, v).ID] = key
		return nil
	})
	summary, err := l.run(second(3)).Do(t.Context())
	l.server.SetFault(nil)
	if err != nil {
		t.Fatal(err)
	}
	changed := map[string]bool{}
	for reason, of := range summary.Reasons {
		if reason != Changed {
			t.Errorf("%s: %v", reason, allOf(of))
		}
		for _, failure := range allOf(of) {
			changed[failure.Key] = true
		}
	}
	if len(live) < 20 || len(changed) == 0 || summary.Copied == 0 {
		t.Fatalf("%d live writes, %d changed, %d copied: too few to prove anything", len(live), len(changed), summary.Copied)
	}
	for id, key := range live {
		var above []string
		for _, v := range l.bucket.Versions(key) {
			if v.ID == id {
				break
			}
			if live[v.ID] == "" {
				above = append(above, string(v.Body))
			}
		}
		if !slices.ContainsFunc(l.bucket.Versions(key), func(v s3fake.Version) bool { return v.ID == id }) {
			t.Errorf("%s: a live write is gone", key)
		}
		if len(above) > 0 && !changed[key] {
			t.Errorf("%s: a live write lies beneath %v, and is not reported", key, above)
		}
	}
}

// TestKeys: with keys, no other key is touched, not even one that begins with the same text.
func TestKeys(t *testing.T) {
	l := newLake(t, enabled, 2)
	for _, key := range []string{"a", "a/b", "b", "c"} {
		l.put(key, "old", 1)
		l.put(key, "bad", 5)
	}
	l.clock.Advance(10 * time.Second)
	r := l.run(second(3))
	r.Keys = []string{"a", "c", "none"}
	summary, err := r.Do(t.Context())
	if err != nil || summary.Keys != 2 || summary.Copied != 2 || summary.Confirmed != 2 {
		t.Errorf("%+v, %v", summary, err)
	}
	for key, want := range map[string]string{"a": "old bad old", "a/b": "bad old", "b": "bad old", "c": "old bad old"} {
		if got := l.history(key); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}
