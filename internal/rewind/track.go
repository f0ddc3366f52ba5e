package rewind

import "sync"

// enough is how many keys a done segment has before it is written, while it can get more.
const enough = 250

// tracker knows which ranges of keys are done, and writes them into the journal. In memory it has about as many
// segments as keys are worked on. Nil: nothing is tracked.
type tracker struct {
	write  func(done) error
	mu     sync.Mutex
	chains map[*stretch]*chain
}

// done says that all keys after one and up to another are done. Keys and Versions count those that needed nothing.
type done struct {
	After    string `json:"after"`
	UpTo     string `json:"upTo"`
	Keys     int    `json:"keys,omitempty"`
	Versions int    `json:"versions,omitempty"`
}

// chain has the segments of a stretch in the order of their keys. End is up to where keys were given.
type chain struct {
	first, last *segment
	end         string
	ended       bool
}

// segment is a key that is worked on, or a range of keys that are done.
type segment struct {
	done
	chain      *chain
	open       bool
	size       int // keys
	prev, next *segment
}

func newTracker(write func(done) error) *tracker {
	return &tracker{write: write, chains: map[*stretch]*chain{}}
}

func (t *tracker) chain(at *stretch) *chain {
	c := t.chains[at]
	if c == nil {
		c = &chain{end: at.after}
		t.chains[at] = c
	}
	return c
}

// pass says that the next key of a stretch is done. Keys is 1 if it needed nothing and has so many versions.
func (t *tracker) pass(at *stretch, key string, keys, versions int) error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.chain(at).tail(key)
	s.size++
	s.Keys, s.Versions = s.Keys+keys, s.Versions+versions
	return t.full(s)
}

// begin says that the next key of a stretch is worked on.
func (t *tracker) begin(at *stretch, key string) *segment {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.chain(at).add(key)
	s.open = true
	return s
}

// end says that a key that was worked on is done.
func (t *tracker) end(s *segment, keys, versions int) error {
	if t == nil || s == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s.open, s.size, s.Keys, s.Versions = false, 1, keys, versions
	if s.prev.joins(s) {
		s = s.prev.join()
	}
	if s.joins(s.next) {
		s = s.join()
	}
	return t.full(s)
}

// ended says that a stretch has no more keys up to one.
func (t *tracker) ended(at *stretch, upTo string) error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.chain(at)
	c.ended = true
	if upTo != c.end || upTo == "" {
		c.tail(upTo)
	}
	return nil
}

// flush writes what is done: the first segment of each stretch, or all.
func (t *tracker) flush(all bool) error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for at, c := range t.chains {
		for s := c.first; s != nil; s = s.next {
			if !s.open && (all || s == c.first) {
				if err := t.put(s); err != nil {
					return err
				}
			}
		}
		if c.ended && c.first == nil {
			delete(t.chains, at)
		}
	}
	return nil
}

// full writes a segment that has enough keys, or can get no more.
func (t *tracker) full(s *segment) error {
	if s.size < enough && s.grows() {
		return nil
	}
	return t.put(s)
}

// grows says whether a key beside a segment is worked on, or is still to come.
func (s *segment) grows() bool {
	left := s.prev != nil && s.prev.UpTo == s.After
	right := s.UpTo == s.chain.end || s.next != nil && s.next.After == s.UpTo
	return left || right
}

// put writes a segment and forgets it.
func (t *tracker) put(s *segment) error {
	if err := t.write(s.done); err != nil {
		return err
	}
	s.unlink()
	return nil
}

// add adds a segment up to a key.
func (c *chain) add(upTo string) *segment {
	s := &segment{done: done{After: c.end, UpTo: upTo}, chain: c, prev: c.last}
	if c.last == nil {
		c.first = s
	} else {
		c.last.next = s
	}
	c.last, c.end = s, upTo
	return s
}

// tail is the done segment at the end, which now reaches up to a key.
func (c *chain) tail(upTo string) *segment {
	if c.last == nil || c.last.open || c.last.UpTo != c.end {
		return c.add(upTo)
	}
	c.last.UpTo, c.end = upTo, upTo
	return c.last
}

// joins says whether two segments are done and touch each other.
func (s *segment) joins(next *segment) bool {
	return s != nil && next != nil && !s.open && !next.open && s.UpTo == next.After
}

// join joins a segment with the next one.
func (s *segment) join() *segment {
	next := s.next
	s.UpTo, s.size, s.Keys, s.Versions = next.UpTo, s.size+next.size, s.Keys+next.Keys, s.Versions+next.Versions
	next.unlink()
	return s
}

func (s *segment) unlink() {
	if s.prev == nil {
		s.chain.first = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next == nil {
		s.chain.last = s.prev
	} else {
		s.next.prev = s.prev
	}
}
