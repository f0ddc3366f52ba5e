package alert

import (
	"slices"
	"strings"
)

// job is the detail of a backup, copy or restore job (F-EVT-8, F-EVT-9, F-EVT-10). The kind and the
// state decide which fields it has: a job in state CREATED has almost none.
type job struct {
	BackupJobID  text
	CopyJobID    text
	RestoreJobID text

	State         text
	Status        text // in place of State, in most events of restore jobs
	StatusMessage text

	ResourceARN       text
	SourceResourceARN text // in place of ResourceARN, in events of restore jobs
	RecoveryPointARN  text

	BackupVaultName           text
	BackupVaultARN            text
	SourceBackupVaultARN      text
	DestinationBackupVaultARN text

	IAMRoleARN            text
	RestoreTestingPlanARN text
	CreatedResourceARN    text // of a restore: the bucket that it wrote to
	CreatedBy             struct {
		BackupRuleID     text
		BackupPlanRuleID text // in place of BackupRuleID, in AWS's examples of these events
	}
}

// vault returns the name of the vault that a backup goes to, or that a copy or a restore reads from.
func (j job) vault() string {
	return first(text(vaultOf(first(j.BackupVaultARN, j.SourceBackupVaultARN))), j.BackupVaultName)
}

// rule returns the id of the backup rule that started the job. It returns the vault's name if a person
// started it.
func (j job) rule() string {
	return first(j.CreatedBy.BackupRuleID, j.CreatedBy.BackupPlanRuleID, text(j.vault()))
}

// jobKind is a kind of job.
type jobKind struct {
	kind string
	noun string // first word of the title
	page string // of the console
	id   func(job) text
	// incident returns the part of the incident's key that a failed job and the next successful one
	// share, besides account and kind.
	incident func(job, event) string
	// advice by the state, of the states that are problems.
	advice map[string]string
	// out is for a completed job that took data out of the central vault. Nil: the kind takes none out.
	out *outOfVault
}

const (
	adviceFailed  = "Fix the cause that AWS names. Then start the job again, or wait for the next run of the rule. "
	adviceAborted = "A person stopped the job. CloudTrail shows who: search for the job's id. Ask why."
	advicePartial = "Parts are missing. The job's page shows which parts, and why."
)

var backupJob = jobKind{
	kind:     "backup job",
	noun:     "Backup",
	page:     "/jobs/backup/details",
	id:       func(j job) text { return j.BackupJobID },
	incident: func(j job, _ event) string { return key(j.ResourceARN.String(), j.rule()) },
	advice: map[string]string{
		"FAILED": adviceFailed + "Common causes: the vault lock does not allow the retention (F-LOCK-3); versioning of the " +
			"bucket is off (F-S3-1); the backup role may not read the bucket or use its key.",
		"ABORTED": adviceAborted,
		"EXPIRED": "The job did not start or complete within its windows. The first backup of a large bucket takes days " +
			"(F-S3-19): give the tier a longer completion_window_minutes.",
		"PARTIAL": advicePartial,
		"COMPLETED": "The recovery point exists, but objects or point-in-time recovery may be missing (F-S3-14, F-S3-16). Check " +
			"that the backup role may use the bucket's key, and that no other plan has a continuous backup of the bucket " +
			"(F-S3-7).",
	},
}

var copyJob = jobKind{
	kind: "copy job",
	noun: "Copy",
	page: "/jobs/copy/details",
	id:   func(j job) text { return j.CopyJobID },
	// A rule may copy to two vaults. A successful copy to one must not resolve the incident of the other.
	incident: func(j job, _ event) string {
		return key(j.ResourceARN.String(), j.rule(), j.DestinationBackupVaultARN.String())
	},
	advice: map[string]string{
		"FAILED": adviceFailed + "Common causes: the lock of the central vault does not allow the retention (F-LOCK-3); the " +
			"policy or the key of the central vault does not allow the backup role (F-COPY-4); cross-account backup is off in " +
			"the organization (F-COPY-1).",
		"ABORTED":   adviceAborted,
		"EXPIRED":   "The job did not complete in time. Copy the recovery point on demand.",
		"PARTIAL":   advicePartial,
		"COMPLETED": "The copy exists. Read what AWS says about it.",
	},
	out: &outOfVault{
		title: "Copy out of the central vault completed",
		message: "A recovery point of the central vault was copied into another vault. The lock and the policy of the central vault " +
			"do not protect the copy, and whoever owns its vault can restore it.",
		advice: "No action is needed if the team copies the backup back. If nobody of you started this copy, somebody is taking data " +
			"away: find the caller of StartCopyJob in CloudTrail, take their permissions, and have the owner of the destination vault " +
			"delete the copy.",
	},
}

var restoreJob = jobKind{
	kind: "restore job",
	noun: "Restore",
	page: "/jobs/restore/details",
	id:   func(j job) text { return j.RestoreJobID },
	// The event of a failed restore names the recovery point only in the envelope. No rule starts restores.
	incident: func(j job, ev event) string { return first(j.RecoveryPointARN, ev.resource()) },
	advice: map[string]string{
		"FAILED": "Fix the cause that AWS names, and restore again. Common causes: the destination bucket has no versioning " +
			"or is in another Region (F-RST-3); ACLs (F-RST-5); the restore role may not use a key.",
		"ABORTED":   adviceAborted,
		"EXPIRED":   "The job did not complete in time. Restore again.",
		"PARTIAL":   "Objects are missing. The job's page shows which objects, and why.",
		"COMPLETED": "Objects may be missing: AWS Backup also reports a partial restore as COMPLETED (F-RST-6).",
	},
	out: &outOfVault{
		title: "Restore out of the central vault completed",
		message: "A backup of the central vault was restored into a bucket of the central account. Whoever may read that bucket can " +
			"read the data.",
		advice: "No action is needed if the team restored the backup. If nobody of you started this restore, somebody is reading your " +
			"data: find the caller of StartRestoreJob in CloudTrail, take their permissions, and lock or delete the bucket.",
	},
}

// happened completes the title of a job in a state that is a problem. COMPLETED is a problem only if the
// job has a message: the console calls it "completed with issues" (F-EVT-11). AWS documents that for
// backup jobs only. For the other jobs a message gives an alert too, since a partial restore is also
// COMPLETED (F-RST-6).
var happened = map[string]string{
	"FAILED":    "failed",
	"ABORTED":   "was stopped",
	"EXPIRED":   "did not complete in time",
	"PARTIAL":   "is partial",
	"COMPLETED": "completed with issues",
}

// outOfVault has the words about a job that took data out of the central vault.
type outOfVault struct{ title, message, advice string }

// leavesCentralVault says whether a job reads from a vault of the central account. A restore runs in the account
// of its vault (F-COPY-2).
func (f *Fleet) leavesCentralVault(j job, ev event) bool {
	source := parseARN(first(j.SourceBackupVaultARN, j.BackupVaultARN))
	if source.account == "" {
		source.account, source.region = ev.Account.String(), ev.Region.String()
	}
	return source.account == f.Central.Account &&
		(source.region == f.Central.Region || slices.Contains(f.Central.VaultRegions, source.region))
}

// readOut makes the alert of a completed job that took data out of the central vault. It is as loud as a failure.
// What the product does itself is marked and not hidden: a restore test, and a copy back into a vault of a workload.
func (k jobKind) readOut(a *Alert, j job, f *Fleet) {
	a.Action = Trigger
	a.Quiet = false
	a.Title = k.out.title
	a.Message = strings.TrimSpace(k.out.message + " " + a.Message)
	a.Advice = k.out.advice
	destination := j.DestinationBackupVaultARN.String()
	if owner, known := f.Vaults[vaultKey(parseARN(destination), vaultOf(destination))]; known {
		a.Title += ", back into a vault of " + owner.Workload
		a.Severity = Warning
	}
	if j.RestoreTestingPlanARN != "" {
		a.Severity = Info
		a.Advice = "No action is needed: a restore testing plan started it, and AWS Backup deletes the bucket after the test. Check " +
			"that the plan in the details is one of yours."
		a.add("Restore testing plan", j.RestoreTestingPlanARN.String())
	}
}

// underWay has the states of a job that has not ended.
var underWay = map[string]bool{"CREATED": true, "PENDING": true, "RUNNING": true, "ABORTING": true}

func (k jobKind) read(ev event, f *Fleet) (Alert, bool) {
	var j job
	decode(ev.Detail, &j)
	state := first(j.State, j.Status)
	what := happened[state]
	if what == "" && !underWay[state] {
		return Alert{}, false
	}

	a := ev.alert(k.kind)
	a.Message = j.StatusMessage.message()
	switch {
	case underWay[state]:
		a.Quiet = true
		a.Title = k.noun + " is under way"
	case state == "COMPLETED" && a.Message == "":
		// PagerDuty resolves the incident, if there is one. People are not notified. The function keeps
		// no state, so it does not know whether the job failed before, and nobody reads a message for
		// every success of every night.
		a.Action = Resolve
		a.Quiet = true
		a.Title = k.noun + " completed"
	default:
		a.Action = Trigger
		a.Title = k.noun + " " + what
		a.Advice = k.advice[state]
	}

	source := first(j.ResourceARN, j.SourceResourceARN)
	a.Resource = first(text(source), j.RecoveryPointARN, ev.resource())
	a.Bucket = first(text(bucketOf(source)), text(bucketOfPoint(a.Resource)))
	a.Vault = j.vault()
	out := k.out != nil && state == "COMPLETED" && f.leavesCentralVault(j, ev)
	if out {
		k.readOut(&a, j, f)
	}
	if j.RestoreTestingPlanARN != "" {
		a.Title = "Restore test: " + a.Title
	}
	a.add("State", state)
	a.add("Job", k.id(j).String())
	if out { // a vault of any account
		a.add("Copied to", j.DestinationBackupVaultARN.String())
		a.add("Restored to", j.CreatedResourceARN.String())
	} else {
		a.add("Copied to", vaultOf(j.DestinationBackupVaultARN.String()))
	}
	a.add("Role", j.IAMRoleARN.String())
	a.Link = console(a.Region, "backup", k.page, k.id(j).String())
	a.Key = key(a.Account, k.incident(j, ev), k.kind)
	if out { // an incident of its own: the job before may have failed, and its incident be open
		a.Key = key(a.Key, "out")
	}
	f.own(&a, first(j.BackupVaultARN, j.SourceBackupVaultARN), j.DestinationBackupVaultARN.String())
	return a, true
}
