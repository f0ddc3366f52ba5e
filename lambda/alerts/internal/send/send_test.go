package send

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"central-s3-backup/lambda/alerts/internal/secret"
)

// script gives each request the next answer, repeats the last one, and records when each request came.
type script struct {
	answers []func(*http.Request) (*http.Response, error)
	times   []time.Time
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.times = append(s.times, time.Now())
	answer := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	return answer(r)
}

// waits returns the times between the requests.
func (s *script) waits() []time.Duration {
	var waits []time.Duration
	for i := range s.times[1:] {
		waits = append(waits, s.times[i+1].Sub(s.times[i]))
	}
	return waits
}

func status(code int, body string, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		header := http.Header{}
		for i := 0; i < len(headers); i += 2 {
			header.Set(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: code, Header: header, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// slowBody is an answer that starts in time and does not end.
func slowBody(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(readerFunc(func([]byte) (int, error) {
		<-r.Context().Done()
		return 0, r.Context().Err()
	}))}, nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func post(ctx context.Context, client *http.Client) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://example.com/services/the-secret-token", strings.NewReader("{}"))
	if err != nil {
		return err
	}
	response, err := client.Do(r)
	if err != nil {
		return err // with the URL in it
	}
	return response.Body.Close()
}

func newKeys(t *testing.T) secret.Keys {
	t.Helper()
	key, err := secret.New("https://example.com/services/the-secret-token")
	if err != nil {
		t.Fatal(err)
	}
	return secret.Keys{Main: key}
}

// TestSend: which answers are final, and the error of each.
func TestSend(t *testing.T) {
	broken := func(*http.Request) (*http.Response, error) {
		return nil, errors.New("connection reset by the-secret-token")
	}
	const many = -1 // as many as fit into a minute
	type answers = []func(*http.Request) (*http.Response, error)
	for _, test := range []struct {
		name     string
		answers  answers
		requests int
		err      string
	}{
		{"taken", answers{status(200, "ok")}, 1, ""},
		{"accepted", answers{status(202, "no JSON")}, 1, ""},
		{"at the third time", answers{status(503, ""), broken, status(200, "ok")}, 3, ""},
		{"after a 429", answers{status(429, ""), status(200, "ok")}, 2, ""},
		{"after one that hung", answers{hang, status(200, "ok")}, 2, ""},
		{"after one whose body hung", answers{slowBody, status(200, "ok")}, 2, ""},
		{"refused", answers{status(400, "invalid\npayload of the-secret-token")}, 1, "refused with 400: invalid payload of [secret]"},
		{"gone", answers{status(404, "no_service")}, 1, "refused with 404: no_service"},
		{"redirected", answers{status(307, "", "Location", "https://example.org/")}, 1, "refused with 307: "},
		{"never", answers{status(503, "<html> the-secret-token")}, many, "answered 503: <html> [secret] (tries: %d)"},
		{"always broken", answers{broken}, many, "no answer: connection reset by [secret] (tries: %d)"},
		{"always hanging", answers{hang}, many, "no answer in time (tries: %d)"},
		{"later than there is time", answers{status(429, "", "Retry-After", "3600")}, 1, "answered 429:  (tries: 1)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport := &script{answers: test.answers}
				s := &Sender{Transport: transport, Now: time.Now}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				err := s.Send(ctx, NewPace(0), newKeys(t), post)
				if took := time.Since(began); took > time.Minute {
					t.Errorf("took %s", took)
				}
				n, want := len(transport.times), test.err
				if test.requests == many {
					want = fmt.Sprintf(test.err, n)
				}
				if err == nil && want != "" || err != nil && err.Error() != want {
					t.Errorf("error %v, want %q", err, want)
				}
				if test.requests == many && n < 5 || test.requests != many && n != test.requests {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

// TestBackOff: waits double up to the maximum, with a random part.
func TestBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := &script{answers: []func(*http.Request) (*http.Response, error){status(500, "")}}
		s := &Sender{Transport: transport, Now: time.Now}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		_ = s.Send(ctx, NewPace(0), newKeys(t), post) // which fails
		waits := transport.waits()
		if len(waits) < 8 {
			t.Fatalf("waits %s", waits)
		}
		longest := firstBackOff
		for i, wait := range waits {
			if wait < longest/2 || wait >= longest {
				t.Errorf("wait %d is %s, want %s to %s", i, wait, longest/2, longest)
			}
			longest = min(2*longest, maxBackOff)
		}
	})
}

// TestRetryAfter: the header is in seconds or a date. No request comes before that time, not even one of
// the next call.
func TestRetryAfter(t *testing.T) {
	for _, header := range []string{"20", ""} {
		synctest.Test(t, func(t *testing.T) {
			if header == "" {
				header = time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat)
			}
			transport := &script{answers: []func(*http.Request) (*http.Response, error){
				status(429, "", "Retry-After", header), status(200, ""), status(503, "", "Retry-After", header), status(200, ""),
			}}
			s, pace := &Sender{Transport: transport, Now: time.Now}, NewPace(0)
			if err := s.Send(t.Context(), pace, newKeys(t), post); err != nil {
				t.Error(err)
			}
			if wait := transport.waits()[0]; wait != 20*time.Second {
				t.Errorf("Retry-After %s: tried again after %s", header, wait)
			}
			if header != "20" {
				return
			}
			brief, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			if err := s.Send(brief, pace, newKeys(t), post); err == nil || len(transport.times) != 3 {
				t.Errorf("%d requests, error %v", len(transport.times), err)
			}
			if err := s.Send(t.Context(), pace, newKeys(t), post); err != nil {
				t.Error(err)
			}
			if wait := transport.waits()[2]; wait != 20*time.Second {
				t.Errorf("the next call came after %s", wait)
			}
		})
	}
}

func TestRetryAfterHeader(t *testing.T) {
	now := time.Date(2026, 3, 2, 2, 5, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"0":                             0,
		"7":                             7 * time.Second,
		"99999999999":                   24 * time.Hour,
		"Mon, 02 Mar 2026 02:05:30 GMT": 30 * time.Second,
		"Mon, 02 Mar 2026 02:04:30 GMT": 0,
		"":                              -1,
		"-1":                            -1,
		"soon":                          -1,
	} {
		got, given := retryAfter(header, now)
		if !given {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

// TestPace: a request comes at least a second after the answer to the one before, accepted or not. It is
// not made if its turn would come after the deadline.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(*http.Request) (*http.Response, error) {
			time.Sleep(300 * time.Millisecond)
			return status(400, "")(nil)
		}
		transport := &script{answers: []func(*http.Request) (*http.Response, error){slow, slow, status(200, "")}}
		s, pace := &Sender{Transport: transport, Now: time.Now}, NewPace(time.Second)
		for range 4 {
			_ = s.Send(t.Context(), pace, newKeys(t), post) // refused or not
		}
		waits := transport.waits()
		for i, want := range []time.Duration{1300 * time.Millisecond, 1300 * time.Millisecond, time.Second} {
			if waits[i] != want {
				t.Errorf("wait %d is %s, want %s", i, waits[i], want)
			}
		}
		brief, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Send(brief, pace, newKeys(t), post); !errors.Is(err, errNoTurn) || len(transport.times) != 4 {
			t.Errorf("%d requests, error %v", len(transport.times), err)
		}
	})
}

// TestNoRequest: if a library rejects the request itself, nothing is repeated.
func TestNoRequest(t *testing.T) {
	s := &Sender{Transport: &script{}, Now: time.Now}
	err := s.Send(t.Context(), NewPace(0), newKeys(t), func(context.Context, *http.Client) error {
		return errors.New("no host in https://example.com/services/the-secret-token")
	})
	var refusal *Refusal
	if !errors.As(err, &refusal) || err.Error() != "no request was made: no host in [secret]" {
		t.Errorf("error %v", err)
	}
}

// TestQuote: a secret is hidden completely even if the answer is cut in the middle of it.
func TestQuote(t *testing.T) {
	for n := range 300 {
		got := quote(strings.Repeat("x", n)+" POST /services/the-secret-token", newKeys(t))
		for _, part := range []string{"the-", "secret-", "token", "services"} {
			if strings.Contains(got, part) {
				t.Fatalf("%s", got)
			}
		}
		if len([]rune(got)) > maxQuoted {
			t.Fatalf("%d characters", len([]rune(got)))
		}
	}
}
