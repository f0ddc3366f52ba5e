package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"central-s3-backup/config"
)

// restoreFiles is the command restore files.
type restoreFiles struct {
	CentralProfile string        `placeholder:"NAME" help:"AWS profile for the central account, with --from central ${noProfile}."`
	Bucket         string        `placeholder:"NAME" help:"The bucket that was backed up. It need not exist any more."`
	Workload       string        `placeholder:"NAME-ENV" help:"The workload with the recovery points (default: that of the bucket)."`
	To             string        `placeholder:"TIME" help:"The moment, such as 2026-03-02T10:00:00Z or 3h (default: the latest)."`
	From           string        `enum:"local,landing,central" default:"local" placeholder:"VAULT" help:"local, central, or landing after copy-back (default: ${default})."`
	Snapshot       bool          `help:"Use no continuous recovery point."`
	Key            []string      `xor:"keys" sep:"none" placeholder:"KEY" help:"Only this object. Repeatable."`
	Prefix         string        `xor:"keys" placeholder:"PREFIX" help:"Only objects whose keys begin with PREFIX."`
	List           bool          `xor:"do" help:"Print the objects that are there."`
	ToDir          string        `xor:"do" placeholder:"DIR" help:"Write the objects to files below DIR."`
	InPlace        bool          `xor:"do" help:"Put the objects back into the bucket, as new versions."`
	Sweep          bool          `xor:"do" help:"Delete the access points that earlier runs have left."`
	OlderThan      time.Duration `default:"1h" placeholder:"TIME" help:"With --sweep: only those of this age or older (default: ${default})."`
	Concurrency    int           `default:"8" placeholder:"N" help:"Work on up to N objects at a time, 1 to 64 (default: ${default})."`
	centralFlags
	backupFlags
	// PartAbove is for rehearsals: large objects take long to make.
	PartAbove int64 `hidden:"" default:"67108864" placeholder:"BYTES" help:"Put objects by parts if they are larger."`
}

// Validate finds mistakes in the flags that kong does not know of.
func (c *restoreFiles) Validate() error {
	switch {
	case c.Bucket == "" && !c.Sweep:
		return errors.New("--bucket: write the name of the bucket")
	case !c.Sweep && !c.List && !c.InPlace && c.ToDir == "":
		return errors.New("write --list, --to-dir DIR, --in-place or --sweep")
	case (c.InPlace || c.ToDir != "") && len(c.Key) == 0 && c.Prefix == "":
		return errors.New("write --key KEY or --prefix PREFIX; a whole bucket comes back with restore backup")
	case slices.Contains(c.Key, ""):
		return errors.New("--key: a key has at least one character")
	case c.Sweep && c.Bucket == "" && c.Workload == "" && c.From != "central":
		return errors.New("--sweep: write --workload NAME-ENV, or --from central")
	case c.Concurrency < 1 || c.Concurrency > 64:
		return fmt.Errorf("--concurrency %d: want 1 to 64", c.Concurrency)
	case c.PartAbove < minPart:
		return fmt.Errorf("--part-above %d: want at least %d", c.PartAbove, minPart)
	}
	return nil
}

// filing is one run of restore files.
type filing struct {
	command  *restoreFiles
	cfg      *config.Config
	workload config.Workload
	// reader has the recovery point. owner has the bucket, for --in-place.
	reader, owner account
	from, into    *clients
	wanted        wanted
	choice        choice
	point         accessPoint
	stdout        io.Writer

	mu     sync.Mutex // guards the report
	report filesReport
}

// filesReport is what --output json prints.
type filesReport struct {
	Bucket        string    `json:"bucket"`
	Workload      string    `json:"workload,omitempty"`
	To            time.Time `json:"to,omitzero"`
	RecoveryPoint string    `json:"recoveryPoint,omitempty"`
	Kind          string    `json:"kind,omitempty"`
	// Moment is the bucket's moment that is read.
	Moment   time.Time `json:"moment,omitzero"`
	Warnings []string  `json:"warnings,omitempty"`
	// Listed are the objects of --list.
	Listed []listed `json:"objects,omitempty"`
	// Restored counts objects with their Bytes. AlreadyThere are those that needed nothing.
	Restored     int      `json:"restored"`
	Bytes        int64    `json:"bytes"`
	AlreadyThere int      `json:"alreadyThere"`
	Failed       []failed `json:"notRestored,omitempty"`
}

type listed struct {
	Key      string    `json:"key"`
	Bytes    int64     `json:"bytes"`
	Modified time.Time `json:"modified,omitzero"`
}

type failed struct {
	Key    string `json:"key"`
	Reason string `json:"reason"`
}

// Run reads the objects through an access point, which is deleted in every case.
func (c *restoreFiles) Run(clock clock, streams streams) error {
	r, err := c.prepare(clock, streams)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(context.Background(), sameAgain)
	defer stop()
	if c.Sweep {
		return causeOf(ctx, r.sweep(ctx, clock))
	}
	if err := r.plan(ctx, clock); err != nil {
		return causeOf(ctx, err)
	}
	for _, warning := range r.report.Warnings {
		fmt.Fprintf(streams.stderr, "warning: %s\n", warning)
	}
	err = causeOf(ctx, r.read(ctx, clock))
	if left := r.remove(ctx); left != nil {
		err = errors.Join(err, left)
	}
	return r.end(err)
}

// prepare reads the configuration and the flags.
func (c *restoreFiles) prepare(clock clock, streams streams) (*filing, error) {
	r := &filing{command: c, stdout: streams.stdout}
	var err error
	if r.wanted, err = newWanted(c.Bucket, c.To, c.Snapshot, clock.now()); err != nil {
		return nil, err
	}
	if r.cfg, err = config.LoadFile(c.Config); err != nil {
		return nil, err
	}
	central := c.From == "central"
	if c.Bucket != "" || c.Workload != "" {
		if r.workload, err = workloadOf(r.cfg, c.Workload, c.Bucket); err != nil {
			return nil, err
		}
		r.owner = workloadAccount(r.cfg, r.workload, c.Profile)
	}
	r.reader = r.owner
	if central {
		region, err := c.region(r.cfg, r.workload, c.Bucket)
		if err != nil {
			return nil, err
		}
		r.reader = centralAccountIn(r.cfg, region, c.CentralProfile)
	}
	if err := c.checkRegion(r.reader); err != nil {
		return nil, err
	}
	r.report = filesReport{Bucket: c.Bucket, Workload: r.workload.ID(), To: r.wanted.to}
	return r, nil
}

// plan chooses the recovery point, and checks the bucket that objects go back into. It changes nothing.
func (r *filing) plan(ctx context.Context, clock clock) error {
	vaults := centralVaults(r.cfg, r.reader.region)
	if r.command.From != "central" {
		var err error
		if vaults, err = vaultsOf(r.cfg, r.workload, r.command.From); err != nil {
			return err
		}
	}
	var err error
	if r.from, err = r.command.connect(ctx, r.reader, clock); err != nil {
		return fmt.Errorf("nothing was read: %w", err)
	}
	if r.into = r.from; r.command.InPlace && r.command.From == "central" {
		if r.into, err = r.command.connect(ctx, r.owner, clock); err != nil {
			return fmt.Errorf("nothing was read: %w", err)
		}
	}
	if r.command.InPlace {
		if err := r.checkBucket(ctx); err != nil {
			return err
		}
	}
	points, err := r.from.listPoints(ctx, r.command.Bucket, vaults)
	if err != nil {
		return err
	}
	points = slices.DeleteFunc(points, func(p recoveryPoint) bool { // the bucket's name may have belonged to another account before
		return r.command.From == "central" && p.source != "" && !strings.Contains(p.source, ":"+r.workload.Account+":")
	})
	if r.choice, err = r.wanted.choose(points); err != nil {
		if len(points) == 0 {
			other := ""
			if r.command.From == "central" {
				other = elsewhere(r.cfg, r.reader.region)
			}
			return fmt.Errorf("%w in %s of %s%s", err, strings.Join(vaults, ", "), r.reader, other)
		}
		return err
	}
	r.report.RecoveryPoint, r.report.Kind, r.report.Moment = r.choice.arn, r.choice.kind(), r.choice.moment
	r.report.Warnings = append(r.wanted.warnings(r.choice), r.leftOver(ctx)...)
	return nil
}

// checkBucket refuses a bucket in which the earlier versions would be lost.
func (r *filing) checkBucket(ctx context.Context) error {
	name := r.command.Bucket
	output, err := r.into.s3.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &name})
	switch {
	case statusOf(err) == 404:
		return fmt.Errorf("--in-place: bucket %s does not exist; restore it with %s", name,
			r.command.again("restore backup", "--bucket", name))
	case err != nil:
		return r.owner.explain(err)
	case output.Status != types.BucketVersioningStatusEnabled:
		return fmt.Errorf("--in-place: versioning of bucket %s is not enabled, so what is there would be overwritten for good (F-S3-1); "+
			"write --to-dir DIR", name)
	}
	return nil
}

// end prints the report, and chooses the exit code.
func (r *filing) end(err error) error {
	slices.SortFunc(r.report.Failed, func(a, b failed) int { return strings.Compare(a.Key, b.Key) })
	if r.command.Output == "json" {
		text, _ := json.MarshalIndent(&r.report, "", "  ") // of texts and numbers
		fmt.Fprintln(r.stdout, string(text))
	} else if r.point.alias != "" {
		fmt.Fprint(r.stdout, r.text())
	}
	if err != nil {
		return err
	}
	if n := len(r.report.Failed); n > 0 {
		return &exitError{exitSomeNotRestored, fmt.Errorf("%s not restored", count(n, "object was", "objects were"))}
	}
	if r.report.Restored+r.report.AlreadyThere+len(r.report.Listed) == 0 {
		return fmt.Errorf("the recovery point has no %s; look at what it has with %s", r.scope(),
			r.command.again("restore files", "--bucket", r.command.Bucket)+" --list")
	}
	return nil
}

// scope names the objects in a sentence.
func (r *filing) scope() string {
	switch {
	case r.command.Prefix != "":
		return "key with prefix " + r.command.Prefix
	case len(r.command.Key) > 0:
		return "object " + strings.Join(r.command.Key, ", ")
	}
	return "object"
}

// text is the report for people.
func (r *filing) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "bucket %s as it was at %s\n", r.report.Bucket, stamp(r.report.Moment))
	fmt.Fprintf(&b, "recovery point  %s (%s)\n", r.report.RecoveryPoint, r.report.Kind)
	if r.command.List {
		for _, object := range r.report.Listed {
			fmt.Fprintf(&b, "%s\t%s\t%d\n", stamp(object.Modified), printable(object.Key), object.Bytes)
		}
		return b.String()
	}
	where := "to " + r.command.ToDir
	if r.command.InPlace {
		where = "into the bucket"
	}
	fmt.Fprintf(&b, "restored        %s, %s, %s\n", count(r.report.Restored, "object", "objects"), size(r.report.Bytes), where)
	if r.report.AlreadyThere > 0 {
		fmt.Fprintf(&b, "already there   %s\n", count(r.report.AlreadyThere, "object", "objects"))
	}
	for _, f := range r.report.Failed {
		fmt.Fprintf(&b, "not restored    %s: %s\n", printable(f.Key), f.Reason)
	}
	return b.String()
}
