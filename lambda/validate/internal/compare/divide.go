package compare

import "context"

// probes is how many keys are asked for to divide a range. Each tells which half of a range of texts has keys, and a
// common beginning of all keys takes about seven for each of its characters.
const probes = 400

// divide cuts a range in two, so that the recovery point has keys in the second one. A range whose keys have no
// printable ASCII characters where they differ stays whole.
func (c *comparison) divide(ctx context.Context, s span) ([]span, error) {
	low, high := s.after, s.last
	if high == "" {
		high = s.upTo
	}
	for range probes {
		middle := between(low, high)
		if middle == "" || c.late() {
			break
		}
		objects, _, err := c.recoveryPoint.List(ctx, middle, 1)
		if err != nil {
			return nil, err
		}
		if len(objects) == 0 || s.upTo != "" && objects[0].Key > s.upTo {
			high = middle // and no key of the recovery point is above it
			continue
		}
		return []span{
			{after: s.after, upTo: middle, last: middle, seen: s.seen},
			{after: middle, upTo: s.upTo, last: high},
		}, nil
	}
	s.last, s.whole = high, true
	return []span{s}, nil
}

// The characters of texts between keys: those of ASCII that can be printed, without the ends.
const (
	below = ' ' - 1
	above = '~' + 1
)

// between returns a text between two others, near the middle. An empty high has no end. Empty: there is none of
// printable ASCII characters behind what both texts begin with.
func between(low, high string) string {
	at := 0
	for at < len(low) && at < len(high) && low[at] == high[at] {
		at++
	}
	a, ok := character(low, at, below)
	if !ok {
		return ""
	}
	b := above
	if at < len(high) {
		b, _ = character(high, at, above) // of a greater one, only that it is greater counts
	}
	if b-a >= 2 {
		return low[:at] + string((a+b)/2)
	}
	// Nothing is between these two characters, so the text begins as low does.
	for at++; at <= len(low); at++ {
		a, ok := character(low, at, below)
		if !ok {
			return ""
		}
		if above-a >= 2 {
			return low[:at] + string((a+above)/2)
		}
	}
	return ""
}

// character returns a character of a text as a number, or otherwise where the text ends. It returns false for one that
// is not ASCII: a text must not be cut in the middle of a character.
func character(text string, at int, otherwise rune) (rune, bool) {
	switch {
	case at >= len(text):
		return otherwise, true
	case text[at] > above:
		return above, false
	}
	return max(rune(text[at]), below), true
}
