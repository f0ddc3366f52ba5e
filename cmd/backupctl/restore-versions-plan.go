package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"central-s3-backup/config"
	"central-s3-backup/internal/rewind"
)

// planFlags are flags of restore versions for plans and for S3 Batch Operations.
type planFlags struct {
	Plan             string   `xor:"time,keys" placeholder:"FILE" help:"Do what FILE of --plan-out says, or a directory of --batch-manifest, without listing the bucket first. It has the bucket, the keys and the moment."`
	Only             []string `sep:"," placeholder:"KINDS" help:"Of a plan, only lines of these kinds, such as mark,large: copy, large (copied by parts), mark (delete markers)."`
	BatchManifest    string   `placeholder:"DIR" help:"Write manifests for S3 Batch Operations, and a plan of the rest, to the new directory DIR."`
	BatchReport      []string `sep:"none" placeholder:"FILE" help:"Verify what S3 Batch Operations copied: manifest.json of a job's completion report, s3://BUCKET/KEY or a file. Repeatable."`
	ArchivedManifest string   `placeholder:"FILE" help:"Write the versions that must be retrieved first to FILE, for S3 Batch Operations."`
}

// kinds are those of --only.
var kinds = []rewind.Kind{rewind.KindCopy, rewind.KindLarge, rewind.KindMark}

// checkPlanFlags finds flags that contradict each other.
func (c *restoreVersions) checkPlanFlags() error {
	for _, kind := range c.Only {
		if !slices.Contains(kinds, rewind.Kind(kind)) {
			return fmt.Errorf("--only %s: want copy, large or mark, or several with commas", kind)
		}
	}
	switch {
	case c.Plan == "" && (c.Bucket == "" || c.To == ""):
		return errors.New("want --bucket NAME and --to TIME, or --plan FILE")
	case c.Plan == "" && len(c.Only) > 0:
		return errors.New("--only limits a plan; want --plan FILE with it")
	case c.Plan != "" && c.PlanOut != "":
		return errors.New("--plan FILE is a plan already; want --plan-out with --bucket and --to")
	case c.Plan != "" && c.BatchManifest != "":
		return errors.New("--batch-manifest needs a new listing; want it with --bucket and --to")
	case c.RemoveMarkers && (c.Plan != "" || c.PlanOut != "" || c.BatchManifest != ""):
		return errors.New("--remove-markers decides during the run; leave out --plan, --plan-out and --batch-manifest, or --remove-markers")
	case c.Apply && c.BatchManifest != "":
		return errors.New("--batch-manifest is for a dry run; leave out --apply")
	case c.Apply && len(c.BatchReport) > 0:
		return errors.New("--batch-report only verifies; leave out --apply")
	case len(c.BatchReport) > 0 && (c.BatchManifest != "" || c.PlanOut != ""):
		return errors.New("--batch-report only verifies; want --plan-out and --batch-manifest in a run of their own")
	}
	return nil
}

// readPlan reads the plan of --plan from start to end, and takes bucket, prefix and moment from it. Nil: there is none.
func (c *restoreVersions) readPlan() (*rewind.Plan, error) {
	if c.Plan == "" {
		return nil, nil
	}
	var only []rewind.Kind
	for _, kind := range c.Only {
		only = append(only, rewind.Kind(kind))
	}
	plan, err := rewind.OpenPlan(c.Plan, only)
	if err != nil {
		return nil, fmt.Errorf("--plan: %w", err)
	}
	if c.Bucket != "" && c.Bucket != plan.Header.Bucket {
		return nil, fmt.Errorf("--bucket %s: the plan is of bucket %s; leave out --bucket", c.Bucket, plan.Header.Bucket)
	}
	c.Bucket, c.Prefix, c.To = plan.Header.Bucket, plan.Header.Prefix, plan.Header.To.Format(time.RFC3339Nano)
	return plan, nil
}

// jobReports reads what --batch-report names. Nil: nothing.
func (c *restoreVersions) jobReports(ctx context.Context, client *s3.Client) (*rewind.JobReports, error) {
	if len(c.BatchReport) == 0 {
		return nil, nil
	}
	jobs := &rewind.JobReports{}
	for _, place := range c.BatchReport {
		if err := jobs.Read(ctx, client, place, c.Bucket); err != nil {
			return nil, fmt.Errorf("--batch-report: %w", err)
		}
	}
	return jobs, nil
}

// outputs are the files that a run writes key by key.
type outputs struct {
	plan     *rewind.PlanWriter
	manifest *rewind.Manifest
	archived *rewind.ArchivedManifest
	undo     *undoFile
	region   string
}

// each says whether there is a file for every key.
func (o outputs) each() bool { return o.plan != nil || o.manifest != nil || o.archived != nil }

// openFiles creates the files. The region is that of the bucket.
func (c *restoreVersions) openFiles(to time.Time, region string) (o outputs, err error) {
	o.region = region
	header := rewind.PlanHeader{Bucket: c.Bucket, Prefix: c.Prefix, To: to}
	if c.PlanOut != "" {
		if o.plan, err = rewind.NewPlanWriter(c.PlanOut, header); err != nil {
			return o, fmt.Errorf("--plan-out: %w", err)
		}
	}
	if c.BatchManifest != "" {
		if o.manifest, err = rewind.NewManifest(c.BatchManifest, header, config.Partition(region)); err != nil {
			return o, fmt.Errorf("--batch-manifest: %w", err)
		}
	}
	if c.ArchivedManifest != "" {
		o.archived = rewind.NewArchivedManifest(c.Bucket, c.ArchivedManifest)
	}
	o.undo, err = c.openUndo(to)
	return o, err
}

// fileError names the flag of the file that cannot be written.
func fileError(flag string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", flag, err)
}

func (o outputs) add(result rewind.Result) error {
	return errors.Join(
		fileError("--plan-out", o.plan.Add(result)),
		fileError("--batch-manifest", o.manifest.Add(result)),
		fileError("--archived-manifest", o.archived.Add(result)),
	)
}

// close completes the files, or leaves plans that are refused if the run failed.
func (o outputs) close(now time.Time, failed error) error {
	return errors.Join(
		fileError("--plan-out", o.plan.Close(now, failed)),
		fileError("--batch-manifest", o.manifest.Close(now, failed)),
		fileError("--archived-manifest", o.archived.Close()),
		o.undo.close(),
	)
}

// addFiles says in the report what was written, and what to do with it.
func (r *report) addFiles(c *restoreVersions, o outputs) {
	if o.archived != nil {
		r.Archived = o.archived.Paths()
	}
	if o.manifest != nil {
		r.Manifest, r.Next = c.BatchManifest, c.next(o.manifest, o.region)
	}
}

// next are the steps from a directory of --batch-manifest to the bucket as it was.
func (c *restoreVersions) next(m *rewind.Manifest, region string) []string {
	var steps []string
	add := func(when bool, format string, values ...any) {
		if when {
			steps = append(steps, fmt.Sprintf(format, values...))
		}
	}
	dir := quoted(c.BatchManifest)
	again := program + " restore versions --plan " + dir + " --region " + region
	if c.Profile != "" {
		again += " --profile " + quoted(c.Profile)
	}
	copies, jobs := len(m.Files), len(m.Jobs)
	add(true, "%s has %s for S3 Batch Operations in %s, %d by parts, %s, %d archived", dir, count(m.Copies, "copy", "copies"),
		count(copies, "job", "jobs"), m.Large, count(m.Marks, "delete marker", "delete markers"), m.Archived)
	add(m.Archived > 0, "archived versions: retrieve them with create-job-archived*.json, then write a manifest in a new directory")
	add(copies > 0, "S3 Batch Operations copies without conditions (F-RST-18): what others write until it has copied lies beneath "+
		"the copy; it is not lost, and the last step reports it")
	add(jobs > 0,
		"in create-job-*.json write your account for %s, the role of the jobs for %s, and for %s a bucket without SSE-KMS (F-RST-19)",
		rewind.AccountPlaceholder, rewind.RolePlaceholder, rewind.ManifestPlaceholder)
	if copies > 0 {
		file, store := m.Files[0], rewind.ManifestPlaceholder
		add(true, "aws s3api put-object --region %s --bucket %s --key %s/%s --body %s/%s", region, store, m.Folder, file, dir, file)
		add(true, "aws s3control create-job --region %s --cli-input-json file://%s/%s", region, dir, rewind.JobFile(file))
		add(true, "aws s3control update-job-status --region %s --account-id %s --job-id JOB_ID --requested-job-status Ready",
			region, rewind.AccountPlaceholder)
		add(copies > 1, "the same for the other files, up to %s", m.Files[copies-1])
	}
	add(m.Large+m.Marks > 0, "%s --only mark,large --apply", again)
	add(copies > 0, "%s --batch-report s3://%s/%s/reports/job-JOB_ID/manifest.json", again, rewind.ManifestPlaceholder, m.Folder)
	return steps
}
