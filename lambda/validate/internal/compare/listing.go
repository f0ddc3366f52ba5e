package compare

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// pageSize is the number of objects in a page of a listing, S3's largest.
	pageSize = 1000
	// turn is how many pages of a range are compared before the other ranges have theirs.
	turn = 16
	// maxRanges is the number of ranges up to which one that is not finished is divided.
	maxRanges = 32
	// workers is how many ranges are compared at the same time. Each holds two pages.
	workers = 16
	// MaxDifferences is how many differences are kept. All are counted.
	MaxDifferences = 100
)

// Kinds of differences.
const (
	// Missing is an object of the recovery point that is not in the restored bucket.
	Missing = "missing"
	// Extra is an object of the restored bucket that is not in the recovery point.
	Extra = "extra"
	// Size is an object with another number of bytes.
	Size = "size"
	// Content is an object with other bytes.
	Content = "content"
	// Canary is a canary with another SHA-256 than backup.yaml has.
	Canary = "canary"
)

// Difference is one that was found.
type Difference struct {
	// Kind is one of the kinds above.
	Kind string `json:"kind"`
	// Key of the object.
	Key string `json:"key"`
	// RecoveryPointBytes and RestoredBytes are the sizes on both sides. Null: the side does not have the object, or
	// its size was not looked at.
	RecoveryPointBytes *int64 `json:"recoveryPointBytes"`
	RestoredBytes      *int64 `json:"restoredBytes"`
}

// Count is what one side has in the ranges that were compared.
type Count struct {
	// Objects is the number of current objects.
	Objects int64 `json:"objects"`
	// Bytes is the sum of their sizes.
	Bytes int64 `json:"bytes"`
}

// Range is a part of the keys that was not compared: those greater than After, up to UpTo. An empty UpTo has no end.
type Range struct {
	After string `json:"after"`
	UpTo  string `json:"upTo"`
}

// Listing is what the comparison of two listings found.
type Listing struct {
	// RecoveryPoint and Restored count both sides.
	RecoveryPoint, Restored Count
	// Total is the number of all differences. First has the first of them by key, at most [MaxDifferences].
	Total int64
	First []Difference
	// Ranges is the number of ranges that the keys were divided into. NotCompared has the rest of those that were not
	// finished. Empty: everything was compared.
	Ranges      int
	NotCompared []Range
	// Sample are objects that both sides have with the same size, spread evenly over what was compared, by key.
	Sample []Object
}

// Listings compares the keys and sizes of two sides. It holds a few pages, however many objects there are.
//
// A small bucket is compared from its first key to its last. Of a large one, each range that is not finished after
// its turn is divided, and the ranges take turns. So at the time limit all of them were compared to the same extent.
func Listings(ctx context.Context, recoveryPoint, restored Bucket, sample int, now func() time.Time, limit time.Time) (*Listing, error) {
	c := &comparison{
		recoveryPoint: recoveryPoint, restored: restored,
		late: func() bool { return !now().Before(limit) },
		kept: &sampler{most: 2 * sample, stride: 1},
	}
	queue := []span{{}}
	ranges := 1
	for len(queue) > 0 && !c.late() {
		next := make([][]span, len(queue))
		splits := max(maxRanges-len(queue), 0)
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(workers)
		for i, s := range queue {
			group.Go(func() (err error) {
				next[i], err = c.turn(ctx, s, i < splits)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return nil, err
		}
		queue = slices.Concat(next...)
		for _, spans := range next {
			ranges += max(len(spans)-1, 0)
		}
	}
	found := &c.found
	found.Ranges = ranges
	for _, s := range queue {
		found.NotCompared = append(found.NotCompared, Range{s.after, s.upTo})
	}
	found.Sample = c.kept.pick(sample)
	return found, nil
}

// comparison is one on its way.
type comparison struct {
	recoveryPoint, restored Bucket
	late                    func() bool
	kept                    *sampler

	mu    sync.Mutex // guards found
	found Listing
}

// span is a range of keys that is not compared yet: those greater than after, up to upTo. An empty upTo has no end.
type span struct {
	after, upTo string
	// last is a key above which the recovery point has none in this range. Empty: unknown.
	last string
	// whole says that no text was found at which the range can be divided.
	whole bool
	// seen counts the equal objects of the range, for the sample.
	seen int64
}

// turn compares a few pages of a range, and returns what is left of it: nothing, a range, or two.
func (c *comparison) turn(ctx context.Context, s span, mayDivide bool) ([]span, error) {
	for range turn {
		if c.late() {
			return []span{s}, nil
		}
		done, err := c.step(ctx, &s)
		if err != nil || done {
			return nil, err
		}
	}
	if !mayDivide || s.whole {
		return []span{s}, nil
	}
	return c.divide(ctx, s)
}

// step compares one page of each side, and says whether the range is finished.
func (c *comparison) step(ctx context.Context, s *span) (done bool, err error) {
	var wanted, got page
	group, pages := errgroup.WithContext(ctx)
	group.Go(func() (err error) { wanted, err = pageOf(pages, c.recoveryPoint, *s); return err })
	group.Go(func() (err error) { got, err = pageOf(pages, c.restored, *s); return err })
	if err := group.Wait(); err != nil {
		return false, err
	}
	// Of the keys up to here both pages have all.
	horizon, done := wanted.last, !wanted.more && !got.more
	if !wanted.more || got.more && got.last < horizon {
		horizon = got.last
	}
	if !done {
		wanted.cut(horizon)
		got.cut(horizon)
		s.after = horizon
	}
	c.merge(wanted.objects, got.objects, s)
	return done, nil
}

// page is a page of one side, within a range.
type page struct {
	objects []Object
	// last is the key of the last object, and more says that the range has more on this side.
	last string
	more bool
}

func pageOf(ctx context.Context, side Bucket, s span) (page, error) {
	objects, more, err := side.List(ctx, s.after, pageSize)
	if err != nil {
		return page{}, err
	}
	p := page{objects: objects, more: more}
	if n := len(objects); s.upTo != "" && n > 0 && objects[n-1].Key > s.upTo {
		p.cut(s.upTo)
		p.more = false
	}
	if n := len(p.objects); n > 0 {
		p.last = p.objects[n-1].Key
	}
	return p, nil
}

// cut drops the objects whose keys are greater.
func (p *page) cut(last string) {
	at, found := slices.BinarySearchFunc(p.objects, last, func(o Object, key string) int { return cmp.Compare(o.Key, key) })
	if found {
		at++
	}
	p.objects = p.objects[:at]
}

// merge compares two sorted lists that have the same range of keys.
func (c *comparison) merge(wanted, got []Object, s *span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found.RecoveryPoint.add(wanted)
	c.found.Restored.add(got)
	for len(wanted) > 0 || len(got) > 0 {
		switch {
		case len(got) == 0 || len(wanted) > 0 && wanted[0].Key < got[0].Key:
			c.found.differ(Difference{Missing, wanted[0].Key, &wanted[0].Size, nil})
			wanted = wanted[1:]
		case len(wanted) == 0 || got[0].Key < wanted[0].Key:
			c.found.differ(Difference{Extra, got[0].Key, nil, &got[0].Size})
			got = got[1:]
		default:
			if wanted[0].Size != got[0].Size {
				c.found.differ(Difference{Size, wanted[0].Key, &wanted[0].Size, &got[0].Size})
			} else {
				s.seen++
				c.kept.add(s.seen, wanted[0])
			}
			wanted, got = wanted[1:], got[1:]
		}
	}
}

func (n *Count) add(objects []Object) {
	n.Objects += int64(len(objects))
	for _, o := range objects {
		n.Bytes += o.Size
	}
}

// differ counts a difference, and keeps it if it is among the first ones by key.
func (l *Listing) differ(d Difference) {
	l.Total++
	l.First = Keep(l.First, d)
}

// Keep adds a difference to a list in the order of keys, which keeps the first [MaxDifferences].
func Keep(list []Difference, d Difference) []Difference {
	at, _ := slices.BinarySearchFunc(list, d.Key, func(have Difference, key string) int { return cmp.Compare(have.Key, key) })
	if at >= MaxDifferences {
		return list
	}
	// The page that the sizes are in must not be held.
	d.RecoveryPointBytes, d.RestoredBytes = clone(d.RecoveryPointBytes), clone(d.RestoredBytes)
	list = slices.Insert(list, at, d)
	return list[:min(len(list), MaxDifferences)]
}

func clone(n *int64) *int64 {
	if n == nil {
		return nil
	}
	value := *n
	return &value
}
