// Package deliver tells alerts to every destination.
package deliver

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/destination"
	"central-s3-backup/lambda/alerts/internal/secret"
	"central-s3-backup/lambda/alerts/internal/send"
)

// Record is an alert and the message of the queue that it came in.
type Record struct {
	// ID of the queue's message, which stays the same when the queue delivers it again.
	ID string
	// Alert to tell.
	Alert alert.Alert
}

// Deliverer tells alerts to destinations. It lasts as long as the instance of the function, and
// delivers one batch at a time.
type Deliverer struct {
	lines []*line
	log   *slog.Logger
}

// Props are what a deliverer works with.
type Props struct {
	// Destinations that are told.
	Destinations []destination.Destination
	// ReadSecret reads a secret.
	ReadSecret secret.Reader
	// Transport reaches the destinations.
	Transport http.RoundTripper
	// Now is the clock.
	Now func() time.Time
	// Log gets a line for each alert.
	Log *slog.Logger
}

// New makes a deliverer.
func New(props Props) *Deliverer {
	d := &Deliverer{log: props.Log}
	paces := map[string]*send.Pace{} // by secret: the limit is the webhook's, also where it is named twice
	for _, to := range props.Destinations {
		k, _ := kindOf(to) // Parse has looked
		if paces[to.Secret] == nil {
			paces[to.Secret] = send.NewPace(k.every)
		}
		d.lines = append(d.lines, &line{
			to:     to,
			kind:   k,
			secret: &secret.Cached{Name: to.Secret, Read: props.ReadSecret, Now: props.Now},
			sender: &send.Sender{Transport: props.Transport, Now: props.Now},
			pace:   paces[to.Secret],
			told:   newMemory(),
		})
	}
	return d
}

// Deliver tells the alerts to all destinations at the same time, and returns the ids of those that
// any destination did not take, for the queue to deliver again. To those that took it an alert is
// not told twice, as far as this instance remembers; another instance, or this one after an answer
// that got lost, may. An alert that comes twice is a nuisance, one that does not come is a lost backup.
func (d *Deliverer) Deliver(ctx context.Context, records []Record) []string {
	outcomes := make([][]outcome, len(d.lines))
	var all sync.WaitGroup
	for i, l := range d.lines {
		all.Go(func() { outcomes[i] = l.deliver(ctx, records) })
	}
	all.Wait()

	var failed []string
	for r, record := range records {
		level := slog.LevelInfo
		var attrs []any
		for i, l := range d.lines {
			if outcomes[i][r].err != nil {
				level = slog.LevelError
			}
			attrs = append(attrs, slog.String(l.to.String(), outcomes[i][r].String()))
		}
		if level == slog.LevelError {
			failed = append(failed, record.ID)
		}
		a := record.Alert
		d.log.Log(ctx, level, "alert", "id", record.ID, "kind", a.Kind, "action", a.Action, "title", a.Title,
			"account", a.Account, "region", a.Region, "resource", a.Subject(), slog.Group("destinations", attrs...))
	}
	return failed
}

// outcome is what became of an alert at one destination.
type outcome struct {
	what string
	err  error
}

func (o outcome) String() string {
	if o.err != nil {
		return "failed: " + o.err.Error()
	}
	return o.what
}

// line leads to one destination.
type line struct {
	to     destination.Destination
	kind   kind
	secret *secret.Cached
	sender *send.Sender
	pace   *send.Pace
	told   *memory
}

// deliver tells the destination what it has not been told yet.
func (l *line) deliver(ctx context.Context, records []Record) []outcome {
	outcomes := make([]outcome, len(records))
	var places []int
	for i, r := range records {
		outcomes[i].what = "nothing to tell"
		if l.told.has(r.ID) {
			outcomes[i].what = "told before"
			continue
		}
		places = append(places, i)
	}
	l.tell(ctx, records, places, outcomes)
	for _, i := range places {
		if outcomes[i].err == nil {
			l.told.add(records[i].ID)
		}
	}
	return outcomes
}

// tell tells the records at some places, and writes down the outcome of each.
func (l *line) tell(ctx context.Context, records []Record, places []int, outcomes []outcome) {
	alerts := make([]alert.Alert, len(places))
	for i, place := range places {
		alerts[i] = records[place].Alert
	}
	for _, message := range l.kind.messages(l.to, alerts) {
		err := l.post(ctx, message)
		if half := len(message.Alerts) / 2; half > 0 && isUnreadable(err) {
			// One alert that a destination cannot read must not take the others with it.
			for _, part := range [][]int{message.Alerts[:half], message.Alerts[half:]} {
				at := make([]int, len(part))
				for i, n := range part {
					at[i] = places[n]
				}
				l.tell(ctx, records, at, outcomes)
			}
			continue
		}
		for _, n := range message.Alerts {
			o := &outcomes[places[n]]
			o.what = "told"
			if o.err == nil { // the first error of several messages about one alert
				o.err = err
			}
		}
	}
}

// isUnreadable says whether a destination refused what it was told, and not who told it.
func isUnreadable(err error) bool {
	var refusal *send.Refusal
	return errors.As(err, &refusal) && (refusal.Status == http.StatusBadRequest || refusal.Status == http.StatusRequestEntityTooLarge)
}

// post makes the request, and once more where it was refused and the secret turns out to have been
// rotated. A webhook that is gone answers 403 or 404, a routing key 400, so no status is left out.
func (l *line) post(ctx context.Context, message destination.Message) error {
	key, err := l.secret.Get(ctx)
	if err != nil {
		return err
	}
	err = l.send(ctx, message, key)
	var refusal *send.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	if fresh, readErr := l.secret.Refresh(ctx); readErr == nil && fresh.Reveal() != key.Reveal() {
		return l.send(ctx, message, fresh)
	}
	return err
}

func (l *line) send(ctx context.Context, message destination.Message, key secret.Secret) error {
	return l.sender.Send(ctx, l.pace, key, func(ctx context.Context, client *http.Client) error {
		return message.Post(ctx, client, key)
	})
}
