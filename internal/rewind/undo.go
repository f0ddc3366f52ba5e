package rewind

import (
	"context"
	"errors"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"
)

// PutBack deletes keys again whose delete markers a run removed: one marker on top of the version that was uncovered,
// however many there were. Next returns the removed markers, those of a key one after the other, and io.EOF after the
// last. A key that others wrote since is left alone. Without Apply it only looks.
func (r *Run) PutBack(ctx context.Context, next func() (Removed, error)) (Summary, error) {
	r.begin()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group errgroup.Group
	group.SetLimit(r.pace.most)
	var err error
	var previous *Removed
	for ctx.Err() == nil {
		var removed Removed
		if removed, err = next(); err != nil {
			break
		}
		if previous != nil && removed.Key == previous.Key {
			continue
		}
		previous = &removed
		group.Go(func() error {
			if err := r.putBack(ctx, removed); err != nil {
				cancel(err)
			}
			return nil
		})
	}
	_ = group.Wait() // its errors are the cause
	if err := r.sortResults(context.WithoutCancel(ctx)); err != nil {
		return r.summary, err
	}
	r.explain()
	if cause := context.Cause(ctx); cause != nil {
		return r.summary, cause
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return r.summary, err
}

func (r *Run) putBack(ctx context.Context, removed Removed) error {
	if err := r.pace.begin(ctx); err != nil {
		return err
	}
	defer r.pace.end()
	result := Result{Key: removed.Key, LatestVersion: removed.Uncovered, Outcome: Back}
	now, err := r.head(ctx, removed.Key, "")
	switch {
	case isAbsent(err):
		return r.report(&job{result: &result})
	case err == nil && aws.ToString(now.VersionId) != removed.Uncovered:
		err = &keyError{Changed, "version " + aws.ToString(now.VersionId) + " was written after the delete markers were removed"}
	case err == nil:
		latest := Entry{VersionID: removed.Uncovered, ETag: removed.ETag}
		err = r.mark(ctx, Decision{Key: removed.Key, Action: Mark, Latest: latest}, &result)
	}
	if err := r.oneKey(ctx, err); err != nil {
		return err
	}
	if err != nil {
		reason, _ := reasonOf(err)
		result = result.failed(reason, plain(err))
	}
	return r.report(&job{result: &result})
}
