package send

import (
	"context"
	"errors"
	"time"
)

// Pace keeps the requests to one webhook apart. It lasts as long as the instance of the function, so
// that a Retry-After also holds for the next invocation. Another instance knows nothing of it, and
// learns from a 429.
type Pace struct {
	every time.Duration
	turn  chan time.Time // empty while a request is made, else with the time from which the next may be
}

// NewPace makes a pace with the least time between the answer to a request and the next one. Zero: none.
func NewPace(every time.Duration) *Pace {
	p := &Pace{every: every, turn: make(chan time.Time, 1)}
	p.turn <- time.Time{}
	return p
}

var errNoTurn = errors.New("not tried: the destination takes nothing more in the time that is left")

// wait returns when it is the next request's turn, which ends with a call of hold. Where that would
// be after the context's deadline, it returns at once with an error.
func (p *Pace) wait(ctx context.Context, now func() time.Time) error {
	var next time.Time
	select {
	case next = <-p.turn:
	case <-ctx.Done():
		return errNoTurn
	}
	deadline, limited := ctx.Deadline()
	if ctx.Err() != nil || limited && !next.Before(deadline) {
		p.turn <- next
		return errNoTurn
	}
	timer := time.NewTimer(next.Sub(now()))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		p.turn <- next
		return errNoTurn
	}
}

// hold ends a turn and puts off the next one.
func (p *Pace) hold(now time.Time, atLeast time.Duration) {
	p.turn <- now.Add(max(p.every, atLeast))
}
