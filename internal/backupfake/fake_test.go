package backupfake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"central-s3-backup/internal/s3fake"
)

const (
	dev     = "222222222222"
	central = "111111111111"
	region  = "eu-west-1"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// fixture is a server with a workload's account and the central one.
type fixture struct {
	*testing.T
	server              *Server
	clock               *s3fake.Clock
	dev, central        *Account
	vault, landing      *Vault
	copies              *Vault
	continuous          *Point
	snapshot, copied    *Point
	client, fromCentral *backup.Client
	url                 string
}

func start(t *testing.T, options Options) *fixture {
	clock := s3fake.NewClock(noon)
	options.Clock = clock.Now
	f := &fixture{T: t, server: New(options), clock: clock}
	f.dev, f.central = f.server.Account(dev), f.server.Account(central)
	f.dev.CreateRole("restore", "backup.amazonaws.com")
	f.dev.CreateRole("people", "ec2.amazonaws.com")
	f.central.CreateRole("copy-back", "backup.amazonaws.com")
	f.vault = f.dev.CreateVault(region, "tier", VaultOptions{})
	f.landing = f.dev.CreateVault(region, "dummy-landing", VaultOptions{
		CopyFrom: func(role string) bool { return role == "arn:aws:iam::"+central+":role/copy-back" },
	})
	f.copies = f.central.CreateVault(region, "central", VaultOptions{
		CopyTo: func(arn string) bool { return strings.HasSuffix(arn, "-landing") },
	})
	objects := PointOptions{DeleteAfterDays: 35, Objects: map[string][]s3fake.Version{
		"a": {{Body: []byte("1"), At: noon.Add(-48 * time.Hour)}, {Body: []byte("2"), At: noon.Add(-time.Hour)}},
		"b": {{Body: []byte("b"), At: noon.Add(-48 * time.Hour)}, {DeleteMarker: true, At: noon.Add(-time.Hour)}},
	}}
	f.continuous = f.vault.AddContinuous("lake", noon.Add(-47*time.Hour), objects)
	f.snapshot = f.vault.AddSnapshot("lake", noon.Add(-24*time.Hour), objects)
	f.copied = f.copies.AddSnapshot("lake", noon.Add(-24*time.Hour), objects)
	f.url = f.server.Listen(t)
	f.client, f.fromCentral = f.clientOf(dev), f.clientOf(central)
	return f
}

func (f *fixture) clientOf(account string) *backup.Client {
	return backup.New(backup.Options{
		Region: region, BaseEndpoint: aws.String(f.url), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("AKID"+account, "secret", ""),
	})
}

func (f *fixture) bucket(name string, versioning s3types.BucketVersioningStatus) *s3fake.Bucket {
	return f.dev.S3.CreateBucket(name, s3fake.BucketOptions{Region: region, Versioning: versioning})
}

func outcome(err error) string {
	var response *smithyhttp.ResponseError
	var api smithy.APIError
	if errors.As(err, &response) && errors.As(err, &api) {
		return fmt.Sprint(response.HTTPStatusCode(), " ", api.ErrorCode(), ": ", api.ErrorMessage())
	}
	return fmt.Sprint(err)
}

func restoreOf(p *Point, metadata map[string]string) *backup.StartRestoreJobInput {
	in := &backup.StartRestoreJobInput{
		RecoveryPointArn: aws.String(p.ARN), IamRoleArn: aws.String("arn:aws:iam::" + dev + ":role/restore"),
		Metadata: map[string]string{"DestinationBucketName": "back", "RestoreACLs": "false"},
	}
	for name, value := range metadata {
		in.Metadata[name] = value
	}
	return in
}

var ctx = context.Background()

// TestRestore: a job runs by the clock, and then the objects of that time are in the bucket, but nothing is overwritten (F-RST-3).
func TestRestore(t *testing.T) {
	f := start(t, Options{})
	back := f.bucket("back", s3types.BucketVersioningStatusEnabled)
	back.Put("a", s3fake.Version{Body: []byte("mine")})
	in := restoreOf(f.continuous, map[string]string{"RestoreTime": "2026-03-08T12:00:00Z"})
	in.IdempotencyToken = aws.String("t")
	out, err := f.client.StartRestoreJob(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := f.client.StartRestoreJob(ctx, in); err != nil || *again.RestoreJobId != *out.RestoreJobId {
		t.Errorf("the same token: %v", err)
	}
	in.Metadata["RestoreTime"] = "2026-03-08T13:00:00Z"
	if _, err := f.client.StartRestoreJob(ctx, in); !strings.Contains(outcome(err), "400 InvalidRequestException") {
		t.Error(outcome(err))
	}
	var states []string
	for range 4 {
		job, err := f.client.DescribeRestoreJob(ctx, &backup.DescribeRestoreJobInput{RestoreJobId: out.RestoreJobId})
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, fmt.Sprint(job.Status, " ", *job.PercentDone, " ", aws.ToTime(job.CompletionDate).Format(time.TimeOnly)))
		f.clock.Advance(5 * time.Minute)
	}
	want := "[PENDING 0.00% 00:00:00 RUNNING 60.00% 00:00:00 COMPLETED 100.00% 12:10:00 COMPLETED 100.00% 12:10:00]"
	if fmt.Sprint(states) != want {
		t.Error(states)
	}
	if got := string(back.Versions("a")[0].Body) + " " + string(back.Versions("b")[0].Body); got != "mine b" {
		t.Error(got)
	}
	metadata, err := f.client.GetRestoreJobMetadata(ctx, &backup.GetRestoreJobMetadataInput{RestoreJobId: out.RestoreJobId})
	if err != nil || metadata.Metadata["destinationbucketname"] != "back" {
		t.Errorf("%v %v", metadata, err)
	}
	jobs, err := f.client.ListRestoreJobs(ctx, &backup.ListRestoreJobsInput{ByStatus: types.RestoreJobStatusCompleted})
	if err != nil || len(jobs.RestoreJobs) != 1 || *jobs.RestoreJobs[0].CreatedResourceArn != "arn:aws:s3:::back" {
		t.Errorf("%v %v", jobs, err)
	}
	calls := Actions(f.server.Calls())
	if got := calls["iam:PassRole"]; !slices.Equal(got, []string{"arn:aws:iam::222222222222:role/restore"}) {
		t.Error(got)
	}
	if got := calls["backup:StartRestoreJob"]; !slices.Equal(got, []string{f.continuous.ARN}) {
		t.Error(got)
	}
}

// TestRestoreRefused: what AWS Backup refuses at once (F-RST-1, F-RST-4).
func TestRestoreRefused(t *testing.T) {
	f := start(t, Options{})
	f.bucket("back", s3types.BucketVersioningStatusEnabled)
	expired := f.vault.AddSnapshot("lake", noon.Add(-100*24*time.Hour), PointOptions{Status: types.RecoveryPointStatusExpired})
	abroad := f.landing.AddSnapshot("lake", noon, PointOptions{Source: "arn:aws:backup:eu-central-1:111111111111:backup-vault:central"})
	for _, test := range []struct {
		name  string
		point *Point
		key   string
		value string
		want  string
	}{
		{"unknown metadata", f.snapshot, "Bucket", "x", "Invalid restore metadata: bucket"},
		{"no bucket", f.snapshot, "DestinationBucketName", "", "DestinationBucketName is missing"},
		{"ACLs", f.snapshot, "RestoreACLs", "no", "RestoreACLs is true or false"},
		{"encryption", f.snapshot, "EncryptionType", "AES256", "EncryptionType AES256"},
		{"no key", f.snapshot, "EncryptionType", "SSE-KMS", "KMSKey goes with EncryptionType SSE-KMS"},
		{"original of another Region", abroad, "EncryptionType", "original", "not supported for a copy from another Region"},
		{"versions", f.snapshot, "RestoreLatestVersionsUpTo", "0", "RestoreLatestVersionsUpTo 0"},
		{"items", f.snapshot, "ItemsToRestore", `["s3://lake/1"` + strings.Repeat(`,"s3://lake/2"`, 5) + `]`, "one to five"},
		{"items of another bucket", f.snapshot, "ItemsToRestore", `["s3://back/1"]`, "ItemsToRestore s3://back/1"},
		{"time of a snapshot", f.snapshot, "RestoreTime", "2026-03-08T12:00:00Z", "only for continuous"},
		{"no time", f.continuous, "KMSKey", "", "RestoreTime is required"},
		{"fractions", f.continuous, "RestoreTime", "2026-03-08T12:00:00.5Z", "RestoreTime is required"},
		{"too new", f.continuous, "RestoreTime", "2026-03-09T11:45:01Z", "outside the restorable time"},
		{"too old", f.continuous, "RestoreTime", "2026-03-07T12:59:59Z", "outside the restorable time"},
		{"expired", expired, "RestoreACLs", "false", "400 InvalidRequestException: The recovery point is in state EXPIRED"},
	} {
		_, err := f.client.StartRestoreJob(ctx, restoreOf(test.point, map[string]string{test.key: test.value}))
		if got := outcome(err); !strings.HasPrefix(got, "400 Invalid") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %s", test.name, got)
		}
	}
	for role, want := range map[string]string{
		"arn:aws:iam::222222222222:role/nobody":     "does not exist",
		"arn:aws:iam::222222222222:role/people":     "cannot be assumed by AWS Backup",
		"arn:aws:iam::111111111111:role/copy-back":  "403 AccessDeniedException: Cross-account pass role",
		"arn:aws:iam::222222222222:user/alice":      "Invalid role ARN",
		"arn:aws:backup:eu-west-1:1:backup-vault:v": "Invalid role ARN",
		"restore": "Invalid ARN",
	} {
		in := restoreOf(f.snapshot, nil)
		in.IamRoleArn = aws.String(role)
		if _, err := f.client.StartRestoreJob(ctx, in); !strings.Contains(outcome(err), want) {
			t.Errorf("%s: %s", role, outcome(err))
		}
	}
	_, err := f.fromCentral.StartRestoreJob(ctx, restoreOf(f.snapshot, nil))
	if !strings.Contains(outcome(err), "404 ResourceNotFoundException") {
		t.Error(outcome(err)) // F-RST-7
	}
}

// TestRestoreFails: what AWS Backup starts, and then fails (F-RST-3, F-RST-5).
func TestRestoreFails(t *testing.T) {
	f := start(t, Options{})
	f.bucket("back", s3types.BucketVersioningStatusEnabled)
	f.bucket("plain", "")
	f.dev.S3.CreateBucket("abroad", s3fake.BucketOptions{Versioning: s3types.BucketVersioningStatusEnabled})
	with := f.vault.AddSnapshot("lake", noon, PointOptions{ACLs: true})
	for _, test := range []struct {
		point        *Point
		bucket, acls string
		want         string
	}{
		{f.snapshot, "none", "false", "does not exist"},
		{f.snapshot, "plain", "false", "Versioning must be enabled"},
		{f.snapshot, "abroad", "false", "in the same Region"},
		{f.snapshot, "back", "true", "does not contain ACLs"},
		{with, "back", "true", "does not allow ACLs"},
	} {
		out, err := f.client.StartRestoreJob(ctx, restoreOf(test.point, map[string]string{
			"DestinationBucketName": test.bucket, "RestoreACLs": test.acls,
		}))
		if err != nil {
			t.Fatal(err)
		}
		f.clock.Advance(time.Hour)
		job, err := f.client.DescribeRestoreJob(ctx, &backup.DescribeRestoreJobInput{RestoreJobId: out.RestoreJobId})
		if err != nil || job.Status != "FAILED" || !strings.Contains(aws.ToString(job.StatusMessage), test.want) {
			t.Errorf("%s: %v %s, %v", test.bucket, job.Status, aws.ToString(job.StatusMessage), err)
		}
	}
}

func (f *fixture) copyBack(to string, days int64) *types.CopyJob {
	f.Helper()
	out, err := f.fromCentral.StartCopyJob(ctx, &backup.StartCopyJobInput{
		DestinationBackupVaultArn: aws.String(to), IamRoleArn: aws.String("arn:aws:iam::" + central + ":role/copy-back"),
		RecoveryPointArn: aws.String(f.copied.ARN), SourceBackupVaultName: aws.String("central"),
		Lifecycle: &types.Lifecycle{DeleteAfterDays: aws.Int64(days)},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.clock.Advance(time.Hour)
	job, err := f.fromCentral.DescribeCopyJob(ctx, &backup.DescribeCopyJobInput{CopyJobId: out.CopyJobId})
	if err != nil {
		f.Fatal(err)
	}
	return job.CopyJob
}

// TestCopy: a copy keeps the creation date of its source, from which its retention counts (F-S3-11, F-RST-15).
func TestCopy(t *testing.T) {
	f := start(t, Options{})
	job := f.copyBack(f.landing.ARN(), 15)
	points := f.landing.Points()
	if job.State != "COMPLETED" || len(points) != 1 || *job.DestinationRecoveryPointArn != points[0].ARN ||
		!points[0].Created.Equal(f.copied.Created) || points[0].Source != f.copies.ARN() {
		t.Errorf("%+v %+v", job, points)
	}
	if job := f.copyBack(f.landing.ARN(), 1); job.State != "COMPLETED" || len(f.landing.Points()) != 1 {
		t.Errorf("%+v: a copy that expires on arrival is there", job)
	}
	jobs, err := f.fromCentral.ListCopyJobs(ctx, &backup.ListCopyJobsInput{BySourceRecoveryPointArn: aws.String(f.copied.ARN)})
	if err != nil || len(jobs.CopyJobs) != 2 {
		t.Errorf("%v %v", jobs, err)
	}
}

// TestCopyFails: another vault, another organization, a key that is not allowed (F-COPY-1, F-COPY-2, F-KMS-4).
func TestCopyFails(t *testing.T) {
	f := start(t, Options{})
	other := f.dev.CreateVault(region, "other", VaultOptions{CopyFrom: func(string) bool { return true }})
	closed := f.dev.CreateVault(region, "closed-landing", VaultOptions{})
	keyless := f.dev.CreateVault(region, "keyless-landing", VaultOptions{CopyFrom: func(string) bool { return true }, KeyDenied: true})
	for vault, want := range map[string]string{
		other.ARN():   "Access Denied",
		closed.ARN():  "Access Denied",
		keyless.ARN(): "KMS key",
		"arn:aws:backup:eu-west-1:222222222222:backup-vault:none-landing": "does not exist",
	} {
		if job := f.copyBack(vault, 15); job.State != "FAILED" || !strings.Contains(*job.StatusMessage, want) {
			t.Errorf("%s: %s %s", vault, job.State, aws.ToString(job.StatusMessage))
		}
	}
	f.dev.Leave()
	if job := f.copyBack(f.landing.ARN(), 15); !strings.Contains(aws.ToString(job.StatusMessage), "member of the same organization") {
		t.Errorf("%+v", job)
	}
	f = start(t, Options{NoCrossAccountBackup: true})
	if job := f.copyBack(f.landing.ARN(), 15); !strings.Contains(aws.ToString(job.StatusMessage), "member of the same organization") {
		t.Errorf("%+v", job)
	}
}

// TestAccessPoint: it is read through its alias, never written, and at most five are there (F-RST-13).
func TestAccessPoint(t *testing.T) {
	f := start(t, Options{})
	create := func(name string, p *Point, at string) (*backup.CreateBackupAccessPointOutput, error) {
		in := &backup.CreateBackupAccessPointInput{Name: aws.String(name), RecoveryPointArn: aws.String(p.ARN)}
		if at != "" {
			in.AccessPointMetadata = map[string]string{"AccessPointInTime": at}
		}
		return f.client.CreateBackupAccessPoint(ctx, in)
	}
	out, err := create("dummy-files-1", f.continuous, "2026-03-08T12:00:00Z")
	if err != nil || out.Status != types.AccessPointStatusCreating {
		t.Fatalf("%v %v", out, err)
	}
	f.clock.Advance(time.Minute)
	described, err := f.client.DescribeBackupAccessPoint(ctx, &backup.DescribeBackupAccessPointInput{AccessPointArn: out.AccessPointArn})
	if err != nil || described.Status != types.AccessPointStatusAvailable {
		t.Fatalf("%v %v", described, err)
	}
	client := s3fake.NewClient(f.url, func(o *s3.Options) {
		o.Region, o.Credentials = region, credentials.NewStaticCredentialsProvider("AKID"+dev, "secret", "")
	})
	alias := aws.String(described.AccessPointMetadata["S3AccessPointAlias"])
	object, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: alias, Key: aws.String("a")})
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(object.Body); string(body) != "1" {
		t.Errorf("%s", body)
	}
	if _, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: alias, Key: aws.String("a")}); !strings.Contains(outcome(err), "403") {
		t.Error(outcome(err))
	}
	read := "arn:aws:s3:eu-west-1:222222222222:accesspoint/dummy-files-1/object/a"
	if got := Actions(f.server.Calls())["s3:GetObject"]; !slices.Equal(got, []string{read}) {
		t.Error(got)
	}
	for name, want := range map[string]string{
		"dummy-files-1": "AlreadyExistsException", "Dummy": "InvalidParameterValueException", "ab-s3alias": "InvalidParameterValueException",
	} {
		if _, err := create(name, f.snapshot, ""); !strings.Contains(outcome(err), want) {
			t.Errorf("%s: %s", name, outcome(err))
		}
	}
	if _, err := create("x-1", f.snapshot, "2026-03-08T12:00:00Z"); !strings.Contains(outcome(err), "only for continuous") {
		t.Error(outcome(err))
	}
	for i := range 4 {
		if _, err := create(fmt.Sprint("more-", i), f.continuous, "2026-03-08T12:00:00Z"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := create("sixth", f.continuous, "2026-03-08T12:00:00Z"); !strings.Contains(outcome(err), "400 LimitExceededException") {
		t.Error(outcome(err))
	}
	if _, err := f.client.DeleteBackupAccessPoint(ctx, &backup.DeleteBackupAccessPointInput{AccessPointArn: out.AccessPointArn}); err != nil {
		t.Fatal(err)
	}
	if names := f.dev.AccessPoints(); len(names) != 4 || slices.Contains(names, "dummy-files-1") {
		t.Error(names)
	}
	if _, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: alias, Key: aws.String("a")}); !strings.Contains(outcome(err), "404") {
		t.Error(outcome(err))
	}
}

// TestPages: a listing has pages, and filters.
func TestPages(t *testing.T) {
	f := start(t, Options{PageSize: 2})
	for i := range 3 {
		f.vault.AddSnapshot("other", noon.Add(time.Duration(i)*time.Hour), PointOptions{})
	}
	var all []string
	pages := backup.NewListRecoveryPointsByBackupVaultPaginator(f.client, &backup.ListRecoveryPointsByBackupVaultInput{
		BackupVaultName: aws.String("tier"), ByResourceArn: aws.String("arn:aws:s3:::other"), ByCreatedBefore: aws.Time(noon.Add(3 * time.Hour)),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil || len(page.RecoveryPoints) > 2 {
			t.Fatalf("%v %v", page, err)
		}
		for _, p := range page.RecoveryPoints {
			all = append(all, p.CreationDate.Format(time.TimeOnly))
		}
	}
	if fmt.Sprint(all) != "[12:00:00 13:00:00 14:00:00]" {
		t.Error(all)
	}
	_, err := f.client.ListRecoveryPointsByBackupVault(ctx, &backup.ListRecoveryPointsByBackupVaultInput{BackupVaultName: aws.String("none")})
	if !strings.Contains(outcome(err), "403 AccessDeniedException") {
		t.Error(outcome(err))
	}
}

// TestRequests: what is no request of the SDK is refused. Each is sent as bytes.
func TestRequests(t *testing.T) {
	f := start(t, Options{})
	for _, test := range []struct{ name, method, path, body, want string }{
		{"unknown member", "PUT", "/restore-jobs", `{"RecoveryPointArn":"` + f.snapshot.ARN + `","Metadata":{},"Bucket":"b"}`,
			"400 InvalidRequestException unknown member Bucket"},
		{"missing member", "PUT", "/restore-jobs", `{"RecoveryPointArn":"` + f.snapshot.ARN + `"}`, "400 MissingParameterValueException"},
		{"no ARN", "PUT", "/restore-jobs", `{"RecoveryPointArn":"lake","Metadata":{}}`, "400 InvalidParameterValueException Invalid ARN: lake"},
		{"wrong type", "PUT", "/restore-jobs", `{"RecoveryPointArn":["lake"],"Metadata":{}}`, "400 SerializationException"},
		{"no JSON", "PUT", "/restore-jobs", `{`, "400 SerializationException"},
		{"unknown member inside", "PUT", "/copy-jobs", `{"Lifecycle":{"Days":1}}`, "400 SerializationException"},
		{"unknown parameter", "GET", "/restore-jobs?days=1", "", "400 InvalidRequestException unknown parameter days"},
		{"no value of the enum", "GET", "/restore-jobs?status=DONE", "", "400 InvalidParameterValueException ByStatus: there is no value DONE"},
		{"no time", "GET", "/restore-jobs?createdAfter=yesterday", "", "400 SerializationException"},
		{"no number", "GET", "/restore-jobs?maxResults=many", "", "400 SerializationException"},
		{"too many", "GET", "/restore-jobs?maxResults=1001", "", "400 InvalidParameterValueException MaxResults"},
		{"unknown operation", "GET", "/nothing", "", "501 UnknownOperationException"},
	} {
		request, err := http.NewRequest(test.method, f.url+test.path, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKID222222222222/20260309/eu-west-1/backup/aws4_request, …")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		got := fmt.Sprint(answer.StatusCode, " ", answer.Header.Get("X-Amzn-ErrorType"))
		code, message, _ := strings.Cut(test.want, "Exception")
		if got != code+"Exception" || !strings.Contains(string(body), strings.TrimSpace(message)) {
			t.Errorf("%s: %s %s", test.name, got, body)
		}
	}
}

// TestFaults: throttled, denied, and lost after it was done.
func TestFaults(t *testing.T) {
	f := start(t, Options{})
	f.bucket("back", s3types.BucketVersioningStatusEnabled)
	for _, test := range []struct {
		fault func(Call) *Fault
		jobs  int
		want  string
	}{
		{func(Call) *Fault { return Throttled() }, 0, "429 ThrottlingException: Rate exceeded"},
		{Denied, 0, "is not authorized to perform: backup:StartRestoreJob on resource: " + f.snapshot.ARN},
		{func(Call) *Fault { return ExpiredToken() }, 0, "403 ExpiredTokenException"},
		{func(Call) *Fault { return Lost() }, 1, "EOF"},
	} {
		f.server.SetFault(func(call Call) *Fault {
			if call.Action == "backup:StartRestoreJob" {
				return test.fault(call)
			}
			return nil
		})
		if _, err := f.client.StartRestoreJob(ctx, restoreOf(f.snapshot, nil)); !strings.Contains(outcome(err), test.want) {
			t.Errorf("%s: %s", test.want, outcome(err))
		}
		f.server.SetFault(nil)
		if jobs, err := f.client.ListRestoreJobs(ctx, nil); err != nil || len(jobs.RestoreJobs) != test.jobs {
			t.Errorf("%s: %v %v", test.want, jobs, err)
		}
	}
}
