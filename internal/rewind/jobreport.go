package rewind

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// JobReports are completion reports of S3 Batch Operations jobs (F-RST-20). Failures stay in memory, nothing else.
type JobReports struct {
	// Succeeded and Failed count the tasks of the jobs.
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`

	failures map[string][]jobFailure // by their keys
}

// jobFailure is a task of a job that failed.
type jobFailure struct {
	version, code, message string
	status                 int
}

// jobManifest is the manifest.json of a completion report.
type jobManifest struct {
	Format  string
	Results []struct {
		TaskExecutionStatus, Bucket, Key string
	}
	ReportSchema string
}

const jobReportFormat = "Report_CSV_20180820"

// Read adds the report whose manifest.json is at a place, s3://BUCKET/KEY or a file. Its CSV files are read from S3, or
// beside the file, where they are copied to together. Bucket is the one that all tasks must be of.
func (j *JobReports) Read(ctx context.Context, client *s3.Client, place, bucket string) error {
	at := reportPlace{ctx, client, place}
	content, err := at.open(place)
	if err != nil {
		return err
	}
	defer content.Close() //nolint:errcheck // it is only read
	var manifest jobManifest
	if err := json.NewDecoder(content).Decode(&manifest); err != nil || manifest.Format != jobReportFormat || len(manifest.Results) == 0 {
		return fmt.Errorf("%s: this is no manifest.json of a completion report of S3 Batch Operations", place)
	}
	var schema []string
	for _, name := range strings.Split(manifest.ReportSchema, ",") {
		schema = append(schema, strings.TrimSpace(name))
	}
	for _, result := range manifest.Results {
		file, name, err := at.result(result.Bucket, result.Key)
		if err != nil {
			return err
		}
		err = j.tasks(file, name, bucket, schema)
		if err = errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// tasks reads one CSV file.
func (j *JobReports) tasks(content io.Reader, name, bucket string, schema []string) error {
	columns := map[string]int{}
	for _, column := range []string{"Bucket", "Key", "VersionId", "TaskStatus", "ErrorCode", "HTTPStatusCode", "ResultMessage"} {
		if columns[column] = slices.Index(schema, column); columns[column] < 0 {
			return fmt.Errorf("%s: the report has no column %s", name, column)
		}
	}
	rows := csv.NewReader(content)
	rows.FieldsPerRecord, rows.ReuseRecord = len(schema), true
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		line, _ := rows.FieldPos(0)
		if got := row[columns["Bucket"]]; got != bucket {
			return fmt.Errorf("%s:%d: the task is of bucket %s; want %s: this is the report of another job", name, line, got, bucket)
		}
		switch status := row[columns["TaskStatus"]]; status {
		case "succeeded":
			j.Succeeded++
		case "failed":
			j.Failed++
			j.add(row[columns["Key"]], row[columns["VersionId"]], row[columns["ResultMessage"]],
				row[columns["ErrorCode"]], row[columns["HTTPStatusCode"]])
		default:
			return fmt.Errorf("%s:%d: task status %q is unknown; want succeeded or failed", name, line, status)
		}
	}
}

// add takes a failed task. Its key is URL-encoded as in the job's manifest; in case it is not, it counts as it is, too. AWS's
// examples have code and status in the other order than the schema, so the number is the status.
func (j *JobReports) add(key, version, message, code, status string) {
	number, err := strconv.Atoi(status)
	if err != nil {
		code, status = status, code
		number, _ = strconv.Atoi(status) // zero: no status
	}
	if j.failures == nil {
		j.failures = map[string][]jobFailure{}
	}
	failure := jobFailure{version: strings.Clone(version), code: strings.Clone(code), message: strings.Clone(message), status: number}
	key = strings.Clone(key)
	j.failures[key] = append(j.failures[key], failure)
	if decoded, err := url.PathUnescape(key); err == nil && decoded != key {
		j.failures[decoded] = append(j.failures[decoded], failure)
	}
}

// blame says of a key that is not as it was why it is not.
func (j *JobReports) blame(result Result) Result {
	switch result.Outcome {
	case Copied:
		for _, failure := range j.failures[result.Key] {
			if failure.version == result.SourceVersion {
				return result.failed(failure.reason(), failure.String())
			}
		}
		return result.failed(NotThere, "version "+result.SourceVersion+" is not back, and no report of a job says why")
	case Marked:
		return result.failed(NotThere, "the key did not exist, and has no delete marker on top")
	}
	return result
}

func (f jobFailure) reason() Reason {
	reason, _ := reasonOf(&smithy.GenericAPIError{Code: f.code, Message: f.message})
	if reason != Other {
		return reason
	}
	switch f.status {
	case http.StatusForbidden:
		return Denied
	case http.StatusNotFound:
		return Expired
	}
	return Other
}

func (f jobFailure) String() string {
	return fmt.Sprintf("S3 Batch Operations: %s (%d): %s", f.code, f.status, f.message)
}

// reportPlace opens what a completion report consists of.
type reportPlace struct {
	ctx      context.Context
	client   *s3.Client
	manifest string
}

func (p reportPlace) open(place string) (io.ReadCloser, error) {
	where, ok := strings.CutPrefix(place, "s3://")
	if !ok {
		return os.Open(place)
	}
	bucket, key, _ := strings.Cut(where, "/")
	if bucket == "" || key == "" {
		return nil, fmt.Errorf("%s: want s3://BUCKET/KEY of the job's manifest.json", place)
	}
	output, err := p.client.GetObject(p.ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %s", place, plain(err))
	}
	return output.Body, nil
}

// result opens a CSV file. Jobs write it to results/ beside their manifest.json.
func (p reportPlace) result(bucket, key string) (content io.ReadCloser, name string, err error) {
	name = "s3://" + bucket + "/" + key
	if strings.HasPrefix(p.manifest, "s3://") {
		content, err = p.open(name)
		return content, name, err
	}
	dir := filepath.Dir(p.manifest)
	for _, beside := range []string{filepath.Join(dir, "results", path.Base(key)), filepath.Join(dir, path.Base(key))} {
		content, err = os.Open(beside)
		if !errors.Is(err, fs.ErrNotExist) {
			return content, beside, err
		}
	}
	return nil, name, fmt.Errorf("%s: %s is missing beside it; copy the whole folder of the job with aws s3 cp --recursive, or write s3://…",
		p.manifest, path.Base(key))
}
