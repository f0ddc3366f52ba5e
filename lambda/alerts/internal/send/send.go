// Package send makes requests to destinations. It repeats them if that can help, is no faster than a
// destination allows, and returns errors that show no secret.
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
	// tryTimeout is the time limit of one request.
	tryTimeout = 10 * time.Second
	// firstBackOff is the wait after the first failure. It doubles after each further one, up to maxBackOff.
	// PagerDuty advises waits of minutes (F-EVT-13): the queue does that by delivering again.
	firstBackOff = 500 * time.Millisecond
	maxBackOff   = 16 * time.Second
	// maxAnswer is the part of an answer that is read, in bytes.
	maxAnswer = 64 << 10
	// maxQuoted is the part of an answer that an error quotes, in characters.
	maxQuoted = 200
)

// Refusal is the error of a request that is not repeated.
type Refusal struct {
	// Status is the HTTP status code. Zero: the destination's library rejected the request, and none was made.
	Status int
	// Answer is the start of the answer's body, or the library's error.
	Answer string
}

// Error says why the request was refused.

func (r *Refusal) Error() string {
	if r.Status == 0 {
		return "no request was made: " + r.Answer
	}
	return fmt.Sprintf("refused with %d: %s", r.Status, r.Answer)
}

// Sender makes requests.
type Sender struct {
	// Transport makes the HTTP requests.
	Transport http.RoundTripper
	// Now is the clock.
	Now func() time.Time
}

// Post makes one request with the given client.
type Post func(ctx context.Context, client *http.Client) error

// Send calls post until the request is accepted or refused, or until the next try would come after the
// context's deadline. The error quotes the answer that the transport received, with the secrets hidden.
// The errors of the destinations' libraries are not used: they lose Retry-After or show the webhook's URL.
func (s *Sender) Send(ctx context.Context, pace *Pace, keys secret.Keys, post Post) error {
	var last error
	for tries := 0; ; tries++ {
		if err := pace.wait(ctx, s.Now); err != nil {
			if last == nil {
				return err
			}
			return fmt.Errorf("%w (tries: %d)", last, tries)
		}
		a := s.try(ctx, keys, post)
		pace.hold(s.Now(), a.wait(tries, s.Now()))
		if !a.again {
			return a.err
		}
		last = a.err
	}
}

// answer is the result of one request.
type answer struct {
	err        error  // nil: the destination accepted it
	again      bool   // the destination may accept it later
	retryAfter string // the header
}

// wait returns how long no request may follow this answer.
func (a answer) wait(tries int, now time.Time) time.Duration {
	if !a.again {
		return 0
	}
	if d, given := retryAfter(a.retryAfter, now); given {
		return d
	}
	backOff := min(firstBackOff<<min(tries, 10), maxBackOff)
	return backOff/2 + rand.N(backOff/2) // random, so that instances that failed together do not retry together
}

// retryAfter parses the header: seconds, or a date.
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
func (s *Sender) try(ctx context.Context, keys secret.Keys, post Post) answer {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	w := &witness{transport: s.Transport}
	client := &http.Client{
		Transport: w,
		// A redirect would send the alert, and sometimes the secret, to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	err := post(ctx, client)
	body := quote(string(w.body), keys)
	switch {
	case !w.asked:
		return answer{err: &Refusal{0, quote(fmt.Sprint(err), keys)}}
	case errors.Is(w.err, context.DeadlineExceeded):
		return answer{err: errors.New("no answer in time"), again: true}
	case w.err != nil:
		return answer{err: errors.New("no answer: " + quote(w.err.Error(), keys)), again: true}
	case w.status >= 200 && w.status < 300:
		return answer{}
	case w.status == http.StatusTooManyRequests || w.status >= 500:
		return answer{err: fmt.Errorf("answered %d: %s", w.status, body), again: true, retryAfter: w.retryAfter}
	}
	return answer{err: &Refusal{w.status, body}}
}

// witness is a transport that keeps the last answer.
type witness struct {
	transport  http.RoundTripper
	asked      bool
	status     int
	retryAfter string
	body       []byte
	err        error
}

// RoundTrip makes the request and reads the whole answer within the request's time limit.
func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	w.asked = true
	response, err := w.transport.RoundTrip(r)
	if err != nil {
		w.err = err
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	_ = response.Body.Close() // it was read to its end
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

// quote returns the start of another service's text in one line. It hides the secrets before it cuts the
// text, because half a secret would not be found.
func quote(text string, keys secret.Keys) string {
	runes := []rune(strings.Join(strings.Fields(keys.Hide(text)), " "))
	if len(runes) > maxQuoted {
		runes = append(runes[:maxQuoted-1], '…')
	}
	return string(runes)
}
