package alert

// job is the detail of a backup, copy or restore job (F-EVT-8, F-EVT-9, F-EVT-10). Which fields are
// there depends on the kind and on the state: a job that was CREATED has almost none.
type job struct {
	BackupJobID  text
	CopyJobID    text
	RestoreJobID text

	State         text
	Status        text // in place of State, of most restore jobs
	StatusMessage text

	ResourceARN       text
	SourceResourceARN text // in place of ResourceARN, of restore jobs
	RecoveryPointARN  text

	BackupVaultName           text
	BackupVaultARN            text
	SourceBackupVaultARN      text
	DestinationBackupVaultARN text

	IAMRoleARN            text
	RestoreTestingPlanARN text
	CreatedBy             struct {
		BackupRuleID     text
		BackupPlanRuleID text // in place of it, in AWS's examples of these events
	}
}

// vault is the name of the vault that is backed up to, or copied or restored from.
func (j job) vault() string {
	return first(text(vaultOf(first(j.BackupVaultARN, j.SourceBackupVaultARN))), j.BackupVaultName)
}

// rule is the backup rule that made the job, or the vault of one that a person started.
func (j job) rule() string {
	return first(j.CreatedBy.BackupRuleID, j.CreatedBy.BackupPlanRuleID, text(j.vault()))
}

// jobKind is a kind of job.
type jobKind struct {
	kind string
	noun string // that starts the title
	page string // of the console
	id   func(job) text
	// incident names what a failure spoils and the next success makes good, besides account and kind.
	incident func(job, event) string
	// advice on each state that is trouble.
	advice map[string]string
}

const (
	adviceFailed  = "Act on AWS's reason, then start the job again, or wait for the rule's next run. "
	adviceAborted = "Somebody stopped it. Ask who and why: CloudTrail knows, by the job's id."
)

var backupJob = jobKind{
	kind:     "backup job",
	noun:     "Backup",
	page:     "/jobs/backup/details",
	id:       func(j job) text { return j.BackupJobID },
	incident: func(j job, _ event) string { return key(j.ResourceARN.String(), j.rule()) },
	advice: map[string]string{
		"FAILED":    adviceFailed + "Frequent ones: the vault's lock does not take the retention (F-LOCK-3), the bucket's versioning is off (F-S3-1), the backup role may not read the bucket or its key.",
		"ABORTED":   adviceAborted,
		"EXPIRED":   "It did not start or end within its windows. A first backup takes days (F-S3-19): give the tier a longer completion_window_minutes.",
		"PARTIAL":   "Parts are missing. See in the job which, and why.",
		"COMPLETED": "There is a recovery point, but objects or point-in-time recovery may be missing from it (F-S3-14, F-S3-16). Check that the role may use the bucket's key, and that no other plan backs the bucket up continuously (F-S3-7).",
	},
}

var copyJob = jobKind{
	kind: "copy job",
	noun: "Copy",
	page: "/jobs/copy/details",
	id:   func(j job) text { return j.CopyJobID },
	// A rule may copy to two vaults: that one copy succeeded says nothing of the other.
	incident: func(j job, _ event) string {
		return key(j.ResourceARN.String(), j.rule(), j.DestinationBackupVaultARN.String())
	},
	advice: map[string]string{
		"FAILED":    adviceFailed + "Frequent ones: the central vault's lock does not take the retention (F-LOCK-3), its policy or key does not admit the role (F-COPY-4), cross-account backup is off in the organization (F-COPY-1).",
		"ABORTED":   adviceAborted,
		"EXPIRED":   "It did not end in time. Start an on-demand copy of the recovery point.",
		"PARTIAL":   "Parts are missing. See in the job which, and why.",
		"COMPLETED": "There is a copy. Read what AWS says of it.",
	},
}

var restoreJob = jobKind{
	kind: "restore job",
	noun: "Restore",
	page: "/jobs/restore/details",
	id:   func(j job) text { return j.RestoreJobID },
	// A restore that failed names what it restored in the envelope alone, and no rule makes one.
	incident: func(j job, ev event) string { return first(j.RecoveryPointARN, ev.resource()) },
	advice: map[string]string{
		"FAILED":    "Act on AWS's reason and restore again. Frequent ones: the destination bucket has no versioning or is elsewhere (F-RST-3), ACLs (F-RST-5), the restore role may not use a key.",
		"ABORTED":   adviceAborted,
		"EXPIRED":   "It did not end in time. Restore again.",
		"PARTIAL":   "Objects are missing. See in the job which, and why.",
		"COMPLETED": "Objects may be missing: a restore that is partial is COMPLETED too (F-RST-6).",
	},
}

// happened says what a state that is trouble means. COMPLETED is trouble with a message alone: that
// is what the console calls "completed with issues" (F-EVT-11). AWS says so of backup jobs only; of
// the others a message is as well told, since a restore that is partial is COMPLETED too (F-RST-6).
var happened = map[string]string{
	"FAILED":    "failed",
	"ABORTED":   "was stopped",
	"EXPIRED":   "ran out of time",
	"PARTIAL":   "is partial",
	"COMPLETED": "completed with issues",
}

// underWay are the states of a job that has not ended.
var underWay = map[string]bool{"CREATED": true, "PENDING": true, "RUNNING": true, "ABORTING": true}

func (k jobKind) read(ev event, e *Estate) (Alert, bool) {
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
		// PagerDuty ends the incident, if there is one. People are not told: no state is kept, so
		// nobody knows whether the job had failed before, and a message for every success of every
		// night is one that nobody reads.
		a.Action = Resolve
		a.Quiet = true
		a.Title = k.noun + " completed"
	default:
		a.Action = Trigger
		a.Title = k.noun + " " + what
		a.Advice = k.advice[state]
	}
	if j.RestoreTestingPlanARN != "" {
		a.Title = "Test of restoring: " + a.Title
	}

	source := first(j.ResourceARN, j.SourceResourceARN)
	a.Resource = first(text(source), j.RecoveryPointARN, ev.resource())
	a.Bucket = first(text(bucketOf(source)), text(bucketOfPoint(a.Resource)))
	a.Vault = j.vault()
	a.add("State", state)
	a.add("Job", k.id(j).String())
	a.add("Copied to", vaultOf(j.DestinationBackupVaultARN.String()))
	a.add("Role", j.IAMRoleARN.String())
	a.Link = console(a.Region, "backup", k.page, k.id(j).String())
	a.Key = key(a.Account, k.incident(j, ev), k.kind)
	e.own(&a, first(j.BackupVaultARN, j.SourceBackupVaultARN), j.DestinationBackupVaultARN.String())
	return a, true
}
