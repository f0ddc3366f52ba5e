package rewind

import "context"

// verify lists the bucket again. Every key must be as it was at the moment, but those that are reported.
func (r *Run) verify(ctx context.Context) error {
	r.secondListing()
	if r.Plan != nil {
		return r.look(ctx, looksAtOnce, func(results *cursor, line PlanLine, now *Decision) error {
			return r.confirmPlanned(ctx, results, line, now)
		})
	}
	if len(r.Keys) == 0 {
		cursors := r.cursors()
		return r.walk(ctx, []span{{}}, func(at *stretch, d Decision) error {
			return r.confirm(ctx, cursors.of(at), d)
		}, func(at *stretch, _ string) error {
			cursors.end(at)
			return nil
		})
	}
	cursor := r.known.cursor()
	for _, key := range r.Keys {
		d, exists, err := r.decideAlone(ctx, key)
		if err == nil && exists {
			err = r.confirm(ctx, cursor, d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// confirm looks at a key of the second listing. A latest version with the size, and the ETag or a checksum, of the
// old one needs no comparison any more: either the run made it, or compared it, or somebody else brought it back.
func (r *Run) confirm(ctx context.Context, results *cursor, d Decision) error {
	earlier, err := results.find(d.Key)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.summary.VersionsAfter += d.Entries
	r.looked++
	r.mu.Unlock()
	bySize := ""
	switch {
	case earlier == nil:
	case earlier.Result.Outcome == Failed:
		return nil
	case earlier.Result.Verified == BySize:
		bySize = earlier.Result.NewVersion
	}
	result := Result{Key: d.Key, SourceVersion: d.Source.VersionID, LatestVersion: d.Latest.VersionID}
	switch {
	case d.Action == Mark || d.Action == Copy && bySize != d.Latest.VersionID:
		result = result.failed(NotThere, "the second listing would put a "+d.Action.String()+" on top again")
		if !d.Latest.Time.Before(r.started) {
			result = result.failed(Changed, "version "+d.Latest.VersionID+" was written after the key was restored")
		}
	case d.Beneath != nil && !r.OverwriteChanged:
		hidden, err := r.hidden(ctx, d)
		if err != nil {
			return err
		}
		if hidden != nil {
			result = result.failed(Changed, "version "+hidden.VersionID+" was written between the listing and our copy, and lies beneath it")
		}
	}
	if result.Outcome == Failed {
		return r.fault(result)
	}
	r.confirmed()
	return nil
}

// confirmed counts a key that is as it was.
func (r *Run) confirmed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Confirmed++
}

// fault reports a key of which the second listing shows that it is not as it was.
func (r *Run) fault(result Result) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.faults.append(line{Result: &result}); err != nil {
		return err
	}
	r.summary.add(result)
	if r.Each == nil {
		return nil
	}
	return r.Each(result)
}

// hidden finds what others wrote during the run and that lies beneath what the run put on top; nil: nothing. S3's conditions
// compare ETags, so they do not see the same bytes with other metadata, and S3 Batch Operations has no conditions
// (F-RST-18). An attempt whose answer was lost, and a job that was repeated, left the same there, which hides nothing.
func (r *Run) hidden(ctx context.Context, d Decision) (*Entry, error) {
	if d.Beneath == nil {
		return nil, nil
	}
	var beneath []Entry
	err := r.list(ctx, d.Key, "", func(p page) (bool, error) {
		for _, e := range p.entries {
			if e.Key != d.Key {
				return false, nil
			}
			if e.Time.After(r.started) && !e.Time.After(d.Latest.Time) && e.VersionID != d.Latest.VersionID {
				beneath = append(beneath, e)
			}
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	for i, e := range beneath {
		if hides, err := r.hides(ctx, d, e); hides || err != nil {
			return &beneath[i], err
		}
	}
	return nil, nil
}

// hides says whether an entry differs from what the key was.
func (r *Run) hides(ctx context.Context, d Decision, e Entry) (bool, error) {
	switch existed := d.Source.VersionID != ""; {
	case e.Marker || !existed:
		return existed || !e.Marker, nil
	case e.VersionID == d.Source.VersionID:
		return false, nil
	}
	same, err := r.same(ctx, d.Key, d.Source.VersionID, e.VersionID)
	return !same, err
}
