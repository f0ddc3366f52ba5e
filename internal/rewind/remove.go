package rewind

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"
)

const (
	// nullVersion is the version id of what was written without versioning.
	nullVersion = "null"
	// maxMarkers is how many markers one request removes (F-S3-31). A key with more of them is copied.
	maxMarkers = 1000
	// removesAtOnce is how many such requests are under way at a time.
	removesAtOnce = 4
	// removeWait is how long markers wait for others to fill a request.
	removeWait = time.Second
	// removeAttempts is how often a marker is sent that S3 could not remove for reasons of its own, removePause the
	// wait before the second time.
	removeAttempts = 4
	removePause    = 50 * time.Millisecond
)

// Removed is a delete marker that a run removes. The key's view was that of a deleted one, and becomes that of version
// Uncovered with ETag.
type Removed struct {
	Key string `json:"key"`
	Marker
	Uncovered string `json:"uncovered"`
	ETag      string `json:"etag"`
}

// removal is a key whose markers are to be removed.
type removal struct {
	decision Decision
	job      *job
}

// removes says whether the version comes back by the removal of the markers over it. What others wrote after the run
// started is never removed.
func (r *Run) removes(d Decision) bool {
	return r.RemoveMarkers && len(d.Markers) > 0 && !d.Meanwhile && !r.denied.Load()
}

// remove removes the markers of the keys that arrive, those of many keys in one request, until no more arrive.
func (r *Run) remove(ctx context.Context, arriving <-chan removal, fail func(error)) {
	var group errgroup.Group
	group.SetLimit(removesAtOnce)
	var batch []removal
	markers := 0
	send := func() {
		if len(batch) == 0 {
			return
		}
		full := batch
		batch, markers = nil, 0
		group.Go(func() error {
			if err := r.removeAll(ctx, full); err != nil {
				fail(err)
			}
			for _, one := range full {
				r.end(one.job)
			}
			return nil
		})
	}
	waited := time.NewTicker(removeWait)
	defer waited.Stop()
	for {
		select {
		case one, ok := <-arriving:
			if !ok {
				send()
				_ = group.Wait() // its errors went to fail
				return
			}
			if markers+len(one.decision.Markers) > maxMarkers {
				send()
			}
			batch, markers = append(batch, one), markers+len(one.decision.Markers)
		case <-waited.C:
			send()
		}
	}
}

// removeAll removes the markers of some keys, after Undo has them. Keys for which that is denied are copied.
func (r *Run) removeAll(ctx context.Context, batch []removal) error {
	failed, err := r.removeOnce(ctx, batch)
	if err != nil {
		return err
	}
	var copies errgroup.Group
	copies.SetLimit(r.pace.most)
	denied := 0
	for _, one := range batch {
		cause, result := failed[one.decision.Key], r.uncovered(one.decision)
		switch {
		case cause == nil:
			err = r.worked(one.job, result)
		case isDenied(cause):
			denied++
			r.warnDenied(cause)
			copies.Go(func() error { return r.copyInstead(ctx, one) })
		default:
			reason, _ := reasonOf(cause)
			err = r.worked(one.job, result.failed(reason, plain(cause)))
		}
		if err != nil {
			return errors.Join(err, copies.Wait())
		}
	}
	if denied == len(batch) {
		r.denied.Store(true) // the others are copied at once
	}
	return copies.Wait()
}

// uncovered is the result of a key whose markers are removed, or would be.
func (r *Run) uncovered(d Decision) Result {
	return Result{
		Key: d.Key, Outcome: Uncovered, SourceVersion: d.Source.VersionID, LatestVersion: d.Latest.VersionID,
		Bytes: d.Source.Size, Class: d.Source.Class, Markers: d.Markers,
		removable: len(d.Markers), archived: d.Source.archived(r.Now()),
	}
}

// copyInstead copies a version whose markers cannot be removed.
func (r *Run) copyInstead(ctx context.Context, one removal) error {
	if err := r.pace.begin(ctx); err != nil {
		return err
	}
	defer r.pace.end()
	one.decision.Markers = nil
	result, err := r.act(ctx, one.decision)
	if err != nil {
		return err
	}
	return r.worked(one.job, result)
}

// warnDenied says once that markers are not removed.
func (r *Run) warnDenied(cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.deniedOnce && r.Warn != nil {
		r.Warn("delete markers cannot be removed, so versions are copied in their place (" + plain(cause) +
			"); allow s3:DeleteObjectVersion to remove them")
	}
	r.deniedOnce = true
}

// removeOnce writes down the markers and removes them. What it returns by keys is why they could not be removed; the
// error ends the run.
func (r *Run) removeOnce(ctx context.Context, batch []removal) (map[string]error, error) {
	if err := r.pace.begin(ctx); err != nil {
		return nil, err
	}
	defer r.pace.end()
	var lines []Removed
	var objects []types.ObjectIdentifier
	failed := map[string]error{}
	for _, one := range batch {
		d := one.decision
		for _, marker := range d.Markers {
			lines = append(lines, Removed{d.Key, marker, d.Source.VersionID, d.Source.ETag})
			if inXML(d.Key) {
				objects = append(objects, types.ObjectIdentifier{Key: aws.String(d.Key), VersionId: aws.String(marker.VersionID)})
			}
		}
	}
	if r.Undo == nil {
		return nil, errors.New("delete markers are not removed without Undo")
	}
	if err := r.Undo(lines); err != nil {
		return nil, err
	}
	for _, line := range lines {
		if !inXML(line.Key) {
			_, err := r.Client.DeleteObject(ctx, &s3.DeleteObjectInput{
				Bucket: aws.String(r.Bucket), Key: aws.String(line.Key), VersionId: aws.String(line.VersionID),
				ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
			}, r.whole)
			if err := r.oneKey(ctx, err); err != nil {
				return nil, err
			}
			if err != nil {
				failed[line.Key] = err
			}
		}
	}
	var delayed []types.Error
	for attempt := 0; len(objects) > 0 && attempt < removeAttempts; attempt++ {
		if attempt > 0 {
			select {
			case <-time.After(removePause << attempt):
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}
		var err error
		if delayed, err = r.deleteObjects(ctx, objects, failed); err != nil {
			return nil, err
		}
		objects = nil
		for _, e := range delayed {
			objects = append(objects, types.ObjectIdentifier{Key: e.Key, VersionId: e.VersionId})
		}
	}
	for _, e := range delayed {
		if failed[aws.ToString(e.Key)] == nil { // another marker of the key may be denied, so that the version is copied
			failed[aws.ToString(e.Key)] = apiError(e)
		}
	}
	return failed, nil
}

// apiError is an answer of DeleteObjects about one key.
func apiError(e types.Error) error {
	return &smithy.GenericAPIError{Code: aws.ToString(e.Code), Message: aws.ToString(e.Message)}
}

// oneKey says whether a failure ends the run. Nil: it concerns one key, or there is none.
func (r *Run) oneKey(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, whole := reasonOf(err); whole {
		return err
	}
	return nil
}

// deleteObjects removes markers in one request, and writes down by keys why it could not. It returns the answers about
// those that may be removed if they are sent again.
func (r *Run) deleteObjects(ctx context.Context, objects []types.ObjectIdentifier, failed map[string]error) ([]types.Error, error) {
	output, err := r.Client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
		Bucket: aws.String(r.Bucket), Delete: &types.Delete{Objects: objects, Quiet: aws.Bool(true)},
		ExpectedBucketOwner: r.owner(), RequestPayer: r.payer(),
	}, r.whole)
	if err := r.oneKey(ctx, err); err != nil {
		return nil, err
	}
	if err != nil {
		for _, object := range objects {
			failed[aws.ToString(object.Key)] = err
		}
		return nil, nil
	}
	var delayed []types.Error
	for _, e := range output.Errors {
		switch aws.ToString(e.Code) {
		case "SlowDown", "ServiceUnavailable":
			r.pace.slow()
			delayed = append(delayed, e)
		case "InternalError":
			delayed = append(delayed, e)
		default:
			failed[aws.ToString(e.Key)] = apiError(e)
		}
	}
	return delayed, nil
}

// isDenied says whether a permission is missing.
func isDenied(err error) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	denied := ok && (strings.HasPrefix(answer.ErrorCode(), "AccessDenied") || answer.ErrorCode() == "Forbidden")
	return denied || status(err) == http.StatusForbidden
}

// inXML says whether XML 1.0 can have all characters of a key, so that a request can name it with others.
func inXML(key string) bool {
	if !utf8.ValidString(key) {
		return false
	}
	for _, c := range key {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xFFFE || c == 0xFFFF {
			return false
		}
	}
	return true
}
