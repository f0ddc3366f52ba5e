package rewind

import (
	"bufio"
	"crypto/md5" // of an object, as its ETag; it protects nothing
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Limits of a manifest of S3 Batch Operations. A job takes 20 billion objects (F-RST-19), so AWS asks for no smaller files:
// with these one PutObject takes a file, whose ETag then is the MD5 that the job needs, and a job that failed is repeated
// for ten million objects and no more.
const (
	maxManifestRows  = 10_000_000
	maxManifestBytes = MaxCopy // of PutObject too
)

// What people fill in before they create a job.
const (
	AccountPlaceholder  = "ACCOUNT_ID"
	RolePlaceholder     = "BATCH_ROLE"
	ManifestPlaceholder = "MANIFEST_BUCKET"
)

// Manifest is the directory of --batch-manifest: what a dry run found, for S3 Batch Operations and for --plan.
type Manifest struct {
	// Jobs are the files for aws s3control create-job, and Files the manifests that belong to them, for copies.
	Jobs, Files []string
	// Copies, Large, Marks and Archived count what is in the files.
	Copies, Large, Marks, Archived int
	// Folder is where the job's manifests and reports go, in the bucket of ManifestPlaceholder.
	Folder string

	dir, bucket, partition string
	to                     time.Time
	plans                  map[Kind]*PlanWriter
	classes                map[string]*manifestFile // the open file of each storage class
	archived               *ArchivedManifest
	rows, bytes            int64 // the most of a file
}

// NewManifest creates the directory, which must be empty if it exists. Partition is the first part of its ARNs, such as aws.
func NewManifest(dir string, header PlanHeader, partition string) (*Manifest, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		return nil, errors.Join(err, fmt.Errorf("%s is not empty; want a new directory", dir))
	}
	m := &Manifest{
		Folder: header.Bucket + "-" + header.To.UTC().Format("20060102T150405Z"),
		dir:    dir, bucket: header.Bucket, partition: partition, to: header.To,
		plans: map[Kind]*PlanWriter{}, classes: map[string]*manifestFile{},
		archived: NewArchivedManifest(header.Bucket, filepath.Join(dir, "archived.csv")), rows: maxManifestRows, bytes: maxManifestBytes,
	}
	for kind, name := range planOf {
		plan, err := NewPlanWriter(filepath.Join(dir, name), header)
		if err != nil {
			return nil, err
		}
		m.plans[kind] = plan
	}
	return m, nil
}

// Add takes a result of a dry run.
func (m *Manifest) Add(result Result) error {
	if m == nil {
		return nil
	}
	kind := result.PlanLine().kind()
	if kind == KindCopy && !batchClass(result.Class) {
		kind = KindLarge
	}
	// All files of the plan are begun with the first result, so that they have the same header.
	for _, plan := range m.plans {
		if err := plan.begin(result.listed); err != nil {
			return err
		}
	}
	if err := m.plans[kind].Add(result); err != nil {
		return err
	}
	switch kind {
	case KindCopy:
		m.Copies++
		return m.row(result)
	case KindLarge:
		m.Large++
	case KindMark:
		m.Marks++
	}
	return m.archived.Add(result)
}

// batchClass says whether S3 Batch Operations copies into a storage class.
func batchClass(class string) bool {
	return slices.Contains([]string{
		"STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE",
	}, class)
}

// row writes the row of a copy. A job has one storage class for all objects (F-RST-18), so each class has its own files.
func (m *Manifest) row(result Result) error {
	row := manifestRow(m.bucket, result)
	file := m.classes[result.Class]
	if file != nil && (file.rows == m.rows || file.bytes+int64(len(row)) > m.bytes) {
		if err := m.end(file, result.Class); err != nil {
			return err
		}
		file = nil
	}
	if file == nil {
		name := fmt.Sprintf("copy-%03d.csv", len(m.Files)+1)
		created, err := createManifestFile(filepath.Join(m.dir, name))
		if err != nil {
			return err
		}
		m.Files = append(m.Files, name)
		file, m.classes[result.Class] = created, created
	}
	return file.write(row)
}

// manifestRow is a row of a manifest. A key is URL-encoded, but for its slashes (F-RST-19).
func manifestRow(bucket string, result Result) string {
	key := strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(result.Key))
	return bucket + "," + key + "," + result.SourceVersion + "\n"
}

// end completes a manifest and writes the job for it.
func (m *Manifest) end(file *manifestFile, class string) error {
	if err := file.close(); err != nil {
		return err
	}
	name := filepath.Base(file.path)
	return m.job(name, file, "copies", jobOperation{
		S3PutObjectCopy: &copyOperation{
			TargetResource:    "arn:" + m.partition + ":s3:::" + m.bucket,
			MetadataDirective: string(types.MetadataDirectiveCopy), StorageClass: class,
		},
	})
}

// Close completes the files, unless the run failed.
func (m *Manifest) Close(now time.Time, failed error) error {
	if m == nil {
		return nil
	}
	var all error
	for class, file := range m.classes {
		if failed != nil {
			all = errors.Join(all, file.close())
			continue
		}
		all = errors.Join(all, m.end(file, class))
	}
	all = errors.Join(all, m.archived.Close())
	for _, plan := range m.plans {
		all = errors.Join(all, plan.Close(now, failed))
	}
	m.Archived = m.archived.Rows
	if failed != nil || all != nil {
		return all
	}
	for _, file := range m.archived.files { // one: a listing does not tell what Intelligent-Tiering has archived
		name := filepath.Base(file.path)
		restore := &restoreOperation{GlacierJobTier: "BULK", ExpirationInDays: retrievedDays}
		all = errors.Join(all, m.job(name, file, "versions to retrieve", jobOperation{S3InitiateRestoreObject: restore}))
	}
	slices.Sort(m.Jobs)
	return all
}

// retrievedDays is how many days the copy of a retrieved version is there, if nobody changes the file.
const retrievedDays = 14

// createJob is the file for aws s3control create-job --cli-input-json.
type createJob struct {
	AccountID            string `json:"AccountId"` //nolint:tagliatelle // AWS's name
	ConfirmationRequired bool
	Operation            jobOperation
	Manifest             jobInput
	Report               jobOutput
	Priority             int
	RoleArn              string
	ClientRequestToken   string
	Description          string
}

type jobOperation struct {
	S3PutObjectCopy         *copyOperation    `json:",omitempty"` //nolint:tagliatelle // AWS's name
	S3InitiateRestoreObject *restoreOperation `json:",omitempty"` //nolint:tagliatelle // AWS's name
}

// copyOperation leaves out tags, retention, encryption, ACL and checksum: tags and checksum algorithm are then those of the
// source, retention and encryption those of the bucket (F-RST-18).
type copyOperation struct {
	TargetResource, MetadataDirective, StorageClass string
}

type restoreOperation struct {
	GlacierJobTier   string
	ExpirationInDays int
}

type jobInput struct {
	Spec struct {
		Format string
		Fields []string
	}
	Location struct{ ObjectArn, ETag string }
}

type jobOutput struct {
	Enabled                             bool
	Bucket, Prefix, Format, ReportScope string
}

// JobFile is the name of the job of a manifest: create-job-001.json of copy-001.csv.
func JobFile(manifest string) string {
	return "create-job-" + strings.TrimPrefix(strings.TrimSuffix(manifest, ".csv"), "copy-") + ".json"
}

// job writes the job of a manifest.
func (m *Manifest) job(manifest string, file *manifestFile, what string, operation jobOperation) error {
	path := JobFile(manifest)
	store := "arn:" + m.partition + ":s3:::" + ManifestPlaceholder
	etag := hex.EncodeToString(file.sum.Sum(nil))
	token := sha256.Sum256([]byte(m.Folder + manifest + etag))
	job := createJob{
		AccountID: AccountPlaceholder, ConfirmationRequired: true, Operation: operation, Priority: 10,
		RoleArn:            "arn:" + m.partition + ":iam::" + AccountPlaceholder + ":role/" + RolePlaceholder,
		ClientRequestToken: hex.EncodeToString(token[:16]),
		Description:        fmt.Sprintf("%s as it was at %s: %s, %d %s", m.bucket, m.to.Format(time.RFC3339), manifest, file.rows, what),
		Report: jobOutput{
			Enabled: true, Bucket: store, Prefix: m.Folder + "/reports", Format: jobReportFormat, ReportScope: "AllTasks",
		},
	}
	job.Manifest.Spec.Format, job.Manifest.Spec.Fields = "S3BatchOperations_CSV_20180820", []string{"Bucket", "Key", "VersionId"}
	job.Manifest.Location.ObjectArn, job.Manifest.Location.ETag = store+"/"+m.Folder+"/"+manifest, etag
	text, err := json.MarshalIndent(job, "", "  ")
	if err != nil {
		return err
	}
	m.Jobs = append(m.Jobs, path)
	return os.WriteFile(filepath.Join(m.dir, path), append(text, '\n'), 0o644)
}

// manifestFile is a CSV file for S3 Batch Operations, with the MD5 that its ETag will be.
type manifestFile struct {
	path        string
	rows, bytes int64
	file        *os.File
	buffer      *bufio.Writer
	sum         hash.Hash
}

func createManifestFile(path string) (*manifestFile, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	f := &manifestFile{path: path, file: file, sum: md5.New()}
	f.buffer = bufio.NewWriter(io.MultiWriter(file, f.sum))
	return f, nil
}

func (f *manifestFile) write(row string) error {
	f.rows++
	f.bytes += int64(len(row))
	_, err := f.buffer.WriteString(row)
	return err
}

func (f *manifestFile) close() error { return errors.Join(f.buffer.Flush(), f.file.Close()) }

// ArchivedManifest is the file of --archived-manifest: versions that must be retrieved before they can be copied, for a job
// of S3 Batch Operations that restores archived objects. Nil: nothing is written.
type ArchivedManifest struct {
	// Rows counts the versions.
	Rows int

	bucket, path string
	files        []*manifestFile
	byName       map[string]*manifestFile
}

// NewArchivedManifest creates no file yet: there is none without an archived version.
func NewArchivedManifest(bucket, path string) *ArchivedManifest {
	return &ArchivedManifest{bucket: bucket, path: path, byName: map[string]*manifestFile{}}
}

// Paths are the files that were written. Versions of the class INTELLIGENT_TIERING have a file of their own: a job takes
// either them or those of the other classes (F-RST-21).
func (a *ArchivedManifest) Paths() []string {
	var all []string
	for _, file := range a.files {
		all = append(all, file.path)
	}
	return all
}

// Add takes a result. Only archived versions count.
func (a *ArchivedManifest) Add(result Result) error {
	if a == nil || result.Reason != Archived {
		return nil
	}
	path := a.path
	if result.Class == "INTELLIGENT_TIERING" {
		extension := filepath.Ext(path)
		path = strings.TrimSuffix(path, extension) + "-intelligent-tiering" + extension
	}
	file := a.byName[path]
	if file == nil {
		created, err := createManifestFile(path)
		if err != nil {
			return err
		}
		file, a.byName[path], a.files = created, created, append(a.files, created)
	}
	a.Rows++
	return file.write(manifestRow(a.bucket, result))
}

// Close says whether everything is in the files.
func (a *ArchivedManifest) Close() error {
	if a == nil {
		return nil
	}
	var all error
	for _, file := range a.files {
		all = errors.Join(all, file.close())
	}
	return all
}
