package rewind

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// stretch is a range of keys that one lister lists, in the order of the keys.
type stretch struct {
	after string
	first bool // of all
	// next begins where this one ends, or later. It is final once this one has ended.
	next *stretch

	// What follows is guarded by the walk.
	upTo string // as in a span; another lister may make it less
	// at is the last key of the last page, and pages is how many there were.
	at    string
	pages int
	// from is where the lister was some pages before, and since is a later such point.
	from, since milestone
	// top is a bound for guesses: no key of this stretch lies between it and upTo. Empty: unknown.
	top    string
	probed bool // a lister looks where to split it
	ended  bool // its lister has the last page
	// left is how many pages are left, if the keys go on as on the last page. It is valid if known.
	left  float64
	known bool
}

// milestone is a key that a lister has come to, and how many pages that took.
type milestone struct {
	key   string
	pages int
}

// walk lists the spans and decides about each key. Each stretch is listed by one lister in the order of its keys;
// several stretches are listed at a time. All keys between at.after and the last key that each got for a stretch were
// given to each, also those that need nothing. ended says that a stretch is complete up to upTo; empty: up to the
// last key. Both are called by several goroutines at a time, but for one stretch by one.
func (r *Run) walk(
	ctx context.Context, spans []span, each func(at *stretch, d Decision) error, ended func(at *stretch, upTo string) error,
) error {
	w := newWalk(r, spans, each, ended)
	w.list = func(ctx context.Context, at marker, most int32) (page, error) {
		if err := r.listing.begin(ctx); err != nil {
			return page{}, err
		}
		defer r.listing.end()
		return r.page(ctx, r.Prefix, at, most, r.listing)
	}
	return w.start(ctx, max(1, r.Listers))
}

// decideAlone decides about one key. There is no decision if it has no version.
func (r *Run) decideAlone(ctx context.Context, key string) (decision Decision, ok bool, err error) {
	var d *Decider
	err = r.list(ctx, key, "", func(p page) (more bool, err error) {
		if d == nil {
			d = &Decider{To: r.To, Started: r.start(p.date)}
		}
		d.Apart = r.isApart(d.Apart || p.apart)
		for _, e := range p.entries {
			if e.Key != key { // the key comes before all that begin with it
				return false, nil
			}
			d.Add(e)
		}
		return true, nil
	})
	if err != nil {
		return Decision{}, false, err
	}
	decision, ok = d.End()
	return decision, ok, nil
}

// walk is a listing by several listers that split key ranges of each other.
type walk struct {
	run   *Run
	list  func(ctx context.Context, at marker, most int32) (page, error)
	each  func(at *stretch, d Decision) error
	ended func(at *stretch, upTo string) error

	mu      sync.Mutex // guards what follows, and all stretches
	changed *sync.Cond // something that an idle lister waits for
	waiting []*stretch
	listed  []*stretch // at this moment
	pages   int
	letters *letters
	listers int
	// unsplit says that the server cannot be asked where to split a stretch.
	unsplit bool
}

func newWalk(r *Run, spans []span, each func(*stretch, Decision) error, ended func(*stretch, string) error) *walk {
	w := &walk{run: r, each: each, ended: ended, letters: newLetters()}
	w.changed = sync.NewCond(&w.mu)
	for i, s := range spans {
		w.waiting = append(w.waiting, &stretch{after: s.after, first: i == 0, upTo: s.upTo, top: s.upTo})
		if i > 0 {
			w.waiting[i-1].next = w.waiting[i]
		}
	}
	return w
}

// start lists everything with a number of listers.
func (w *walk) start(ctx context.Context, listers int) error {
	w.listers = listers
	group, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.changed.Broadcast()
	})()
	for range listers {
		group.Go(func() error {
			for {
				s, err := w.take(ctx)
				if s == nil || err != nil {
					return err
				}
				if err := w.through(ctx, s); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// through lists a stretch to its end.
func (w *walk) through(ctx context.Context, s *stretch) error {
	var d *Decider
	at, last := marker{key: s.after}, s.after
	for {
		p, err := w.list(ctx, at, 0)
		if err != nil {
			return err
		}
		if d == nil {
			d = &Decider{To: w.run.To, Started: w.run.start(p.date)}
		}
		d.Apart = w.run.isApart(d.Apart || p.apart)
		if len(p.entries) > 0 {
			if first := p.entries[0].Key; w.listers > 1 && (p.mixed || first < last) {
				return fmt.Errorf("the server does not list keys in the order of their bytes, at %q; that takes one lister (--listers 1)", first)
			}
			last = p.entries[len(p.entries)-1].Key
		}
		upTo := w.claim(s, p)
		more, err := w.decide(s, d, p.entries, upTo)
		if err != nil {
			return err
		}
		if at = p.next; !more || !p.more {
			break
		}
	}
	if decision, ok := d.End(); ok {
		if err := w.each(s, decision); err != nil {
			return err
		}
	}
	return w.ended(s, w.end(s))
}

// decide decides about the entries of a page, and says whether those of the next page may belong to the stretch.
func (w *walk) decide(s *stretch, d *Decider, entries []Entry, upTo string) (more bool, err error) {
	for i := range entries {
		switch e := &entries[i]; {
		case upTo != "" && e.Key > upTo:
			return false, nil
		case s.after != "" && e.Key <= s.after:
			continue // a server that begins with the marker itself
		default:
			if decision, ok := d.Add(*e); ok {
				if err := w.each(s, decision); err != nil {
					return false, err
				}
			}
		}
	}
	return true, nil
}

// claim notes that a lister has a page of a stretch, which no other lister may cut any more, and returns the end of
// the stretch.
func (w *walk) claim(s *stretch, p page) (upTo string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.pages++
	w.pages++
	if n := len(p.entries); n > 0 {
		if s.at == "" {
			s.from = milestone{p.entries[0].Key, s.pages - 1}
			s.since = s.from
		}
		if s.at = p.entries[n-1].Key; s.pages-s.since.pages >= recentPages && s.at != s.since.key {
			s.from, s.since = s.since, milestone{s.at, s.pages}
		}
		w.learn(p.entries)
	}
	s.known = false
	s.ended = !p.more || s.upTo != "" && s.at > s.upTo
	w.changed.Broadcast()
	return s.upTo
}

// end notes that a stretch has ended, and returns where.
func (w *walk) end(s *stretch) (upTo string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.ended = true
	w.listed = slices.DeleteFunc(w.listed, func(other *stretch) bool { return other == s })
	w.changed.Broadcast()
	return s.upTo
}

// take waits for a stretch to list: one that nobody has begun, or a part of another. Nil: there is none any more.
func (w *walk) take(ctx context.Context) (*stretch, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if len(w.waiting) > 0 {
			s := w.waiting[0]
			w.waiting = w.waiting[1:]
			w.listed = append(w.listed, s)
			return s, nil
		}
		if len(w.listed) == 0 {
			return nil, nil
		}
		if part := w.split(ctx); part != nil {
			return part, nil
		}
	}
}
