package rewind

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// model is a versioned bucket in memory, with AWS's rules: the newest version by its precise time is the latest,
// and listings have whole seconds.
type model struct {
	now     time.Time
	ids     int
	history map[string][]stored // newest first
	// log has everything that was written, in no order. It alone says what the bucket was at a moment.
	log []stored
	// versioned is when versioning was enabled. Before it, everything overwrites version null.
	versioned time.Time
}

// stored is a version or a delete marker. Its content is what a copy must keep: bytes and metadata.
type stored struct {
	key, id, bytes, metadata string
	marker                   bool
	at                       time.Time
}

func (m *model) write(s stored) {
	m.ids++
	s.id = fmt.Sprint(m.ids)
	if m.versioned.IsZero() {
		s.id = "null"
		m.history[s.key] = nil
	}
	m.log = append(m.log, s)
	if s.marker && s.id == "null" {
		return // a deletion without versioning leaves nothing
	}
	at, _ := slices.BinarySearchFunc(m.history[s.key], s, func(have, s stored) int { return s.at.Compare(have.at) })
	m.history[s.key] = slices.Insert(m.history[s.key], at, s)
}

// view is what the bucket was at the end of a second: each key's content.
func (m *model) view(to time.Time) map[string]string {
	view := map[string]string{}
	for _, s := range slices.SortedStableFunc(slices.Values(m.log), func(a, b stored) int { return a.at.Compare(b.at) }) {
		if s.at.Truncate(time.Second).After(to) {
			break
		}
		view[s.key] = s.bytes + " " + s.metadata
		if s.marker {
			delete(view, s.key)
		}
	}
	return view
}

// list lists the bucket as S3 does.
func (m *model) list() []Entry {
	var list []Entry
	for _, key := range slices.Sorted(maps.Keys(m.history)) {
		for i, s := range m.history[key] {
			e := Entry{Key: key, VersionID: s.id, Marker: s.marker, Latest: i == 0, Time: s.at.Truncate(time.Second)}
			if !s.marker {
				e.ETag, e.Size = s.bytes, int64(len(s.bytes))
			}
			list = append(list, e)
		}
	}
	return list
}

// restore does what is decided for a moment, and returns how many keys it changed.
func (m *model) restore(t *rapid.T, to time.Time) int {
	d := Decider{To: to}
	var decisions []Decision
	for _, e := range m.list() {
		if decision, ok := d.Add(e); ok {
			decisions = append(decisions, decision)
		}
	}
	if last, ok := d.End(); ok {
		decisions = append(decisions, last)
	}
	changed := 0
	for _, decision := range decisions {
		if decision.Ambiguous || d.Apart {
			t.Fatalf("%s: ambiguous, although the order is that of S3", decision.Key)
		}
		m.now = m.now.Add(time.Millisecond)
		source := m.find(decision.Key, decision.Source.VersionID)
		switch decision.Action {
		case Compare:
			if latest := m.history[decision.Key][0]; source.metadata == latest.metadata {
				continue
			}
			fallthrough
		case Copy:
			m.write(stored{key: decision.Key, bytes: source.bytes, metadata: source.metadata, at: m.now})
			changed++
		case Mark:
			m.write(stored{key: decision.Key, marker: true, at: m.now})
			changed++
		}
	}
	return changed
}

func (m *model) find(key, id string) stored {
	for _, s := range m.history[key] {
		if s.id == id {
			return s
		}
	}
	return stored{}
}

// step does one thing that people do to buckets.
func (m *model) step(t *rapid.T) {
	pause := rapid.SampledFrom([]int{1, 100, 400, 900, 1000, 2500}).Draw(t, "pause")
	m.now = m.now.Add(time.Duration(pause) * time.Millisecond)
	s := stored{
		key: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key"), at: m.now,
		bytes: rapid.SampledFrom([]string{"x", "y", "zz"}).
			Draw(t, "bytes"),
		metadata: rapid.SampledFrom([]string{"m", "n"}).Draw(t, "metadata"),
	}
	switch rapid.SampledFrom([]string{"put", "put", "put", "delete", "multipart", "versioning"}).Draw(t, "step") {
	case "put":
		m.write(s)
	case "delete":
		m.write(stored{key: s.key, marker: true, at: m.now})
	case "multipart": // started before other writes, which stay the latest
		if !m.versioned.IsZero() {
			s.at = m.now.Add(-time.Duration(rapid.IntRange(1, int(m.now.Sub(m.versioned).Milliseconds())).Draw(t, "ago")) * time.Millisecond)
			if s.at.After(m.versioned) {
				m.write(s)
			}
		}
	case "versioning":
		if m.versioned.IsZero() {
			m.versioned = m.now
		}
	}
}

// TestProperty: whatever happened, every moment comes back, in any order, nothing is lost, and a second run has
// nothing to do.
func TestProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{now: second(0), history: map[string][]stored{}}
		for range rapid.IntRange(1, 30).Draw(t, "steps before") {
			m.step(t)
		}
		if m.versioned.IsZero() {
			m.versioned = m.now
		}
		for range rapid.IntRange(1, 6).Draw(t, "restores") {
			for range rapid.IntRange(0, 5).Draw(t, "steps between") {
				m.step(t)
			}
			m.now = m.now.Add(time.Second) // the moment must be over
			from := m.versioned.Truncate(time.Second)
			to := from.Add(time.Duration(rapid.IntRange(0, int(m.now.Sub(from)/time.Second)-1).Draw(t, "to")) * time.Second)
			want, before := m.view(to), m.list()
			m.restore(t, to)
			if got := m.view(m.now); !maps.Equal(got, want) {
				t.Fatalf("at %s: got %v, want %v", to, got, want)
			}
			for _, e := range before {
				if m.find(e.Key, e.VersionID).id == "" {
					t.Fatalf("version %s of %s is gone", e.VersionID, e.Key)
				}
			}
			if again := m.restore(t, to); again != 0 {
				t.Fatalf("the second run changed %d keys", again)
			}
		}
	})
}
