// Package deliver sends alerts to every destination.
package deliver

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/secret"
	"central-s3-backup/lambda/alerts/internal/send"
)

// Record is an alert and the queue's message that contained its event.
type Record struct {
	// ID of the queue's message. It stays the same when the queue delivers the message again.
	ID string
	// Alert to send.
	Alert alert.Alert
}

// Deliverer sends alerts to destinations. It lives as long as the instance of the function, and
// delivers one batch at a time.
type Deliverer struct {
	lines []*line
	log   *slog.Logger
}

// Props configure a deliverer.
type Props struct {
	// Destinations that receive the alerts.
	Destinations []alerting.Destination
	// ReadSecret reads a secret.
	ReadSecret secret.Reader
	// Transport makes the HTTP requests.
	Transport http.RoundTripper
	// AWS has the credentials of the function, for topics.
	AWS aws.Config
	// Now is the clock.
	Now func() time.Time
	// Log receives one line for each alert.
	Log *slog.Logger
}

// New returns a deliverer.
func New(props Props) *Deliverer {
	d := &Deliverer{log: props.Log}
	paces := map[string]*send.Pace{} // by address: the limit is per webhook, even if two destinations use it
	for _, to := range props.Destinations {
		k, _ := kindOf(to) // Parse has checked it
		if paces[to.Address()] == nil {
			paces[to.Address()] = send.NewPace(k.every)
		}
		cached := func(name string) *secret.Cached {
			if name == "" {
				return nil
			}
			return &secret.Cached{Name: name, Read: props.ReadSecret, Now: props.Now}
		}
		d.lines = append(d.lines, &line{
			to:     to,
			kind:   k,
			main:   cached(to.Secret),
			header: cached(to.HeaderSecret),
			sender: &send.Sender{Transport: props.Transport, Now: props.Now},
			aws:    props.AWS,
			pace:   paces[to.Address()],
			told:   newMemory(),
		})
	}
	return d
}

// Deliver sends the alerts to all destinations at the same time. It returns the ids of the records that
// at least one destination did not accept, so that the queue delivers them again. This instance remembers
// which destinations accepted a record and does not send it to them again. Another instance may send it
// twice, and so may this one after a lost answer: a duplicate is better than a missing alert.
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
			attrs = append(attrs, slog.String(l.to.String(), string(outcomes[i][r].inLog())))
		}
		if level == slog.LevelError {
			failed = append(failed, record.ID)
		}
		a := record.Alert
		d.log.Log(ctx, level, "alert", "id", record.ID, "kind", a.Kind, "action", a.Action, "title", a.Title,
			"account", a.Account, "region", a.Region, alerting.ResourceKey, a.Subject(), slog.Group(alerting.DestinationsKey, attrs...))
	}
	return failed
}

// outcome is the result of one alert at one destination.
type outcome struct {
	what alerting.Outcome // as long as there is no error
	err  error
}

// inLog is the outcome as the log has it.
func (o outcome) inLog() alerting.Outcome {
	if o.err != nil {
		return alerting.Failed(o.err.Error())
	}
	return o.what
}

// line sends alerts to one destination.
type line struct {
	to     alerting.Destination
	kind   kind
	main   *secret.Cached // nil: the destination has none
	header *secret.Cached
	sender *send.Sender
	aws    aws.Config
	pace   *send.Pace
	told   *memory
}

// deliver sends the records that the destination has not accepted yet.
func (l *line) deliver(ctx context.Context, records []Record) []outcome {
	outcomes := make([]outcome, len(records))
	var places []int
	for i, r := range records {
		outcomes[i].what = alerting.NotSent
		if l.told.has(r.ID) {
			outcomes[i].what = alerting.DeliveredBefore
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

// tell sends the records at these indexes, and sets the outcome of each.
func (l *line) tell(ctx context.Context, records []Record, places []int, outcomes []outcome) {
	alerts := make([]alert.Alert, len(places))
	for i, place := range places {
		alerts[i] = records[place].Alert
	}
	for _, message := range l.kind.messages(l.to, alerts) {
		err := l.post(ctx, message)
		if half := len(message.Alerts) / 2; half > 0 && isUnreadable(err) {
			// An alert that the destination cannot read must not block the others of the same message.
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
			o.what = alerting.Delivered
			if o.err == nil { // the first error of several messages about one alert
				o.err = err
			}
		}
	}
}

// isUnreadable says whether a destination refused the content of a request, not its credentials.
func isUnreadable(err error) bool {
	var refusal *send.Refusal
	return errors.As(err, &refusal) && (refusal.Status == http.StatusBadRequest || refusal.Status == http.StatusRequestEntityTooLarge)
}

// post makes the request. If it is refused and a secret was rotated meanwhile, post tries once more with
// the new one. Every status is tried: an old webhook answers 403 or 404, an old routing key 400.
func (l *line) post(ctx context.Context, message send.Message) error {
	keys, err := l.keys(ctx, (*secret.Cached).Get)
	if err != nil {
		return err
	}
	err = l.send(ctx, message, keys)
	var refusal *send.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	fresh, readErr := l.keys(ctx, (*secret.Cached).Refresh)
	if readErr == nil && (fresh.Main.Reveal() != keys.Main.Reveal() || fresh.Header.Reveal() != keys.Header.Reveal()) {
		return l.send(ctx, message, fresh)
	}
	return err
}

// keys reads the secrets of the destination.
func (l *line) keys(ctx context.Context, read func(*secret.Cached, context.Context) (secret.Secret, error)) (keys secret.Keys, err error) {
	if l.main != nil {
		if keys.Main, err = read(l.main, ctx); err != nil {
			return keys, err
		}
	}
	if l.header != nil {
		keys.Header, err = read(l.header, ctx)
	}
	return keys, err
}

func (l *line) send(ctx context.Context, message send.Message, keys secret.Keys) error {
	return l.sender.Send(ctx, l.pace, keys, func(ctx context.Context, client *http.Client) error {
		return message.Post(ctx, send.Means{Client: client, Keys: keys, AWS: l.aws})
	})
}
