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
	// Status is the HTTP status code. Zero: the library found fault with the request and made none.
	Status int
	// Answer is the start of the body, or the fault.
	Answer string
}

func (r *Refusal) Error() string {
	if r.Status == 0 {
		return "no request was made: " + r.Answer
	}
	return fmt.Sprintf("refused with %d: %s", r.Status, r.Answer)
}

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
		if !a.again {
			return a.err
		}
		last = a.err
	}
}

// answer is what became of one request.
type answer struct {
	err        error  // nil: it was taken
	again      bool   // it may be taken later
	retryAfter string // the header
}

// wait is how long to leave the destination alone after its answer.
func (a answer) wait(tries int, now time.Time) time.Duration {
	if !a.again {
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
	body := quote(string(w.body), key)
	switch {
	case !w.asked:
		return answer{err: &Refusal{0, quote(fmt.Sprint(err), key)}}
	case errors.Is(w.err, context.DeadlineExceeded):
		return answer{err: errors.New("no answer in time"), again: true}
	case w.err != nil:
		return answer{err: errors.New("no answer: " + quote(w.err.Error(), key)), again: true}
	case w.status >= 200 && w.status < 300:
		return answer{}
	case w.status == http.StatusTooManyRequests || w.status >= 500:
		return answer{err: fmt.Errorf("answered %d: %s", w.status, body), again: true, retryAfter: w.retryAfter}
	}
	return answer{err: &Refusal{w.status, body}}
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
