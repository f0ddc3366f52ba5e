package rewind

import (
	"context"
	"sync"
)

// pace limits how many keys are worked on at a time. When S3 asks for fewer requests, the limit is halved; it
// grows again by one for each limit's worth of keys that come through.
type pace struct {
	slots chan struct{} // its capacity is the most
	mu    sync.Mutex
	free  *sync.Cond
	limit int
	busy  int
	calm  int // keys since the limit last changed
}

func newPace(most int) *pace {
	p := &pace{slots: make(chan struct{}, most), limit: most}
	p.free = sync.NewCond(&p.mu)
	return p
}

// begin waits until there is room.
func (p *pace) begin(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.free.Broadcast()
	})
	defer stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.busy >= p.limit && ctx.Err() == nil {
		p.free.Wait()
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	p.busy++
	return nil
}

func (p *pace) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy--
	if p.calm++; p.calm >= p.limit && p.limit < cap(p.slots) {
		p.limit++
		p.calm = 0
	}
	p.free.Broadcast()
}

// slow halves the limit, at most once for each limit's worth of keys.
func (p *pace) slow() {
	if p == nil {
		return // nothing but a listing is under way
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calm > 0 || p.limit == cap(p.slots) {
		p.limit = max(1, p.limit/2)
		p.calm = 0
	}
}
