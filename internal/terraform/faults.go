package terraform

import (
	"path/filepath"
	"slices"
	"strings"

	"central-s3-backup/config"
)

func (d *directory) findFaults() {
	for _, p := range d.plans {
		d.planFaults(p)
	}
	d.bucketFaults()
	d.keyFaults()
	d.vaultFaults()
}

// week is the completion window that AWS Backup itself takes, in minutes.
const week = 7 * 24 * 60

func (d *directory) planFaults(p *plan) {
	for _, r := range p.rules {
		if minutes, ok := r.completion.number(); ok && minutes < week {
			d.fault(r.completion.at, "the completion window of %d minutes cancels a first backup, which can take days; want %d [F-S3-19]",
				minutes, week)
		}
		switch {
		case r.continuous && r.keep.days == 0:
			d.fault(r.keep.at, "a continuous backup needs delete_after, of at most %d days [F-S3-5]", config.MaxContinuousRetentionDays)
		case r.continuous && r.keep.days > config.MaxContinuousRetentionDays:
			d.fault(r.keep.at, "a continuous backup is kept %d days at most; got %d; want a second rule without enable_continuous_backup "+
				"[F-S3-5, F-S3-8]", config.MaxContinuousRetentionDays, r.keep.days)
		}
		d.coldFault(r.keep)
		d.lockFault(r.keep, "backups", p.vault, false)
		for _, c := range r.copies {
			d.coldFault(c.keep)
			if c.days == 0 {
				c.days = r.keep.days // a copy without a lifecycle has that of its rule
			}
			d.lockFault(c.keep, "copies", vaultOf(c.destination), c.destination == "" || !isKnown(c.destination))
		}
		d.shortFault(p, r)
	}
	d.notificationFaults(p)
	if p.module && !p.role {
		d.fault(p.at, "the module creates the role; look whether it attaches the S3 policies: its earlier versions do not, and every backup "+
			"of a bucket fails [F-IAM-1, F-IAM-3]")
	}
}

// shortFault compares a plan without snapshots with the tier that its buckets get.
func (d *directory) shortFault(p *plan, r rule) {
	if len(p.rules) != 1 || !r.continuous || len(p.buckets) == 0 {
		return
	}
	d.propose(p.buckets[0])
	for _, t := range d.tiers {
		if t.Name != p.buckets[0].Tier || p.buckets[0].byShape {
			continue
		}
		for _, want := range t.Rules() {
			if !want.Continuous && want.DeleteAfterDays > r.keep.days {
				d.fault(r.keep.at, "nothing is left after %d days, and %s keeps snapshots %d days: that needs a second rule of the same vault "+
					"[F-S3-8]", r.keep.days, t.Name, want.DeleteAfterDays)
			}
		}
	}
}

func (d *directory) coldFault(k keep) {
	if days, ok := k.cold.number(); ok && days > 0 {
		d.fault(k.cold.at, "AWS Backup ignores cold storage for S3 backups: they stay in warm storage, at its price; "+
			"low_cost_after_days does what was meant [F-S3-6, F-TIER-1]")
	}
}

// vaultOf is the name in the ARN of a vault, or "".
func vaultOf(arn string) string {
	_, name, _ := strings.Cut(arn, ":backup-vault:")
	return name
}

// lockFault compares a retention with the lock of its vault. The destination of copies is often unknown here: one lock in the
// files is then assumed to be meant, and that is said.
func (d *directory) lockFault(k keep, what, vault string, anywhere bool) {
	for _, l := range d.locks {
		doubt := ""
		switch {
		case anywhere && len(d.locks) == 1:
			doubt = "if they go there, "
		case anywhere || l.vault == "" || l.vault != vault:
			continue
		}
		if k.days > 0 && (k.days < l.min || l.max > 0 && k.days > l.max) {
			d.fault(k.at, "%s are kept %d days, and the lock of %s at %s:%d allows %d to %d: %severy such job fails, at night and not at the "+
				"deployment [F-LOCK-3, F-LOCK-4]", what, k.days, l.vault, filepath.Base(l.at.Filename), l.at.Start.Line, l.min, l.max, doubt)
		}
	}
}

// deprecated are events that AWS Backup accepts and never sends (F-EVT-2).
var deprecated = []string{
	"BACKUP_JOB_SUCCESSFUL", "BACKUP_JOB_FAILED", "BACKUP_JOB_EXPIRED", "RESTORE_JOB_SUCCESSFUL", "RESTORE_JOB_FAILED",
	"BACKUP_PLAN_CREATED", "BACKUP_PLAN_MODIFIED",
}

func (d *directory) notificationFaults(p *plan) {
	if !p.notified.there() {
		return
	}
	copies := slices.ContainsFunc(p.rules, func(r rule) bool { return len(r.copies) > 0 })
	d.eventFaults(p.notified, copies)
}

// eventFaults looks at the events and the topic of a vault.
func (d *directory) eventFaults(x value, copies bool) {
	events := x.get("backup_vault_events")
	all, known := events.list()
	if !known {
		d.unread(events, "backup_vault_events")
	}
	var names []string
	for _, e := range all {
		name, _ := e.text()
		names = append(names, name)
		if slices.Contains(deprecated, name) {
			d.fault(e.at, "AWS Backup accepts %s and no longer sends it: nobody is notified; want BACKUP_JOB_COMPLETED with a filter "+
				"[F-EVT-2]", name)
		}
	}
	if copies && known && !slices.Contains(names, "COPY_JOB_FAILED") {
		d.fault(events.at, "nobody is notified when a copy fails: COPY_JOB_FAILED is missing [F-EVT-1]")
	}
	for _, key := range []string{"sns_topic_arn", "topic_arn"} {
		if topic := x.get(key); strings.HasPrefix(topic.source(), "data.") {
			d.fault(topic.at, "the topic is only looked up: look whether its policy and its key let AWS Backup publish [F-EVT-5]")
		}
	}
}

// bucketFaults looks at buckets with backups.
func (d *directory) bucketFaults() {
	for _, b := range d.order {
		continuous := 0
		for _, p := range b.plans {
			if slices.ContainsFunc(p.rules, func(r rule) bool { return r.continuous }) {
				continuous++
			}
		}
		if continuous > 1 {
			d.fault(b.place, "bucket %s is in %d plans with continuous backups: the first wins, and the others make snapshots alone [F-S3-7]",
				b.Name, continuous)
		}
		switch {
		case len(b.plans) > 0 && !b.Created:
			d.fault(b.place, "bucket %s is not in these files: look whether it has versioning and EventBridge, or its backups fail or stop "+
				"[F-S3-1, F-S3-12]", b.Name)
			continue
		case len(b.plans) > 0 && !b.versioned:
			d.fault(b.place, "bucket %s has no versioning, so every backup fails [F-S3-1]", b.Name)
		}
		if len(b.plans) > 0 && !b.events {
			d.fault(b.place, "bucket %s does not send its events to EventBridge, so continuous backups stop [F-S3-12]", b.Name)
		}
		if b.versioned && !b.lifecycle {
			d.fault(b.place, "bucket %s never deletes noncurrent versions: they, and their backups, grow without end [F-OL-5]", b.Name)
		}
	}
	for _, x := range d.of("aws_s3_bucket_logging") {
		if b := d.referred(x.get("target_bucket"), nil); b != nil && b.locked {
			d.fault(x.get("target_bucket").at, "bucket %s has Object Lock, so it receives no access logs [F-OL-7]", b.Name)
		}
	}
}

func (d *directory) vaultFaults() {
	for _, x := range d.of("aws_backup_vault_notifications") {
		copies := slices.ContainsFunc(d.plans, func(p *plan) bool {
			return slices.ContainsFunc(p.rules, func(r rule) bool { return len(r.copies) > 0 })
		})
		d.eventFaults(x, copies)
	}
	for _, x := range d.of("aws_backup_vault_policy") {
		policy := x.get("policy")
		statements, ok := statementsOf(policy)
		if !ok {
			d.unread(policy, "the vault's policy")
			continue
		}
		for _, s := range statements {
			if s.Effect == "Allow" && s.has("backup:CopyIntoBackupVault") && !s.conditioned("aws:PrincipalOrgID", "aws:PrincipalOrgPaths") {
				d.fault(policy.at, "the vault takes copies from whoever is named, without the organization as a condition: each further account "+
					"needs an edit, and one that leaves is still let in [F-COPY-3]")
			}
		}
	}
}
