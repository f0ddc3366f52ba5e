// Package batchtest does for tests what S3 Batch Operations does: it takes jobs as aws s3control create-job does, copies
// without conditions and in another order than that of the manifest, and writes completion reports (F-RST-18 to F-RST-20).
package batchtest

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/smithy-go"
)

// Jobs are the jobs of an account. The zero value lacks Client.
type Jobs struct {
	// Client reads manifests, copies, and writes reports.
	Client *s3.Client
	// Denied are keys whose tasks fail.
	Denied []string

	created []*s3control.CreateJobInput
}

// Create creates a job from the text of --cli-input-json, and returns its id. It does nothing until it is confirmed.
func (j *Jobs) Create(ctx context.Context, text []byte) (id string, err error) {
	input := &s3control.CreateJobInput{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(input); err != nil {
		return "", err
	}
	if err := sdkTakes(ctx, input); err != nil {
		return "", err
	}
	if !aws.ToBool(input.ConfirmationRequired) {
		return "", errors.New("the job would run at once")
	}
	if _, err := j.manifest(ctx, input); err != nil {
		return "", err
	}
	j.created = append(j.created, input)
	return fmt.Sprint(len(j.created)), nil
}

// sdkTakes lets the SDK check a job, and send it to nobody.
func sdkTakes(ctx context.Context, input *s3control.CreateJobInput) error {
	operation := input.Operation
	if copying := operation.S3PutObjectCopy; copying != nil {
		if !slices.Contains(copying.StorageClass.Values(), copying.StorageClass) ||
			!slices.Contains(copying.MetadataDirective.Values(), copying.MetadataDirective) {
			return fmt.Errorf("unknown values: %+v", copying)
		}
	}
	if len(aws.ToString(input.ClientRequestToken)) > 64 || len(aws.ToString(input.Description)) > 256 {
		return errors.New("the token or the description is too long")
	}
	client := s3control.New(s3control.Options{
		Region: "eu-central-1", Credentials: aws.AnonymousCredentials{},
		HTTPClient: nobody{},
	})
	_, err := client.CreateJob(ctx, input)
	return err
}

// nobody answers each request of CreateJob.
type nobody struct{}

func (nobody) Do(*http.Request) (*http.Response, error) {
	body := io.NopCloser(strings.NewReader("<CreateJobResult><JobId>1</JobId></CreateJobResult>"))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body}, nil
}

// ofARN are the bucket and the key of an ARN.
func ofARN(arn *string) (bucket, key string) {
	_, name, _ := strings.Cut(aws.ToString(arn), ":s3:::")
	bucket, key, _ = strings.Cut(name, "/")
	return bucket, key
}

// manifest reads the rows of a job. S3 takes the manifest only with its ETag.
func (j *Jobs) manifest(ctx context.Context, job *s3control.CreateJobInput) ([][]string, error) {
	location := job.Manifest.Location
	bucket, key := ofARN(location.ObjectArn)
	output, err := j.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	if err != nil {
		return nil, err
	}
	defer output.Body.Close() //nolint:errcheck // it is only read
	if etag := strings.Trim(aws.ToString(output.ETag), `"`); etag != *location.ETag {
		return nil, fmt.Errorf("the manifest has ETag %s, the job %s", etag, *location.ETag)
	}
	rows, err := csv.NewReader(output.Body).ReadAll()
	if err == nil && len(rows) == 0 {
		err = errors.New("the manifest has no row")
	}
	return rows, err
}

// Confirm runs a job, and returns the place of its report's manifest.json.
func (j *Jobs) Confirm(ctx context.Context, id string) (place string, err error) {
	var number int
	if _, err := fmt.Sscan(id, &number); err != nil || number < 1 || number > len(j.created) {
		return "", fmt.Errorf("there is no job %s", id)
	}
	job := j.created[number-1]
	rows, err := j.manifest(ctx, job)
	if err != nil {
		return "", err
	}
	slices.Reverse(rows)
	reports := map[string]*strings.Builder{}
	for _, row := range rows {
		status, result := "succeeded", "200,,Successful"
		if err := j.task(ctx, job, row); err != nil {
			answer, ok := errors.AsType[smithy.APIError](err)
			if !ok {
				return "", err
			}
			// In AWS's examples the status comes before the code, in the schema after it.
			status, result = "failed", fmt.Sprintf("403,%s,%q", answer.ErrorCode(), answer.ErrorMessage())
		}
		if reports[status] == nil {
			reports[status] = &strings.Builder{}
		}
		fmt.Fprintf(reports[status], "%s,%s,%s,%s,%s\n", row[0], row[1], row[2], status, result)
	}
	return j.report(ctx, job, id, reports)
}

// task does one task.
func (j *Jobs) task(ctx context.Context, job *s3control.CreateJobInput, row []string) error {
	operation := job.Operation.S3PutObjectCopy
	if operation == nil {
		return nil // versions are retrieved by the test
	}
	key, err := url.PathUnescape(row[1])
	if err != nil {
		return err
	}
	if slices.Contains(j.Denied, key) {
		return &smithy.GenericAPIError{Code: "AccessDenied", Message: "Access Denied, said S3"}
	}
	bucket, _ := ofARN(operation.TargetResource)
	_, err = j.Client.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: aws.String(bucket), Key: aws.String(key), CopySource: aws.String(row[0] + "/" + row[1] + "?versionId=" + row[2]),
		MetadataDirective: types.MetadataDirective(operation.MetadataDirective), StorageClass: types.StorageClass(operation.StorageClass),
	})
	return err
}

// report writes the files of a completion report.
func (j *Jobs) report(
	ctx context.Context, job *s3control.CreateJobInput, id string, reports map[string]*strings.Builder,
) (place string, err error) {
	bucket, _ := ofARN(job.Report.Bucket)
	folder := aws.ToString(job.Report.Prefix) + "/job-" + id
	var results []map[string]string
	for status, content := range reports {
		key := folder + "/results/" + status + ".csv"
		if err := j.put(ctx, bucket, key, content.String()); err != nil {
			return "", err
		}
		results = append(results, map[string]string{"TaskExecutionStatus": status, "Bucket": bucket, "MD5Checksum": "", "Key": key})
	}
	manifest, err := json.Marshal(map[string]any{
		"Format": job.Report.Format, "ReportCreationDate": "2026-04-05T17:48:39.725Z", "Results": results,
		"ReportSchema": "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage",
	})
	if err != nil {
		return "", err
	}
	key := folder + "/manifest.json"
	return "s3://" + bucket + "/" + key, j.put(ctx, bucket, key, string(manifest))
}

func (j *Jobs) put(ctx context.Context, bucket, key, content string) error {
	_, err := j.Client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), Body: strings.NewReader(content)})
	return err
}

// RunAll does with a directory of --batch-manifest what its next steps say, with a bucket for manifests and reports. It
// returns the places of the reports.
func (j *Jobs) RunAll(ctx context.Context, dir, bucket string) (places []string, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "create-job-*.json"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		filled := strings.NewReplacer("ACCOUNT_ID", "111122223333", "BATCH_ROLE", "batch", "MANIFEST_BUCKET", bucket).Replace(string(text))
		var job struct {
			Manifest struct{ Location struct{ ObjectArn string } }
		}
		if err := json.Unmarshal([]byte(filled), &job); err != nil {
			return nil, err
		}
		_, key := ofARN(&job.Manifest.Location.ObjectArn)
		manifest, err := os.ReadFile(filepath.Join(dir, filepath.Base(key)))
		if err != nil {
			return nil, err
		}
		if err := j.put(ctx, bucket, key, string(manifest)); err != nil {
			return nil, err
		}
		id, err := j.Create(ctx, []byte(filled))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		place, err := j.Confirm(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		places = append(places, place)
	}
	return places, nil
}
