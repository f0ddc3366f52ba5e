package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"central-s3-backup/config"
)

// lookContinuous looks whether the continuous backup of each bucket goes on (F-S3-13).
func (p *place) lookContinuous(ctx context.Context) error {
	for _, use := range p.cfg.TierUses(*p.workload) {
		if use.Tier.ContinuousBackup == nil {
			continue
		}
		vault := p.cfg.TierName(*p.workload, use.Tier)
		for _, b := range use.Buckets {
			subject := "continuous backup of bucket " + b.Name
			points, err := p.recoveryPoints(ctx, b.Name, vault)
			if err != nil {
				if err := p.unread(subject, err); err != nil {
					return err
				}
				continue
			}
			points = slices.DeleteFunc(points, func(point recoveryPoint) bool { return !point.continuous })
			goesOn := slices.IndexFunc(points, func(point recoveryPoint) bool {
				return point.status == types.RecoveryPointStatusAvailable || point.status == types.RecoveryPointStatusCompleted
			})
			switch {
			case goesOn >= 0:
				p.ok(subject, "it goes on since "+stamp(points[goesOn].created))
			case len(points) == 0:
				p.unknown(subject, "there is no continuous recovery point; if the bucket is not new, look at its backup jobs")
			case points[len(points)-1].stopped():
				p.wrong(
					subject,
					fmt.Sprintf("%s is STOPPED: changes since then do not come back (F-S3-13); versioning, EventBridge or the rule's "+
						"retention changed; the plan's next backup starts another", points[len(points)-1].arn),
					p.command.again("preflight", "--workload", p.workload.ID())+" --fix, if EventBridge is off",
				)
			default:
				last := points[len(points)-1]
				p.unknown(subject, fmt.Sprintf("%s is %s%s", last.arn, last.status, before(": ", last.message)))
			}
		}
	}
	return nil
}

// recoveryPoints are those of a bucket, oldest first.
func (p *place) recoveryPoints(ctx context.Context, bucket, vault string) ([]recoveryPoint, error) {
	var all []recoveryPoint
	pages := backup.NewListRecoveryPointsByBackupVaultPaginator(p.backup, &backup.ListRecoveryPointsByBackupVaultInput{
		BackupVaultName: aws.String(vault), ByResourceArn: aws.String(p.bucketARN(bucket)),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for i := range page.RecoveryPoints {
			all = append(all, pointOf(&page.RecoveryPoints[i], vault))
		}
	}
	slices.SortStableFunc(all, func(a, b recoveryPoint) int { return a.created.Compare(b.created) })
	return all, nil
}

// leftAfter is the age at which an access point counts as left: no command and no restore test needs one for so long.
const leftAfter = 24 * time.Hour

// lookAccessPoints looks for access points that were left: while one is there, its recovery point cannot expire (F-RST-13).
func (p *place) lookAccessPoints(ctx context.Context) error {
	const subject = "backup access points"
	found := 0
	pages := backup.NewListBackupAccessPointsPaginator(p.backup, &backup.ListBackupAccessPointsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return p.unread(subject, err)
		}
		for _, point := range page.BackupAccessPoints {
			name, old := aws.ToString(point.Name), p.now.Sub(aws.ToTime(point.CreationTime))
			if !strings.HasPrefix(name, p.cfg.AccessPointPrefix()) || old < leftAfter || point.Status == types.AccessPointStatusDeleting {
				continue
			}
			found++
			p.wrong(subject, fmt.Sprintf("%s was left %s ago, and %s cannot expire while it is there (F-RST-13)", name, age(old),
				aws.ToString(point.RecoveryPointArn)),
				p.aws("backup", "delete-backup-access-point", "--access-point-arn", aws.ToString(point.AccessPointArn)))
		}
	}
	if found == 0 {
		p.ok(subject, "none was left")
	}
	return nil
}

// limit is a quota of AWS Backup. AWS documents its usual value (F-LIM-1), and Service Quotas knows the present one by a
// name, which is not documented: it is looked for by its words.
type limit struct {
	subject, fact string
	usual         int64
	words         []string
}

// lookLimit compares a number with a quota. Service Quotas is asked where there is more than is usual.
func (p *place) lookLimit(ctx context.Context, of limit, n int64) error {
	if n <= of.usual {
		p.ok(of.subject, fmt.Sprintf("%d; the usual quota is %d (%s)", n, of.usual, of.fact))
		return nil
	}
	pages := servicequotas.NewListServiceQuotasPaginator(
		p.quotas,
		&servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("backup")},
	)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return p.unread(fmt.Sprintf("%s: %d; the usual quota is %d (%s)", of.subject, n, of.usual, of.fact), err)
		}
		for _, quota := range page.Quotas {
			name := strings.ToLower(aws.ToString(quota.QuotaName))
			if slices.ContainsFunc(of.words, func(word string) bool { return !strings.Contains(name, word) }) {
				continue
			}
			if value := int64(aws.ToFloat64(quota.Value)); n <= value {
				p.ok(of.subject, fmt.Sprintf("%d; the quota is %d (%s)", n, value, of.fact))
			} else {
				p.wrong(of.subject, fmt.Sprintf("%d; the quota is %d, and what is above it is not backed up (%s)", n, value, of.fact),
					p.aws("service-quotas", "request-service-quota-increase", "--service-code", "backup",
						"--quota-code", aws.ToString(quota.QuotaCode), "--desired-value", strconv.FormatInt(2*n, 10)))
			}
			return nil
		}
	}
	p.unknown(of.subject, fmt.Sprintf("%d; the usual quota is %d (%s), and Service Quotas does not tell another", n, of.usual, of.fact))
	return nil
}

// lookNumber looks whether a vault has room for recovery points.
func (p *place) lookNumber(subject string, n int64) {
	p.numbers = append(p.numbers, number{subject, n})
}

// number is how many recovery points a vault has.
type number struct {
	vault string
	n     int64
}

// lookQuotas looks at quotas of the account and Region.
func (p *place) lookQuotas(ctx context.Context) error {
	for _, of := range p.numbers {
		err := p.lookLimit(ctx, limit{"recovery points of " + of.vault, "F-LIM-1", 1_000_000, []string{"recovery points", "vault"}}, of.n)
		if err != nil {
			return err
		}
	}
	if p.workload == nil {
		return nil
	}
	const subject = "buckets with backups"
	buckets := map[string]bool{}
	for _, w := range p.cfg.Workloads {
		for _, use := range p.cfg.TierUses(w) {
			for _, b := range use.Buckets {
				if w.Account == p.account.id && use.Tier.BackedUp() {
					buckets[p.bucketARN(b.Name)] = true
				}
			}
		}
	}
	pages := backup.NewListProtectedResourcesPaginator(p.backup, &backup.ListProtectedResourcesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return p.unread(subject, err)
		}
		for _, resource := range page.Results {
			if aws.ToString(resource.ResourceType) == "S3" {
				buckets[aws.ToString(resource.ResourceArn)] = true
			}
		}
	}
	return p.lookLimit(ctx, limit{subject, "F-S3-15", 100, []string{"s3", "bucket"}}, int64(len(buckets)))
}

// lookRestoreTests looks whether restores are tested in time.
func (p *place) lookRestoreTests(ctx context.Context) error {
	name, schedule, buckets := p.tests()
	if name == "" {
		return nil
	}
	subject := "restore testing plan " + name
	plan, plans, err := p.plan(ctx, name)
	if err != nil {
		return p.unread(subject, err)
	}
	if err := p.lookLimit(ctx, limit{"restore testing plans", "F-LIM-4", 100, []string{"restore testing plan"}}, plans); err != nil {
		return err
	}
	hours := config.RestoreTestHours(schedule)
	switch {
	case plan == nil:
		p.wrong(subject, "it does not exist, so no restore is tested", p.deploy())
		return nil
	case hours == 0:
		p.unknown(subject, "it is there; how often "+schedule+" runs is not known")
		return nil
	}
	p.ok(subject, "it is there")
	within := time.Duration(hours) * time.Hour
	validated, err := p.validated(ctx, aws.ToString(plan.RestoreTestingPlanArn), p.now.Add(-within))
	if err != nil {
		return p.unread(subject, err)
	}
	young := p.now.Sub(aws.ToTime(plan.CreationTime)) < within
	slices.Sort(buckets)
	for _, bucket := range slices.Compact(buckets) {
		subject := "restore tests of bucket " + bucket
		switch at := validated[p.bucketARN(bucket)]; {
		case !at.IsZero():
			p.ok(subject, "the last successful one was at "+stamp(at))
		case young:
			p.unknown(subject, "none was successful yet; the plan is from "+stamp(aws.ToTime(plan.CreationTime)))
		default:
			p.wrong(subject, fmt.Sprintf("none was successful in the last %s", age(within)), p.aws("backup", "list-restore-jobs",
				"--by-restore-testing-plan-arn", aws.ToString(plan.RestoreTestingPlanArn)))
		}
	}
	return nil
}

// plan finds a restore testing plan by its name, and counts all of the account and Region.
func (p *place) plan(ctx context.Context, name string) (found *types.RestoreTestingPlanForList, n int64, err error) {
	pages := backup.NewListRestoreTestingPlansPaginator(p.backup, &backup.ListRestoreTestingPlansInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, 0, err
		}
		n += int64(len(page.RestoreTestingPlans))
		for i := range page.RestoreTestingPlans {
			if aws.ToString(page.RestoreTestingPlans[i].RestoreTestingPlanName) == name {
				found = &page.RestoreTestingPlans[i]
			}
		}
	}
	return found, n, nil
}

// validated are the last successful tests of buckets, by the bucket's ARN.
func (p *place) validated(ctx context.Context, plan string, after time.Time) (map[string]time.Time, error) {
	last := map[string]time.Time{}
	pages := backup.NewListRestoreJobsPaginator(p.backup, &backup.ListRestoreJobsInput{
		ByRestoreTestingPlanArn: aws.String(plan), ByCompleteAfter: aws.Time(after.UTC()),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, job := range page.RestoreJobs {
			bucket, at := aws.ToString(job.SourceResourceArn), aws.ToTime(job.CompletionDate)
			if job.ValidationStatus == types.RestoreValidationStatusSuccessful && at.After(last[bucket]) {
				last[bucket] = at
			}
		}
	}
	return last, nil
}
