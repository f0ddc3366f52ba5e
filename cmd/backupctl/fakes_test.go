package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// start is when every test begins.
var start = time.Date(2026, 3, 2, 2, 17, 31, 0, time.UTC)

// newClock is a clock that stands still but for sleep.
func newClock() clock {
	now := start
	return clock{
		now:   func() time.Time { return now },
		sleep: func(d time.Duration) { now = now.Add(d) },
	}
}

// fakeAWS speaks the protocols of STS, EventBridge and CloudWatch Logs, in every account and Region.
type fakeAWS struct {
	t *testing.T
	// refusal is what PutEvents answers. Its zero value: the event is taken.
	refusal answer
	// log is what FilterLogEvents answers, one after the other, and the last one from then on. MARKER
	// stands for the marker that was sent. Empty: the log says nothing.
	log []answer

	mu     sync.Mutex
	marker string
	// published has ACCOUNT REGION TOPIC of each message, and publishing is what SNS refuses with. Empty: it takes them.
	published  []string
	publishing string
	sent       []string // ACCOUNT REGION BODY of each PutEvents, with MARKER for the marker
	looks      []string // nextToken of each FilterLogEvents
}

// answer is what AWS answers. Without a status: 200.
type answer struct {
	status int
	body   string
}

func awsError(code, message string) answer {
	return answer{http.StatusBadRequest, fmt.Sprintf(`{"__type":%q,"message":%q}`, code, message)}
}

// page is a page of the log. next is the token for the next one, if there is one.
func page(next string, lines ...string) answer {
	events := make([]map[string]string, len(lines))
	for i, line := range lines {
		events[i] = map[string]string{"message": line}
	}
	document := map[string]any{"events": events}
	if next != "" {
		document["nextToken"] = next
	}
	body, _ := json.Marshal(document) // of texts
	return answer{body: string(body)}
}

// startFake starts a fake for the program to use, with the credentials of testdata.
func startFake(t *testing.T, refusal answer, log []answer) *fakeAWS {
	fake := &fakeAWS{t: t, refusal: refusal, log: log}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	signIn(t, server.URL)
	return fake
}

// signIn lets the program send everything to a URL, with the credentials of testdata.
func signIn(t *testing.T, url string) {
	for _, setting := range os.Environ() { // whoever runs the tests may be signed in somewhere
		if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("AWS_ENDPOINT_URL", url)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", credentialsFile) // tests may run in another directory
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
}

var (
	credential = regexp.MustCompile(`Credential=AKID(\d{12})/\d+/([a-z0-9-]+)/`)
	markerForm = regexp.MustCompile(`alert-test-[0-9a-f]{8}`)
)

func (f *fakeAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	signed := credential.FindStringSubmatch(r.Header.Get("Authorization"))
	body, err := io.ReadAll(r.Body)
	if err != nil || signed == nil {
		f.t.Errorf("Authorization %q, body %q, %v", r.Header.Get("Authorization"), body, err)
		return
	}
	account, region := signed[1], signed[2]
	var a answer
	switch operation := r.Header.Get("X-Amz-Target"); operation {
	case "": // STS and SNS take forms
		if strings.HasPrefix(string(body), "Action=Publish&") {
			f.publish(w, account, region, string(body))
			return
		}
		if !strings.HasPrefix(string(body), "Action=GetCallerIdentity&") {
			f.t.Errorf("STS was asked for %s", body)
		}
		_, _ = fmt.Fprintf(w, "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>%s</Account>"+
			"</GetCallerIdentityResult></GetCallerIdentityResponse>", account)
		return
	case "AWSEvents.PutEvents":
		a = f.putEvents(account, region, string(body))
	case "Logs_20140328.FilterLogEvents":
		a = f.filterLogEvents(account, region, body)
	default:
		f.t.Errorf("AWS was asked for %s", operation)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	_, _ = io.WriteString(w, strings.ReplaceAll(a.body, "MARKER", f.marker))
}

func (f *fakeAWS) publish(w http.ResponseWriter, account, region, body string) {
	form, err := url.ParseQuery(body)
	if err != nil || !markerForm.MatchString(form.Get("Message")) || !strings.HasPrefix(form.Get("Subject"), "TEST") {
		f.t.Errorf("SNS was asked for %s, %v", body, err)
	}
	f.published = append(f.published, account+" "+region+" "+form.Get("TopicArn"))
	if f.publishing != "" {
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>no</Message></Error></ErrorResponse>", f.publishing)
		return
	}
	_, _ = io.WriteString(w, "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>")
}

func (f *fakeAWS) putEvents(account, region, body string) answer {
	f.marker = markerForm.FindString(body)
	f.sent = append(f.sent, account+" "+region+" "+strings.ReplaceAll(body, f.marker, "MARKER"))
	if f.refusal.body != "" {
		return f.refusal
	}
	return answer{body: `{"FailedEntryCount":0,"Entries":[{"EventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860"}]}`}
}

func (f *fakeAWS) filterLogEvents(account, region string, body []byte) answer {
	var request struct {
		LogGroupName, FilterPattern, NextToken string
		StartTime                              int64
	}
	if err := json.Unmarshal(body, &request); err != nil {
		f.t.Error(err)
	}
	got := []any{account, region, request.LogGroupName, request.FilterPattern, request.StartTime}
	want := []any{
		"111111111111", "eu-central-1", "/aws/lambda/dummy-backup-alerts", `"` + f.marker + `"`, start.Add(-5 * time.Minute).UnixMilli(),
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		f.t.Errorf("the log was asked for %v, want %v", got, want)
	}
	f.looks = append(f.looks, request.NextToken)
	if len(f.log) == 0 {
		return page("")
	}
	return f.log[min(len(f.looks), len(f.log))-1]
}
