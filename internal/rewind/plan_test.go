package rewind

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"pgregory.net/rapid"

	"central-s3-backup/internal/s3fake"
)

// planned makes a plan by a dry run, and reads it.
func (l *lake) planned(t fataler, dir string, to time.Time, change ...func(*Run)) *Plan {
	path := filepath.Join(dir, fmt.Sprintf("%d.gz", time.Now().UnixNano()))
	l.dryRun(t, path, to, change...)
	plan, err := OpenPlan(path, nil)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return plan
}

func (l *lake) dryRun(t fataler, path string, to time.Time, change ...func(*Run)) Summary {
	out, err := NewPlanWriter(path, PlanHeader{Bucket: "lake", To: to})
	if err != nil {
		t.Fatalf("%v", err)
	}
	r := l.run(to)
	r.Apply, r.Each = false, out.Add
	for _, c := range change {
		c(r)
	}
	summary, err := r.Do(context.Background())
	if err != nil || out.Close(l.clock.Now(), err) != nil {
		t.Fatalf("%+v, %v", summary, err)
	}
	return summary
}

// follow carries a plan out.
func (l *lake) follow(t fataler, plan *Plan, change ...func(*Run)) Summary {
	r := l.run(plan.Header.To)
	r.Plan = plan
	for _, c := range change {
		c(r)
	}
	summary, err := r.Do(context.Background())
	if err != nil {
		t.Fatalf("%+v, %v", summary, err)
	}
	return summary
}

type fataler interface{ Fatalf(string, ...any) }

// looking is a dry run.
func looking(r *Run) { r.Apply = false }

// TestPlanProperty: a plan that is carried out does what the dry run said, and what a run without a plan would do, which
// then finds nothing to do. No version is lost, and the plan can be carried out again.
func TestPlanProperty(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		l := newLake(t, s3fake.BucketOptions{}, rapid.IntRange(1, 7).Draw(t, "page"))
		from := l.begin(t)
		to := from.Add(time.Duration(rapid.IntRange(0, int(l.clock.Now().Sub(from)/time.Second)-1).Draw(t, "to")) * time.Second)
		want, before := l.view(to), l.ids()
		path := filepath.Join(dir, "plan")
		expected := l.dryRun(t, path, to)
		plan, err := OpenPlan(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		seen := l.follow(t, plan, looking)
		if len(l.ids()) != len(before) || !sameWork(seen, expected) {
			t.Fatalf("the dry run of the plan: expected %+v, got %+v", expected, seen)
		}
		listed := l.server.Requests()["ListObjectVersions"]
		got := l.follow(t, plan, func(r *Run) {
			r.Each = func(Result) error {
				if l.server.Requests()["ListObjectVersions"] != listed {
					t.Errorf("the bucket was listed before the plan was carried out")
				}
				return nil
			}
		})
		if !sameWork(got, expected) || got.Failed > 0 || got.Confirmed != plan.Lines {
			t.Fatalf("expected %+v of %d lines, got %+v, %s", expected, plan.Lines, got, failures(got))
		}
		l.compare(t, to, want)
		known := l.ids()
		for id := range before {
			if !known[id] {
				t.Fatalf("%q is gone", id)
			}
		}
		l.clock.Advance(time.Second)
		again := l.follow(t, plan)
		direct, err := l.run(to).Do(context.Background())
		if err != nil || again.AlreadyBack != plan.Lines || direct.Copied+direct.Marked+direct.Failed > 0 || len(l.ids()) != len(known) {
			t.Fatalf("again: %+v, %s; a run without the plan: %+v, %v", again, failures(again), direct, err)
		}
	})
}

func sameWork(a, b Summary) bool {
	return a.Copied == b.Copied && a.Marked == b.Marked && a.Bytes == b.Bytes && a.ByParts == b.ByParts && a.AlreadyBack == b.AlreadyBack
}

// begin makes a history, and returns since when the bucket has versions.
func (l *lake) begin(t *rapid.T) time.Time {
	for range rapid.IntRange(0, 5).Draw(t, "steps before versioning") {
		l.step(t)
	}
	l.bucket.SetVersioning(types.BucketVersioningStatusEnabled)
	l.clock.Advance(time.Second)
	from := l.clock.Now().Truncate(time.Second)
	for range rapid.IntRange(1, 20).Draw(t, "steps") {
		l.step(t)
	}
	l.clock.Advance(time.Second)
	return from
}

// compare compares what people see with what they saw at a moment.
func (l *lake) compare(t interface{ Errorf(string, ...any) }, to time.Time, want map[string]s3fake.Version) {
	now := l.view(l.clock.Now())
	for _, key := range oddKeys {
		got, is := now[key]
		if then, was := want[key]; is != was || !sameObject(got, then) {
			t.Errorf("%q at %s: there %v, want %v:\ngot  %+v\nwant %+v", key, to, is, was, got, then)
		}
	}
}

// TestPlanChanged: what was written after the plan was made stays on top, whatever it is, and is reported.
func TestPlanChanged(t *testing.T) {
	l := newLake(t, enabled, 10)
	large := s3fake.Version{PartSizes: []int64{5 << 20, 1}, At: second(1), ETag: "a-2"}
	for _, key := range []string{"bytes", "deleted", "metadata", "same bytes as then", "untouched"} {
		l.put(key, "old", 1)
		l.put(key, "bad", 5)
	}
	l.bucket.Put("same bytes as then", s3fake.Version{Body: []byte("old"), Metadata: map[string]string{"bad": "yes"}, At: second(6)})
	l.put("created", "bad", 5)
	l.put("created again", "bad", 5)
	l.put("back", "old", 1)
	l.bucket.Delete("back", second(5))
	l.bucket.Put("large", large)
	l.put("large", "bad", 5)
	l.put("gone", "old", 1)
	l.bucket.Delete("gone", second(5))
	l.clock.Advance(10 * time.Second)
	plan := l.planned(t, t.TempDir(), second(3))

	l.clock.Advance(2 * time.Second)
	live := s3fake.Version{Body: []byte("live")}
	l.bucket.Put("bytes", live)
	l.bucket.Delete("deleted", time.Time{})
	l.bucket.Put("metadata", s3fake.Version{Body: []byte("bad"), Metadata: map[string]string{"live": "yes"}})
	l.bucket.Put("same bytes as then", s3fake.Version{Body: []byte("old"), Metadata: map[string]string{"live": "yes"}})
	l.bucket.Put("created", live)
	l.bucket.Put("back", live)
	l.bucket.Put("large", live)
	for _, v := range l.bucket.Versions("gone") {
		l.bucket.Remove("gone", v.ID)
	}
	l.clock.Advance(2 * time.Second)

	want := []string{"back", "bytes", "created", "deleted", "large", "metadata", "same bytes as then"}
	seen := l.follow(t, plan, looking)
	if got := changedKeys(seen); !slices.Equal(got, want) || seen.Reasons[Expired].Keys != 1 || seen.Copied != 1 || seen.Marked != 1 {
		t.Errorf("the dry run: changed are %q, want %q, %s", got, want, failures(seen))
	}
	before := l.ids()
	summary := l.follow(t, plan)
	if got := changedKeys(summary); !slices.Equal(got, want) || summary.Reasons[Expired].Keys != 1 {
		t.Errorf("changed are %q, want %q, %s", got, want, failures(summary))
	}
	// S3's condition sees no difference between the same bytes with other metadata; the second look reports it.
	for key, history := range map[string]string{
		"bytes": "live bad old", "deleted": "- bad old", "metadata": "old bad bad old", "same bytes as then": "old old bad old",
		"created": "live bad", "created again": "- bad", "back": "live - old", "untouched": "old bad old", "gone": "",
	} {
		if got := l.history(key); got != history {
			t.Errorf("%s: got %s, want %s", key, got, history)
		}
	}
	if l.server.Requests()["UploadPartCopy"] > 0 || string(l.bucket.Versions("large")[0].Body) != "live" {
		t.Errorf("parts were copied of an object that was written since: %v", l.server.Requests())
	}
	if len(l.ids()) != len(before)+3 {
		t.Errorf("%d versions are new", len(l.ids())-len(before))
	}
}

func changedKeys(s Summary) []string {
	var keys []string
	if of := s.Reasons[Changed]; of != nil {
		for _, failure := range allOf(of) {
			keys = append(keys, failure.Key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// TestPlanWithFaults: one request of twenty fails, and the answers of some that succeed are lost. The result is the same.
func TestPlanWithFaults(t *testing.T) {
	l := newLake(t, enabled, 50)
	for i := range 300 {
		key := fmt.Sprintf("%03d", i)
		if i%3 != 0 {
			l.put(key, "old", 1)
		}
		l.put(key, "bad", 5)
	}
	l.clock.Advance(10 * time.Second)
	plan := l.planned(t, t.TempDir(), second(3))
	lost := s3fake.InternalError()
	lost.After = true
	l.server.SetFault(s3fake.Sometimes(7, 0.05, s3fake.SlowDown(), s3fake.InternalError(), s3fake.Cut(), lost))
	summary := l.follow(t, plan)
	if summary.Failed > 0 || summary.Copied+summary.Marked+summary.AlreadyBack != 300 || summary.Confirmed != 300 {
		t.Errorf("%+v, %s", summary, failures(summary))
	}
}

// TestLook: a few keys of a large bucket take a few requests, and all keys about as many as a listing has pages.
func TestLook(t *testing.T) {
	const keys, pageSize = 4_000, 100
	name := func(n int) string { return fmt.Sprintf("data/%06d", n) }
	clock := s3fake.NewClock(second(9))
	server := s3fake.New(s3fake.Options{Clock: clock.Now, PageSize: pageSize})
	server.CreateBucket("lake", s3fake.BucketOptions{Versioning: enabled.Versioning, Generated: &s3fake.Generated{
		Keys: keys, Key: name,
		Versions: func(int) []s3fake.Version {
			return []s3fake.Version{{Size: 1, Fill: 2, At: second(5)}, {Size: 1, Fill: 1, At: second(1)}}
		},
	}})
	l := &lake{server: server, client: server.Start(t, retrying), clock: clock}
	for _, test := range []struct {
		what  string
		every int
		most  int
	}{
		{"all", 1, keys*2/pageSize + 2*keys/planChunk},
		{"ten", keys / 10, 20},
		{"every hundredth", 100, 2*keys/100 + 10},
	} {
		path := filepath.Join(t.TempDir(), "plan")
		out, err := NewPlanWriter(path, PlanHeader{Bucket: "lake", To: second(3), Listed: second(9)})
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for n := 0; n < keys; n += test.every {
			source := Entry{Key: name(n), VersionID: "s", ETag: `"s"`, Size: 1}
			if err := out.Add(Result{Key: name(n), Outcome: Copied, decision: Decision{Source: source, Latest: source}}); err != nil {
				t.Fatal(err)
			}
			lines++
		}
		if err := out.Close(second(9), nil); err != nil {
			t.Fatal(err)
		}
		plan, err := OpenPlan(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, atOnce := range []int{1, looksAtOnce} {
			r := &Run{Client: l.client, Bucket: "lake", To: second(3), Plan: plan, Now: clock.Now, started: second(9)}
			server.ResetRequests()
			var mu sync.Mutex
			got := map[string]int{}
			last, sorted := "", true
			err = r.look(t.Context(), atOnce, func(_ *cursor, line PlanLine, now *Decision) error {
				mu.Lock()
				defer mu.Unlock()
				if now != nil && now.Key == line.Key && now.Action == Copy && now.Entries == 2 {
					got[line.Key]++
				}
				sorted = sorted && line.Key > last
				last = line.Key
				return nil
			})
			requests := server.Requests()["ListObjectVersions"]
			if err != nil || len(got) != lines || requests > test.most || atOnce == 1 && !sorted {
				t.Errorf("%s, %d at once: %d of %d keys, in order %v, %d requests, %v", test.what, atOnce, len(got), lines, sorted, requests, err)
			}
		}
	}
}

// TestPlanMemory: a plan of any length takes the same memory, when it is checked and when it is read.
func TestPlanMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.gz")
	out, err := NewPlanWriter(path, PlanHeader{Bucket: "lake", To: second(3), Listed: second(9)})
	if err != nil {
		t.Fatal(err)
	}
	const lines = 20_000
	for n := range lines {
		e := Entry{VersionID: "s", ETag: `"s"`, Size: 1}
		key := fmt.Sprintf("%s/%d", strings.Repeat("k", 300), n)
		if err := out.Add(Result{Key: key, Outcome: Copied, decision: Decision{Source: e, Latest: e}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(second(9), nil); err != nil {
		t.Fatal(err)
	}
	plan, err := OpenPlan(path, nil)
	if err != nil || plan.Lines != lines {
		t.Fatalf("%+v, %v", plan, err)
	}
	used := func() int {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return int(stats.HeapAlloc)
	}
	before, most, n := used(), 0, 0
	for _, err := range plan.All() {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%5_000 == 0 {
			most = max(most, used()-before)
		}
	}
	if most > 2<<20 || n != lines { // all lines have more than 6 MB
		t.Errorf("%d bytes more in memory after %d lines", most, n)
	}
}

// TestPlanKeys: a plan of some keys touches no other key, and the second look reports no other.
func TestPlanKeys(t *testing.T) {
	l := newLake(t, enabled, 2)
	for _, key := range []string{"a", "a/b", "b", "c"} {
		l.put(key, "old", 1)
		l.put(key, "bad", 5)
	}
	l.clock.Advance(10 * time.Second)
	plan := l.planned(t, t.TempDir(), second(3), func(r *Run) { r.Keys = []string{"a", "c", "none"} })
	summary := l.follow(t, plan)
	if summary.Keys != 2 || summary.Copied != 2 || summary.Confirmed != 2 || summary.Failed > 0 {
		t.Errorf("%+v, %s", summary, failures(summary))
	}
	for key, want := range map[string]string{"a": "old bad old", "a/b": "bad old", "b": "bad old", "c": "old bad old"} {
		if got := l.history(key); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}

// TestPlanParts: what the plan copies by parts is copied by parts, whatever the run's own limit is.
func TestPlanParts(t *testing.T) {
	l := newLake(t, enabled, 10)
	l.put("k", "old", 1)
	l.put("k", "bad", 5)
	l.clock.Advance(10 * time.Second)
	plan := l.planned(t, t.TempDir(), second(3), func(r *Run) { r.MultipartAbove = 1 })
	summary := l.follow(t, plan)
	if summary.ByParts != 1 || l.server.Requests()["UploadPartCopy"] != 1 || l.history("k") != "old bad old" {
		t.Errorf("%+v, %s, %v", summary, failures(summary), l.server.Requests())
	}
}

// TestPlanStops: the run ends if the plan changes under it, or S3 cannot be asked any more.
func TestPlanStops(t *testing.T) {
	l := newLake(t, enabled, 10)
	for i := range 30 {
		l.put(fmt.Sprintf("%02d", i), "old", 1)
		l.put(fmt.Sprintf("%02d", i), "bad", 5)
	}
	l.clock.Advance(10 * time.Second)
	path := filepath.Join(t.TempDir(), "plan")
	l.dryRun(t, path, second(3))
	plan, err := OpenPlan(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	l.server.SetFault(func(*http.Request) *s3fake.Fault { return s3fake.ExpiredToken() })
	for _, apply := range []bool{true, false} {
		r := l.run(second(3))
		r.Plan, r.Apply = plan, apply
		if _, err := r.Do(t.Context()); err == nil || !strings.Contains(err.Error(), "ExpiredToken") {
			t.Errorf("apply %v: got %v", apply, err)
		}
	}
	l.server.SetFault(nil)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content[:bytes.LastIndexByte(content[:len(content)-1], '\n')+1], 0o600); err != nil {
		t.Fatal(err)
	}
	r := l.run(second(3))
	r.Plan = plan
	if _, err := r.Do(t.Context()); err == nil || !strings.Contains(err.Error(), "cut in the middle") {
		t.Errorf("got %v", err)
	}
}
