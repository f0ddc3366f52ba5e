package rewind

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"central-s3-backup/internal/s3fake"
)

// TestPace: one answer of many halves the limit once, however many requests are under way; the limit grows by one for
// each limit's worth of keys.
func TestPace(t *testing.T) {
	p := newPace(8)
	through := func(n int) {
		for range n {
			if err := p.begin(t.Context()); err != nil {
				t.Fatal(err)
			}
			p.end()
		}
	}
	for _, step := range []struct {
		slow, keys, want int
	}{
		{0, 100, 8}, // never above the most
		{5, 7, 4},   // one burst
		{5, 1, 4},   // of which the last keys come through
		{0, 3, 4}, {0, 1, 5}, {0, 4, 5}, {0, 1, 6},
		{1, 6, 3}, {1, 3, 1}, {1, 1, 1}, {0, 1 + 2 + 3 + 4 + 5 + 6, 7}, {0, 7, 8},
	} {
		for range step.slow {
			p.slow()
		}
		if through(step.keys); p.limit != step.want {
			t.Errorf("after %+v: limit %d", step, p.limit)
		}
	}
}

// gate holds the requests of an operation until they are answered.
type gate struct {
	operation string
	mu        sync.Mutex
	open      bool
	waiting   []chan *s3fake.Fault
}

func (g *gate) fault(r *http.Request) *s3fake.Fault {
	if s3fake.Describe(r).Operation != g.operation {
		return nil
	}
	g.mu.Lock()
	if g.open {
		g.mu.Unlock()
		return nil
	}
	answer := make(chan *s3fake.Fault)
	g.waiting = append(g.waiting, answer)
	g.mu.Unlock()
	return <-answer
}

func (g *gate) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

// wait waits until n requests are there, and sees that no more come.
func (g *gate) wait(t *testing.T, n int) {
	t.Helper()
	for range 2000 {
		if g.count() >= n {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(30 * time.Millisecond)
	if got := g.count(); got != n {
		t.Errorf("%d requests at a time, want %d", got, n)
	}
}

// answer lets all requests go on, the first ones with the faults. These are sent again, before the others go on.
func (g *gate) answer(t *testing.T, faults ...*s3fake.Fault) {
	t.Helper()
	g.mu.Lock()
	all := g.waiting
	g.waiting = nil
	g.mu.Unlock()
	for i, fault := range faults {
		all[i] <- fault
	}
	if len(faults) > 0 {
		g.wait(t, len(faults))
	}
	for _, answer := range all[len(faults):] {
		answer <- nil
	}
}

// TestPaceOfRequests: when S3 asks for fewer requests, half as many keys are worked on at a time, or pages listed, and
// more again when it does not ask any more.
func TestPaceOfRequests(t *testing.T) {
	unavailable := &s3fake.Fault{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable"}
	for name, test := range map[string]struct {
		operation string
		slow      *s3fake.Fault
	}{
		"SlowDown": {"CopyObject", s3fake.SlowDown()}, "503": {"CopyObject", unavailable}, "429": {"CopyObject", s3fake.TooManyRequests()},
		"SlowDown of listers": {"ListObjectVersions", s3fake.SlowDown()}, "429 of listers": {"ListObjectVersions", s3fake.TooManyRequests()},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLake(t, enabled, 10)
			var spans []span
			for i := range 80 {
				key := fmt.Sprintf("data/%03d", i)
				l.put(key, "old", 1)
				l.put(key, "bad", 5)
				spans = append(spans, span{key, key + "/"})
			}
			l.clock.Advance(10 * time.Second)
			g := &gate{operation: test.operation}
			l.server.SetFault(g.fault)
			ended := make(chan error)
			r := l.run(second(3))
			r.Concurrency, r.Listers, r.listing = 16, 16, newPace(16)
			go func() {
				if test.operation == "CopyObject" {
					_, err := r.Do(t.Context())
					ended <- err
					return
				}
				ended <- r.walk(t.Context(), spans, func(*stretch, Decision) error { return nil }, func(*stretch, string) error { return nil })
			}()
			g.wait(t, 16)
			g.answer(t, test.slow, test.slow, test.slow)
			g.wait(t, 8)
			g.answer(t)
			g.wait(t, 8)
			g.answer(t)
			g.wait(t, 9)
			g.answer(t, test.slow)
			g.wait(t, 4)
			g.mu.Lock()
			g.open = true
			g.mu.Unlock()
			g.answer(t)
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestPageFailsSevenTimes: with eight attempts, a page that fails seven times still comes, whichever way it fails.
func TestPageFailsSevenTimes(t *testing.T) {
	for failures, want := range map[int]bool{7: true, 8: false} {
		l := newLake(t, enabled, 2)
		l.client = s3fake.NewClient(l.server.Listen(t), func(o *s3.Options) {
			retrying(o)
			o.Retryer = retry.AddWithMaxAttempts(o.Retryer, 8)
		})
		for i := range 5 {
			l.put(fmt.Sprint(i), "old", 1)
		}
		l.clock.Advance(10 * time.Second)
		pages, failed := 0, []*s3fake.Fault{s3fake.SlowDown(), s3fake.TooManyRequests(), s3fake.InternalError(), s3fake.Cut()}
		l.server.SetFault(func(*http.Request) *s3fake.Fault { // one lister: one request at a time
			if pages++; pages > 1 && pages <= 1+failures {
				return failed[pages%len(failed)]
			}
			return nil
		})
		r := l.run(second(3))
		r.Apply = false
		summary, err := r.Do(t.Context())
		if (err == nil) != want || want && summary.Keys != 5 {
			t.Errorf("%d failures: %d keys, %v", failures, summary.Keys, err)
		}
	}
}
