package rewind

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"
)

const (
	// planChunk is how many lines of a plan are looked at together, looksAtOnce how many of these chunks at a time.
	planChunk   = 1000
	looksAtOnce = 8
)

// findPlanned gives each line of the plan to add. To change the bucket, nothing is listed: the conditions find out whether a
// key is still as it was. Otherwise the plan's keys are listed, to see what became of them.
func (r *Run) findPlanned(ctx context.Context, add func(*job) error) error {
	defer r.allListed()
	if !r.Apply {
		return r.look(ctx, 1, func(_ *cursor, line PlanLine, now *Decision) error {
			j := &job{line: &line, now: now}
			if now != nil {
				j.decision.Entries = now.Entries
			}
			r.expect(1)
			return add(j)
		})
	}
	cursor := r.known.cursor()
	for line, err := range r.Plan.All() {
		if err != nil {
			return err
		}
		earlier, err := cursor.find(line.Key)
		if err != nil {
			return err
		}
		if r.settled(earlier) {
			continue
		}
		r.expect(1)
		if err := add(&job{line: &line, earlier: earlier}); err != nil {
			return err
		}
	}
	return nil
}

// follow does what a line of the plan says, or in a dry run says what is left of it to do.
func (r *Run) follow(ctx context.Context, line PlanLine, now *Decision) (Result, error) {
	d := line.decision()
	result := r.resultOf(d)
	result.Outcome, result.Parts = line.Action, line.Parts
	switch {
	case !r.Apply:
		err := r.stillPlanned(ctx, line, now, &result)
		return r.settle(ctx, result, err)
	case line.Action == Failed:
		return result.failed(line.Reason, line.Detail), nil
	case line.Action == Back:
		return result, nil
	case line.Action == Copied && (line.Parts || d.Source.ETag == d.Latest.ETag):
		// The condition comes late, after all parts are copied, or cannot tell the two apart.
		head, err := r.head(ctx, d.Key, "")
		if err == nil && aws.ToString(head.VersionId) != d.Latest.VersionID || isAbsent(err) && !d.Latest.Marker {
			err = r.conflict(ctx, d, &result, &keyError{Changed, "another version is the latest than when the plan was made"})
			return r.settle(ctx, result, err)
		}
	}
	return r.act(ctx, d)
}

// stillPlanned finds what became of a key since the plan was made: it is back, it is as it was then, or others wrote it.
func (r *Run) stillPlanned(ctx context.Context, line PlanLine, now *Decision, result *Result) error {
	back := false
	switch {
	case now == nil && line.Source == nil:
		back = true
	case now == nil:
		return &keyError{Expired, "the key has no version any more"}
	case now.Action == Nothing:
		back = true
	case now.Action == Compare:
		same, err := r.same(ctx, now.Key, now.Source.VersionID, now.Latest.VersionID)
		if err != nil {
			return err
		}
		back = same
	}
	switch {
	case back && now != nil:
		hidden, err := r.hidden(ctx, *now)
		if err != nil {
			return err
		}
		if hidden != nil {
			return &keyError{Changed, "version " + hidden.VersionID + " was written after the plan was made, and lies beneath the copy"}
		}
	case !back && now.Latest.VersionID != line.Latest.Version:
		return &keyError{Changed, "version " + now.Latest.VersionID + " was written after the plan was made"}
	}
	if back {
		result.Outcome = Back
		return nil
	}
	switch line.Action {
	case Failed:
		return &keyError{line.Reason, line.Detail}
	case Back: // tags and annotations change without a new version
		return &keyError{Changed, "the copy has other tags or annotations than when the plan was made"}
	}
	return nil
}

// confirmPlanned looks at a key of the plan after the plan was carried out.
func (r *Run) confirmPlanned(ctx context.Context, results *cursor, line PlanLine, now *Decision) error {
	if now != nil {
		return r.confirm(ctx, results, *now)
	}
	earlier, err := results.find(line.Key)
	switch {
	case err != nil:
		return err
	case earlier != nil && earlier.Result.Outcome == Failed:
		return nil // it is reported
	case line.Source == nil:
		r.confirmed()
		return nil
	}
	return r.fault(r.resultOf(line.decision()).failed(Expired, "the key has no version any more"))
}

// look lists the keys of the plan, a few chunks at a time, and gives each line to each with what is decided about its key
// now, which is nil if it has no version. With one chunk at a time the lines come in the order of the plan.
func (r *Run) look(ctx context.Context, atOnce int, each func(*cursor, PlanLine, *Decision) error) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	var broken error
	for lines, err := range chunks(r.Plan.All(), planChunk) {
		if err != nil || groupCtx.Err() != nil {
			broken = err
			break
		}
		group.Go(func() error { return r.lookAt(groupCtx, lines, each) })
	}
	err := group.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return errors.Join(err, broken)
}

// chunks yields some lines at a time.
func chunks(lines iter.Seq2[PlanLine, error], size int) iter.Seq2[[]PlanLine, error] {
	return func(yield func([]PlanLine, error) bool) {
		var chunk []PlanLine
		for line, err := range lines {
			if err != nil {
				yield(nil, err)
				return
			}
			if chunk = append(chunk, line); len(chunk) == size {
				if !yield(chunk, nil) {
					return
				}
				chunk = nil
			}
		}
		if len(chunk) > 0 {
			yield(chunk, nil)
		}
	}
}

// lookAt finds the keys of some lines. Where the bucket has little between them, it lists from one to the next. Where
// it has much, it lists each key alone. So ten keys of a large bucket take few requests, and so do ten million.
func (r *Run) lookAt(ctx context.Context, lines []PlanLine, each func(*cursor, PlanLine, *Decision) error) error {
	l := &looker{run: r, found: map[string]*Decision{}, open: map[string]bool{}}
	for _, line := range lines {
		l.open[line.Key] = true
	}
	keys := slices.Sorted(maps.Keys(l.open))
	alone := 1
	for len(keys) > 0 {
		for range min(alone, len(keys)) {
			if err := l.alone(ctx, keys[0]); err != nil {
				return err
			}
			keys = keys[1:]
		}
		if len(keys) == 0 {
			break
		}
		found, err := l.onward(ctx, l.last, keys[len(keys)-1])
		if err != nil {
			return err
		}
		if alone *= 2; found {
			alone = 1
		}
		keys = slices.DeleteFunc(keys, func(key string) bool { return !l.open[key] })
	}
	results := r.known.cursor()
	for _, line := range lines {
		if err := each(results, line, l.found[line.Key]); err != nil {
			return err
		}
	}
	return nil
}

// looker looks for some keys.
type looker struct {
	run   *Run
	open  map[string]bool // the keys that were not listed yet
	found map[string]*Decision
	last  string // the last key that was listed alone
}

// take takes a decision, and says whether its key is one of those that are looked for.
func (l *looker) take(d Decision) bool {
	if !l.open[d.Key] {
		return false
	}
	l.found[d.Key] = &d
	delete(l.open, d.Key)
	return true
}

func (l *looker) alone(ctx context.Context, key string) error {
	d, exists, err := l.run.decideAlone(ctx, key)
	if exists {
		l.take(d)
	}
	delete(l.open, key)
	l.last = key
	return err
}

// onward lists from a key on, as long as each page has a key that is looked for, and says whether one had.
func (l *looker) onward(ctx context.Context, after, last string) (found bool, err error) {
	d := &Decider{To: l.run.To}
	stopped := false
	err = l.run.list(ctx, l.run.Prefix, after, func(p page) (bool, error) {
		d.Started, d.Apart = l.run.start(p.date), d.Apart || p.apart
		useful := false
		for _, e := range p.entries {
			if decision, ok := d.Add(e); ok && l.take(decision) {
				useful = true
			}
			if e.Key > last {
				break
			}
		}
		useful = useful || l.open[d.key.name] // the page may have ended inside of it
		found = found || useful
		stopped = !useful || len(l.open) == 0 || p.entries[len(p.entries)-1].Key > last
		return !stopped, nil
	})
	if err != nil || stopped {
		return found, err
	}
	if decision, ok := d.End(); ok {
		l.take(decision)
	}
	return found, nil
}
