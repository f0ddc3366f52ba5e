package job

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/internal/backupfake"
	"central-s3-backup/internal/restoretest"
	"central-s3-backup/internal/s3fake"
	"central-s3-backup/lambda/validate/internal/evidence"
)

const (
	dev     = "222222222222"
	central = "111111111111"
	region  = "eu-west-1"
	planARN = "arn:aws:backup:eu-west-1:222222222222:restore-testing-plan:dummy_lake_prod-5c20a5d5-3f0c-4a52-a9d2-2cdb0a6dd2f5"
	bus     = "arn:aws:events:eu-central-1:111111111111:event-bus/dummy-backup-alerts"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// world is AWS with a workload's account and the central one, and a restore test in it.
type world struct {
	t     *testing.T
	aws   *backupfake.Server
	clock *s3fake.Clock
	dev   *backupfake.Account
	vault *backupfake.Vault
	url   string
	log   bytes.Buffer

	plan     restoretest.Plan
	job      string // the id of the restore job
	restored string // the bucket that it restored to

	mu sync.Mutex
	// requests are those since the last count. At number dieAt the function dies: before the request is carried out, or
	// after it. Then no request arrives any more.
	requests, dieAt int
	dieAfter, dead  bool
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, clock: s3fake.NewClock(noon)}
	w.aws = backupfake.New(backupfake.Options{Clock: w.clock.Now})
	w.aws.SetFault(func(call backupfake.Call) *backupfake.Fault {
		if call.Operation == "DescribeBackupAccessPoint" { // a minute passes while it is created
			w.clock.Advance(40 * time.Second)
		}
		return nil
	})
	w.dev = w.aws.Account(dev)
	w.vault = w.dev.CreateVault(region, "dummy-lake-prod", backupfake.VaultOptions{})
	w.aws.Account(central).S3.CreateBucket("evidence", s3fake.BucketOptions{Region: region, ObjectLock: true})
	w.plan = restoretest.Plan{
		Name: "dummy_lake_prod", Workload: "lake-prod", Account: dev, Region: region,
		RoleARN:     "arn:aws:iam::222222222222:role/dummy-validate-lake-prod",
		WithinHours: 14 * 24, Buckets: []restoretest.Bucket{{Name: "lake", Workload: "lake-prod", Tier: "standard_data"}},
	}
	listener := httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(listener.Close)
	w.url = listener.URL
	return w
}

// serve answers a request, unless the function dies at it.
func (w *world) serve(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.requests++
	dies := w.requests == w.dieAt
	dead := w.dead || dies && !w.dieAfter
	w.dead = w.dead || dies
	w.mu.Unlock()
	if dead {
		panic(http.ErrAbortHandler)
	}
	w.aws.ServeHTTP(out, r)
	if dies {
		panic(http.ErrAbortHandler)
	}
}

// dies sets the request at which the function dies. Zero: it lives.
func (w *world) dies(at int, after bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests, w.dieAt, w.dieAfter, w.dead = 0, at, after, false
}

func (w *world) credentials(account string) aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider("AKID"+account, "secret", "")
}

func (w *world) s3(account string) *s3.Client {
	return s3fake.NewClient(w.url, func(o *s3.Options) { o.Region, o.Credentials = region, w.credentials(account) })
}

// validator is a new instance of the function.
func (w *world) validator() *Validator {
	return &Validator{
		Tests: restoretest.Tests{Project: "dummy", Plans: []restoretest.Plan{w.plan}},
		Connect: func(context.Context, restoretest.Plan) (Account, error) {
			return Account{
				Backup: backup.New(backup.Options{
					Region: region, BaseEndpoint: aws.String(w.url), Retryer: aws.NopRetryer{}, Credentials: w.credentials(dev),
				}),
				S3: w.s3(dev),
			}, nil
		},
		Store: &evidence.Store{Client: w.s3(central), Bucket: "evidence"},
		Events: eventbridge.New(eventbridge.Options{
			Region: region, BaseEndpoint: aws.String(w.url), Retryer: aws.NopRetryer{}, Credentials: w.credentials(central),
		}),
		Bus: bus, Program: evidence.Validator{Version: evidence.ValidatorVersion, SHA256: strings.Repeat("0", 64)},
		Now: w.clock.Now, Poll: time.Millisecond, Most: time.Minute, Rest: time.Millisecond,
		Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
	}
}

// snapshot is a recovery point with these objects.
func (w *world) snapshot(objects map[string]string) *backupfake.Point {
	return w.vault.AddSnapshot("lake", noon.Add(-time.Hour), backupfake.PointOptions{Objects: versions(objects)})
}

func versions(objects map[string]string) map[string][]s3fake.Version {
	all := map[string][]s3fake.Version{}
	for key, body := range objects {
		all[key] = []s3fake.Version{{Body: []byte(body), At: noon.Add(-2 * time.Hour)}}
	}
	return all
}

// restores has the plan restore a recovery point, and returns the bucket.
func (w *world) restores(p *backupfake.Point, o backupfake.TestOptions) *s3fake.Bucket {
	o.PlanARN = planARN
	w.job, w.restored = p.StartTest(o)
	w.clock.Advance(12 * time.Minute)
	w.vault.Points() // what jobs do is done with the next look
	return w.dev.S3.Bucket(w.restored)
}

// event is AWS Backup's event of the job.
func (w *world) event() string {
	return fmt.Sprintf(`{"version": "0", "source": "aws.backup", "detail-type": "Restore Job State Change", "account": %q, "region": %q,
		"detail": {"restoreJobId": %q, "status": "COMPLETED", "resourceType": "S3", "restoreTestingPlanArn": %q}}`, dev, region, w.job, planARN)
}

// validates handles the event, which must succeed, and returns the evidence.
func (w *world) validates() *evidence.Evidence {
	w.t.Helper()
	if err := w.validator().Handle(context.Background(), w.event()); err != nil {
		w.t.Fatal(err)
	}
	return w.evidence()
}

// evidence is that of the job. Nil: there is none.
func (w *world) evidence() *evidence.Evidence {
	w.t.Helper()
	found := w.aws.Account(central).S3.Bucket("evidence").Versions(w.key())
	if len(found) == 0 {
		return nil
	}
	if len(found) > 1 {
		w.t.Errorf("%d versions of the evidence", len(found))
	}
	validSchema(w.t, found[0].Body)
	e := &evidence.Evidence{}
	if err := json.Unmarshal(found[0].Body, e); err != nil {
		w.t.Fatal(err)
	}
	return e
}

func (w *world) key() string { return evidence.Key("lake-prod", "lake", noon, w.job) }

// told are the outcomes of the events that were sent.
func (w *world) told() []alerting.RestoreTestDetail {
	w.t.Helper()
	var details []alerting.RestoreTestDetail
	for _, event := range w.aws.Events() {
		var detail alerting.RestoreTestDetail
		if err := json.Unmarshal([]byte(event.Detail), &detail); err != nil {
			w.t.Error(err)
		}
		if event.Source != alerting.TestSource || event.DetailType != alerting.RestoreTestDetailType || event.EventBusName != bus {
			w.t.Errorf("%+v", event)
		}
		details = append(details, detail)
	}
	return details
}

var schema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	return compiler.Compile("../../../../docs/restore/evidence.schema.json")
})

// validSchema checks evidence against the schema that people read.
func validSchema(t *testing.T, document []byte) {
	t.Helper()
	s, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value); err != nil {
		t.Errorf("%s\n%v", document, err)
	}
}

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}
