package backupfake

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/schemas"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"central-s3-backup/internal/s3fake"
)

func init() { //nolint:gochecknoinits // as in restore.go
	operations = append(operations, define(schemas.PutRestoreValidationResult, schemas.PutRestoreValidationResultInput,
		anything[backup.PutRestoreValidationResultInput], putValidationResult))
}

// test is what a restore testing plan adds to a restore job.
type test struct {
	plan     string // its ARN
	status   types.RestoreValidationStatus
	message  string
	deletion types.RestoreDeletionStatus
}

// TestOptions are those of a restore job that a restore testing plan starts.
type TestOptions struct {
	// PlanARN of the restore testing plan.
	PlanARN string
	// RestoreTime of a continuous recovery point.
	RestoreTime time.Time
	// Steps of the job. Nil: [Restored].
	Steps []Step
	// Role is the ARN of the role that restores.
	Role string
}

// StartTest starts a restore job as a restore testing plan does (F-RST-12), and returns its id and the name of the
// bucket that it restores to. The bucket is there already, and empty.
func (p *Point) StartTest(o TestOptions) (id, bucket string) {
	s := p.vault.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	id = s.id()
	bucket = "awsbackup-restore-test-" + strings.ToLower(id)
	metadata := map[string]string{"destinationbucketname": bucket, "restoreacls": "false"}
	if !o.RestoreTime.IsZero() {
		metadata["restoretime"] = o.RestoreTime.UTC().Format(time.RFC3339)
	}
	if o.Steps == nil {
		o.Steps = Restored
	}
	p.vault.account.S3.CreateBucket(bucket, s3fake.BucketOptions{Region: p.vault.Region, Versioning: s3types.BucketVersioningStatusEnabled})
	s.jobs = append(s.jobs, &job{
		id: id, operation: "StartRestoreJob", role: o.Role, account: p.vault.account, region: p.vault.Region, point: p, metadata: metadata,
		created: s.options.Clock(), steps: o.Steps, test: &test{plan: o.PlanARN, status: types.RestoreValidationStatusValidating},
	})
	return id, bucket
}

// describeTest adds what a job says of its test.
func (j *job) describeTest(out *backup.DescribeRestoreJobOutput) {
	if j.test == nil {
		return
	}
	out.CreatedBy = &types.RestoreJobCreator{RestoreTestingPlanArn: aws.String(j.test.plan)}
	if out.Status == types.RestoreJobStatusCompleted {
		out.ValidationStatus = j.test.status
	}
	if j.test.message != "" {
		out.ValidationStatusMessage = aws.String(j.test.message)
	}
	out.DeletionStatus = j.test.deletion
}

// maxValidationMessage is how many characters the message of a validation result has.
const maxValidationMessage = 1024

// putValidationResult takes a result once, and then deletes what was restored (F-RST-11, F-RST-12).
func putValidationResult(q *request, in *backup.PutRestoreValidationResultInput) (smithy.Serializable, error) {
	j, err := q.jobNamed(*in.RestoreJobId, "StartRestoreJob")
	if err != nil {
		return nil, err
	}
	switch {
	case len([]rune(aws.ToString(in.ValidationStatusMessage))) > maxValidationMessage:
		return nil, invalidParameter("The message is too long.")
	case j.test == nil:
		return nil, invalidRequest("The job was not started by a restore testing plan.")
	case j.now(q.now).State != "COMPLETED":
		return nil, invalidRequest("The job is " + j.now(q.now).State)
	case j.test.status != types.RestoreValidationStatusValidating:
		return nil, invalidRequest("The job has the final validation status " + string(j.test.status))
	}
	j.test.status, j.test.message = in.ValidationStatus, aws.ToString(in.ValidationStatusMessage)
	if in.ValidationStatus != types.RestoreValidationStatusValidating {
		q.clean(j)
	}
	return &backup.PutRestoreValidationResultOutput{}, nil
}

// clean deletes what a job restored.
func (s *Server) clean(j *job) {
	j.test.deletion = types.RestoreDeletionStatusDeleting
	j.account.S3.RemoveBucket(j.metadata["destinationbucketname"])
}

// TimeOut ends the time for the validation of a job, as AWS Backup does after ValidationWindowHours.
func (s *Server) TimeOut(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.id == id && j.test != nil && j.test.status == types.RestoreValidationStatusValidating {
			j.test.status = types.RestoreValidationStatusTimedOut
			s.clean(j)
		}
	}
}

// Validate sets the validation status of a job, and keeps what it restored.
func (s *Server) Validate(id string, status types.RestoreValidationStatus) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.id == id && j.test != nil {
			j.test.status = status
		}
	}
}

// Validation is the validation status of a job, and its message.
func (s *Server) Validation(id string) (types.RestoreValidationStatus, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.id == id && j.test != nil {
			return j.test.status, j.test.message
		}
	}
	return "", ""
}

// assumeRole answers AssumeRole. The role trusts what [Account.CreateRole] got as the service: here the ARN of an
// account's root.
func (s *Server) assumeRole(w http.ResponseWriter, body, account, region string) {
	form, _ := url.ParseQuery(body) // what cannot be read is missing
	role := form.Get("RoleArn")
	s.mu.Lock()
	conditions := map[string]string{}
	if id := form.Get("ExternalId"); id != "" {
		conditions["sts:ExternalId"] = id
	}
	fault := s.record(Call{account, region, "AssumeRole", "sts:AssumeRole", role, conditions})
	parsed, err := arn.Parse(role)
	trusted := ""
	if err == nil {
		trusted = s.account(parsed.AccountID).roles[strings.TrimPrefix(parsed.Resource, "role/")]
	}
	now := s.options.Clock()
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/xml")
	if fault == nil && trusted != "arn:aws:iam::"+account+":root" {
		fault = &Fault{Status: http.StatusForbidden, Code: "AccessDenied", Message: "not authorized to perform sts:AssumeRole on " + role}
	}
	if fault != nil && fault.Status != 0 {
		w.WriteHeader(fault.Status)
		text, _ := xml.Marshal(struct { // of texts
			XMLName xml.Name `xml:"ErrorResponse"`
			Error   struct{ Code, Message string }
		}{Error: struct{ Code, Message string }{fault.Code, fault.Message}})
		_, _ = w.Write(text)
		return
	}
	// Clients take their own clock: the credentials last for a day of the real one, too.
	_, _ = fmt.Fprintf(w, "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKID%s</AccessKeyId>"+
		"<SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken><Expiration>%s</Expiration></Credentials>"+
		"<AssumedRoleUser><Arn>%s/session</Arn><AssumedRoleId>AROA:session</AssumedRoleId></AssumedRoleUser>"+
		"</AssumeRoleResult></AssumeRoleResponse>",
		parsed.AccountID, now.AddDate(10, 0, 0).UTC().Format(time.RFC3339), strings.Replace(role, ":iam:", ":sts:", 1))
}

// Event is an entry of PutEvents.
type Event struct {
	Source, DetailType, Detail, EventBusName string
	Resources                                []string
}

// Events are the events that were put, in their order.
func (s *Server) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// putEvents answers PutEvents of EventBridge, and nothing else of it.
func (s *Server) putEvents(w http.ResponseWriter, r *http.Request, account, region string) {
	var input struct{ Entries []Event }
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" || json.Unmarshal(body, &input) != nil || len(input.Entries) == 0 {
		write(w, nil, fail(http.StatusBadRequest, "ValidationException", "Could not find the operation"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := []map[string]string{}
	for _, event := range input.Entries {
		fault := s.record(Call{account, region, "PutEvents", "events:PutEvents", event.EventBusName, map[string]string{
			"events:source": event.Source, "events:detail-type": event.DetailType,
		}})
		if fault != nil && fault.Status != 0 {
			write(w, nil, fail(fault.Status, fault.Code, fault.Message))
			return
		}
		s.events = append(s.events, event)
		ids = append(ids, map[string]string{"EventId": s.id()})
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	text, _ := json.Marshal(map[string]any{"FailedEntryCount": 0, "Entries": ids}) // of texts
	_, _ = w.Write(text)
}
