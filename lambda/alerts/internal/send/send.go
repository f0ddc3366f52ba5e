// Package send makes requests of destinations: again where that helps, no faster than they take
// them, and with errors that show no secret.
package send

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"central-s3-backup/lambda/alerts/internal/secret"
)

const (
	// tryTimeout cuts off a request that is not answered.
	tryTimeout = 10 * time.Second
	// firstBackOff is the wait after a first failure, doubled after each further one up to maxBackOff.
	// Waits of minutes, as PagerDuty advises (F-EVT-13), are SQS's part, which delivers again.
	firstBackOff = 500 * time.Millisecond
	maxBackOff   = 16 * time.Second
	// maxAnswer is how much of an answer is read, in bytes.
	maxAnswer = 64 << 10
	// maxQuoted is how much of it an error quotes, in characters.
	maxQuoted = 200
)

// Refusal is an answer after which the same request is not made again.
type Refusal struct {
	// Status is the HTTP status code.
	Status int
	// Answer is the start of the body.
	Answer string
}

func (r *Refusal) Error() string { return fmt.Sprintf("refused with %d: %s", r.Status, r.Answer) }

// Sender makes requests.
type Sender struct {
	// Transport reaches the destinations.
	Transport http.RoundTripper
	// Now is the clock.
	Now func() time.Time
}

// Post makes one request with the client it is given.
type Post func(ctx context.Context, client *http.Client) error

// Send calls post until the request is taken, refused, or the context's deadline would be passed.
// The error says what was answered, as the transport saw it and with the secret hidden: the errors
// of the destinations' libraries lose Retry-After or show the webhook's URL.
func (s *Sender) Send(ctx context.Context, pace *Pace, key secret.Secret, post Post) error {
	var last error
	for tries := 0; ; tries++ {
		if err := pace.wait(ctx, s.Now); err != nil {
			if last == nil {
				return err
			}
			return fmt.Errorf("%w (tries: %d)", last, tries)
		}
		a := s.try(ctx, key, post)
		pace.hold(s.Now(), a.wait(tries, s.Now()))
		if !a.again() {
			return a.err
		}
		last = a.err
	}
}

// answer is what became of one request.
type answer struct {
	status     int // zero: none came
	retryAfter string
	err        error // nil: the request was taken
}

// again says whether the same request may be taken later.
func (a answer) again() bool {
	return a.err != nil && (a.status == 0 || a.status == http.StatusTooManyRequests || a.status >= 500)
}

// wait is how long to leave the destination alone after its answer.
func (a answer) wait(tries int, now time.Time) time.Duration {
	if !a.again() {
		return 0
	}
	if d, given := retryAfter(a.retryAfter, now); given {
		return d
	}
	backOff := min(firstBackOff<<min(tries, 10), maxBackOff)
	return backOff/2 + rand.N(backOff/2) // so that instances that failed together do not come back together
}

// retryAfter reads the header: seconds, or a date.
func retryAfter(header string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.Atoi(header); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 24*60*60)) * time.Second, true
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}

// try makes one request.
func (s *Sender) try(ctx context.Context, key secret.Secret, post Post) answer {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	w := &witness{transport: s.Transport}
	client := &http.Client{
		Transport: w,
		// A redirect would carry the alert, and with some the secret, to somebody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	err := post(ctx, client)
	switch {
	case !w.asked:
		// The library found fault with the request itself.
		return answer{status: http.StatusBadRequest, err: errors.New("no request was made: " + quote(err.Error(), key))}
	case errors.Is(w.err, context.DeadlineExceeded):
		return answer{err: errors.New("no answer in time")}
	case w.err != nil:
		return answer{err: errors.New("no answer: " + quote(w.err.Error(), key))}
	case w.status >= 200 && w.status < 300:
		return answer{status: w.status}
	}
	a := answer{status: w.status, retryAfter: w.retryAfter}
	body := quote(string(w.body), key)
	if a.err = fmt.Errorf("answered %d: %s", w.status, body); !a.again() {
		a.err = &Refusal{w.status, body}
	}
	return a
}

// witness is a transport that remembers what was answered.
type witness struct {
	transport  http.RoundTripper
	asked      bool
	status     int
	retryAfter string
	body       []byte
	err        error
}

// RoundTrip makes the request and reads the whole answer, so that the time it takes counts.
func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	w.asked = true
	response, err := w.transport.RoundTrip(r)
	if err != nil {
		w.err = err
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	_ = response.Body.Close() // it was read
	if err != nil {
		w.err = err
		return nil, err
	}
	w.status = response.StatusCode
	w.retryAfter = response.Header.Get("Retry-After")
	w.body = body
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// quote is the start of what others wrote, in one line. The secret is hidden before the text is cut:
// half of it could not be found.
func quote(text string, key secret.Secret) string {
	runes := []rune(strings.Join(strings.Fields(key.Hide(text)), " "))
	if len(runes) > maxQuoted {
		runes = append(runes[:maxQuoted-1], '…')
	}
	return string(runes)
}
