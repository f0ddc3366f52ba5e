package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"central-s3-backup/internal/alerting"
)

// asFunction is the environment variable that makes the test binary the function: a process of its own that needs no build.
const asFunction = "CENTRAL_S3_BACKUP_AS_FUNCTION"

func TestMain(m *testing.M) {
	if os.Getenv(asFunction) != "" {
		main()
	}
	flag.Parse()
	_ = flag.Set("test.parallel", "8") // they wait for answers and do not compute; the flag exists
	os.Exit(m.Run())
}

// function is the function in its own process, with an HTTP server that serves the Lambda runtime
// API.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type function struct {
	t       *testing.T
	process *os.Process
	output  output
	queue   chan invocation
	answers chan string
	exited  chan error
}

func newFunction(t *testing.T) *function {
	return &function{t: t, queue: make(chan invocation), answers: make(chan string, 1), exited: make(chan error, 1)}
}

type invocation struct {
	id       string
	deadline time.Time
	payload  []byte
}

// output has everything that a process wrote.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// launch starts the function.
func launch(t *testing.T, secrets *secretsManager, destinations []alerting.Destination) *function {
	t.Helper()
	list, err := json.Marshal(destinations)
	if err != nil {
		t.Fatal(err)
	}
	f := newFunction(t)
	api := http.NewServeMux()
	api.HandleFunc("GET /2018-06-01/runtime/invocation/next", f.next)
	api.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", f.answer)
	api.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", f.answer)
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	f.run(nil, secrets, string(list), "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(server.URL, "http://"))
	return f
}

// run starts the function in a process with its own environment.
func (f *function) run(args []string, secrets *secretsManager, destinations string, environment ...string) {
	f.t.Helper()
	command := exec.Command(os.Args[0], args...)
	command.Env = append(slices.Clone(environment),
		asFunction+"=1", "DESTINATIONS="+destinations, "ESTATE=testdata/estate.json",
		"AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER="+secrets.url())
	command.Stdout, command.Stderr = &f.output, &f.output
	if err := command.Start(); err != nil {
		f.t.Fatal(err)
	}
	f.process = command.Process
	go func() { f.exited <- command.Wait() }()
	f.t.Cleanup(func() { _ = f.process.Kill() }) // it may have exited
}

// log kills the process and returns everything that it wrote.
func (f *function) log() string {
	f.t.Helper()
	if err := f.process.Kill(); err != nil {
		f.t.Error(err)
	}
	<-f.exited
	return f.output.String()
}

// end waits until the process ends by itself, and returns everything that it wrote.
func (f *function) end() (string, error) {
	err := <-f.exited
	return f.output.String(), err
}

func (f *function) next(w http.ResponseWriter, r *http.Request) {
	select {
	case i := <-f.queue:
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(i.deadline.UnixMilli()))
		_, _ = w.Write(i.payload)
	case <-r.Context().Done():
	}
}

func (f *function) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	w.WriteHeader(http.StatusAccepted)
	f.answers <- string(body)
}

// invoke sends a batch to the function and returns the ids of the messages that failed.
func (f *function) invoke(limit time.Duration, records ...events.SQSMessage) []string {
	f.t.Helper()
	payload, err := json.Marshal(events.SQSEvent{Records: records})
	if err != nil {
		f.t.Fatal(err)
	}
	deadline := time.Now().Add(limit)
	f.queue <- invocation{"request", deadline, payload}
	var body string
	select {
	case body = <-f.answers:
	case <-time.After(limit):
		f.t.Fatalf("no answer before the deadline:\n%s", f.output.String())
	}
	var response struct {
		BatchItemFailures []struct{ ItemIdentifier string }
	}
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&response); err != nil || response.BatchItemFailures == nil {
		f.t.Fatalf("answered %s: %v\n%s", body, err, f.output.String())
	}
	failed := []string{}
	for _, failure := range response.BatchItemFailures {
		failed = append(failed, failure.ItemIdentifier)
	}
	return failed
}

// message returns a message of the queue that contains a fixture.
func message(t *testing.T, id, event string) events.SQSMessage {
	t.Helper()
	body, err := os.ReadFile(eventFiles(t)[event])
	if err != nil {
		t.Fatal(err)
	}
	return events.SQSMessage{MessageId: id, Body: string(body), EventSource: "aws:sqs"}
}
