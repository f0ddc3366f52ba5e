package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"central-s3-backup/config"
)

// restoreBackup is the command restore backup.
type restoreBackup struct {
	Bucket       string   `required:"" placeholder:"NAME" help:"The bucket that was backed up. It need not exist any more."`
	Workload     string   `placeholder:"NAME-ENV" help:"The workload with the recovery points (default: that of the bucket)."`
	To           string   `placeholder:"TIME" help:"The moment, such as 2026-03-02T10:00:00Z or 3h (default: the latest)."`
	From         string   `enum:"local,landing" default:"local" placeholder:"VAULT" help:"local, or landing after copy-back (default: ${default})."`
	Snapshot     bool     `help:"Use no continuous recovery point."`
	Into         string   `placeholder:"NAME" help:"Restore into this bucket (default: a new one, BUCKET-restored-YYYYMMDDhhmm)."`
	IntoNonempty bool     `help:"Accept that the bucket of --into has objects. They stay as they are."`
	FillGaps     bool     `help:"Restore into the bucket itself, where nothing but missing keys comes back."`
	Item         []string `sep:"none" placeholder:"PATH" help:"Only this object, or this folder if it ends in /. Up to five times."`
	Versions     string   `placeholder:"N" help:"Restore the latest N versions of each object, or all (default: the latest one)."`
	Encryption   string   `enum:"tier,SSE-S3,original" default:"tier" placeholder:"FORM" help:"tier, SSE-S3 or original (default: ${default})."`
	Follow       string   `placeholder:"JOB" help:"Follow this restore job, and start none."`
	Verify       bool     `help:"Compare keys and sizes with the recovery point when the job has completed."`
	DryRun       bool     `help:"Say what would be done, and change nothing."`
	backupFlags
}

// maxItems is how many items a restore job takes (F-RST-1).
const maxItems = 5

// Validate finds mistakes in the flags that kong does not know of.
func (c *restoreBackup) Validate() error {
	switch n, err := strconv.Atoi(c.Versions); {
	case c.Bucket == "":
		return errNoBucket
	case c.FillGaps && c.Into != "" && c.Into != c.Bucket:
		return fmt.Errorf("--fill-gaps restores into %s itself; leave out --into %s", c.Bucket, c.Into)
	case c.Into == c.Bucket && !c.FillGaps:
		return fmt.Errorf("--into %s: a restore overwrites nothing, so objects that were changed stay changed (F-RST-3); "+
			"leave out --into, or write --fill-gaps to bring back missing keys alone", c.Into)
	case c.Verify && c.Follow != "":
		return errors.New("--verify needs the recovery point, which --follow does not choose; write the same command with --to and without " +
			"--follow")
	case len(c.Item) > maxItems:
		return fmt.Errorf("--item: got %d; want at most %d (F-RST-1); name a folder, as reports/2026/", len(c.Item), maxItems)
	case c.Versions != "" && c.Versions != "all" && (err != nil || n < 1):
		return fmt.Errorf("--versions %s: want a number from 1, or all", c.Versions)
	}
	for _, item := range c.Item {
		if strings.HasPrefix(item, "s3://") && !strings.HasPrefix(item, "s3://"+c.Bucket+"/") {
			return fmt.Errorf("--item %s: want an object or a folder of bucket %s", item, c.Bucket)
		}
		if strings.TrimPrefix(item, "s3://"+c.Bucket+"/") == "" {
			return errors.New("--item: want the key of an object, or a folder; without --item, everything is restored")
		}
	}
	return nil
}

// Run restores, or says what that would do.
func (c *restoreBackup) Run(clock clock, streams streams) error {
	r, err := c.prepare(clock)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(context.Background(), "run the same command again: it finds the job, if one was started")
	defer stop()
	return r.run(ctx, clock, streams)
}

// run does all that needs AWS.
func (r *restoring) run(ctx context.Context, clock clock, streams streams) error {
	var err error
	if r.clients, err = r.command.connect(ctx, r.account, clock); err != nil {
		return causeOf(ctx, fmt.Errorf("nothing was started: %w", err))
	}
	if r.command.Follow != "" {
		r.report.Job = r.command.Follow
		return r.follow(ctx, clock, streams)
	}
	if err := r.plan(ctx, clock.now()); err != nil {
		return causeOf(ctx, err)
	}
	for _, warning := range r.report.Warnings {
		fmt.Fprintf(streams.stderr, "warning: %s\n", warning)
	}
	if r.command.DryRun {
		return printReport(streams.stdout, r.command.Output, r.report, r.text)
	}
	if err := r.start(ctx); err != nil {
		return causeOf(ctx, err)
	}
	return r.follow(ctx, clock, streams)
}

// causeOf is why the context ended, if it did, and else the error.
func causeOf(ctx context.Context, err error) error {
	if _, coded := errors.AsType[*exitError](err); err != nil && ctx.Err() != nil && !coded {
		return context.Cause(ctx)
	}
	return err
}

// restoring is one run of restore backup.
type restoring struct {
	command  *restoreBackup
	cfg      *config.Config
	workload config.Workload
	account  account
	wanted   wanted
	clients  *clients
	choice   choice
	report   restoreReport
	// created says that this run created the bucket.
	created bool
}

// restoreReport is what --output json prints.
type restoreReport struct {
	Bucket        string    `json:"bucket"`
	Workload      string    `json:"workload"`
	Account       string    `json:"account"`
	Region        string    `json:"region"`
	To            time.Time `json:"to,omitzero"`
	RecoveryPoint string    `json:"recoveryPoint,omitempty"`
	Kind          string    `json:"kind,omitempty"`
	Vault         string    `json:"vault,omitempty"`
	// Moment is the bucket's moment that comes back.
	Moment time.Time `json:"moment,omitzero"`
	Into   string    `json:"into,omitempty"`
	// NewBucket says that the command creates the bucket, or has created it before.
	NewBucket bool              `json:"newBucket,omitempty"`
	Role      string            `json:"role,omitempty"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	Warnings  []string          `json:"warnings,omitempty"`
	DryRun    bool              `json:"dryRun,omitempty"`
	Job       string            `json:"job,omitempty"`
	Status    string            `json:"status,omitempty"`
	Message   string            `json:"message,omitempty"`
	Started   time.Time         `json:"started,omitzero"`
	Ended     time.Time         `json:"ended,omitzero"`
	Bytes     int64             `json:"bytes,omitempty"`
	// Comparison is what --verify found.
	Comparison *comparison `json:"comparison,omitempty"`
}

// prepare reads the configuration and the flags.
func (c *restoreBackup) prepare(clock clock) (*restoring, error) {
	r := &restoring{command: c}
	var err error
	if r.wanted, err = newWanted(c.Bucket, c.To, c.Snapshot, clock.now()); err != nil {
		return nil, err
	}
	if r.cfg, err = config.LoadFile(c.Config); err != nil {
		return nil, err
	}
	if r.workload, err = workloadOf(r.cfg, c.Workload, c.Bucket); err != nil {
		return nil, err
	}
	r.account = workloadAccount(r.cfg, r.workload, c.Profile)
	if err := c.checkRegion(r.account); err != nil {
		return nil, err
	}
	r.report = restoreReport{
		Bucket: c.Bucket, Workload: r.workload.ID(), Account: r.account.id, Region: r.account.region, To: r.wanted.to, DryRun: c.DryRun,
		Role: r.cfg.WorkloadRoleARN(r.workload, r.cfg.RestoreRoleName(r.workload)),
	}
	return r, nil
}

// vaultsOf are the vaults of a workload that may have recovery points of its buckets: a bucket may have had another tier.
func vaultsOf(cfg *config.Config, w config.Workload, from string) ([]string, error) {
	if from == "landing" {
		if !cfg.Copies(w) {
			return nil, fmt.Errorf("--from landing: %s has no landing vault, because none of its tiers is copied to the central account", w.ID())
		}
		return []string{cfg.LandingVaultName(w)}, nil
	}
	var vaults []string
	for _, use := range cfg.TierUses(w) {
		if use.Tier.BackedUp() {
			vaults = append(vaults, cfg.TierName(w, use.Tier))
		}
		if use.Tier.AirGapped != nil {
			vaults = append(vaults, cfg.AirGappedVaultName(w, use.Tier))
		}
	}
	if len(vaults) == 0 {
		return nil, fmt.Errorf("no tier of %s has backups; a versioned bucket comes back with restore versions", w.ID())
	}
	return vaults, nil
}

// plan chooses the recovery point and the bucket, and checks both. It changes nothing.
func (r *restoring) plan(ctx context.Context, now time.Time) error {
	vaults, err := vaultsOf(r.cfg, r.workload, r.command.From)
	if err != nil {
		return err
	}
	points, err := r.clients.listPoints(ctx, r.command.Bucket, vaults)
	if err != nil {
		return err
	}
	if r.choice, err = r.wanted.choose(points); err != nil {
		if len(points) == 0 {
			return fmt.Errorf("%w in %s of %s; %s", err, strings.Join(vaults, ", "), r.account, r.whereElse())
		}
		return err
	}
	r.report.Warnings = r.wanted.warnings(r.choice)
	r.report.RecoveryPoint, r.report.Kind, r.report.Vault = r.choice.arn, r.choice.kind(), r.choice.vault
	r.report.Moment, r.report.Bytes = r.choice.moment, r.choice.bytes
	if err := r.destination(ctx); err != nil {
		return err
	}
	more, err := r.metadata(ctx)
	r.report.Warnings = append(r.report.Warnings, more...)
	if err != nil || r.command.To != "" {
		return err
	}
	return r.unfinished(ctx, now)
}

// whereElse says where else recovery points may be.
func (r *restoring) whereElse() string {
	if r.command.From == "landing" {
		return "bring one there with " + r.command.again("copy-back", "--workload", r.workload.ID(), "--bucket", r.command.Bucket)
	}
	if r.cfg.Copies(r.workload) {
		return "the central account may have a copy: " +
			r.command.again("copy-back", "--workload", r.workload.ID(), "--bucket", r.command.Bucket)
	}
	return "a versioned bucket comes back with restore versions"
}

// metadata is that of the job. RestoreACLs is always false: buckets of the app have no ACLs (F-RST-5).
func (r *restoring) metadata(ctx context.Context) (warnings []string, err error) {
	c := r.command
	m := map[string]string{"DestinationBucketName": r.report.Into, "RestoreACLs": "false"}
	if r.choice.continuous {
		m["RestoreTime"] = stamp(r.choice.moment)
	}
	if len(c.Item) > 0 {
		items := make([]string, len(c.Item))
		for i, item := range c.Item {
			items[i] = "s3://" + c.Bucket + "/" + strings.TrimPrefix(item, "s3://"+c.Bucket+"/")
		}
		text, _ := json.Marshal(items) // of texts
		m["ItemsToRestore"] = string(text)
	}
	if c.Versions != "" {
		m["RestoreLatestVersionsUpTo"] = c.Versions
	}
	switch c.Encryption {
	case "original":
		if source := regionOf(r.choice.source); source != "" && source != r.account.region {
			return nil, fmt.Errorf("--encryption original: the copy comes from %s, and AWS Backup does not restore a copy of another Region so "+
				"(F-RST-4); "+
				"leave out --encryption", source)
		}
		m["EncryptionType"] = "original"
	case "SSE-S3":
		m["EncryptionType"] = "SSE-S3"
	default:
		key, warning := r.key(ctx)
		m["EncryptionType"] = "SSE-S3"
		if key != "" {
			m["EncryptionType"], m["KMSKey"] = "SSE-KMS", key
		}
		if warning != "" {
			warnings = append(warnings, warning)
		}
	}
	r.report.Metadata = m
	return warnings, nil
}

// regionOf is the Region in an ARN. Empty: there is none.
func regionOf(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 3 {
		return parts[3]
	}
	return ""
}

// text is the report for people.
func (r *restoring) text() string {
	var b strings.Builder
	line := namedLines(&b)
	state := r.report.Status
	if r.command.DryRun {
		state = "dry run, nothing was changed"
	}
	if r.report.RecoveryPoint == "" {
		fmt.Fprintf(&b, "restore job %s: %s\n", r.report.Job, state)
	} else {
		fmt.Fprintf(&b, "bucket %s as it was at %s: %s\n", r.report.Bucket, stamp(r.report.Moment), state)
		line("recovery point", r.report.RecoveryPoint+" ("+r.report.Kind+", "+size(r.report.Bytes)+")")
	}
	into := r.report.Into
	if r.report.NewBucket {
		into += ", created for this"
	}
	line("into", into)
	m := r.report.Metadata
	line("items", m["ItemsToRestore"])
	line("versions", m["RestoreLatestVersionsUpTo"])
	encryption := m["EncryptionType"]
	if m["KMSKey"] != "" {
		encryption += " with " + m["KMSKey"]
	}
	line("encryption", encryption)
	if r.command.DryRun {
		line("role", r.report.Role)
		return b.String()
	}
	line("job", r.report.Job)
	if !r.report.Ended.IsZero() {
		line("took", age(r.report.Ended.Sub(r.report.Started)))
	}
	line("message", r.report.Message)
	if r.report.Comparison != nil {
		line("compared", r.report.Comparison.text())
	}
	return b.String()
}
