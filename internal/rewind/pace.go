package rewind

import (
	"context"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
)

// pace limits how many keys are worked on at a time, or how many pages are listed. When S3 asks for fewer requests,
// the limit is halved; it grows again by one for each limit's worth of keys that come through.
type pace struct {
	most int
	mu   sync.Mutex
	free *sync.Cond
	// limit is how many may be worked on now; busy is how many are.
	limit, busy int
	// settling is how many keys must come through after the limit was halved, before it changes again: those that were
	// under way at that time say nothing new.
	settling int
	// calm counts keys since then, and since the limit last grew.
	calm int
}

func newPace(most int) *pace {
	p := &pace{most: most, limit: most}
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
	switch {
	case p.settling > 0:
		p.settling--
	case p.limit < p.most:
		if p.calm++; p.calm >= p.limit {
			p.limit++
			p.calm = 0
		}
	}
	p.free.Broadcast()
}

// slow halves the limit, at most once for each limit's worth of keys.
func (p *pace) slow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.settling > 0 {
		return
	}
	p.settling = p.limit
	p.limit = max(1, p.limit/2)
	p.calm = 0
}

// watch lets each attempt of a call tell the pace when S3 asks for fewer requests.
func (p *pace) watch(options *s3.Options) {
	if p == nil {
		return
	}
	options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("Pace",
			func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
				middleware.DeserializeOutput, middleware.Metadata, error,
			) {
				out, metadata, err := next.HandleDeserialize(ctx, in)
				if s := status(err); s == http.StatusServiceUnavailable || s == http.StatusTooManyRequests {
					p.slow()
				}
				return out, metadata, err
			}), middleware.Before)
	})
}
