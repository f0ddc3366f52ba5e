package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"central-s3-backup/internal/alerting"
)

const (
	slackSecret     = "backup/slack-webhook"
	pagerdutySecret = "backup/pagerduty-key"
	ample           = 30 * time.Second // for an invocation that ends by itself
)

// setUp starts the function with both destinations.
func setUp(t *testing.T, slack, pagerduty *service) (*function, *secretsManager) {
	t.Helper()
	t.Parallel()
	secrets := newSecretsManager(t, map[string]string{
		slackSecret:     `{"url": "` + slack.url() + webhookPath + `"}`,
		pagerdutySecret: routingKey + "\n",
	})
	return launch(t, secrets, both(pagerduty)), secrets
}

func both(pagerduty *service) []alerting.Destination {
	return []alerting.Destination{
		{Kind: "slack", Secret: slackSecret},
		{Kind: "pagerduty", Secret: pagerdutySecret, Endpoint: pagerduty.url()},
	}
}

func expect[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("%s: %s, want %s", what, g, w)
	}
}

// actions returns the actions of PagerDuty's events with their severities.
func actions(t *testing.T, pagerduty *service) []string {
	t.Helper()
	all := []string{}
	for _, body := range pagerduty.bodies() {
		var e pagerdutyEvent
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.TrimSpace(e.Action+" "+e.Payload.Severity))
	}
	return all
}

// TestDelivers: the alerts of a batch are one message to Slack and one event each to PagerDuty. The secrets
// are read once, and every alert has a line in the log.
func TestDelivers(t *testing.T) {
	slack, pagerduty := newSlack(t), newPagerDuty(t)
	f, secrets := setUp(t, slack, pagerduty)
	failed := f.invoke(ample,
		message(t, "a", "backup-job-failed"), message(t, "b", "backup-job-completed"), message(t, "c", "not-json"),
		message(t, "d", "backup-job-created"), message(t, "e", "call-denied"))
	expect(t, "failed", failed, []string{})
	expect(t, "PagerDuty", actions(t, pagerduty), []string{"trigger critical", "resolve", "trigger warning", "trigger warning"})
	if len(slack.bodies()) != 1 {
		t.Fatalf("%d messages to Slack", len(slack.bodies()))
	}
	var m slackMessage
	if err := json.Unmarshal([]byte(slack.bodies()[0]), &m); err != nil {
		t.Fatal(err)
	}
	expect(t, "Slack", m.Blocks[0].Text.Text, "dummy: 3 alerts: 1 × backup job, 1 × unknown event, 1 × API call")
	expect(t, "blocks", len(m.Blocks), 4)

	expect(t, "failed", f.invoke(ample, message(t, "f", "backup-job-failed")), []string{})
	expect(t, "secrets read", len(secrets.bodies()), 2)
	lines := map[string]map[string]any{}
	for line := range strings.Lines(f.log()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		lines[fmt.Sprint(entry["id"])] = entry
	}
	expect(t, "lines", len(lines), 6)
	entry := lines["b"]
	expect(t, "kind", entry["kind"], any("backup job"))
	expect(t, "account", entry["account"], any("222222222222"))
	expect(t, "resource", entry["resource"], any("prefix-dummy-dev-database-critical-data-bucket"))
	expect(
		t,
		"destinations",
		entry["destinations"],
		any(map[string]any{"slack " + slackSecret: "nothing to tell", "pagerduty " + pagerdutySecret: "told"}),
	)
}

// TestTriesAgain: a request is repeated after a 429, a 5xx and a broken connection, but not before the time
// in Retry-After.
func TestTriesAgain(t *testing.T) {
	breaks := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	slack := newSlack(t, status(http.StatusTooManyRequests, "rate_limited", "Retry-After", "2"), breaks)
	pagerduty := newPagerDuty(t, status(http.StatusInternalServerError, "<html>"), status(http.StatusTooManyRequests, "{}"), breaks)
	f, _ := setUp(t, slack, pagerduty)
	expect(t, "failed", f.invoke(ample, message(t, "a", "backup-job-failed")), []string{})
	expect(t, "told to Slack", len(slack.bodies()), 1)
	expect(t, "told to PagerDuty", len(pagerduty.bodies()), 1)
	expect(t, "requests to PagerDuty", len(pagerduty.arrivals()), 4)
	times := slack.arrivals()
	expect(t, "requests to Slack", len(times), 3)
	if wait := times[1].Sub(times[0]); wait < 2*time.Second {
		t.Errorf("tried again after %s, Retry-After was 2 seconds", wait)
	}
}

// TestRefused: a request with the answer 400 is not repeated. The queue delivers the message again, and it
// is sent only to the destination that refused it.
func TestRefused(t *testing.T) {
	slack, pagerduty := newSlack(t), newPagerDuty(t)
	slack.always(status(http.StatusBadRequest, "invalid_payload"))
	f, _ := setUp(t, slack, pagerduty)
	expect(t, "failed", f.invoke(ample, message(t, "a", "backup-job-failed"), message(t, "b", "backup-job-created")), []string{"a"})
	expect(t, "requests to Slack", len(slack.arrivals()), 1)
	expect(t, "told to PagerDuty", len(pagerduty.bodies()), 1)

	expect(t, "failed", f.invoke(ample, message(t, "a", "backup-job-failed")), []string{"a"})
	expect(t, "requests to Slack", len(slack.arrivals()), 2)
	expect(t, "told to PagerDuty", len(pagerduty.bodies()), 1)
	if log := f.log(); !strings.Contains(log, "refused with 400: invalid_payload") {
		t.Errorf("the log does not say why:\n%s", log)
	}
}

// TestHangs: a request without an answer ends before the invocation does, and does not delay the other
// destinations.
func TestHangs(t *testing.T) {
	slack, pagerduty := newSlack(t), newPagerDuty(t)
	pagerduty.always(hang)
	f, _ := setUp(t, slack, pagerduty)
	expect(t, "failed", f.invoke(3*time.Second, message(t, "a", "backup-job-failed"), message(t, "b", "alarm-alarm")), []string{"a", "b"})
	expect(t, "told to Slack", len(slack.bodies()), 1)
	expect(t, "requests to PagerDuty", len(pagerduty.arrivals()), 1)
}

// TestRotated: if a secret no longer works, it is read again and the alert is sent with the new one.
func TestRotated(t *testing.T) {
	slack, pagerduty := newSlack(t), newPagerDuty(t)
	f, secrets := setUp(t, slack, pagerduty)
	secrets.rotate(slackSecret, slack.url()+"/services/old")
	secrets.rotate(pagerdutySecret, "an old key")
	expect(t, "failed", f.invoke(ample, message(t, "a", "backup-job-failed")), []string{"a"})
	secrets.rotate(slackSecret, slack.url()+webhookPath)
	secrets.rotate(pagerdutySecret, `{"routing_key": "`+routingKey+`"}`)
	expect(t, "failed", f.invoke(ample, message(t, "a", "backup-job-failed")), []string{})
	expect(t, "told to Slack", len(slack.bodies()), 1)
	expect(t, "told to PagerDuty", len(pagerduty.bodies()), 1)
	expect(t, "secrets read", len(secrets.bodies()), 6) // at first, after the refusal, after the second
}

// TestAllAtOnce: three destinations receive an event at the same time. Each answers only after all three
// have received their request.
func TestAllAtOnce(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	all := make(chan struct{})
	together := func(code int, body string) answer {
		return func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) == 3 {
				close(all)
			}
			select {
			case <-all:
				status(code, body)(w, r)
			case <-r.Context().Done():
			}
		}
	}
	slack := newSlack(t, together(http.StatusOK, "ok"))
	one, other := newPagerDuty(t, together(http.StatusAccepted, "{}")), newPagerDuty(t, together(http.StatusAccepted, "{}"))
	secrets := newSecretsManager(t, map[string]string{
		slackSecret: slack.url() + webhookPath, pagerdutySecret: routingKey, "other": routingKey,
	})
	f := launch(t, secrets, append(both(one), alerting.Destination{Kind: "pagerduty", Secret: "other", Endpoint: other.url()}))
	expect(t, "failed", f.invoke(ample, message(t, "a", "backup-job-failed")), []string{})
	for _, s := range []*service{slack, one, other} {
		expect(t, "requests", len(s.arrivals()), 1) // none was cut off, to be made again
	}
}

// TestDrill: the alert of a test says that it is a test, and its incident is resolved at once.
func TestDrill(t *testing.T) {
	slack, pagerduty := newSlack(t), newPagerDuty(t)
	f, _ := setUp(t, slack, pagerduty)
	expect(t, "failed", f.invoke(ample, message(t, "a", "alert-test")), []string{})
	expect(t, "PagerDuty", actions(t, pagerduty), []string{"trigger info", "resolve"})
	for _, body := range append(slack.bodies(), pagerduty.bodies()[0]) {
		if !strings.Contains(body, "TEST of the alerts: nothing is wrong: 2f6c1d0a") {
			t.Errorf("told %s", body)
		}
	}
}

// TestSecretsStaySecret: neither the log nor the answer nor a destination's error shows a secret. Every
// destination here fails in a different way, and most of them repeat the request in their answer.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	echo := func(code int, headers ...string) *service {
		s := &service{t: t}
		s.take = func(w http.ResponseWriter, r *http.Request, body []byte) {
			start := string(body[:min(60, len(body))])
			status(code, "Cannot "+r.Method+" "+r.Host+r.URL.Path+" <p>http://"+r.Host+r.RequestURI+"</p> "+start, headers...)(w, r)
		}
		return s
	}
	late := &service{t: t} // repeats the request where an error ends
	late.take = func(w http.ResponseWriter, r *http.Request, body []byte) {
		status(403, strings.Repeat("-", 170)+string(body[:min(60, len(body))])+r.URL.Path)(w, r)
	}
	escaping := &service{t: t}
	escaping.take = func(w http.ResponseWriter, r *http.Request, _ []byte) {
		status(400, strings.ReplaceAll(r.URL.Path, "/", `\/`))(w, r)
	}
	latePath := &service{t: t}
	latePath.take = func(w http.ResponseWriter, r *http.Request, _ []byte) {
		status(403, strings.Repeat("-", 170)+r.URL.Path)(w, r)
	}
	hanging := &service{t: t}
	hanging.always(hang)
	elsewhere := &service{t: t}
	elsewhere.always(func(_ http.ResponseWriter, r *http.Request) { t.Error("followed a redirect to ", r.URL) })
	refusing := httptest.NewServer(http.NotFoundHandler())
	refusing.Close()

	secrets := newSecretsManager(t, map[string]string{
		"malformed-escape": "https://hooks.slack.com/services/%zz" + webhookPath,
		"malformed-port":   "https://hooks.slack.com:port" + webhookPath,
		"no-scheme":        "hooks.slack.com" + webhookPath,
		"other-scheme":     "gopher://hooks.slack.com" + webhookPath,
		"no-url":           routingKey,
		"two-keys":         `{"url": "` + routingKey + `", "old": "` + webhookPath + `"}`,
		"not-a-text":       `{"url": ["` + routingKey + `"]}`,
		"control":          "https://hooks.slack.com/\x7f" + webhookPath,
		"no-host":          "https://" + webhookPath,
		"refused":          refusing.URL + webhookPath,
		"no-tls":           strings.Replace(hanging.url(), "http:", "https:", 1) + webhookPath,
	})
	var destinations []alerting.Destination
	for name := range secrets.secrets {
		destinations = append(destinations, alerting.Destination{Kind: "slack", Secret: name})
	}
	for i, s := range []*service{
		echo(400), echo(401), echo(403), echo(404), echo(410), echo(413), echo(429, "Retry-After", "100"), echo(500), echo(503),
		echo(302, "Location", elsewhere.url()+webhookPath), echo(307, "Location", elsewhere.url()), hanging, late, latePath, escaping,
	} {
		webhook, key := fmt.Sprint("webhook-", i), fmt.Sprint("key-", i)
		secrets.secrets[webhook], secrets.secrets[key] = s.url()+webhookPath, routingKey
		destinations = append(destinations, alerting.Destination{Kind: "slack", Secret: webhook},
			alerting.Destination{Kind: "pagerduty", Secret: key, Endpoint: s.url()})
	}
	destinations = append(destinations, alerting.Destination{Kind: "slack", Secret: "missing"})

	f := launch(t, secrets, destinations)
	expect(
		t,
		"failed",
		f.invoke(4*time.Second, message(t, "a", "backup-job-failed"), message(t, "b", "copy-job-failed")),
		[]string{"a", "b"},
	)
	log := f.log()
	for line := range strings.Lines(log) {
		var entry struct{ Destinations map[string]string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for name, outcome := range entry.Destinations {
			if !strings.HasPrefix(outcome, "failed: ") {
				t.Errorf("%s: %s, want a failure", name, outcome)
			}
		}
	}
	if n := strings.Count(log, `:"failed: `); n != 2*len(destinations) {
		t.Errorf("%d failures of %d destinations and 2 alerts:\n%s", n, len(destinations), log)
	}
	for _, hidden := range []string{routingKey, "hushHush", "services/T0", "%zz"} {
		for _, form := range []string{hidden, strings.ToLower(hidden), url.QueryEscape(hidden), url.PathEscape(hidden)} {
			if at := strings.Index(log, form); at >= 0 {
				t.Errorf("the log shows %q: …%s…", form, log[max(0, at-200):min(len(log), at+100)])
			}
		}
	}
}

// TestLocally: the binary delivers an event from a file through the same code as in Lambda. A dry run sends
// no request.
func TestLocally(t *testing.T) {
	t.Parallel()
	slack, pagerduty := newSlack(t), newPagerDuty(t)
	secrets := newSecretsManager(t, map[string]string{slackSecret: slack.url() + webhookPath, pagerdutySecret: routingKey})
	destinations := both(pagerduty)
	destinations[1].Severity = "error" // as in the golden file
	list, err := json.Marshal(destinations)
	if err != nil {
		t.Fatal(err)
	}
	event := eventFiles(t)["backup-job-failed"]
	locally := func(args ...string) (string, error) {
		f := newFunction(t)
		f.run(args, secrets, string(list))
		return f.end()
	}
	if _, err := locally("-event", event, "-dry-run"); err != nil {
		t.Error(err)
	}
	expect(t, "requests of a dry run", len(slack.arrivals())+len(pagerduty.arrivals())+len(secrets.arrivals()), 0)
	if _, err := locally("-event", event); err != nil {
		t.Error(err)
	}
	expect(t, "told to Slack", len(slack.bodies()), 1)
	expect(t, "told to PagerDuty", len(pagerduty.bodies()), 1)

	// Byte for byte what the dry run shows, the secret aside.
	var dry []string
	golden, err := os.ReadFile("testdata/golden/backup-job-failed.json")
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(golden)))
	for {
		var r struct{ Payload any }
		if decoder.Decode(&r) == io.EOF {
			break
		}
		text, _ := json.Marshal(r.Payload) // it was JSON
		dry = append(dry, string(text))
	}
	var sent []string
	for _, body := range append(slack.bodies(), pagerduty.bodies()...) {
		var payload any
		if err := json.Unmarshal([]byte(strings.Replace(body, routingKey, "[secret]", 1)), &payload); err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(payload) // it was JSON
		sent = append(sent, string(text))
	}
	expect(t, "payloads", sent, dry)

	slack.always(status(http.StatusForbidden, "action_prohibited"))
	if output, err := locally("-event", event); err == nil || !strings.Contains(output, "not every destination accepted the alert") {
		t.Errorf("exit %v: %s", err, output)
	}
}

// TestWrong: a mistake in the environment or on the command line gives one sentence, before anything is done.
func TestWrong(t *testing.T) {
	dir := t.TempDir()
	fleet := func(document string) string {
		path := filepath.Join(dir, fmt.Sprintf("%x.json", document))
		if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	event := eventFiles(t)["backup-job-failed"]
	for _, test := range []struct {
		name        string
		args        []string
		environment []string
		want        string
	}{
		{"no destinations", nil, []string{"DESTINATIONS", ""}, "DESTINATIONS: want a JSON list"},
		{"an empty list", nil, []string{"DESTINATIONS", "[]"}, "DESTINATIONS: no destination"},
		{
			"an unknown kind", nil, []string{"DESTINATIONS", `[{"kind": "slack", "secret": "s"}, {"kind": "telegram", "secret": "s"}]`},
			`DESTINATIONS: [1].kind: got "telegram"; want pagerduty or slack or teams or topic or webhook`,
		},
		{"an unknown key", nil, []string{"DESTINATIONS", `[{"kind": "slack", "webhook": "s"}]`}, `unknown field "webhook"`},
		{"no secret", nil, []string{"DESTINATIONS", `[{"kind": "slack"}]`}, "DESTINATIONS: [0].secret: is missing"},
		{
			"an unknown severity", nil, []string{"DESTINATIONS", `[{"kind": "pagerduty", "secret": "s", "severity": "high"}]`},
			`[0].severity: got "high"; want critical, error, warning, info`,
		},
		{"no fleet", nil, []string{"ESTATE", "", "LAMBDA_TASK_ROOT", dir}, "ESTATE: open " + dir + "/estate.json: no such file"},
		{"a fleet that is no JSON", nil, []string{"ESTATE", fleet("project: dummy")}, "invalid character"},
		{"a fleet without a project", nil, []string{"ESTATE", fleet("{}")}, "project: is missing"},
		{
			"a malformed pattern of a role", nil,
			[]string{"ESTATE", fleet(`{"project": "dummy", "deploy_role_arns": ["arn:aws:iam::*:role/["]}`)},
			`deploy_role_arns: "arn:aws:iam::*:role/["`,
		},
		{"no event", []string{}, nil, "want -event FILE"},
		{"a file that is not there", []string{"-event", filepath.Join(dir, "event.json"), "-dry-run"}, nil, "no such file"},
		{"an argument", []string{"-event", event, "more"}, nil, "want -event FILE"},
		{"an unknown flag", []string{"-events", event}, nil, "flag provided but not defined: -events"},
	} {
		t.Run(test.name, func(t *testing.T) {
			args := test.args
			if args == nil {
				args = []string{"-event", event, "-dry-run"}
			}
			var stdout, stderr output
			code := run(args, environment(test.environment...), nil, &stdout, &stderr)
			if code != exitWrong || !strings.Contains(stderr.String(), test.want) || stdout.String() != "" {
				t.Errorf("exit code %d, standard error %q, want %q; standard output %q", code, stderr.String(), test.want, stdout.String())
			}
		})
	}
	var stdout, stderr output
	const input = "from standard input"
	code := run([]string{"-event", "-", "-dry-run"}, environment(), strings.NewReader(input), &stdout, &stderr)
	if code != exitDone || !strings.Contains(stdout.String(), input) {
		t.Errorf("exit code %d: %s%s", code, stderr.String(), stdout.String())
	}
	if code := run([]string{"-h"}, environment(), nil, &stdout, &stderr); code != exitDone ||
		!strings.Contains(stderr.String(), "-dry-run") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}

// TestWrongInLambda: in Lambda, too, the function ends with one sentence and does not wait for events.
func TestWrongInLambda(t *testing.T) {
	t.Parallel()
	f := newFunction(t)
	f.run(nil, newSecretsManager(t, nil), "[]", "AWS_LAMBDA_RUNTIME_API=127.0.0.1:1")
	if text, err := f.end(); err == nil || text != "alerts: DESTINATIONS: no destination\n" {
		t.Errorf("exit %v: %s", err, text)
	}
}
