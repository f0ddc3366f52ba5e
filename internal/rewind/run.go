package rewind

import (
	"context"
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
	// Now tells the time. Only where S3 does not tell its own, and for archived versions, it matters.
	Now func() time.Time
	// Each is called with each key that is not as it was, one at a time. Without Apply the keys come in the order
	// of their bytes; with several listers, most of them wait in a temporary file. Nil: no call.
	Each func(Result) error

	// Listers is how many list the bucket at a time. They split key ranges of each other. Zero: one.
	Listers int

	started time.Time
	apart   atomic.Bool // the server lists versions and markers apart
	pace    *pace       // of keys
	listing *pace       // of pages
	order   *inOrder    // nil: results are passed on as they come
	mu      sync.Mutex  // guards what follows
	summary Summary
	failed  map[string]bool
	// bySize has the versions that nothing but their size verifies, by their keys.
	bySize map[string]string
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
	r.pace, r.listing = newPace(max(1, r.Concurrency)), newPace(max(1, r.Listers))
	r.failed, r.bySize = map[string]bool{}, map[string]string{}
	r.summary = Summary{Reasons: map[Reason]*Failures{}, Verified: map[Verification]int{}}
	if r.Each != nil && !r.Apply && len(r.Keys) == 0 {
		r.order = &inOrder{each: r.Each}
		defer r.order.close()
	}
	err := r.restore(ctx)
	if err == nil && r.Apply {
		err = r.verify(ctx)
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
	result   *Result
	done     chan struct{}
	at       *stretch // nil: with Keys
	ended    bool     // the stretch has no more keys; there is no key
}

// restore lists, decides and acts. One goroutine lists; the others work on the keys that it finds.
func (r *Run) restore(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := make(chan *job, 4*r.pace.most)
	ordered := make(chan *job, 4*r.pace.most)
	var workers sync.WaitGroup
	for range r.pace.most {
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
	close(ordered)
	<-collected
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// find gives each key that is not as it was to add.
func (r *Run) find(ctx context.Context, add func(*job) error) error {
	if len(r.Keys) == 0 {
		return r.walk(ctx, []span{{}}, func(at *stretch, d Decision) error {
			if r.count(d) {
				return nil
			}
			return add(&job{decision: d, at: at})
		}, func(at *stretch, _ string) error {
			if r.order == nil {
				return nil
			}
			return add(&job{at: at, ended: true})
		})
	}
	for _, key := range r.Keys {
		if err := add(&job{key: key}); err != nil {
			return err
		}
	}
	return nil
}

// count counts a listed key, and says whether that is all that it needs.
func (r *Run) count(d Decision) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Keys++
	r.summary.VersionsBefore += d.Entries
	if d.Action == Nothing {
		r.summary.Unchanged++
	}
	return d.Action == Nothing
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

// work does what one key needs. An error ends the run.
func (r *Run) work(ctx context.Context, j *job) error {
	if err := r.pace.begin(ctx); err != nil {
		return err
	}
	defer r.pace.end()
	if j.key != "" {
		var err error
		var exists bool
		if j.decision, exists, err = r.decideAlone(ctx, j.key); err != nil {
			return err
		}
		if !exists || r.count(j.decision) {
			return nil
		}
	}
	result, err := r.act(ctx, j.decision)
	if err != nil {
		return err
	}
	j.result = &result
	if !r.Apply {
		return nil
	}
	return r.report(j)
}

// report counts the result of a job and passes it on. There may be none.
func (r *Run) report(j *job) error {
	if j.ended {
		return r.order.end(j.at)
	}
	if j.result == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	result := *j.result
	r.summary.add(result)
	if result.Outcome == Failed {
		r.failed[result.Key] = true
	}
	if result.Verified == BySize {
		r.bySize[result.Key] = result.NewVersion
	}
	switch {
	case r.Each == nil:
		return nil
	case r.order != nil:
		return r.order.add(j.at, result)
	}
	return r.Each(result)
}
