package alert

// recoveryPoint is the detail of a recovery point (F-EVT-7). Its own ARN is in the envelope.
type recoveryPoint struct {
	Status           text
	State            text
	StatusMessage    text
	RecoveryPointARN text
	ResourceARN      text
	BackupVaultName  text
	BackupVaultARN   text
}

// pointTroubles are the states of a recovery point that are trouble. EXPIRED is not the ordinary end
// of its life, which is DELETED, but one that AWS Backup could not delete.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html
var pointTroubles = map[string]struct{ title, advice string }{
	"STOPPED": {
		"Continuous backup stopped",
		"There is no point-in-time recovery until the next backup starts a new one. See that the bucket's versioning and EventBridge notifications are on (F-S3-1, F-S3-12) and that the backup role has its rights; a changed retention does this too, and needs nothing (F-S3-13).",
	},
	"EXPIRED": {
		"Recovery point could not be deleted",
		"It costs on. The role that made it is gone or has lost its rights (F-IAM-7): give them back, or delete the recovery point by hand.",
	},
	"PARTIAL": {
		"Recovery point is partial",
		"Parts are missing. See in the vault which, and start an on-demand backup.",
	},
}

// pointEnds are the states that end the trouble of a recovery point, if it was in any: it is well,
// or on its way out.
var pointEnds = map[string]bool{"COMPLETED": true, "AVAILABLE": true, "DELETING": true, "DELETED": true}

func readRecoveryPoint(ev event, e *Estate) (Alert, bool) {
	var p recoveryPoint
	decode(ev.Detail, &p)
	state := first(p.Status, p.State)

	a := ev.alert("recovery point")
	trouble, troubled := pointTroubles[state]
	switch {
	case troubled:
		a.Action = Trigger
		a.Title, a.Advice = trouble.title, trouble.advice
	case pointEnds[state]:
		a.Action = Resolve
		a.Quiet = true
		a.Title = "Recovery point is " + state
	case state == "CREATING":
		a.Quiet = true
		a.Title = "Recovery point is being made"
	default:
		return Alert{}, false
	}

	a.Message = p.StatusMessage.message()
	point := first(p.RecoveryPointARN, ev.resource())
	a.Resource = first(p.ResourceARN, text(point))
	a.Bucket = first(text(bucketOf(p.ResourceARN.String())), text(bucketOfPoint(point)))
	a.Vault = first(text(vaultOf(p.BackupVaultARN.String())), p.BackupVaultName)
	a.add("Status", state)
	a.add("Recovery point", point)
	a.Link = vaultPage(a.Region, a.Vault)
	// The incident is the recovery point's own, and no success of another one ends it: a continuous
	// backup is no better for a snapshot that is AVAILABLE. One that STOPPED never goes on, so a
	// person ends that.
	a.Key = key(a.Account, point, a.Vault, a.Kind)
	e.own(&a, p.BackupVaultARN.String())
	return a, true
}
