package send

import (
	"context"
	"errors"
	"time"
)

// Pace limits the rate of requests to one webhook. It lives as long as the instance of the function, so
// that a Retry-After also holds for the next invocation. Another instance does not know it and receives
// a 429.
type Pace struct {
	every time.Duration
	turn  chan time.Time // empty during a request, otherwise with the earliest time of the next one
}

// NewPace returns a pace with a minimum time between an answer and the next request. Zero: no minimum.
func NewPace(every time.Duration) *Pace {
	p := &Pace{every: every, turn: make(chan time.Time, 1)}
	p.turn <- time.Time{}
	return p
}

var errNoTurn = errors.New("not tried: the destination accepts no further request in the time that is left")

// wait returns when the next request may start. A call of hold must follow the request. If the request may
// start only after the context's deadline, wait returns an error at once.
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

// hold ends the turn of a request and sets the earliest time of the next one.
func (p *Pace) hold(now time.Time, atLeast time.Duration) {
	p.turn <- now.Add(max(p.every, atLeast))
}
