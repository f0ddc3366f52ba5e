package alert

// scan is the detail of a malware scan of a backup (F-SCAN-6).
type scan struct {
	ScanJobID     text
	State         text
	StatusMessage text
	ScanResult    struct {
		ScanResultStatus text
	}

	ResourceARN      text
	RecoveryPointARN text
	BackupVaultName  text
	BackupVaultARN   text
	ScannerRoleARN   text
	CreatedBy        struct {
		BackupRuleID text
	}
}

const (
	threatsFound = "THREATS_FOUND"

	adviceNotClean = "Until a scan completes, nobody knows whether this backup is clean. "
)

// scanTroubles has the states of a scan that are problems. A state that is not here, not in underWay and not COMPLETED is unknown.
var scanTroubles = map[string]struct{ title, advice string }{
	"COMPLETED_WITH_ISSUES": {
		"Malware scan completed with issues",
		"Some objects were skipped or could not be read. GuardDuty's page of the scan shows which objects, and why.",
	},
	"FAILED": {
		"Malware scan failed",
		adviceNotClean + "Common causes: the scanner's role may not open the recovery point or use the vault's key (F-SCAN-5), or the backup " +
			"role may not pass that role on (F-SCAN-4). Then scan the recovery point on demand.",
	},
	"CANCELED": {
		"Malware scan was stopped",
		adviceNotClean + "A person stopped the scan. CloudTrail shows who: search for the job's id. Ask why.",
	},
}

const adviceThreats = "Do not restore this recovery point. GuardDuty's page of the scan names the objects; with GuardDuty on in the account, there " +
	"is a finding too. Look for the same objects in the bucket, and for the newest recovery point that a scan found clean. A locked vault " +
	"keeps this recovery point until it expires: that is no danger as long as nobody restores it."

// readScan reads the event of a malware scan.
func readScan(ev event, f *Fleet) (Alert, bool) {
	var s scan
	decode(ev.Detail, &s)
	state := s.State.String()
	trouble, troubled := scanTroubles[state]
	if !troubled && !underWay[state] && state != "COMPLETED" {
		return Alert{}, false
	}
	a := ev.alert("malware scan")
	a.Message = s.StatusMessage.message()
	point := first(s.RecoveryPointARN, ev.resource())
	a.Resource = first(s.ResourceARN, text(point))
	a.Bucket = first(text(bucketOf(s.ResourceARN.String())), text(bucketOfPoint(point)))
	a.Vault = first(text(vaultOf(s.BackupVaultARN.String())), s.BackupVaultName)
	// A scan that completes resolves the incident of the scan before that failed. It says nothing about an earlier threat: that is an
	// incident of its own, which a person resolves.
	a.Key = key(a.Account, s.ResourceARN.String(), first(s.CreatedBy.BackupRuleID, text(a.Vault)), a.Kind)
	switch {
	case s.ScanResult.ScanResultStatus == threatsFound:
		a.Action, a.Title, a.Advice = Trigger, "Malware found in a backup", adviceThreats
		a.Key = key(a.Account, point, a.Kind, "threats")
	case troubled:
		a.Action, a.Title, a.Advice = Trigger, trouble.title, trouble.advice
	case state == "COMPLETED":
		a.Action, a.Quiet, a.Title = Resolve, true, "Malware scan found nothing"
	default:
		a.Quiet, a.Title = true, "Malware scan is under way"
	}
	a.add("State", state)
	a.add("Result", s.ScanResult.ScanResultStatus.String())
	a.add("Recovery point", point)
	a.add("Job", s.ScanJobID.String())
	a.add("Role", s.ScannerRoleARN.String())
	a.Link = vaultPage(a.Region, a.Vault)
	f.own(&a, s.BackupVaultARN.String())
	return a, true
}
