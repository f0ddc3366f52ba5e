package rewind

// Progress is how far a run is.
type Progress struct {
	// Second says that the second listing is under way.
	Second bool
	// Done counts the keys that are done, or those that the second listing has shown. Failed keys are left as they are.
	Done, Failed int
	// Remaining counts the keys that are still to do. Negative: unknown, because the listing has not ended.
	Remaining int
}

// Progress is how far the run is. It may be asked at any time.
func (r *Run) Progress() Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := Progress{Second: r.second, Done: r.summary.Keys, Failed: r.summary.Failed, Remaining: -1}
	switch {
	case r.second:
		p.Done, p.Remaining = r.looked, max(0, r.summary.Keys-r.looked)
	case r.listed:
		p.Remaining = r.begun - r.finished
	}
	return p
}

func (r *Run) expect(keys int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begun += keys
}

func (r *Run) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.finished++
}

func (r *Run) allListed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listed = true
}

func (r *Run) secondListing() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.second = true
}
