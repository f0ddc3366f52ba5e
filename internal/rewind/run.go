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
	// of the listing. Nil: no call.
	Each func(Result) error

	started time.Time
	pace    *pace
	mu      sync.Mutex // guards what follows
	summary Summary
	failed  map[string]bool
	// bySize has the versions that nothing but their size verifies, by their keys.
	bySize map[string]string
	// denied says that markers cannot be removed. deniedOnce says that some could not, and that Warn was called.
	denied     atomic.Bool
	deniedOnce bool
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
	err := r.restore(ctx)
	if err == nil && r.Apply {
		err = r.verify(ctx)
	}
	return r.summary, err
}

func (r *Run) begin() {
	r.pace = newPace(max(1, r.Concurrency))
	r.failed, r.bySize = map[string]bool{}, map[string]string{}
	r.summary = Summary{Reasons: map[Reason]*Failures{}, Verified: map[Verification]int{}}
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
}

// restore lists, decides and acts. One goroutine lists; the others work on the keys that it finds.
func (r *Run) restore(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	jobs := make(chan *job, 4*cap(r.pace.slots))
	ordered := make(chan *job, 4*cap(r.pace.slots))
	var workers sync.WaitGroup
	removals := make(chan removal)
	removed := make(chan struct{})
	go func() {
		defer close(removed)
		r.remove(ctx, removals, cancel)
	}()
	for range cap(r.pace.slots) {
		workers.Go(func() {
			for j := range jobs {
				waiting, err := r.work(ctx, j)
				if err != nil {
					cancel(err)
				}
				if waiting != nil { // remove closes j.done
					removals <- *waiting
					continue
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
			if err := r.report(j.result); err != nil {
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
	if len(r.Keys) == 0 {
		return r.decide(ctx, r.Prefix, false, func(d Decision) error {
			if r.count(d) {
				return nil
			}
			return add(&job{decision: d})
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

// decide lists the keys under a prefix, or one key alone, and decides about each.
func (r *Run) decide(ctx context.Context, prefix string, alone bool, each func(Decision) error) error {
	var d *Decider
	err := r.list(ctx, prefix, func(p page) (bool, error) {
		if d == nil {
			d = &Decider{To: r.To, Started: r.start(p.date)}
		}
		d.Apart = d.Apart || p.apart
		for _, e := range p.entries {
			if alone && e.Key != prefix {
				return false, nil // this key comes before all that begin with it
			}
			if decision, ok := d.Add(e); ok {
				if err := each(decision); err != nil {
					return false, err
				}
			}
		}
		return true, nil
	})
	if err != nil || d == nil {
		return err
	}
	if decision, ok := d.End(); ok {
		return each(decision)
	}
	return nil
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

// work does what one key needs. An error ends the run. A removal is left to be done with others.
func (r *Run) work(ctx context.Context, j *job) (*removal, error) {
	if err := r.pace.begin(ctx); err != nil {
		return nil, err
	}
	defer r.pace.end()
	decisions := []Decision{j.decision}
	if j.key != "" {
		decisions = nil
		err := r.decide(ctx, j.key, true, func(d Decision) error {
			if !r.count(d) {
				decisions = append(decisions, d)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, d := range decisions { // one at the most
		if r.Apply && r.removes(d) {
			return &removal{d, j}, nil
		}
		result, err := r.act(ctx, d)
		if err != nil {
			return nil, err
		}
		j.result = &result
		if r.Apply {
			if err := r.report(&result); err != nil {
				return nil, err
			}
		}
	}
	return nil, nil
}

// report counts a result and passes it on. Nil: there is none.
func (r *Run) report(result *Result) error {
	if result == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.add(*result)
	if result.Outcome == Failed {
		r.failed[result.Key] = true
	}
	if result.Verified == BySize {
		r.bySize[result.Key] = result.NewVersion
	}
	if r.Each == nil {
		return nil
	}
	return r.Each(*result)
}
