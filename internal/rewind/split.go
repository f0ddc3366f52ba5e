package rewind

import (
	"context"
	"math"
	"math/big"
)

const (
	// fewPages are too few to look where to split them.
	fewPages = 4
	// manyPages are more than a bucket has. If the keys would go on for so many, they do not go on as they are.
	manyPages = 1 << 20
	// recentPages are enough to tell how many keys there are between two others.
	recentPages = 8
	// lessons is how many keys of a page tell what keys look like.
	lessons = 16
)

// learn looks at some keys of a page.
func (w *walk) learn(entries []Entry) {
	if w.listers == 1 {
		return
	}
	step := max(1, len(entries)/lessons)
	for i := step - 1; i < len(entries); i += step {
		w.letters.see(entries[i].Key)
	}
}

// split takes a part of the stretch that has the most left, and lets other listers go on while it asks the server.
// If there is none, it waits until something has changed, and returns nil.
func (w *walk) split(ctx context.Context) *stretch {
	s := w.largest()
	if s == nil {
		w.changed.Wait()
		return nil
	}
	key := w.guess(s)
	if key <= s.at || s.top != "" && key >= s.top {
		s.left, s.known = 0, true // until the next page
		return nil
	}
	s.probed = true
	w.mu.Unlock()
	first, ok := w.probe(ctx, key)
	w.mu.Lock()
	s.probed, s.known = false, false
	w.changed.Broadcast()
	if !ok {
		w.unsplit = true
		return nil
	}
	if first != "" {
		w.letters.see(first)
	}
	return w.cut(s, key, first)
}

// largest is the stretch with the most left, of those that nobody splits and that are worth it.
func (w *walk) largest() *stretch {
	if w.unsplit || w.pages < fewPages {
		return nil
	}
	var largest *stretch
	for _, s := range w.listed {
		if s.probed || s.ended || s.at == "" || s.top != "" && s.at >= s.top {
			continue
		}
		if !s.known {
			s.left, s.known = w.left(s), true
		}
		if s.left >= fewPages && (largest == nil || s.left > largest.left) {
			largest = s
		}
	}
	return largest
}

// left is how many pages a stretch has left, if the keys go on as on the last page.
func (w *walk) left(s *stretch) float64 {
	at, width, top, _ := w.measure(s)
	left, _ := new(big.Float).Quo(new(big.Float).SetInt(top.Sub(top, at)), new(big.Float).SetInt(width)).Float64()
	return left
}

// measure has the places of the last key that was listed and of the last one of the stretch, the width of a page,
// and what all keys in between begin with.
func (w *walk) measure(s *stretch) (at, width, top *big.Int, first string) {
	bound := s.top
	if bound == "" {
		bound = w.run.Prefix
	}
	n := min(sharedBytes(s.from.key, bound), sharedBytes(s.from.key, s.at))
	top = new(big.Int).Set(allPlaces)
	if s.top != "" {
		top = w.letters.place(s.top, n)
	}
	at = w.letters.place(s.at, n)
	width = new(big.Int).Sub(at, w.letters.place(s.from.key, n))
	if width.Quo(width, big.NewInt(int64(s.pages-s.from.pages))).Sign() <= 0 {
		width = big.NewInt(1)
	}
	return at, width, top, s.at[:n]
}

// guess is a key in the middle of what a stretch has left. Where the keys would go on for more pages than there can
// be, the end is far beyond the last key; then the guess is in the middle of the orders of magnitude.
func (w *walk) guess(s *stretch) string {
	at, width, _, first := w.measure(s)
	if s.top == "" { // how far do they go?
		return w.letters.key(first, allPlaces, new(big.Int).Rsh(width, 1))
	}
	pages := s.left / 2
	if s.left > manyPages {
		pages = math.Sqrt(s.left)
	}
	ahead, _ := new(big.Float).Mul(new(big.Float).SetInt(width), big.NewFloat(pages)).Int(nil)
	return w.letters.key(first, at.Add(at, ahead), new(big.Int).Rsh(ahead, fewPages))
}

// probe asks for the first key after another one. Empty: there is none. ok says that the server did what it was
// asked for.
func (w *walk) probe(ctx context.Context, key string) (first string, ok bool) {
	p, err := w.list(ctx, marker{key: key}, 1)
	switch {
	case err != nil || len(p.entries) > 1 || len(p.entries) == 0 && p.more:
		return "", false // a listing that goes on without such questions says what is wrong, if anything is
	case len(p.entries) == 0:
		return "", true
	}
	first = p.entries[0].Key
	return first, first >= key
}

// cut ends a stretch at a key after which the server has another one, and returns the rest, unless there is none, or
// the lister has come by already.
func (w *walk) cut(s *stretch, key, first string) *stretch {
	switch {
	case s.ended || key < s.at:
		return nil
	case first == "" || s.upTo != "" && first > s.upTo:
		s.top = key
		return nil
	}
	rest := &stretch{after: key, next: s.next, upTo: s.upTo, top: s.top}
	s.next, s.upTo, s.top = rest, key, key
	w.listed = append(w.listed, rest)
	return rest
}
