package rewind

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// MaxCopy is the size in bytes of the largest object that CopyObject takes (F-RST-9).
const MaxCopy = 5 << 30

// Run brings a bucket back to a moment, or says what that would take.
type Run struct {
	Client *s3.Client
	Bucket string
	// Owner is the account of the bucket, which S3 then checks. Empty: unknown.
	Owner string
	// RequesterPays says that the caller pays for the requests, and knows it.
	RequesterPays bool
	// To is the moment: the bucket comes back to what it was at the end of this second.
	To time.Time
	// Prefix limits the run to the keys that begin with it. Keys limits it to these keys. Both empty: all keys.
	Prefix string
	Keys   []string
	// Apply says that the bucket is changed. Otherwise it is only read.
	Apply bool
	// Concurrency is how many keys are worked on at a time. Zero: one.
	Concurrency int
	// MultipartAbove is the size in bytes above which an object is copied by parts. Zero: MaxCopy.
	MultipartAbove int64
	// Now tells the time. Only where S3 does not tell its own, and for archived versions, it matters.
	Now func() time.Time
	// Each is called with each key that is not as it was, one at a time. Without Apply the keys come in the order
	// of the listing. Nil: no call.
	Each func(Result) error

	started time.Time
	pace    *pace
	mu      sync.Mutex // guards what follows
	summary Summary
	resumption
}

// Result is what became of a key, or would become of it.
type Result struct {
	Key     string  `json:"key"`
	Outcome Outcome `json:"action"`
	// Reason says why a key was not restored. Its zero value: it was, or would be.
	Reason Reason `json:"reason,omitempty"`
	// Detail is what S3 answered.
	Detail string `json:"detail,omitempty"`
	// SourceVersion is the version that is copied.
	SourceVersion string `json:"sourceVersion,omitempty"`
	// LatestVersion was on top when the bucket was listed.
	LatestVersion string `json:"latestVersion,omitempty"`
	// NewVersion is the copy or the delete marker. Empty in a dry run.
	NewVersion string `json:"newVersion,omitempty"`
	// Bytes and Class are those of the source.
	Bytes int64  `json:"bytes,omitempty"`
	Class string `json:"class,omitempty"`
	// Parts says that the object is copied by parts.
	Parts bool `json:"byParts,omitempty"`
	// Ambiguous says that the order of the versions of a second is unknown.
	Ambiguous bool `json:"ambiguous,omitempty"`
	// Verified says how the copy was compared with its source. Empty: a delete marker, or a dry run.
	Verified Verification `json:"verified,omitempty"`
}

// Outcome is what a key needed.
type Outcome string

// The outcomes.
const (
	// Copied: a copy of the old version is on top, or would be.
	Copied Outcome = "copy"
	// Marked: a delete marker is on top, or would be.
	Marked Outcome = "delete-marker"
	// Back: the latest version already is as the old one was.
	Back Outcome = "already-back"
	// Failed: the key was left as it is.
	Failed Outcome = "not-restored"
)

// Verification is how a copy was compared with its source.
type Verification string

// The verifications.
const (
	ByETag     Verification = "etag"
	ByChecksum Verification = "checksum"
	BySize     Verification = "size"
)

// Do lists the bucket, decides, acts if Apply is set, and then lists it again: every key must be as it was, or be
// reported. The error says why the run ended early. The summary is always valid.
func (r *Run) Do(ctx context.Context) (Summary, error) {
	r.pace = newPace(max(1, r.Concurrency))
	if r.journal == nil {
		r.summary = newSummary()
	}
	err := r.keep(ctx, func(ctx context.Context) error {
		if err := r.resume(ctx); err != nil {
			return err
		}
		err := r.restore(ctx)
		if err == nil {
			err = r.save(true)
		}
		if err == nil {
			err = r.write(line{Phase: restored})
		}
		if err := errors.Join(err, r.settle(context.WithoutCancel(ctx))); err != nil || !r.Apply {
			return err
		}
		if err := r.verify(ctx); err != nil {
			return err
		}
		return r.write(line{Phase: verified})
	})
	for reason, of := range r.summary.Reasons {
		of.each = r.failures(reason)
	}
	return r.summary, err
}

func (r *Run) owner() *string {
	if r.Owner == "" {
		return nil
	}
	return aws.String(r.Owner)
}

func (r *Run) payer() types.RequestPayer {
	if r.RequesterPays {
		return types.RequestPayerRequester
	}
	return ""
}

func (r *Run) inParts(source Entry) bool {
	above := r.MultipartAbove
	if above == 0 {
		above = MaxCopy
	}
	return source.Size > above || source.multipart() && (source.Composite || len(source.Algorithms) == 0)
}

// job is a key that is not as it was.
type job struct {
	decision Decision
	key      string // with Keys: the key that is to be listed first
	earlier  *line  // what became of the key before the run was interrupted; nil: nothing
	segment  *segment
	result   *Result
	done     chan struct{}
}

// restore lists, decides and acts. One goroutine lists; the others work on the keys that it finds.
func (r *Run) restore(ctx context.Context) error {
	if r.restoredBefore() {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := make(chan *job, 4*cap(r.pace.slots))
	ordered := make(chan *job, 4*cap(r.pace.slots))
	var workers sync.WaitGroup
	for range cap(r.pace.slots) {
		workers.Go(func() {
			for j := range jobs {
				if err := r.work(ctx, j); err != nil {
					cancel(err)
				}
				close(j.done)
			}
		})
	}
	collected := make(chan struct{})
	go func() {
		defer close(collected)
		for j := range ordered {
			<-j.done
			if err := r.report(j); err != nil {
				cancel(err)
			}
		}
	}()
	err := r.find(ctx, func(j *job) error {
		j.done = make(chan struct{})
		select {
		case jobs <- j:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if !r.Apply { // with Apply a large object would hold up the keys after it
			ordered <- j
		}
		return nil
	})
	close(jobs)
	workers.Wait()
	close(ordered)
	<-collected
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// find gives each key that is not as it was to add.
func (r *Run) find(ctx context.Context, add func(*job) error) error {
	if len(r.Keys) > 0 {
		return r.findKeys(add)
	}
	cursors := r.cursors()
	err := r.walk(ctx, r.left(), func(at *stretch, d Decision) error {
		earlier, err := cursors.of(at).find(d.Key)
		if err != nil {
			return err
		}
		switch {
		case r.settled(earlier):
			return r.tracker.pass(at, d.Key, 0, 0)
		case d.Action == Nothing && earlier == nil:
			r.unchanged(d)
			return r.tracker.pass(at, d.Key, 1, d.Entries)
		}
		r.expect(1)
		return add(&job{decision: d, earlier: earlier, segment: r.tracker.begin(at, d.Key)})
	}, func(at *stretch, upTo string) error {
		cursors.end(at)
		return r.tracker.ended(at, upTo)
	})
	if err == nil {
		r.allListed()
	}
	return err
}

// findKeys gives the keys to add. They are listed one by one.
func (r *Run) findKeys(add func(*job) error) error {
	at, cursor, done := &stretch{}, r.known.cursor(), ranges(nil)
	if r.journal != nil && !r.again {
		done = r.journal.done
	}
	r.expect(len(r.Keys))
	r.allListed()
	for _, key := range r.Keys {
		earlier, err := cursor.find(key)
		if err != nil {
			return err
		}
		if done.has(key) || r.settled(earlier) {
			r.finish()
			if err := r.tracker.pass(at, key, 0, 0); err != nil {
				return err
			}
			continue
		}
		if err := add(&job{key: key, earlier: earlier, segment: r.tracker.begin(at, key)}); err != nil {
			return err
		}
	}
	return nil
}

// unchanged counts a key that needs nothing.
func (r *Run) unchanged(d Decision) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.unchanged(1, d.Entries)
}

// start is when the run started, by the clock of S3: at its first answer.
func (r *Run) start(date time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started.IsZero() {
		r.started = date.UTC()
		if date.IsZero() {
			r.started = r.Now().UTC().Truncate(time.Second)
		}
		if r.journal != nil {
			r.journal.header.Started = r.started
		}
	}
	return r.started
}

// work does what one key needs. An error ends the run.
func (r *Run) work(ctx context.Context, j *job) error {
	if err := r.pace.begin(ctx); err != nil {
		return err
	}
	defer r.pace.end()
	defer r.finish()
	if j.key != "" {
		var err error
		var exists bool
		if j.decision, exists, err = r.decideAlone(ctx, j.key); err != nil {
			return err
		}
		if !exists {
			return r.tracker.end(j.segment, 0, 0)
		}
	}
	if j.decision.Action == Nothing && j.earlier == nil {
		r.unchanged(j.decision)
		return r.tracker.end(j.segment, 1, j.decision.Entries)
	}
	result, err := r.act(ctx, j.decision)
	if err != nil {
		return err
	}
	j.result = &result
	if !r.Apply {
		return nil
	}
	if err := r.report(j); err != nil {
		return err
	}
	return r.tracker.end(j.segment, 0, 0)
}

// report records and counts the result of a job and passes it on. There may be none.
func (r *Run) report(j *job) error {
	if j.result == nil {
		return nil
	}
	l := line{Result: j.result, Versions: j.decision.Entries}
	if j.earlier != nil {
		l.Instead = j.earlier.Result.Reason
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.write(l); err != nil {
		return err
	}
	r.summary.take(*l.Result, l.Versions, l.Instead)
	if r.Each == nil {
		return nil
	}
	return r.Each(*j.result)
}
