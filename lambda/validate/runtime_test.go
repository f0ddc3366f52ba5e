package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/restoretest"
	"central-s3-backup/internal/s3fake"
	"central-s3-backup/lambda/validate/internal/evidence"
)

// asFunction is the environment variable that makes the test binary the function: a process of its own that needs no build.
const asFunction = "CENTRAL_S3_BACKUP_AS_FUNCTION"

func TestMain(m *testing.M) {
	if os.Getenv(asFunction) != "" {
		main()
	}
	os.Exit(m.Run())
}

const (
	dev     = "222222222222"
	central = "111111111111"
	region  = "eu-central-1"
	role    = "dummy-validate-lake-prod"
	planARN = "arn:aws:backup:eu-central-1:222222222222:restore-testing-plan:dummy_lake_prod-5c20a5d5-3f0c-4a52-a9d2-2cdb0a6dd2f5"
)

// world is AWS with a restore test of a workload, and the function in its own process. A minute passes with each of
// its calls.
type world struct {
	t             *testing.T
	aws           *backupfake.Server
	url           string
	job, restored string
	created       time.Time

	mu     sync.Mutex
	passed time.Duration
	// stopAt is the operation in whose middle the next process is killed: before it is carried out, or after.
	stopAt  string
	after   bool
	reached chan struct{}
}

func newWorld(t *testing.T, bodies map[string]string) *world {
	w := &world{t: t, created: time.Now(), reached: make(chan struct{}, 1)}
	w.aws = backupfake.New(backupfake.Options{Clock: func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.created.Add(w.passed)
	}})
	listener := httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(func() {
		listener.CloseClientConnections()
		listener.Close()
	})
	w.url = listener.URL
	account := w.aws.Account(dev)
	account.CreateRole(role, "arn:aws:iam::"+central+":root")
	w.aws.Account(central).S3.CreateBucket("evidence", s3fake.BucketOptions{Region: region, ObjectLock: true})
	vault := account.CreateVault(region, "dummy-lake-prod", backupfake.VaultOptions{})
	objects := map[string][]s3fake.Version{}
	for key, body := range bodies {
		objects[key] = []s3fake.Version{{Body: []byte(body), At: w.created.Add(-2 * time.Hour)}}
	}
	p := vault.AddSnapshot("lake", w.created.Add(-time.Hour), backupfake.PointOptions{Objects: objects})
	w.job, w.restored = p.StartTest(backupfake.TestOptions{PlanARN: planARN})
	w.pass(12 * time.Minute)
	vault.Points() // what jobs do is done with the next look
	return w
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.passed += d
}

// serve answers a request. One in whose middle the process is to be killed never gets its answer.
func (w *world) serve(out http.ResponseWriter, r *http.Request) {
	w.pass(time.Minute)
	name := operation(r)
	w.mu.Lock()
	stops, after := w.stopAt != "" && name == w.stopAt, w.after
	if stops {
		w.stopAt = ""
	}
	w.mu.Unlock()
	if !stops {
		w.aws.ServeHTTP(out, r)
		return
	}
	if after {
		w.aws.ServeHTTP(httptest.NewRecorder(), r)
	}
	_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client is gone
	w.reached <- struct{}{}
	<-r.Context().Done()
}

// operation is a short name of a request.
func operation(r *http.Request) string {
	service := r.Header.Get("Authorization")
	switch path := r.URL.Path; {
	case strings.Contains(service, "/s3/"):
		return s3fake.Describe(r).Operation
	case strings.Contains(service, "/events/"):
		return "PutEvents"
	case path == "/backup-access-point/create":
		return "CreateBackupAccessPoint"
	case strings.HasSuffix(path, "/validations"):
		return "PutRestoreValidationResult"
	case r.Method == http.MethodDelete:
		return "DeleteBackupAccessPoint"
	}
	return ""
}

func (w *world) event() string {
	return fmt.Sprintf(`{"version": "0", "source": "aws.backup", "detail-type": "Restore Job State Change", "account": %q, "region": %q,
		"detail": {"restoreJobId": %q, "status": "COMPLETED", "resourceType": "S3", "restoreTestingPlanArn": %q}}`, dev, region, w.job, planARN)
}

// evidence is that of the job. Nil: there is none.
func (w *world) evidence() *evidence.Evidence {
	w.t.Helper()
	versions := w.aws.Account(central).S3.Bucket("evidence").Versions(evidence.Key("lake-prod", "lake", w.created, w.job))
	if len(versions) == 0 {
		return nil
	}
	e := &evidence.Evidence{}
	if err := json.Unmarshal(versions[0].Body, e); err != nil || len(versions) > 1 {
		w.t.Fatal(len(versions), err)
	}
	return e
}

// environment is that of the function.
func (w *world) environment() []string {
	w.t.Helper()
	tests, err := json.Marshal(restoretest.Tests{Project: "dummy", Plans: []restoretest.Plan{{
		Name: "dummy_lake_prod", Workload: "lake-prod", Account: dev, Region: region, RoleARN: "arn:aws:iam::" + dev + ":role/" + role,
		WithinHours: 336, Buckets: []restoretest.Bucket{{Name: "lake", Workload: "lake-prod", Tier: "critical_data"}},
	}}})
	if err != nil {
		w.t.Fatal(err)
	}
	file := filepath.Join(w.t.TempDir(), restoretest.TestsFile)
	if err := os.WriteFile(file, tests, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return []string{
		"TESTS=" + file, "EVIDENCE_BUCKET=evidence", "EVENT_BUS=arn:aws:events:eu-central-1:111111111111:event-bus/dummy-backup-alerts",
		"AWS_REGION=" + region, "AWS_ACCESS_KEY_ID=AKID" + central, "AWS_SECRET_ACCESS_KEY=example", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ENDPOINT_URL=" + w.url,
	}
}

// function is the function in its own process, with an HTTP server that serves the Lambda runtime API.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type function struct {
	t       *testing.T
	process *os.Process
	output  bytes.Buffer
	queue   chan string
	answers chan string
	exited  chan error
}

func (w *world) launch() *function {
	w.t.Helper()
	f := &function{t: w.t, queue: make(chan string, 1), answers: make(chan string, 1), exited: make(chan error, 1)}
	api := http.NewServeMux()
	api.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(out http.ResponseWriter, r *http.Request) {
		select {
		case payload := <-f.queue:
			out.Header().Set("Lambda-Runtime-Aws-Request-Id", "request")
			out.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(15*time.Minute).UnixMilli()))
			_, _ = io.WriteString(out, payload)
		case <-r.Context().Done():
		}
	})
	answer := func(out http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		out.WriteHeader(http.StatusAccepted)
		f.answers <- string(body)
	}
	api.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", answer)
	api.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", answer)
	server := httptest.NewServer(api)
	w.t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	command := exec.Command(os.Args[0])
	command.Env = append(w.environment(), asFunction+"=1", "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(server.URL, "http://"))
	command.Stdout, command.Stderr = &f.output, &f.output
	if err := command.Start(); err != nil {
		w.t.Fatal(err)
	}
	f.process = command.Process
	go func() { f.exited <- command.Wait() }()
	w.t.Cleanup(f.kill)
	return f
}

// kill kills the process, which may have exited.
func (f *function) kill() {
	_ = f.process.Kill()
	select {
	case err := <-f.exited:
		f.exited <- err
	case <-time.After(time.Minute):
		f.t.Error("the process does not end")
	}
}

func (f *function) send(bodies ...string) {
	f.t.Helper()
	var batch events.SQSEvent
	for i, body := range bodies {
		batch.Records = append(batch.Records, events.SQSMessage{MessageId: fmt.Sprint("m", i), Body: body, EventSource: "aws:sqs"})
	}
	payload, err := json.Marshal(batch)
	if err != nil {
		f.t.Fatal(err)
	}
	f.queue <- string(payload)
}

// invoke sends a batch and returns the answer.
func (f *function) invoke(bodies ...string) string {
	f.t.Helper()
	f.send(bodies...)
	select {
	case answer := <-f.answers:
		return answer
	case <-time.After(time.Minute):
		f.kill()
		f.t.Fatalf("no answer:\n%s", f.output.String())
		return ""
	}
}

const handled = `{"batchItemFailures":[]}`

var bodies = map[string]string{"a": "one", "b": "two"}

// TestFunction: the function finds one byte that differs, with the role of the workload's account.
func TestFunction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bodies)
	w.aws.Account(dev).S3.Bucket(w.restored).Put("b", s3fake.Version{Body: []byte("twp")})
	f := w.launch()
	if answer := f.invoke(w.event()); answer != handled {
		t.Fatal(answer, f.output.String())
	}
	e := w.evidence()
	if status, message := w.aws.Validation(w.job); status != "FAILED" || !strings.Contains(message, `content "b"`) {
		t.Error(status, message)
	}
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(program)
	if e.Outcome != evidence.Failed || e.Validator.SHA256 != hex.EncodeToString(sum[:]) || e.Comparison.Differences.Total != 1 {
		t.Errorf("%+v", e)
	}
	told := w.aws.Events()
	if len(told) != 1 || told[0].DetailType != alerting.RestoreTestDetailType || !strings.Contains(told[0].Detail, `"failed"`) {
		t.Errorf("%+v", told)
	}
	if left := w.aws.Account(dev).AccessPoints(); len(left) > 0 {
		t.Error(left)
	}
	// The replay of the event and the daily check find nothing to do.
	if answer := f.invoke(w.event(), `{"source": "aws.events", "detail-type": "Scheduled Event"}`); answer != handled {
		t.Error(answer)
	}
}

// TestFunctionFails: what cannot be handled goes back to the queue, alone, and no result is put.
func TestFunctionFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bodies)
	w.aws.Account(dev).CreateRole(role, "arn:aws:iam::333333333333:root")
	f := w.launch()
	daily := strings.Replace(w.event(), "dummy_lake_prod", "theirs", 1)
	if answer := f.invoke(daily, w.event()); answer != `{"batchItemFailures":[{"itemIdentifier":"m1"}]}` {
		t.Error(answer)
	}
	if status, _ := w.aws.Validation(w.job); status != "VALIDATING" || w.evidence() != nil {
		t.Error(status)
	}
	f.kill()
	if log := f.output.String(); !strings.Contains(log, "role/dummy-validate-lake-prod cannot be assumed") {
		t.Error(log)
	}
}

// TestKilled: the process is killed in the middle of a call, before AWS carried it out and after. It leaves nothing
// false, and the next process ends the validation.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, stop := range []string{
		"CreateBackupAccessPoint", "ListObjectsV2", "PutObject", "PutRestoreValidationResult", "PutEvents", "DeleteBackupAccessPoint",
	} {
		for name, after := range map[string]bool{"before": false, "after": true} {
			t.Run(stop+" "+name, func(t *testing.T) {
				t.Parallel()
				killed(t, stop, after)
			})
		}
	}
}

func killed(t *testing.T, stop string, after bool) {
	w := newWorld(t, bodies)
	w.stopAt, w.after = stop, after
	f := w.launch()
	f.send(w.event())
	select {
	case <-w.reached:
	case answer := <-f.answers:
		t.Fatal("the call was not made: ", answer)
	case <-time.After(time.Minute):
		f.kill()
		t.Fatal("the call was not made: ", f.output.String())
	}
	f.kill()
	if status, _ := w.aws.Validation(w.job); status != "VALIDATING" && status != "SUCCESSFUL" {
		t.Error("after the kill: ", status)
	}
	w.pass(90 * time.Minute)
	f = w.launch()
	if answer := f.invoke(w.event()); answer != handled {
		t.Errorf("%s\n%s", answer, f.output.String())
	}
	status, _ := w.aws.Validation(w.job)
	if e := w.evidence(); status != "SUCCESSFUL" || e == nil || e.Outcome != evidence.Successful || len(w.aws.Events()) == 0 {
		t.Errorf("%s, %+v", status, w.aws.Events())
	}
	w.pass(time.Hour)
	if left := w.aws.Account(dev).AccessPoints(); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}
