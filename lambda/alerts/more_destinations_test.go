package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/internal/fixedseed"
	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/deliver"
)

// The values that no output may show.
const (
	workflowURL = "https://prod-1.westeurope.logic.azure.com:443/workflows/0a1b2c3d/triggers/manual/paths/invoke?sp=run&sig=hushHushSignature"
	hookURL     = "https://hooks.example.com/hushHushHookPath"
	hookHeader  = "Authorization: Bearer hushHushBearerToken"
	ownTopic    = "arn:aws:sns:eu-west-1:333333333333:oncall"
)

var moreDestinations = []alerting.Destination{
	{Kind: alerting.Teams, Secret: "backup/teams"},
	{Kind: alerting.Webhook, Secret: "backup/hook", HeaderSecret: "backup/hook-auth"},
	{Kind: alerting.Topic, TopicARN: ownTopic},
}

// more is a function with these destinations, in this process.
type more struct {
	teams, hook, sns *service
	secrets          map[string]string
	log              bytes.Buffer
	handle           func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)
}

func newMore(t *testing.T) *more {
	t.Helper()
	m := &more{
		secrets: map[string]string{"backup/teams": workflowURL, "backup/hook": hookURL, "backup/hook-auth": `{"h": "` + hookHeader + `"}`},
	}
	taker := func(code int, check func(r *http.Request, body []byte) error) *service {
		s := &service{t: t}
		s.take = func(w http.ResponseWriter, r *http.Request, body []byte) {
			if err := check(r, body); err != nil {
				t.Error(err)
				status(http.StatusBadRequest, err.Error())(w, r)
				return
			}
			s.accept(body)
			w.WriteHeader(code)
		}
		return s
	}
	m.teams = taker(http.StatusAccepted, func(r *http.Request, body []byte) error {
		if r.URL.String() != workflowURL || r.Header.Get("Authorization") != "" {
			return fmt.Errorf("%s %v", r.URL, r.Header)
		}
		return teamsTakes(body)
	})
	m.hook = taker(http.StatusNoContent, func(r *http.Request, _ []byte) error {
		if r.Method != http.MethodPost || r.URL.String() != hookURL || r.Header.Get("Authorization") != "Bearer hushHushBearerToken" ||
			r.Header.Get("Content-Type") != "application/json; charset=utf-8" {
			return fmt.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
		return nil
	})
	m.sns = taker(http.StatusOK, snsTakes)
	fleet, err := alert.ReadFleet([]byte(`{"project": "dummy"}`))
	if err != nil {
		t.Fatal(err)
	}
	m.handle = handler(deliver.New(deliver.Props{
		Destinations: moreDestinations,
		ReadSecret:   func(_ context.Context, name string) (string, error) { return m.secrets[name], nil },
		Transport: hosts{
			"prod-1.westeurope.logic.azure.com:443": m.teams, "hooks.example.com": m.hook, "sns.eu-west-1.amazonaws.com": m.sns,
		},
		AWS: aws.Config{Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("id", "key", "")},
		Now: time.Now,
		Log: slog.New(slog.NewJSONHandler(&m.log, nil)),
	}), fleet)
	return m
}

// invoke returns the ids of the messages that failed.
func (m *more) invoke(t *testing.T, batch ...events.SQSMessage) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	response, err := m.handle(ctx, events.SQSEvent{Records: batch})
	if err != nil {
		t.Fatal(err)
	}
	failed := []string{}
	for _, f := range response.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	return failed
}

// teamsTakes checks a message against the limits of Microsoft Teams (F-EVT-40).
func teamsTakes(body []byte) error {
	var m struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     struct {
				Type, Version string
				Body          []json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return err
	}
	if m.Type != "message" || len(m.Attachments) != 1 || m.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" ||
		m.Attachments[0].Content.Type != "AdaptiveCard" || len(m.Attachments[0].Content.Body) < 2 || len(body) > 21_000 {
		return fmt.Errorf("no card of at most 21 KB, but %d bytes: %s", len(body), body)
	}
	// A TextBlock and a FactSet read Markdown, in which an event could write a link.
	if bytes.Contains(body, []byte(`"TextBlock"`)) || bytes.Contains(body, []byte(`"FactSet"`)) {
		return fmt.Errorf("text that may be Markdown: %s", body)
	}
	return nil
}

// snsTakes checks a request against the limits of SNS (F-EVT-41).
func snsTakes(r *http.Request, body []byte) error {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return err
	}
	var texts map[string]string
	message, subject := form.Get("Message"), form.Get("Subject")
	if form.Get("Action") != "Publish" || form.Get("TopicArn") != ownTopic || form.Get("MessageStructure") != "json" ||
		json.Unmarshal([]byte(message), &texts) != nil || texts["default"] == "" || texts["email"] == "" {
		return fmt.Errorf("request %s", form)
	}
	if !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/sns/") {
		return fmt.Errorf("signed for another Region: %s", r.Header.Get("Authorization"))
	}
	if len(message) > 256<<10 {
		return fmt.Errorf("%d bytes", len(message))
	}
	return subjectFault(subject)
}

func subjectFault(subject string) error {
	outside := func(r rune) bool { return r < ' ' || r > '~' }
	if subject == "" || subject[0] == ' ' || len(subject) >= 100 || strings.ContainsFunc(subject, outside) {
		return fmt.Errorf("subject %q", subject)
	}
	return nil
}

// TestMoreDestinations: a batch is one card in Teams; a webhook receives each alert and what resolves it, a topic each alert
// that people are notified of.
func TestMoreDestinations(t *testing.T) {
	m := newMore(t)
	expect(t, "failed", m.invoke(t, message(t, "a", "backup-job-failed"), message(t, "b", "backup-job-completed"),
		message(t, "c", "call-denied"), message(t, "d", "backup-job-created")), []string{})
	expect(t, "cards", len(m.teams.bodies()), 1)
	var got []string
	for _, body := range m.hook.bodies() {
		var d struct{ Action, Severity, Key string }
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			t.Fatal(err)
		}
		got = append(got, d.Action+" "+d.Severity)
	}
	expect(t, "webhook", got, []string{"trigger critical", "resolve info", "trigger warning"})
	expect(t, "topic", len(m.sns.bodies()), 2)
	form, _ := url.ParseQuery(m.sns.bodies()[0]) // snsTakes has checked it
	attributes := map[string]string{}
	for i := 1; form.Get(fmt.Sprintf("MessageAttributes.entry.%d.Name", i)) != ""; i++ {
		entry := fmt.Sprintf("MessageAttributes.entry.%d.", i)
		attributes[form.Get(entry+"Name")] = form.Get(entry + "Value.StringValue")
	}
	expect(t, "attributes", attributes, map[string]string{"action": "trigger", "kind": "backup job", "severity": "critical"})
	for _, name := range []string{"teams backup/teams", "webhook backup/hook", "topic " + ownTopic} {
		if !strings.Contains(m.log.String(), `"`+name+`":"told"`) {
			t.Errorf("the log does not have %s: %s", name, m.log.String())
		}
	}
}

// TestMoreRefusals: answers that are final, those that are not, and redirects. No secret is in the log, even if the answer
// repeats all of them.
func TestMoreRefusals(t *testing.T) {
	for _, test := range []struct {
		code     int
		headers  []string
		requests int
		log      string
	}{
		{http.StatusTooManyRequests, []string{"Retry-After", "7"}, 2, ""},
		{http.StatusServiceUnavailable, nil, 2, ""},
		{http.StatusGone, nil, 1, "refused with 410"},
		{http.StatusNotFound, nil, 1, "refused with 404"},
		{http.StatusUnauthorized, nil, 1, "refused with 401"},
		{http.StatusFound, []string{"Location", "https://elsewhere.example.com/"}, 1, "refused with 302"},
	} {
		synctest.Test(t, func(t *testing.T) {
			m := newMore(t)
			all := []*service{m.teams, m.hook, m.sns}
			for i, echo := range []string{
				workflowURL + " hushHushSignature", hookURL + " " + hookHeader + " hushHushBearerToken /hushHushHookPath", "",
			} {
				all[i].script = []answer{status(test.code, echo, test.headers...)}
			}
			failed := m.invoke(t, message(t, "a", "backup-job-failed"))
			if (len(failed) > 0) != (test.log != "") {
				t.Errorf("%s: failed %v", test.log, failed)
			}
			for _, s := range all {
				times := s.arrivals()
				expect(t, "requests", len(times), test.requests)
				if wait := map[bool]time.Duration{false: 250 * time.Millisecond, true: 7 * time.Second}[test.headers != nil]; test.requests == 2 &&
					times[1].Sub(times[0]) < wait {
					t.Errorf("tried again after %s", times[1].Sub(times[0]))
				}
			}
			log := m.log.String()
			if strings.Count(log, test.log) < 3 && test.log != "" {
				t.Errorf("the log does not say %s three times: %s", test.log, log)
			}
			if strings.Contains(log, "hushHush") {
				t.Errorf("the log has a secret: %s", log)
			}
		})
	}
}

// TestMoreSecrets: what is no secret of its kind is refused before a request is made, and not repeated. A rotated header is
// read again.
func TestMoreSecrets(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"backup/teams", "http://prod-1.westeurope.logic.azure.com/hushHush", "not a URL that begins with https://"},
		{"backup/teams", "https://hushHush.webhook.office.com/webhookb2/hushHush", "Office 365 connector, which Microsoft has retired"},
		{"backup/hook", "hushHush", "not a URL that begins with https://"},
		{"backup/hook", "https://hooks.example.com/hushHush\x7f", "not a URL that begins with https://"},
		{"backup/hook-auth", "hushHushBearerToken", "not one header as Name: value"},
		{"backup/hook-auth", "A: hushHush\r\nB: hushHush", "not one header as Name: value"},
		{"backup/hook-auth", "Not a name: hushHush", "not one header as Name: value"},
	} {
		m := newMore(t)
		m.secrets[test.name] = test.value
		expect(t, "failed", m.invoke(t, message(t, "a", "backup-job-failed")), []string{"a"})
		log := m.log.String()
		if !strings.Contains(log, test.want) || strings.Contains(log, "hushHush") {
			t.Errorf("%s: %s", test.want, log)
		}
		expect(t, "accepted", len(m.teams.bodies())+len(m.hook.bodies())+len(m.sns.bodies()), 2)
	}
	m := newMore(t)
	m.hook.script = []answer{func(w http.ResponseWriter, r *http.Request) {
		m.secrets["backup/hook-auth"] = hookHeader
		status(http.StatusForbidden, "")(w, r)
	}}
	m.secrets["backup/hook-auth"] = "Authorization: Bearer the-one-before"
	expect(t, "failed", m.invoke(t, message(t, "a", "backup-job-failed")), []string{})
	expect(t, "accepted", len(m.hook.bodies()), 1)
}

// alertSchema is the schema that users have of the documents.
func alertSchema(t *testing.T) func(document string) error {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("../../docs/alert.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(document string) error {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
		if err != nil {
			return err
		}
		return schema.Validate(value)
	}
}

// TestAlertSchema: the documents of all kinds of alerts are as docs/alert.schema.json says, for a webhook and for a topic.
func TestAlertSchema(t *testing.T) {
	check := alertSchema(t)
	document, err := os.ReadFile("testdata/estate.json")
	if err != nil {
		t.Fatal(err)
	}
	fleet, err := alert.ReadFleet(document)
	if err != nil {
		t.Fatal(err)
	}
	documents, actions := 0, map[string]bool{}
	for name, path := range eventFiles(t) {
		event, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		a := fleet.Read(string(event))
		for _, m := range deliver.Messages(alerting.Destination{Kind: alerting.Webhook}, []alert.Alert{a}) {
			body, _ := json.Marshal(m.Payload)
			if err := check(string(body)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			documents++
			actions[string(a.Action)] = true
		}
		for _, m := range deliver.Messages(alerting.Destination{Kind: alerting.Topic, TopicARN: ownTopic}, []alert.Alert{a}) {
			body, _ := json.Marshal(m.Payload)
			var p struct {
				Subject string
				Message struct{ Default, Email string }
			}
			if err := json.Unmarshal(body, &p); err != nil {
				t.Fatal(err)
			}
			if err := check(p.Message.Default); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := subjectFault(p.Subject); err != nil || !strings.HasPrefix(p.Message.Email, a.Title) {
				t.Errorf("%s: %v, %s", name, err, p.Message.Email)
			}
		}
	}
	if documents < 100 || len(actions) < 3 {
		t.Errorf("%d documents, actions %v", documents, actions)
	}
	if check(`{"schemaVersion": 1}`) == nil {
		t.Error("the schema takes anything")
	}
}

// TestMoreLimits: for any texts and any number of alerts, Teams and SNS can take what they receive, and the card shows or
// counts every alert.
func TestMoreLimits(t *testing.T) {
	check := alertSchema(t)
	random := rand.New(rand.NewPCG(5, 6))
	text := func() string {
		alphabet := []rune("ab-_*`&<>|\n\"\\é🔥 ")
		runes := make([]rune, []int{1, 5, 40, 300, 20000}[random.IntN(5)])
		for i := range runes {
			runes[i] = alphabet[random.IntN(len(alphabet))]
		}
		return string(runes)
	}
	for range fixedseed.Share(20) {
		alerts := make([]alert.Alert, 1+random.IntN(60))
		for i := range alerts {
			alerts[i] = alert.Alert{
				Kind: "backup job", Action: alert.Trigger, Key: text(), Title: "title" + text(), Message: text(), Advice: text(),
				Link: "https://example.com/" + strings.Repeat("x", random.IntN(1500)), Raw: text(), Workload: "w-dev", Tier: "t",
				Bucket: "b" + text(), Vault: text(), Account: "222222222222",
			}
			for range random.IntN(10) {
				alerts[i].Details = append(alerts[i].Details, alert.Detail{Name: text(), Value: text()})
			}
		}
		cards := deliver.Messages(alerting.Destination{Kind: alerting.Teams}, alerts)
		if len(cards) != 1 || len(cards[0].Alerts) != len(alerts) {
			t.Fatalf("%d cards for %d alerts", len(cards), len(alerts))
		}
		body, _ := json.Marshal(cards[0].Payload)
		if err := teamsTakes(body); err != nil {
			t.Error(err)
		}
		shown, more := bytes.Count(body, []byte(`"Container"`)), 0
		if at := bytes.Index(body, []byte(`"and `)); at >= 0 {
			_, _ = fmt.Sscanf(string(body[at+1:]), "and %d more:", &more) // zero otherwise
		}
		if shown+more != len(alerts) {
			t.Errorf("%d alerts are shown and %d counted, of %d", shown, more, len(alerts))
		}
		for _, m := range deliver.Messages(alerting.Destination{Kind: alerting.Topic, TopicARN: ownTopic}, alerts) {
			body, _ := json.Marshal(m.Payload)
			var p struct {
				Subject string
				Message json.RawMessage
			}
			if err := json.Unmarshal(body, &p); err != nil || len(p.Message) > 250<<10 || subjectFault(p.Subject) != nil {
				t.Errorf("%v, %d bytes, subject %q", err, len(p.Message), p.Subject)
			}
		}
		hooks := deliver.Messages(alerting.Destination{Kind: alerting.Webhook}, alerts)
		body, _ = json.Marshal(hooks[0].Payload)
		if err := check(string(body)); err != nil || !utf8.Valid(body) {
			t.Error(err)
		}
	}
}

// TestMoreGolden compares what these destinations receive for some events with golden files, byte for byte.
func TestMoreGolden(t *testing.T) {
	list, _ := json.Marshal(moreDestinations)
	for _, name := range []string{"backup-job-failed", "alarm-ok", "call-delete-backup-vault", "alert-test", "not-json"} {
		var stdout, stderr bytes.Buffer
		if code := run([]string{"-event", eventFiles(t)[name], "-dry-run"}, environment("DESTINATIONS", string(list)), nil, &stdout, &stderr); code != exitDone {
			t.Fatal(stderr.String())
		}
		golden := "testdata/more/" + name + ".json"
		if *update {
			if err := os.WriteFile(golden, stdout.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || !slices.Equal(want, stdout.Bytes()) {
			t.Errorf("%s differs; if it should: go test ./lambda/alerts -update\n%s%v", golden, stdout.String(), err)
		}
	}
}
