package alert

// recoveryPoint is the detail of a recovery point (F-EVT-7). The envelope has its ARN.
type recoveryPoint struct {
	Status           text
	State            text
	StatusMessage    text
	RecoveryPointARN text
	ResourceARN      text
	BackupVaultName  text
	BackupVaultARN   text
}

// pointTroubles has the states of a recovery point that are problems. EXPIRED is one of them: AWS Backup
// could not delete the recovery point at the end of its retention. The normal end is DELETED.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html
var pointTroubles = map[string]struct{ title, advice string }{
	"STOPPED": {
		"Continuous backup stopped",
		"The bucket has no point-in-time recovery until the next run of the plan starts a new continuous backup. Check that " +
			"versioning and EventBridge notifications of the bucket are on (F-S3-1, F-S3-12), and that the backup role has its " +
			"permissions. A changed retention also stops the backup; then no action is needed (F-S3-13).",
	},
	"EXPIRED": {
		"Recovery point could not be deleted",
		"AWS continues to charge for it. The backup role was deleted or lost its permissions (F-IAM-7): restore the role, or " +
			"delete the recovery point by hand.",
	},
	"PARTIAL": {
		"Recovery point is partial",
		"Parts are missing. The vault's page shows which parts. Start an on-demand backup.",
	},
}

// pointEnds has the states that resolve the incident of a recovery point, if there is one: it is
// complete, or it is being deleted.
var pointEnds = map[string]bool{"COMPLETED": true, "AVAILABLE": true, "DELETING": true, "DELETED": true}

func readRecoveryPoint(ev event, f *Fleet) (Alert, bool) {
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
		a.Title = "Recovery point is being created"
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
	// Each recovery point has its own incident. The success of another recovery point does not resolve it:
	// a snapshot that is AVAILABLE does not repair a continuous backup. A STOPPED recovery point never
	// continues, so a person resolves that incident.
	a.Key = key(a.Account, point, a.Vault, a.Kind)
	f.own(&a, p.BackupVaultARN.String())
	return a, true
}
