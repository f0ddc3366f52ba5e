package alert

import "central-s3-backup/internal/alerting"

// restoreTestOutcomes has what people read of a restore test.
var restoreTestOutcomes = map[alerting.RestoreTestOutcome]struct{ title, advice string }{
	alerting.RestoreTestSuccessful: {title: "Restore test succeeded"},
	alerting.RestoreTestFailed: {
		"Restore test failed: the restored data is not that of the backup",
		"Do not rely on this recovery point until the cause is known. The evidence lists the differences, and AWS Backup may have " +
			"restored only a part (F-RST-6): read the restore job's message, and compare an older recovery point.",
	},
	alerting.RestoreTestNotValidated: {
		"Restore test was not validated",
		"The restore completed, and nobody knows whether its data is right. If validations end too late often, look into the queue " +
			"and the log of the function that validates.",
	},
	alerting.RestoreTestMissing: {
		"No restore test was validated in time",
		"AWS Backup passes over a bucket silently if it finds no recovery point in the selection window. Check that the bucket " +
			"still has backups, that the restore testing plan selects it, and that its last tests did not fail.",
	},
}

// isRestoreTest says whether the function that validates restore tests sent the event. It runs in the central account.
// EventBridge itself writes the account into an event, so no other account can send one.
func (f *Fleet) isRestoreTest(ev event) bool {
	return ev.Source == alerting.TestSource && ev.DetailType == alerting.RestoreTestDetailType &&
		ev.Account.String() == f.Central.Account && ev.Region.String() == f.Central.Region
}

// readRestoreTest reads an event about a restore test. All of a bucket in a plan are one incident, and a test that
// succeeds resolves it.
func readRestoreTest(ev event, f *Fleet) (Alert, bool) {
	var d alerting.RestoreTestDetail
	decode(ev.Detail, &d)
	words, known := restoreTestOutcomes[d.Outcome]
	if !known || d.Bucket == "" {
		return Alert{}, false
	}
	a := ev.alert("restore test")
	a.Account, a.Region, a.Bucket = d.Account, d.Region, d.Bucket
	a.Action, a.Title, a.Message, a.Advice = Trigger, words.title, d.Message, words.advice
	if d.Outcome == alerting.RestoreTestSuccessful {
		a.Action, a.Quiet = Resolve, d.Slow == ""
	}
	if d.Slow != "" {
		a.Severity = Warning
		a.Title += ", and took longer than the recovery time objective"
	}
	a.add("Outcome", string(d.Outcome))
	a.add("Restore testing plan of", d.Plan)
	a.add("Job", d.RestoreJobID)
	a.add("Recovery point", d.RecoveryPointARN)
	a.add("Evidence", d.Evidence)
	if d.RestoreJobID != "" {
		a.Link = console(a.Region, "backup", restoreJob.page, d.RestoreJobID)
	}
	a.Key = key(a.Account, a.Bucket, d.Plan, a.Kind)
	f.own(&a)
	return a, true
}
