package rewind

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"central-s3-backup/internal/s3fake"
)

// walked is what a walk gave: decisions and ends, by the keys after which their stretches begin.
type walked struct {
	mu        sync.Mutex
	decisions []Decision
	keys      map[string][]string
	ends      map[string]string
	twice     []string
}

func (l *lake) walked(t *rapid.T, r *Run, spans []span) *walked {
	w := &walked{keys: map[string][]string{}, ends: map[string]string{}}
	r.listing = newPace(max(1, r.Listers))
	err := r.walk(context.Background(), spans, func(at *stretch, d Decision) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.decisions = append(w.decisions, d)
		w.keys[at.after] = append(w.keys[at.after], d.Key)
		if _, ended := w.ends[at.after]; ended {
			w.twice = append(w.twice, d.Key)
		}
		return nil
	}, func(at *stretch, upTo string) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		if _, ended := w.ends[at.after]; ended {
			w.twice = append(w.twice, at.after)
		}
		w.ends[at.after] = upTo
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(w.decisions, func(a, b Decision) int { return cmp.Compare(a.Key, b.Key) })
	return w
}

// anyKey draws a key: some are near each other, some have odd or many-byte characters.
func anyKey(t *rapid.T) string {
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return rapid.SampledFrom(oddKeys).Draw(t, "odd")
	case 1:
		return fmt.Sprintf("data/%06d", rapid.IntRange(0, 400).Draw(t, "number"))
	case 2:
		return "data/" + rapid.StringMatching(`[0-9a-f]{1,4}(/[a-c])?`).Draw(t, "hex")
	}
	return rapid.StringOfN(rapid.RuneFrom([]rune("a0/~é中😀\x01+%")), 1, 6, -1).Draw(t, "text")
}

// TestWalkProperty: whatever the keys, the spans and the number of listers, each key of the spans is decided about
// once and as one lister does it, stretches tile the spans, and each gets its own keys in order.
func TestWalkProperty(t *testing.T) {
	splits := 0
	defer func() {
		if splits == 0 {
			t.Error("no range was split, so that nothing was tested")
		}
	}()
	rapid.Check(t, func(t *rapid.T) {
		l := newLake(t, enabled, rapid.IntRange(1, 4).Draw(t, "page size"))
		for _, name := range rapid.SliceOfNDistinct(rapid.Custom(anyKey), 20, 60, rapid.ID[string]).Draw(t, "keys") {
			for at := range rapid.IntRange(1, 4).Draw(t, "versions") {
				if rapid.IntRange(0, 4).Draw(t, "marker") == 0 {
					l.bucket.Delete(name, second(at))
				} else {
					l.put(name, fmt.Sprint(at), at)
				}
			}
		}
		l.clock.Advance(10e9)
		cuts := rapid.SliceOfNDistinct(rapid.Custom(anyKey), 0, 4, rapid.ID[string]).Draw(t, "cuts")
		slices.Sort(cuts)
		var spans []span
		for i, edges := 0, append(append([]string{""}, cuts...), ""); i < len(edges)-1; i++ {
			if len(edges) == 2 || rapid.Bool().Draw(t, "listed") {
				spans = append(spans, span{edges[i], edges[i+1]})
			}
		}
		prefix := rapid.SampledFrom([]string{"", "", "data/", "data/0000"}).Draw(t, "prefix")
		run := func(listers int) *Run {
			return &Run{Client: l.client, Bucket: "lake", To: second(2), Prefix: prefix, Listers: listers, Now: l.clock.Now}
		}
		want := l.walked(t, run(1), spans)
		faults := s3fake.Sometimes(rapid.Uint64().Draw(t, "seed"), 0.2, s3fake.SlowDown(), s3fake.InternalError(), s3fake.Cut())
		l.server.SetFault(func(r *http.Request) *s3fake.Fault {
			fault := faults(r)
			if fault == nil && !r.URL.Query().Has("max-keys") { // so that there is time to split ranges
				return s3fake.Delay(2 * time.Millisecond)
			}
			return fault
		})
		got := l.walked(t, run(rapid.IntRange(1, 16).Draw(t, "listers")), spans)
		if len(got.decisions) != len(want.decisions) || len(got.twice) > 0 {
			t.Fatalf("%d decisions, want %d; twice %q", len(got.decisions), len(want.decisions), got.twice)
		}
		for i, d := range got.decisions {
			if !reflect.DeepEqual(d, want.decisions[i]) {
				t.Fatalf("got %+v, want %+v", d, want.decisions[i])
			}
		}
		splits += len(got.ends) - len(spans)
		for after, keys := range got.keys {
			if end, ended := got.ends[after]; !ended || !slices.IsSorted(keys) || keys[0] <= after || end != "" && keys[len(keys)-1] > end {
				t.Fatalf("the stretch after %q up to %q has %q", after, end, keys)
			}
		}
		var joined []span
		for _, after := range slices.Sorted(maps.Keys(got.ends)) {
			s := span{after, got.ends[after]}
			if n := len(joined); n > 0 && joined[n-1].upTo == s.after && !slices.Contains(spans, span{joined[n-1].after, s.after}) {
				joined[n-1].upTo = s.upTo
				continue
			}
			joined = append(joined, s)
		}
		if !slices.Equal(joined, spans) {
			t.Fatalf("the stretches cover %q, want %q", joined, spans)
		}
	})
}

// TestWalkOrder: whatever the number of listers, a dry run gives its results in the order of the keys.
func TestWalkOrder(t *testing.T) {
	l := newLake(t, enabled, 20)
	for i := range 700 {
		l.put(fmt.Sprintf("data/%04d", i), "old", 1)
		l.put(fmt.Sprintf("data/%04d", i), fmt.Sprint("bad", i%3), 5)
	}
	l.server.SetFault(func(*http.Request) *s3fake.Fault { return s3fake.Delay(3e6) })
	var one []PlanLine
	for _, listers := range []int{1, 16} {
		r := l.run(second(3))
		var all []PlanLine
		r.Apply, r.Listers = false, listers
		r.Each = func(result Result) error {
			all = append(all, result.PlanLine())
			return nil
		}
		if _, err := r.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if listers == 1 {
			one = all
		}
		if len(all) != 700 || !reflect.DeepEqual(all, one) {
			t.Errorf("%d listers: %d results, not those of one lister in the order of keys", listers, len(all))
		}
	}
	if pages := l.server.Requests()["ListObjectVersions"]; pages < 2*70+4 {
		t.Errorf("%d pages: the listers did not split anything", pages)
	}
}

// TestWalkApply: a restore and its second listing with several listers.
func TestWalkApply(t *testing.T) {
	l := newLake(t, enabled, 5)
	for i := range 100 {
		l.put(fmt.Sprintf("data/%03d", i), "old", 1)
		l.put(fmt.Sprintf("data/%03d", i), "bad", 5)
	}
	l.clock.Advance(10e9)
	r := l.run(second(3))
	r.Listers = 8
	summary, err := r.Do(t.Context())
	if err != nil || summary.Copied != 100 || summary.Confirmed != 100 || summary.VersionsBefore != 200 || summary.VersionsAfter != 300 {
		t.Errorf("%+v, %v", summary, err)
	}
}

// TestWalkFallsBack: a server that cannot tell where to split a range is listed by one lister, and exactly.
func TestWalkFallsBack(t *testing.T) {
	for name, odd := range map[string]func(f *flat, ctx context.Context, at marker, most int32) (page, error){
		"ignores how many": func(f *flat, ctx context.Context, at marker, _ int32) (page, error) { return f.list(ctx, at, 0) },
		"rejects markers": func(f *flat, ctx context.Context, at marker, most int32) (page, error) {
			if most > 0 {
				return page{}, fmt.Errorf("InvalidArgument")
			}
			return f.list(ctx, at, most)
		},
		"ignores markers": func(f *flat, ctx context.Context, at marker, most int32) (page, error) {
			if most > 0 {
				at = marker{}
			}
			return f.list(ctx, at, most)
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &flat{keys: layouts(300, "numbers")["numbers"], versions: 2, pageSize: 10, wait: time.Second}
			f.answer = func(ctx context.Context, at marker, most int32) (page, error) { return odd(f, ctx, at, most) }
			if f.decided(t, 8); f.stretches != 1 {
				t.Errorf("%s: %d stretches", name, f.stretches)
			}
		})
	}
}

// TestWalkBeginsWithMarker: a server whose pages begin with the marker itself, and not after it.
func TestWalkBeginsWithMarker(t *testing.T) {
	l := newLake(t, enabled, 2)
	for _, key := range []string{"a", "b", "c"} {
		l.put(key, "old", 1)
	}
	w := newWalk(l.run(second(3)), []span{{after: "a"}}, func(_ *stretch, d Decision) error {
		if d.Key == "a" {
			t.Error("the key before the span is decided about")
		}
		return nil
	}, func(*stretch, string) error { return nil })
	w.list = func(ctx context.Context, at marker, most int32) (page, error) {
		if at == (marker{key: "a"}) {
			at.key = ""
		}
		return w.run.page(ctx, "", at, most, nil)
	}
	if err := w.start(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
}

// TestWalkOutOfOrder: with several listers, a server that does not list keys in the order of their bytes is noticed.
func TestWalkOutOfOrder(t *testing.T) {
	f := &flat{keys: []string{"a/1", "a/2", "a.txt", "b"}, versions: 1, pageSize: 2}
	for listers, want := range map[int]string{
		1: "<nil>", 2: `the server does not list keys in the order of their bytes, at "a.txt"; that takes one lister (--listers 1)`,
	} {
		n := 0
		r := &Run{To: second(2), Now: time.Now}
		w := newWalk(r, []span{{}}, func(*stretch, Decision) error { return nil }, func(*stretch, string) error { return nil })
		w.list = func(context.Context, marker, int32) (page, error) {
			n += 2
			p := page{more: n < 4}
			for _, key := range f.keys[n-2 : n] {
				p.entries = append(p.entries, Entry{Key: key, VersionID: "1", Latest: true, Time: second(1)})
			}
			return p, nil
		}
		if got := fmt.Sprint(w.start(t.Context(), listers)); got != want {
			t.Errorf("%d listers: %s", listers, got)
		}
	}
}

// TestInOrder: results of later stretches wait, also where a stretch has none.
func TestInOrder(t *testing.T) {
	var got string
	o := &inOrder{each: func(r Result) error {
		got += r.Key
		return nil
	}}
	defer o.close()
	var all [4]stretch
	all[0].first = true
	for i := range 3 {
		all[i].next = &all[i+1]
	}
	for _, step := range []struct {
		at  int
		key string // empty: it ends
	}{{2, "e"}, {0, "a"}, {2, "f"}, {2, ""}, {3, "g"}, {0, "b"}, {0, ""}, {1, "c"}, {3, "h"}, {1, "d"}, {1, ""}, {3, "i"}, {3, ""}} {
		var err error
		if step.key == "" {
			err = o.end(&all[step.at])
		} else {
			err = o.add(&all[step.at], Result{Key: step.key})
		}
		if err != nil {
			t.Fatal(err)
		}
		if step.at == 1 && step.key != "" && got[len(got)-1:] != step.key {
			t.Errorf("%s does not come at once: %s", step.key, got)
		}
	}
	if got != "abcdefghi" {
		t.Errorf("got %s", got)
	}
}
