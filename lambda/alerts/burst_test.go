package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/deliver"
)

// hosts calls services by host name without a network: the clock of a synctest bubble stands still
// while a goroutine waits for the network.
type hosts map[string]http.Handler

func (h hosts) RoundTrip(r *http.Request) (response *http.Response, err error) {
	service := h[r.URL.Host]
	if service == nil {
		return nil, fmt.Errorf("no host %s", r.URL.Host)
	}
	defer func() {
		if recover() != nil { // as a server does: the connection breaks
			err = errors.New("connection reset")
		}
	}()
	recorder := httptest.NewRecorder()
	service.ServeHTTP(recorder, r)
	return recorder.Result(), r.Context().Err()
}

// inProcess returns the handler with both destinations and the clock of a bubble.
func inProcess(t *testing.T, slack, pagerduty *service) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	t.Helper()
	destinations, err := deliver.Parse(bothDestinations)
	if err != nil {
		t.Fatal(err)
	}
	fleet, err := alert.ReadFleet([]byte(`{"project": "dummy"}`))
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{slackSecret: "https://hooks.slack.com" + webhookPath, pagerdutySecret: routingKey}
	return handler(deliver.New(deliver.Props{
		Destinations: destinations,
		ReadSecret:   func(_ context.Context, name string) (string, error) { return secrets[name], nil },
		Transport:    hosts{"hooks.slack.com": slack, "events.pagerduty.com": pagerduty},
		Now:          time.Now,
		Log:          slog.New(slog.DiscardHandler),
	}), fleet)
}

// failures returns a batch of failed backups, each of another bucket.
func failures(from, to int) []events.SQSMessage {
	var batch []events.SQSMessage
	for i := from; i < to; i++ {
		batch = append(batch, events.SQSMessage{MessageId: fmt.Sprint(i), Body: fmt.Sprintf(`{
			"source": "aws.backup", "detail-type": "Backup Job State Change", "account": "222222222222", "region": "eu-central-1",
			"detail": {"state": "FAILED", "resourceArn": "arn:aws:s3:::bucket-%d", "statusMessage": "%s"}}`, i, strings.Repeat("because ", i%100))})
	}
	return batch
}

// told returns how many alerts Slack received, by the titles of its messages.
func told(t *testing.T, slack *service) int {
	t.Helper()
	sum := 0
	for _, body := range slack.bodies() {
		var m slackMessage
		if err := json.Unmarshal([]byte(body), &m); err != nil {
			t.Fatal(err)
		}
		n := 1
		_, _ = fmt.Sscanf(m.Blocks[0].Text.Text, "dummy: %d alerts:", &n) // a single alert has no number
		sum += n
	}
	return sum
}

// TestBurst sends a thousand alerts in batches of 10 to 100. Although destinations sometimes fail and the
// queue delivers again, no alert is lost and none is sent twice. Slack never receives two requests within
// a second.
func TestBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 2))
		faulty := func(s *service) {
			take := s.take
			s.take = func(w http.ResponseWriter, r *http.Request, body []byte) {
				time.Sleep(time.Duration(random.IntN(400)) * time.Millisecond)
				switch random.IntN(20) {
				case 0:
					status(http.StatusTooManyRequests, "", "Retry-After", fmt.Sprint(1+random.IntN(40)))(w, r)
				case 1:
					status(http.StatusServiceUnavailable, "")(w, r)
				case 2:
					hang(w, r)
				case 3:
					panic(http.ErrAbortHandler)
				default:
					take(w, r, body)
				}
			}
		}
		slack, pagerduty := newSlack(t), newPagerDuty(t)
		faulty(slack)
		handle := inProcess(t, slack, pagerduty)

		queue := failures(0, 1000)
		waiting := map[string]events.SQSMessage{}
		invocations := 0
		for ; len(queue)+len(waiting) > 0 && invocations < 1000; invocations++ {
			if len(queue) == 0 {
				time.Sleep(time.Minute) // they become visible again
				for _, m := range waiting {
					queue = append(queue, m)
				}
				clear(waiting)
			}
			n := min(len(queue), 10+random.IntN(91))
			batch := queue[:n]
			queue = queue[n:]
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			began := time.Now()
			response, err := handle(ctx, events.SQSEvent{Records: batch})
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 30*time.Second-margin {
				t.Errorf("an invocation took %s of 30 s", took)
			}
			failed := map[string]bool{}
			for _, f := range response.BatchItemFailures {
				failed[f.ItemIdentifier] = true
			}
			for _, m := range batch {
				if failed[m.MessageId] {
					waiting[m.MessageId] = m
				}
			}
		}
		if len(queue)+len(waiting) > 0 {
			t.Errorf("%d alerts are left after %d invocations", len(queue)+len(waiting), invocations)
		}
		expect(t, "told to Slack", told(t, slack), 1000)
		keys := map[string]bool{}
		for _, body := range pagerduty.bodies() {
			var e pagerdutyEvent
			if err := json.Unmarshal([]byte(body), &e); err != nil {
				t.Fatal(err)
			}
			keys[e.DedupKey] = true
		}
		expect(t, "incidents", len(keys), 1000)
		expect(t, "events to PagerDuty", len(pagerduty.bodies()), 1000)
		times := slack.arrivals()
		for i := range times[1:] {
			if gap := times[i+1].Sub(times[i]); gap < time.Second {
				t.Fatalf("Slack got two requests within %s", gap)
			}
		}
		if retries := len(times) - len(slack.bodies()); retries < 5 {
			t.Errorf("only %d of Slack's answers were faults", retries)
		}
	})
}

// TestUnreadable: an alert that Slack cannot read does not block the other alerts of its message.
func TestUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack, pagerduty := newSlack(t), newPagerDuty(t)
		take := slack.take
		slack.take = func(w http.ResponseWriter, r *http.Request, body []byte) {
			if strings.Contains(string(body), "`bucket-3`") {
				status(http.StatusBadRequest, "invalid_blocks")(w, r)
				return
			}
			take(w, r, body)
		}
		response, err := inProcess(t, slack, pagerduty)(t.Context(), events.SQSEvent{Records: failures(0, 8)})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "failed", response.BatchItemFailures, []events.SQSBatchItemFailure{{ItemIdentifier: "3"}})
		expect(t, "told to Slack", told(t, slack), 7)
		expect(t, "told to PagerDuty", len(pagerduty.bodies()), 8)
	})
}

// TestHalfTold: an alert with two requests is delivered only if both were accepted.
func TestHalfTold(t *testing.T) {
	for name, script := range map[string][]answer{
		"the first is refused":  {status(http.StatusBadRequest, ""), nil},
		"the second is refused": {nil, status(http.StatusBadRequest, "")},
	} {
		synctest.Test(t, func(t *testing.T) {
			handle := inProcess(t, newSlack(t), newPagerDuty(t, script...))
			response, err := handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{message(t, "a", "alert-test")}})
			if err != nil || len(response.BatchItemFailures) != 1 {
				t.Errorf("%s: %v, error %v", name, response, err)
			}
		})
	}
}

// TestTwoDestinationsOfOneWebhook: two destinations with the same webhook share its rate limit.
func TestTwoDestinationsOfOneWebhook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlack(t)
		destinations, err := deliver.Parse(`[{"kind": "slack", "secret": "s"}, {"kind": "slack", "secret": "s"}]`)
		if err != nil {
			t.Fatal(err)
		}
		deliverer := deliver.New(deliver.Props{
			Destinations: destinations,
			ReadSecret:   func(context.Context, string) (string, error) { return "https://hooks.slack.com" + webhookPath, nil },
			Transport:    hosts{"hooks.slack.com": slack},
			Now:          time.Now,
			Log:          slog.New(slog.DiscardHandler),
		})
		for i := range 3 {
			if failed := deliverer.Deliver(t.Context(), []deliver.Record{{ID: fmt.Sprint(i), Alert: alert.Alert{Title: "t"}}}); len(failed) > 0 {
				t.Error(failed)
			}
		}
		times := slack.arrivals()
		expect(t, "requests", len(times), 6)
		for i := range times[1:] {
			if gap := times[i+1].Sub(times[i]); gap < time.Second {
				t.Errorf("two requests within %s", gap)
			}
		}
	})
}
