package rewind

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
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
	// Keep says what else a copy has of its source, and Retention is the bucket's default for that (nil: none).
	Keep      Keep
	Retention *types.DefaultRetention
	// OverwriteChanged says that a key that others wrote after the run started is restored too: it is decided about
	// once more. What they wrote stays beneath.
	OverwriteChanged bool
	// RemoveMarkers says that a version that nothing but delete markers hides comes back by their removal. A copy on top
	// would keep the history: without the markers, it looks as if the key was never deleted.
	RemoveMarkers bool
	// Undo is called with delete markers before the request that removes them. They must be on the disk when it
	// returns. It is needed with Apply and RemoveMarkers.
	Undo func([]Removed) error
	// Warn is called with what is not as wished, but harms no key. Nil: no call.
	Warn func(text string)
	// Now tells the time. Only where S3 does not tell its own, and for archived versions, it matters.
	Now func() time.Time
	// Each is called with each key that is not as it was, one at a time. Without Apply the keys come in the order
	// of their bytes; with several listers, most of them wait in a temporary file. Nil: no call.
	Each func(Result) error
	// Plan says what to do in place of a listing. Bucket, To and Prefix are then those of its header. Nil: the bucket is listed.
	Plan *Plan
	// Jobs are S3 Batch Operations jobs that made copies, to be verified. Every key that is not as it was is then reported
	// as not restored. Nil: there are none; with Apply there must be none.
	Jobs *JobReports

	// Listers is how many list the bucket at a time. They split key ranges of each other. Zero: one.
	Listers int

	started time.Time
	apart   atomic.Bool // the server lists versions and markers apart
	// noAnnotations says that the server does not know them.
	noAnnotations atomic.Bool
	pace          *pace      // of keys
	listing       *pace      // of pages
	order         *inOrder   // nil: results are passed on as they come
	mu            sync.Mutex // guards what follows
	summary       Summary
	// denied says that markers cannot be removed. deniedOnce says that some could not, and that Warn was called.
	denied     atomic.Bool
	deniedOnce bool
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
	// Markers are removed, or would be.
	Markers []Marker `json:"markers,omitempty"`
	// Overwritten says that others wrote the key after the run started, and that it was restored over that.
	Overwritten bool `json:"overwritten,omitempty"`
	// Verified says how the copy was compared with its source. Empty: a delete marker, or a dry run.
	Verified Verification `json:"verified,omitempty"`

	// removable counts the markers that alone hide the version. archived says that it cannot be copied.
	removable int
	archived  bool
	decision  Decision  // for a plan
	listed    time.Time // when the listing started
}

// Outcome is what a key needed.
type Outcome string

// The outcomes.
const (
	// Copied: a copy of the old version is on top, or would be.
	Copied Outcome = "copy"
	// Marked: a delete marker is on top, or would be.
	Marked Outcome = "delete-marker"
	// Uncovered: the delete markers over the old version are removed, or would be.
	Uncovered Outcome = "remove-markers"
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
	r.begin()
	if r.Each != nil && !r.Apply && len(r.Keys) == 0 && r.Plan == nil {
		r.order = &inOrder{each: r.Each}
		defer r.order.close()
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
		if err := errors.Join(err, r.sortResults(context.WithoutCancel(ctx))); err != nil || !r.Apply {
			return err
		}
		if err := r.verify(ctx); err != nil {
			return err
		}
		return r.write(line{Phase: verified})
	})
	r.explain()
	if err == nil && r.Jobs != nil {
		r.summary.Confirmed = r.summary.Unchanged + r.summary.AlreadyBack
	}
	return r.summary, err
}

// explain lets the summary name the keys that were not restored.
func (r *Run) explain() {
	for reason, of := range r.summary.Reasons {
		of.each = r.failures(reason)
	}
}

func (r *Run) begin() {
	r.pace, r.listing = newPace(max(1, r.Concurrency)), newPace(max(1, r.Listers))
	if r.journal == nil { // else it has what was done before
		r.summary = newSummary()
	}
	if r.Plan != nil {
		r.start(r.Plan.Header.Listed)
	}
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
	key      string    // with Keys: the key that is to be listed first
	line     *PlanLine // with Plan
	now      *Decision // with Plan, without Apply: about the key as it is now
	earlier  *line     // what became of the key before the run was interrupted; nil: nothing
	segment  *segment
	result   *Result
	done     chan struct{}
	at       *stretch // nil: with Keys
	ended    bool     // the stretch has no more keys; there is no key
}

// restore lists, decides and acts. One goroutine lists; the others work on the keys that it finds.
func (r *Run) restore(ctx context.Context) error {
	if r.restoredBefore() {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := make(chan *job, 4*r.pace.most)
	ordered := make(chan *job, 4*r.pace.most)
	var workers sync.WaitGroup
	removals := make(chan removal)
	removed := make(chan struct{})
	go func() {
		defer close(removed)
		r.remove(ctx, removals, cancel)
	}()
	for range r.pace.most {
		workers.Go(func() {
			for j := range jobs {
				waiting, err := r.work(ctx, j)
				if err != nil {
					cancel(err)
				}
				if waiting != nil { // remove ends it
					removals <- *waiting
					continue
				}
				r.end(j)
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
		if j.ended {
			close(j.done)
		} else {
			select {
			case jobs <- j:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		if !r.Apply { // with Apply a large object would hold up the keys after it
			ordered <- j
		}
		return nil
	})
	close(jobs)
	workers.Wait()
	close(removals)
	<-removed
	close(ordered)
	<-collected
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// find gives each key that is not as it was to add.
func (r *Run) find(ctx context.Context, add func(*job) error) error {
	switch {
	case r.Plan != nil:
		return r.findPlanned(ctx, add)
	case len(r.Keys) > 0:
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
		return add(&job{at: at, decision: d, earlier: earlier, segment: r.tracker.begin(at, d.Key)})
	}, func(at *stretch, upTo string) error {
		cursors.end(at)
		if r.order != nil {
			return add(&job{at: at, ended: true})
		}
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

// isApart says whether the server lists versions and markers apart, as far as the run has seen.
func (r *Run) isApart(seen bool) bool {
	if seen {
		r.apart.Store(true)
	}
	return r.apart.Load()
}

// work does what one key needs. An error ends the run. A removal is left to be done with others.
func (r *Run) work(ctx context.Context, j *job) (*removal, error) {
	if err := r.pace.begin(ctx); err != nil {
		return nil, err
	}
	defer r.pace.end()
	if j.line != nil {
		result, err := r.follow(ctx, *j.line, j.now)
		if err != nil {
			return nil, err
		}
		return nil, r.worked(j, result)
	}
	if j.key != "" {
		var err error
		var exists bool
		if j.decision, exists, err = r.decideAlone(ctx, j.key); err != nil {
			return nil, err
		}
		if !exists {
			return nil, r.tracker.end(j.segment, 0, 0)
		}
	}
	if j.decision.Action == Nothing && j.earlier == nil {
		r.unchanged(j.decision)
		return nil, r.tracker.end(j.segment, 1, j.decision.Entries)
	}
	if r.Apply && r.removes(j.decision) {
		return &removal{j.decision, j}, nil
	}
	result, err := r.act(ctx, j.decision)
	if err != nil {
		return nil, err
	}
	return nil, r.worked(j, result)
}

// worked takes what became of the key of a job. In a dry run it is reported later, in the order of the keys.
func (r *Run) worked(j *job, result Result) error {
	if r.Jobs != nil {
		result = r.Jobs.blame(result)
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

// end says that a job needs nothing more.
func (r *Run) end(j *job) {
	r.finish()
	close(j.done)
}

// report records and counts the result of a job and passes it on. There may be none.
func (r *Run) report(j *job) error {
	if j.ended {
		return r.order.end(j.at)
	}
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
	switch {
	case r.Each == nil:
		return nil
	case r.order != nil:
		return r.order.add(j.at, *j.result)
	}
	return r.Each(*j.result)
}
