package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

// The values that no output may show.
const (
	webhookPath = "/services/T00000000/B00000000/hushHushWebhookToken1234"
	routingKey  = "R0HUSHHUSHROUTINGKEY0123456789AB"
)

// answer is how a fake answers one request. Nil: as the real service answers a valid request.
type answer func(w http.ResponseWriter, r *http.Request)

func status(code int, body string, headers ...string) answer {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// hang does not answer until the client gives up.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// service is a fake of Slack, PagerDuty or Secrets Manager. It first gives the scripted answers, and then
// those of the real service.
type service struct {
	t    *testing.T
	take func(w http.ResponseWriter, r *http.Request, body []byte)

	mu     sync.Mutex
	script []answer
	taken  []string // the bodies of the requests that were taken
	times  []time.Time
	server *httptest.Server
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	s.mu.Lock()
	s.times = append(s.times, time.Now())
	var scripted answer
	if len(s.script) > 0 {
		scripted, s.script = s.script[0], s.script[1:]
	}
	take := s.take
	s.mu.Unlock()
	if scripted != nil {
		scripted(w, r)
		return
	}
	take(w, r, body)
}

// always gives every request the same answer.
func (s *service) always(a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.take = func(w http.ResponseWriter, r *http.Request, _ []byte) { a(w, r) }
}

func (s *service) accept(body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, string(body))
}

// bodies returns the bodies of the accepted requests.
func (s *service) bodies() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

// arrivals returns the times of all requests.
func (s *service) arrivals() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.times)
}

// url starts the service on the loopback interface.
func (s *service) url() string {
	if s.server == nil {
		s.server = httptest.NewServer(s)
		s.t.Cleanup(s.server.Close)
	}
	return s.server.URL
}

// slackMessage has the fields of a message that Slack reads.
type slackMessage struct {
	Text   string
	Blocks []struct {
		Type string
		Text struct{ Type, Text string }
	}
}

func newSlack(t *testing.T, script ...answer) *service {
	s := &service{t: t, script: script}
	s.take = func(w http.ResponseWriter, r *http.Request, body []byte) {
		if r.Method != http.MethodPost || r.URL.Path != webhookPath {
			status(http.StatusNotFound, "no_service")(w, r)
			return
		}
		if err := slackTakes(body); err != nil {
			t.Error("Slack would not take this: ", err)
			status(http.StatusBadRequest, "invalid_payload")(w, r)
			return
		}
		s.accept(body)
		_, _ = io.WriteString(w, "ok")
	}
	return s
}

// slackTakes checks a message against the limits of Slack's blocks.
func slackTakes(body []byte) error {
	var message slackMessage
	if err := json.Unmarshal(body, &message); err != nil {
		return err
	}
	if message.Text == "" || len(message.Blocks) == 0 || len(message.Blocks) > 50 {
		return fmt.Errorf("text %q and %d blocks", message.Text, len(message.Blocks))
	}
	total := 0
	for _, b := range message.Blocks {
		n := utf8.RuneCountInString(b.Text.Text)
		limit := map[string]int{"header plain_text": 150, "section mrkdwn": 3000}[b.Type+" "+b.Text.Type]
		if n == 0 || n > limit {
			return fmt.Errorf("%d characters in a %s of %s", n, b.Type, b.Text.Type)
		}
		total += n + 100
	}
	if total > 13_000 {
		return fmt.Errorf("%d characters in all blocks", total)
	}
	return nil
}

// pagerdutyEvent has the fields of an event that PagerDuty reads.
//
//nolint:tagliatelle // the names are PagerDuty's
type pagerdutyEvent struct {
	RoutingKey string `json:"routing_key"`
	Action     string `json:"event_action"`
	DedupKey   string `json:"dedup_key"`
	Payload    struct {
		Summary       string
		Source        string
		Severity      string
		Timestamp     string
		CustomDetails map[string]string `json:"custom_details"`
	}
}

func newPagerDuty(t *testing.T, script ...answer) *service {
	s := &service{t: t, script: script}
	s.take = func(w http.ResponseWriter, r *http.Request, body []byte) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method != http.MethodPost || r.URL.Path != "/v2/enqueue" {
			status(http.StatusNotFound, `{"status":"not found"}`)(w, r)
			return
		}
		if fault := pagerdutyFault(body); fault != "" {
			status(http.StatusBadRequest, `{"status":"invalid event","message":"Event object is invalid","errors":["`+fault+`"]}`)(w, r)
			return
		}
		s.accept(body)
		status(http.StatusAccepted, `{"status":"success","message":"Event processed","dedup_key":"k"}`)(w, r)
	}
	return s
}

func pagerdutyFault(body []byte) string {
	var e pagerdutyEvent
	if err := json.Unmarshal(body, &e); err != nil {
		return "not JSON"
	}
	switch {
	case e.RoutingKey != routingKey:
		return "Invalid routing key"
	case e.DedupKey == "" || len(e.DedupKey) > 255:
		return "Length of dedup_key"
	case e.Action == "resolve":
		return ""
	case e.Action != "trigger":
		return "event_action"
	case e.Payload.Summary == "" || utf8.RuneCountInString(e.Payload.Summary) > 1024 || e.Payload.Source == "":
		return "summary or source"
	case !slices.Contains([]string{"critical", "error", "warning", "info"}, e.Payload.Severity):
		return "severity"
	}
	return ""
}

// secretsManager is a fake of Secrets Manager. It has the texts of secrets by name.
type secretsManager struct {
	*service
	secrets map[string]string
}

func newSecretsManager(t *testing.T, secrets map[string]string) *secretsManager {
	m := &secretsManager{&service{t: t}, secrets}
	m.take = func(w http.ResponseWriter, r *http.Request, body []byte) {
		var request struct{ SecretID string }
		if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || json.Unmarshal(body, &request) != nil {
			t.Errorf("Secrets Manager was asked for %s: %s", r.Header.Get("X-Amz-Target"), body)
		}
		m.mu.Lock()
		text, known := m.secrets[request.SecretID]
		m.mu.Unlock()
		if !known {
			const fault = `{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}`
			status(http.StatusBadRequest, fault, "Content-Type", "application/x-amz-json-1.1")(w, r)
			return
		}
		m.accept([]byte(request.SecretID))
		value := map[string]any{"Name": request.SecretID, "SecretString": text, "VersionId": strings.Repeat("v", 32)}
		answer, _ := json.Marshal(value) // texts have a form in JSON
		status(http.StatusOK, string(answer), "Content-Type", "application/x-amz-json-1.1")(w, r)
	}
	return m
}

// rotate changes a secret.
func (m *secretsManager) rotate(name, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.secrets[name] = text
}
