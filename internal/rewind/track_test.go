package rewind

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestTrack: whatever order keys end in, a range is written only when all of its keys are done, each key is counted once, and at
// the end everything is written. In memory it has no more segments than keys are worked on, and one.
func TestTrack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var written ranges
		open := map[string]*segment{}
		counted := 0
		tracker := newTracker(func(d done) error {
			for key := range open {
				if (span{d.After, d.UpTo}).has(key) {
					t.Fatalf("(%s, %s] is written, but %s is not done", d.After, d.UpTo, key)
				}
			}
			written = written.add(span{d.After, d.UpTo})
			counted += d.Keys
			return nil
		})
		at := &stretch{}
		const keys = 2000
		limit := rapid.IntRange(1, 20).Draw(t, "at a time")
		worst := 0
		for n := range keys {
			key := fmt.Sprintf("%04d", n)
			if n%3 == 0 {
				check(t, tracker.pass(at, key, 1, 1))
			} else {
				open[key] = tracker.begin(at, key)
			}
			for len(open) > limit {
				ready := slices.Sorted(maps.Keys(open))
				pick := ready[min(1+(n*7)%limit, len(ready)-1)]
				if n%700 == 699 { // the first one took very long
					pick = ready[0]
				}
				segment := open[pick]
				delete(open, pick)
				check(t, tracker.end(segment, 1, 1))
			}
			segments := 0
			for s := tracker.chains[at].first; s != nil; s = s.next {
				segments++
				beside := s.prev != nil && s.prev.open && s.prev.UpTo == s.After || s.next != nil && s.next.open && s.next.After == s.UpTo
				if !s.open && !beside && s.UpTo != tracker.chains[at].end {
					t.Fatalf("(%s, %s] is done, gets no more keys, and is not written", s.After, s.UpTo)
				}
			}
			worst = max(worst, segments)
			if rapid.IntRange(0, 99).Draw(t, "tick") == 0 {
				check(t, tracker.flush(false))
			}
		}
		check(t, tracker.ended(at, ""))
		for _, key := range slices.Sorted(maps.Keys(open)) {
			segment := open[key]
			delete(open, key)
			check(t, tracker.end(segment, 1, 1))
		}
		check(t, tracker.flush(true))
		if rest := written.rest(); len(rest) > 0 || counted != keys || len(tracker.chains) > 0 {
			t.Errorf("left %q, %d keys counted, %d stretches", rest, counted, len(tracker.chains))
		}
		if worst > 2*(limit+2) {
			t.Errorf("%d segments, with %d keys at a time", worst, limit)
		}
	})
}

func check(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// TestRanges: the rest of the ranges has each key that they do not have, and no other.
func TestRanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := func(n int) string { return map[bool]string{true: string(rune('a' + n)), false: ""}[n >= 0] }
		var r ranges
		want := map[string]bool{}
		for range rapid.IntRange(0, 6).Draw(t, "ranges") {
			after := rapid.IntRange(-1, 10).Draw(t, "after")
			upTo := rapid.IntRange(after+1, 12).Draw(t, "up to")
			s := span{key(after), key(upTo)}
			if upTo == 12 {
				s.upTo = ""
			}
			for n := after + 1; n <= upTo || s.upTo == "" && n < 15; n++ {
				want[key(n)] = true
			}
			r = r.add(s)
		}
		for n := range 15 {
			rest := slices.ContainsFunc(r.rest(), func(s span) bool { return s.has(key(n)) })
			if r.has(key(n)) != want[key(n)] || rest == want[key(n)] {
				t.Fatalf("%q of %q: in it %v, in the rest %v, want %v", key(n), r, r.has(key(n)), rest, want[key(n)])
			}
		}
	})
}

// TestSorted: the last result of each key is found, wherever a cursor begins, and no other.
func TestSorted(t *testing.T) {
	var r record
	const keys = 3 * between
	for i := range 2 * keys {
		n := i * 7919 % keys
		if n%3 == 0 {
			continue
		}
		result := Result{Key: fmt.Sprintf("%06d\n", n), Outcome: Failed, Detail: fmt.Sprint(i)}
		if n%3 == 1 && i >= keys {
			result.Outcome = Copied
		}
		if err := r.append(line{Result: &result}); err != nil {
			t.Fatal(err)
		}
	}
	known, err := sorted(t.Context(), &r, func(line) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for _, start := range []int{0, 1, between - 1, between, between + 1, keys - 1, keys + 1} {
		cursor := known.cursor()
		for n := start; n < keys; n++ {
			got, err := cursor.find(fmt.Sprintf("%06d\n", n))
			want := map[int]Outcome{1: Copied, 2: Failed}[n%3]
			if err != nil || (got == nil) != (want == "") || got != nil && got.Result.Outcome != want {
				t.Fatalf("from %d, key %d: got %+v, %v; want %q", start, n, got, err, want)
			}
		}
	}
	count := 0
	err = known.each(func(line) error {
		count++
		return nil
	})
	if err != nil || count != keys*2/3 {
		t.Errorf("%d results, %v", count, err)
	}
}
