package backupfake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/schemas"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"central-s3-backup/internal/s3fake"
)

// maxItems is how many items a restore takes (F-RST-1).
const maxItems = 5

// lag is how far the latest restorable second of a continuous recovery point is behind, at most (F-S3-4).
const lag = 15 * time.Minute

// operations are what the server knows of AWS Backup.
var operations []*operation

func init() { // the functions use the list
	operations = []*operation{
		define(schemas.DescribeBackupVault, schemas.DescribeBackupVaultInput, func(q *request, in *backup.DescribeBackupVaultInput) string {
			return q.vaultARN(*in.BackupVaultName)
		}, describeBackupVault),
		define(schemas.ListRecoveryPointsByBackupVault, schemas.ListRecoveryPointsByBackupVaultInput,
			func(q *request, in *backup.ListRecoveryPointsByBackupVaultInput) string {
				return q.vaultARN(*in.BackupVaultName)
			},
			listRecoveryPoints),
		define(schemas.DescribeRecoveryPoint, schemas.DescribeRecoveryPointInput,
			func(_ *request, in *backup.DescribeRecoveryPointInput) string { return *in.RecoveryPointArn }, describeRecoveryPoint),
		define(schemas.StartRestoreJob, schemas.StartRestoreJobInput,
			func(_ *request, in *backup.StartRestoreJobInput) string { return *in.RecoveryPointArn }, startRestoreJob),
		define(schemas.DescribeRestoreJob, schemas.DescribeRestoreJobInput, anything[backup.DescribeRestoreJobInput], describeRestoreJob),
		define(schemas.GetRestoreJobMetadata, schemas.GetRestoreJobMetadataInput,
			anything[backup.GetRestoreJobMetadataInput], getRestoreJobMetadata),
		define(schemas.ListRestoreJobs, schemas.ListRestoreJobsInput, anything[backup.ListRestoreJobsInput], listRestoreJobs),
		define(schemas.StartCopyJob, schemas.StartCopyJobInput,
			func(_ *request, in *backup.StartCopyJobInput) string { return *in.RecoveryPointArn }, startCopyJob),
		define(schemas.DescribeCopyJob, schemas.DescribeCopyJobInput, anything[backup.DescribeCopyJobInput], describeCopyJob),
		define(schemas.ListCopyJobs, schemas.ListCopyJobsInput, anything[backup.ListCopyJobsInput], listCopyJobs),
		define(schemas.CreateBackupAccessPoint, schemas.CreateBackupAccessPointRequest,
			func(_ *request, in *backup.CreateBackupAccessPointInput) string { return *in.RecoveryPointArn }, createAccessPoint),
		define(schemas.DescribeBackupAccessPoint, schemas.DescribeBackupAccessPointInput,
			func(_ *request, in *backup.DescribeBackupAccessPointInput) string { return *in.AccessPointArn }, describeAccessPoint),
		define(schemas.DeleteBackupAccessPoint, schemas.DeleteBackupAccessPointInput,
			func(_ *request, in *backup.DeleteBackupAccessPointInput) string { return *in.AccessPointArn }, deleteAccessPoint),
		define(schemas.ListBackupAccessPoints, schemas.ListBackupAccessPointsRequest,
			anything[backup.ListBackupAccessPointsInput], listAccessPoints),
	}
}

func startRestoreJob(q *request, in *backup.StartRestoreJobInput) (smithy.Serializable, error) {
	j, err := q.start(in.IdempotencyToken, *in, func() (*job, error) {
		p, err := q.point(*in.RecoveryPointArn)
		if err != nil {
			return nil, err
		}
		if in.IamRoleArn == nil {
			return nil, invalidParameter("IamRoleArn is required for S3")
		}
		if in.ResourceType != nil && *in.ResourceType != "S3" {
			return nil, invalidParameter("Invalid resource type: " + *in.ResourceType)
		}
		if !slices.Contains([]types.RecoveryPointStatus{"COMPLETED", "AVAILABLE", "STOPPED", "PARTIAL"}, p.Status) {
			return nil, invalidRequest("The recovery point is in state " + string(p.Status))
		}
		metadata := map[string]string{}
		for name, value := range in.Metadata {
			metadata[strings.ToLower(name)] = value
		}
		if err := q.checkMetadata(p, metadata); err != nil {
			return nil, err
		}
		if err := q.pass(*in.IamRoleArn); err != nil {
			return nil, err
		}
		j := &job{point: p, metadata: metadata, role: *in.IamRoleArn, steps: Restored}
		if message := q.unfit(p, metadata); message != "" {
			j.steps = []Step{{0, "PENDING", "0.00%", ""}, {time.Minute, "FAILED", "0.00%", message}}
		}
		return j, nil
	})
	if err != nil {
		return nil, err
	}
	return &backup.StartRestoreJobOutput{RestoreJobId: aws.String(j.id)}, nil
}

// metadataKeys are those of S3 (F-RST-1, F-RST-2), which AWS Backup takes in any case.
var metadataKeys = []string{
	"destinationbucketname", "restoreacls", "encryptiontype", "kmskey", "itemstorestore", "restorelatestversionsupto", "restoretime",
	"newbucket", "encrypted", "creationtoken",
}

// checkMetadata refuses metadata that AWS Backup refuses (F-RST-1, F-RST-4, F-RST-5).
func (q *request) checkMetadata(p *Point, metadata map[string]string) error {
	for name := range metadata {
		if !slices.Contains(metadataKeys, name) {
			return invalidParameter("Invalid restore metadata: " + name)
		}
	}
	if metadata["destinationbucketname"] == "" {
		return invalidParameter("Invalid restore metadata: DestinationBucketName is missing")
	}
	if acls, ok := metadata["restoreacls"]; ok && acls != "true" && acls != "false" {
		return invalidParameter("Invalid restore metadata: RestoreACLs is true or false")
	}
	encryption := metadata["encryptiontype"]
	if !slices.Contains([]string{"", "original", "SSE-S3", "SSE-KMS"}, encryption) {
		return invalidParameter("Invalid restore metadata: EncryptionType " + encryption)
	}
	if (encryption == "SSE-KMS") != (metadata["kmskey"] != "") {
		return invalidParameter("Invalid restore metadata: KMSKey goes with EncryptionType SSE-KMS")
	}
	if encryption == "original" && p.Source != "" && !strings.Contains(p.Source, ":"+q.region+":") {
		return invalidParameter("EncryptionType original is not supported for a copy from another Region")
	}
	if most := metadata["restorelatestversionsupto"]; most != "" && most != "all" {
		if n, err := strconv.Atoi(most); err != nil || n < 1 {
			return invalidParameter("Invalid restore metadata: RestoreLatestVersionsUpTo " + most)
		}
	}
	if text := metadata["itemstorestore"]; text != "" {
		var items []string
		if err := json.Unmarshal([]byte(text), &items); err != nil || len(items) == 0 || len(items) > maxItems {
			return invalidParameter("Invalid restore metadata: ItemsToRestore has one to five items")
		}
		for _, item := range items {
			if !strings.HasPrefix(item, "s3://"+p.Bucket+"/") {
				return invalidParameter("Invalid restore metadata: ItemsToRestore " + item)
			}
		}
	}
	return q.checkTime(p, metadata["restoretime"], "RestoreTime")
}

// checkTime wants a time of a continuous recovery point, and none of a periodic one.
func (q *request) checkTime(p *Point, text, name string) error {
	if !p.Continuous {
		if text != "" {
			return invalidParameter(name + " is only for continuous recovery points")
		}
		return nil
	}
	const form = "2006-01-02T15:04:05Z"
	at, err := time.Parse(form, text)
	if err != nil || at.Format(form) != text {
		return invalidParameter(name + " is required for a continuous recovery point, such as 2021-11-27T03:30:27Z")
	}
	earliest, latest := p.Created, q.now.Add(-lag)
	if p.DeleteAfterDays > 0 && q.now.AddDate(0, 0, -p.DeleteAfterDays).After(earliest) {
		earliest = q.now.AddDate(0, 0, -p.DeleteAfterDays)
	}
	if !p.Stopped.IsZero() && p.Stopped.Before(latest) {
		latest = p.Stopped
	}
	if at.Before(earliest.Truncate(time.Second)) || at.After(latest) {
		return invalidParameter(fmt.Sprintf("%s %s is outside the restorable time of the recovery point", name, text))
	}
	return nil
}

// unfit says why a job fails that AWS Backup starts (F-RST-3, F-RST-5). Empty: it does not.
func (q *request) unfit(p *Point, metadata map[string]string) string {
	destination := q.account.S3.Bucket(metadata["destinationbucketname"])
	switch {
	case destination == nil:
		return "The destination bucket does not exist or cannot be accessed."
	case destination.Region != q.region:
		return "The destination bucket must be in the same Region as the recovery point."
	case destination.Versioning() != s3types.BucketVersioningStatusEnabled:
		return "Versioning must be enabled on the destination bucket."
	case metadata["restoreacls"] == "true" && !p.ACLs:
		return "The backup does not contain ACLs."
	case metadata["restoreacls"] != "false" && p.ACLs && destination.OwnerEnforced():
		return "The destination bucket does not allow ACLs."
	}
	return ""
}

// restored puts the objects of a job that completed into its bucket. What is there is skipped (F-RST-3).
func (j *job) restored() {
	last := j.steps[len(j.steps)-1]
	destination := j.account.S3.Bucket(j.metadata["destinationbucketname"])
	if last.State != "COMPLETED" || destination == nil {
		return
	}
	j.result = "arn:aws:s3:::" + destination.Name
	at := j.point.Created
	if text := j.metadata["restoretime"]; text != "" {
		at, _ = time.Parse(time.RFC3339, text) // it was checked
	}
	var items []string
	_ = json.Unmarshal([]byte(j.metadata["itemstorestore"]), &items) // it was checked; empty is all
	for key, version := range j.point.content(at) {
		wanted := len(items) == 0 || slices.ContainsFunc(items, func(item string) bool {
			path := strings.TrimPrefix(item, "s3://"+j.point.Bucket+"/")
			return key == path || strings.HasSuffix(path, "/") && strings.HasPrefix(key, path)
		})
		now := destination.Versions(key)
		if !wanted || len(now) > 0 && !now[0].DeleteMarker {
			continue
		}
		destination.Put(key, s3fake.Version{
			Body: version.Body, Size: version.Size, Fill: version.Fill, Headers: version.Headers, Metadata: version.Metadata,
			Tags: version.Tags, At: j.end(),
		})
	}
}

func (j *job) describe(now time.Time) backup.DescribeRestoreJobOutput {
	step := j.now(now)
	out := backup.DescribeRestoreJobOutput{
		RestoreJobId: aws.String(j.id), AccountId: aws.String(j.account.ID), RecoveryPointArn: aws.String(j.point.ARN),
		CreationDate: aws.Time(j.created), Status: types.RestoreJobStatus(step.State), PercentDone: aws.String(step.Percent),
		IamRoleArn: aws.String(j.role), ResourceType: aws.String("S3"), BackupSizeInBytes: aws.Int64(j.point.size()),
		ExpectedCompletionTimeMinutes: aws.Int64(int64(j.end().Sub(j.created) / time.Minute)),
		RecoveryPointCreationDate:     aws.Time(j.point.Created), SourceResourceArn: aws.String(j.point.resource()),
		BackupVaultArn: aws.String(j.point.vault.ARN()),
	}
	if step.Message != "" {
		out.StatusMessage = aws.String(step.Message)
	}
	if j.ended(now) {
		out.CompletionDate = aws.Time(j.end())
	}
	if j.result != "" {
		out.CreatedResourceArn = aws.String(j.result)
	}
	j.describeTest(&out)
	return out
}

func describeRestoreJob(q *request, in *backup.DescribeRestoreJobInput) (smithy.Serializable, error) {
	j, err := q.jobNamed(*in.RestoreJobId, "StartRestoreJob")
	if err != nil {
		return nil, err
	}
	out := j.describe(q.now)
	return &out, nil
}

func getRestoreJobMetadata(q *request, in *backup.GetRestoreJobMetadataInput) (smithy.Serializable, error) {
	j, err := q.jobNamed(*in.RestoreJobId, "StartRestoreJob")
	if err != nil {
		return nil, err
	}
	return &backup.GetRestoreJobMetadataOutput{RestoreJobId: in.RestoreJobId, Metadata: j.metadata}, nil
}

func listRestoreJobs(q *request, in *backup.ListRestoreJobsInput) (smithy.Serializable, error) {
	var all []types.RestoreJobsListMember
	for _, j := range slices.Backward(q.jobs) {
		step := j.now(q.now)
		if j.operation != "StartRestoreJob" || j.account != q.account || j.region != q.region ||
			in.ByStatus != "" && string(in.ByStatus) != step.State || in.ByResourceType != nil && *in.ByResourceType != "S3" ||
			in.ByCreatedAfter != nil && !j.created.After(*in.ByCreatedAfter) ||
			in.ByRestoreTestingPlanArn != nil && (j.test == nil || j.test.plan != *in.ByRestoreTestingPlanArn) {
			continue
		}
		d := j.describe(q.now)
		if in.ByCompleteAfter != nil && (d.CompletionDate == nil || !d.CompletionDate.After(*in.ByCompleteAfter)) {
			continue
		}
		all = append(all, types.RestoreJobsListMember{
			RestoreJobId: d.RestoreJobId, AccountId: d.AccountId, RecoveryPointArn: d.RecoveryPointArn, CreationDate: d.CreationDate,
			Status: d.Status, StatusMessage: d.StatusMessage, PercentDone: d.PercentDone, ResourceType: d.ResourceType,
			SourceResourceArn: d.SourceResourceArn, CreatedResourceArn: d.CreatedResourceArn, CompletionDate: d.CompletionDate,
			CreatedBy: d.CreatedBy, ValidationStatus: d.ValidationStatus,
		})
	}
	shown, next, err := page(q, all, in.MaxResults, in.NextToken)
	return &backup.ListRestoreJobsOutput{RestoreJobs: shown, NextToken: next}, err
}
