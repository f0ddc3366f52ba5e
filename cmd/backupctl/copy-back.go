package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"

	"central-s3-backup/config"
)

// copyBack is the command copy-back.
type copyBack struct {
	CentralProfile string `placeholder:"NAME" help:"AWS profile for the central account ${noProfile}."`
	Workload       string `required:"" placeholder:"NAME-ENV" help:"The workload that was backed up."`
	Bucket         string `required:"" placeholder:"NAME" help:"The bucket that was backed up. It need not exist any more."`
	To             string `placeholder:"TIME" help:"The newest copy of this time or before, as 2026-03-02T10:00:00Z or 3h (default: the newest)."`
	IntoWorkload   string `placeholder:"NAME-ENV" help:"Copy into the account of this workload (default: that of --workload)."`
	ThenRestore    bool   `help:"Then restore the bucket, as restore backup --from landing does. Needs both profiles."`
	DryRun         bool   `help:"Say what would be done, and change nothing."`
	centralFlags
	backupFlags
}

// Validate finds mistakes in the flags that kong does not know of.
func (c *copyBack) Validate() error {
	if c.Bucket == "" {
		return errNoBucket
	}
	return nil
}

// copying is one run of copy-back.
type copying struct {
	command    *copyBack
	cfg        *config.Config
	from, into config.Workload
	// central runs the copy. target receives it. clients are those of the central account.
	central, target account
	wanted          wanted
	clients         *clients
	// landing has the clients of the target's account. Nil: its credentials were not given.
	landing *clients
	// gone says that the copy of an earlier job was deleted.
	gone   bool
	choice choice
	report copyReport
}

// copyReport is what --output json prints.
type copyReport struct {
	Bucket        string    `json:"bucket"`
	Workload      string    `json:"workload"`
	IntoWorkload  string    `json:"intoWorkload"`
	To            time.Time `json:"to,omitzero"`
	RecoveryPoint string    `json:"recoveryPoint,omitempty"`
	// Created is the bucket's moment in the copy.
	Created     time.Time `json:"created,omitzero"`
	Bytes       int64     `json:"bytes,omitempty"`
	Vault       string    `json:"vault,omitempty"`
	Destination string    `json:"destination"`
	Role        string    `json:"role"`
	// DeleteAfterDays counts from Created (F-RST-15).
	DeleteAfterDays int       `json:"deleteAfterDays,omitempty"`
	Expires         time.Time `json:"expires,omitzero"`
	Warnings        []string  `json:"warnings,omitempty"`
	DryRun          bool      `json:"dryRun,omitempty"`
	Job             string    `json:"job,omitempty"`
	State           string    `json:"state,omitempty"`
	Message         string    `json:"message,omitempty"`
	Started         time.Time `json:"started,omitzero"`
	Ended           time.Time `json:"ended,omitzero"`
	// Landed is the recovery point in the landing vault.
	Landed string `json:"landed,omitempty"`
	// Next is the command that restores it.
	Next string `json:"next,omitempty"`
}

// Run copies back, or says what that would do.
func (c *copyBack) Run(clock clock, streams streams) error {
	r, err := c.prepare(clock)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(context.Background(), "run the same command again: it follows the job, if one was started")
	defer stop()
	if err := r.run(ctx, clock, streams); err != nil {
		return causeOf(ctx, err)
	}
	if !c.ThenRestore || c.DryRun {
		return nil
	}
	restoring, err := r.restore().prepare(clock)
	if err != nil {
		return err
	}
	return restoring.run(ctx, clock, streams)
}

// prepare reads the configuration and the flags.
func (c *copyBack) prepare(clock clock) (*copying, error) {
	r := &copying{command: c}
	var err error
	if r.wanted, err = newWanted(c.Bucket, c.To, true, clock.now()); err != nil {
		return nil, err
	}
	if r.cfg, err = config.LoadFile(c.Config); err != nil {
		return nil, err
	}
	if r.from, err = workloadOf(r.cfg, c.Workload, c.Bucket); err != nil {
		return nil, err
	}
	if r.into = r.from; c.IntoWorkload != "" {
		if r.into, err = workloadOf(r.cfg, c.IntoWorkload, c.Bucket); err != nil {
			return nil, fmt.Errorf("--into-%s", strings.TrimPrefix(err.Error(), "--"))
		}
	}
	switch {
	case !r.cfg.Copies(r.from):
		return nil, fmt.Errorf(
			"--workload %s: none of its tiers is copied to the central account, so there is no copy to bring back",
			c.Workload,
		)
	case !r.cfg.Copies(r.into):
		return nil, fmt.Errorf("--into-workload %s: it has no landing vault, because none of its tiers is copied to the central account",
			c.IntoWorkload)
	}
	region, err := c.region(r.cfg, r.from, c.Bucket)
	if err != nil {
		return nil, err
	}
	r.central, r.target = centralAccountIn(r.cfg, region, c.CentralProfile), workloadAccount(r.cfg, r.into, c.Profile)
	if err := c.checkRegion(r.target); err != nil {
		return nil, err
	}
	r.report = copyReport{
		Bucket: c.Bucket, Workload: r.from.ID(), IntoWorkload: r.into.ID(), To: r.wanted.to, DryRun: c.DryRun,
		Destination: r.cfg.LandingVaultARN(r.into), Role: r.cfg.CentralRoleARN(r.cfg.CopyBackRoleName()),
	}
	return r, nil
}

// restore is the command that restores what has landed.
func (r *copying) restore() *restoreBackup {
	c := &restoreBackup{
		backupFlags: r.command.backupFlags, Bucket: r.command.Bucket, To: stamp(r.choice.created), From: "landing", Encryption: "tier",
	}
	if !r.into.HasBucket(c.Bucket) {
		c.Workload = r.into.ID()
	}
	return c
}

func (r *copying) run(ctx context.Context, clock clock, streams streams) error {
	var err error
	if r.command.ThenRestore || r.command.Profile != "" {
		if err := r.checkLanding(ctx, clock); err != nil {
			return err
		}
	}
	if r.clients, err = r.command.connect(ctx, r.central, clock); err != nil {
		return fmt.Errorf("nothing was started: %w", err)
	}
	if err := r.plan(ctx); err != nil {
		return err
	}
	for _, warning := range r.report.Warnings {
		fmt.Fprintf(streams.stderr, "warning: %s\n", warning)
	}
	if r.command.DryRun {
		return printReport(streams.stdout, r.command.Output, r.report, r.text)
	}
	if err := r.start(ctx); err != nil {
		return err
	}
	return r.follow(ctx, clock, streams)
}

// checkLanding looks whether the landing vault is deployed. A job into none fails after hours (F-COPY-10).
func (r *copying) checkLanding(ctx context.Context, clock clock) error {
	var err error
	if r.landing, err = r.command.connect(ctx, r.target, clock); err != nil {
		return fmt.Errorf("nothing was started: %w", err)
	}
	vault := r.cfg.LandingVaultName(r.into)
	_, err = r.landing.backup.DescribeBackupVault(ctx, &backup.DescribeBackupVaultInput{BackupVaultName: aws.String(vault)})
	if err != nil {
		return r.landing.explainVault(err, vault)
	}
	return nil
}

// plan chooses the copy, and how long it stays.
func (r *copying) plan(ctx context.Context) error {
	vaults := centralVaults(r.cfg, r.central.region)
	if r.central.region == r.cfg.Central.Region {
		for _, retained := range r.cfg.Central.RetainedVaults {
			vaults = append(vaults, retained.Name)
		}
	}
	points, err := r.clients.listPoints(ctx, r.command.Bucket, vaults)
	if err != nil {
		return err
	}
	// The bucket's name may have belonged to another account before.
	points = slices.DeleteFunc(points, func(p recoveryPoint) bool {
		return p.source != "" && !strings.Contains(p.source, ":"+r.from.Account+":")
	})
	if r.choice, err = r.wanted.choose(points); err != nil {
		if len(points) == 0 {
			return fmt.Errorf("%w of %s in %s of %s%s", err, r.from.ID(), strings.Join(vaults, ", "), r.central,
				elsewhere(r.cfg, r.central.region))
		}
		return err
	}
	days := landingDays(r.wanted.now.Sub(r.choice.created), r.cfg.Restore.LandingDays)
	if days > config.MaxRetentionDays {
		return fmt.Errorf("the copy %s is so old that its retention would be %d days; AWS Backup takes at most %d (F-RST-15)",
			r.choice.arn, days, config.MaxRetentionDays)
	}
	r.report.RecoveryPoint, r.report.Created, r.report.Vault = r.choice.arn, r.choice.created, r.choice.vault
	r.report.Bytes, r.report.DeleteAfterDays, r.report.Expires = r.choice.bytes, days, r.choice.created.AddDate(0, 0, days)
	r.report.Warnings = r.wanted.warnings(r.choice)
	return nil
}

// landingDays is the retention of a copy that comes back. AWS Backup counts it from the creation of the source, so that a short one
// would expire on arrival (F-RST-15).
func landingDays(age time.Duration, stay int) int {
	const day = 24 * time.Hour
	return int((age+day-1)/day) + stay
}

// text is the report for people.
func (r *copying) text() string {
	var b strings.Builder
	line := namedLines(&b)
	state := r.report.State
	if r.command.DryRun {
		state = "dry run, nothing was changed"
	}
	fmt.Fprintf(&b, "bucket %s as it was at %s: %s\n", r.report.Bucket, stamp(r.report.Created), state)
	line("copy", r.report.RecoveryPoint+" ("+size(r.report.Bytes)+")")
	line("into", r.report.Destination)
	line("stays until", fmt.Sprintf("%s, %d days after the backup was made", stamp(r.report.Expires), r.report.DeleteAfterDays))
	if r.command.DryRun {
		line("role", r.report.Role)
		return b.String()
	}
	line("job", r.report.Job)
	if !r.report.Ended.IsZero() {
		line("took", age(r.report.Ended.Sub(r.report.Started)))
	}
	line("message", r.report.Message)
	line("landed", r.report.Landed)
	line("restore it", r.report.Next)
	return b.String()
}

var errManyCopies = errors.New("too many copy jobs of this request have failed")
