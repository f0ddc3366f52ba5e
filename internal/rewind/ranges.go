package rewind

import (
	"cmp"
	"slices"
)

// span is a range of keys: those after `after`, up to and including `upTo`. Empty upTo: to the end. Empty after: from
// the start.
type span struct{ after, upTo string }

func (s span) has(key string) bool { return key > s.after && (s.upTo == "" || key <= s.upTo) }

// ranges are spans in order, of which none touches another.
type ranges []span

// add adds a span, and joins it with those that it touches.
func (r ranges) add(s span) ranges {
	from, _ := slices.BinarySearchFunc(r, s.after, func(have span, after string) int {
		if have.upTo == "" {
			return 1
		}
		return cmp.Compare(have.upTo, after)
	})
	to := from
	for to < len(r) && (s.upTo == "" || r[to].after <= s.upTo) {
		s.after = min(s.after, r[to].after)
		if r[to].upTo == "" || s.upTo != "" && r[to].upTo > s.upTo {
			s.upTo = r[to].upTo
		}
		to++
	}
	return slices.Replace(r, from, to, s)
}

// has says whether a key is in one of the spans.
func (r ranges) has(key string) bool {
	at, _ := slices.BinarySearchFunc(r, key, func(have span, key string) int {
		if have.upTo == "" {
			return 1
		}
		return cmp.Compare(have.upTo, key)
	})
	return at < len(r) && r[at].has(key)
}

// rest are the spans between those, before and after them.
func (r ranges) rest() []span {
	var rest []span
	after := ""
	for _, s := range r {
		if s.after != after {
			rest = append(rest, span{after, s.after})
		}
		if s.upTo == "" {
			return rest
		}
		after = s.upTo
	}
	return append(rest, span{after: after})
}
