package rewind

import (
	"context"
	"errors"
	"sync"
	"time"
)

// resumption is what a run writes down, and what it knows from before it was interrupted.
type resumption struct {
	journal *journal // nil: the run has none
	tracker *tracker // nil without a journal
	// spill has the results that the second listing and the report need, if there is no journal. Faults has what the
	// second listing found.
	spill, faults record
	// known has results from before, and later those that the second listing and the report need.
	known *known
	// again says that an earlier run did everything, and that the keys that were not restored are tried again.
	again bool

	// These count keys: those that work was begun and ended for, and those that the second listing has.
	begun, finished, looked int
	// listed says that the first listing has ended, second that the second one has begun.
	listed, second bool
}

// syncs is how often a journal is brought to the disk.
const syncs = time.Second

// keep runs a function while the journal, if there is one, is kept up to date.
func (r *Run) keep(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := make(chan struct{})
	var all sync.WaitGroup
	if r.journal != nil {
		all.Go(func() {
			ticker := time.NewTicker(syncs)
			defer ticker.Stop()
			for {
				select {
				case <-ticker.C:
					if err := r.save(false); err != nil {
						cancel(err)
					}
				case <-stop:
					return
				}
			}
		})
	}
	err := do(ctx)
	close(stop)
	all.Wait()
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if err == nil && r.journal != nil && r.summary.Keys == 0 {
		return r.journal.discard()
	}
	if unsaved := r.save(true); unsaved != nil && !errors.Is(err, unsaved) {
		err = errors.Join(err, unsaved)
	}
	return err
}

// save brings what is done to the disk.
func (r *Run) save(all bool) error {
	if r.journal == nil {
		return nil
	}
	if err := r.tracker.flush(all); err != nil {
		return err
	}
	return r.journal.sync()
}

// write writes a line into the journal. Without one, only what the second listing and the report need is kept.
func (r *Run) write(l line) error {
	if r.journal != nil {
		return r.journal.write(l)
	}
	if l.Result != nil && needed(l) {
		return r.spill.append(l)
	}
	return nil
}

// needed says whether the second listing and the report need a result.
func needed(l line) bool {
	return l.Result.Outcome == Failed || l.Instead != "" || l.Result.Verified == BySize
}

func (r *Run) results() *record {
	if r.journal != nil {
		return &r.journal.record
	}
	return &r.spill
}

// resume takes over what the journal says, and aborts multipart uploads that were left over.
func (r *Run) resume(ctx context.Context) error {
	j := r.journal
	if j == nil || !j.resumed {
		return nil
	}
	r.started = j.header.Started
	for _, u := range j.uploads {
		if err := r.abort(ctx, u.Key, u.ID); err != nil {
			return err
		}
	}
	known, err := sorted(ctx, r.results(), func(l line) bool {
		return needed(l) || r.Each != nil || !j.restored && !j.done.has(l.Result.Key)
	})
	if err != nil || r.Each == nil {
		r.known = known
		return err
	}
	r.known = known
	return known.each(func(l line) error {
		if l.Result.Outcome == Failed && (r.again || !j.restored && !j.done.has(l.Result.Key)) {
			return nil // it is tried again
		}
		return r.Each(*l.Result)
	})
}

// left are the keys that are not done.
func (r *Run) left() []span {
	if r.journal == nil || r.again {
		return []span{{}}
	}
	return r.journal.done.rest()
}

// restoredBefore says that the journal has nothing left to do but the second listing.
func (r *Run) restoredBefore() bool { return r.journal != nil && r.journal.restored && !r.again }

// settled says whether a key needs nothing more. Earlier is what became of it before the run was interrupted; nil:
// unknown.
func (r *Run) settled(earlier *line) bool {
	if earlier == nil {
		return r.again
	}
	return earlier.Result.Outcome != Failed
}

// sortResults sorts the results that the second listing and the report need.
func (r *Run) sortResults(ctx context.Context) error {
	err := r.known.close()
	r.known = nil
	if err == nil && (r.summary.Failed > 0 || r.summary.Verified[BySize] > 0) {
		r.known, err = sorted(ctx, r.results(), needed)
	}
	return err
}

// cursors are those of the stretches that are under way.
type cursors struct {
	known *known
	mu    sync.Mutex
	all   map[*stretch]*cursor
}

func (r *Run) cursors() *cursors { return &cursors{known: r.known, all: map[*stretch]*cursor{}} }

func (c *cursors) of(at *stretch) *cursor {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all[at] == nil {
		c.all[at] = c.known.cursor()
	}
	return c.all[at]
}

func (c *cursors) end(at *stretch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, at)
}

// failures gives the keys that were not restored for a reason: first those by their names, then what the second
// listing found.
func (r *Run) failures(reason Reason) func(func(Failure) error) error {
	return func(do func(Failure) error) error {
		give := func(l line) error {
			if l.Result.Outcome != Failed || l.Result.Reason != reason {
				return nil
			}
			return do(Failure{l.Result.Key, l.Result.SourceVersion, l.Result.Detail})
		}
		if err := r.known.each(give); err != nil {
			return err
		}
		return r.faults.all(func(l line, _ []byte) error { return give(l) })
	}
}

// Earlier is what a journal says of a run, when it is opened.
type Earlier struct {
	// Started is when the run started, by the clock of S3. Its zero value: the journal is new.
	Started time.Time
	// Complete says that the run did everything, and verified it. Failed counts the keys that were not restored. They
	// are tried again.
	Complete bool
	Failed   int
	// Restored counts the keys with a copy or a delete marker.
	Restored int
}

// Earlier is what the journal says of the run.
func (r *Run) Earlier() Earlier {
	if r.journal == nil || !r.journal.resumed {
		return Earlier{}
	}
	s := r.journal.summary
	return Earlier{r.journal.header.Started, r.journal.verified, s.Failed, s.Copied + s.Marked}
}
