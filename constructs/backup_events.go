package constructs

import "central-s3-backup/internal/alerting"

// jobEnds are the states in which a job has ended. COMPLETED is one of them: it may come with a message
// about problems (F-EVT-11), and it ends an incident.
var jobEnds = []string{"COMPLETED", "FAILED", "ABORTED", "EXPIRED", "PARTIAL"}

// BackupEventRules are the rules for [NewEventRules] on the events of AWS Backup (F-EVT-7) about vaults, which
// are given by name and by ARN. The rules name the vaults, so each of two workloads in an account is notified
// of its own. Events of failed restores and of settings name no vault, so every workload is notified of them.
func BackupEventRules(vaultNames, vaultARNs []string) []EventRule {
	backup := func(id, detailType, description, key string, names []string, detail map[string]any) EventRule {
		return EventRule{
			ID:          id,
			Description: description,
			Source:      "aws.backup",
			DetailType:  detailType,
			Detail:      detail,
			NamesAt:     key,
			Names:       names,
		}
	}
	issues := backup(
		"BackupIssues",
		"Backup Job State Change",
		"Backup jobs that completed with issues, which the notifications of a vault do not tell",
		"backupVaultName",
		vaultNames,
		map[string]any{"state": []string{"COMPLETED"}, "statusMessage": []any{map[string]any{"anything-but": []string{""}}}},
	)
	issues.Email = "A backup of <bucket> completed with issues in account <account>, <region>, at <time>. Objects or " +
		"point-in-time recovery may be missing; the job has the details. Vault <vault>, job <job>."
	issues.EmailOnly = true // BackupJobs takes the same event
	issues.Paths = paths("bucket", "$.detail.resourceArn", "vault", "$.detail.backupVaultName", "job", "$.detail.backupJobId")
	return []EventRule{
		backup("BackupJobs", "Backup Job State Change", "Backup jobs that ended",
			"backupVaultName", vaultNames, map[string]any{"state": jobEnds}),
		backup("CopyJobs", "Copy Job State Change", "Copy jobs that ended",
			"sourceBackupVaultArn", vaultARNs, map[string]any{"state": jobEnds}),
		// A failed restore job does not name its vault.
		backup("RestoreJobs", "Restore Job State Change", "Restore jobs of S3 that ended",
			"", nil, map[string]any{"status": jobEnds, "resourceType": []string{"S3"}}),
		backup(
			"RecoveryPoints",
			"Recovery Point State Change",
			"Recovery points with a problem, such as a stopped continuous backup or a failed deletion, and those that have none any more",
			"backupVaultName",
			vaultNames,
			map[string]any{"status": []string{"PARTIAL", "STOPPED", "EXPIRED", "COMPLETED", "AVAILABLE", "DELETING", "DELETED"}},
		),
		backup("Vaults", "Backup Vault State Change", "Vaults that were deleted or changed",
			"backupVaultName", vaultNames, map[string]any{"state": []string{"DELETED", "MODIFIED"}}),
		backup(
			"Settings",
			"Region Setting State Change",
			"Resource types that were opted in or out of AWS Backup; S3 may be among them",
			"",
			nil,
			nil,
		),
		issues,
	}
}

// scanEnds are the states in which a malware scan has ended (F-SCAN-6).
var scanEnds = []string{"COMPLETED", "COMPLETED_WITH_ISSUES", "FAILED", "CANCELED"}

// ScanEventRules are the rules for [NewEventRules] on malware scans of backups in vaults, which are given by name. A vault does not
// notify its topic of them (F-EVT-1), so a rule writes the e-mails.
func ScanEventRules(vaultNames []string) []EventRule {
	scan := func(id, description string, detail map[string]any) EventRule {
		return EventRule{
			ID: id, Description: description, Source: "aws.backup", DetailType: "Scan Job State Change",
			Detail: detail, NamesAt: "backupVaultName", Names: vaultNames,
		}
	}
	issues := scan("ScanIssues", "Malware scans that found something or did not complete", map[string]any{"$or": []any{
		map[string]any{"state": scanEnds[1:]},
		map[string]any{"scanResult": map[string]any{"scanResultStatus": []string{"THREATS_FOUND"}}},
	}})
	issues.EmailOnly = true // ScanJobs takes the same event
	issues.Email = "A malware scan of a backup of <bucket> ended as <state>, result <result> (empty: none), in account <account>, <region>, at " +
		"<time>. If the result is THREATS_FOUND, do not restore this backup: GuardDuty names the objects. Otherwise it is not known whether " +
		"the backup is clean. Recovery point <point>, vault <vault>, job <job>."
	issues.Paths = paths("bucket", "$.detail.resourceArn", "state", "$.detail.state", "result", "$.detail.scanResult.scanResultStatus",
		"point", "$.detail.recoveryPointArn", "vault", "$.detail.backupVaultName", "job", "$.detail.scanJobId")
	return []EventRule{scan("ScanJobs", "Malware scans that ended", map[string]any{"state": scanEnds}), issues}
}

// OutOfVaultRules are the rules for [NewEventRules] that write e-mails about completed jobs that took data out of
// vaults, which are given by ARN: copies into other vaults, and restores of S3 in the account and Region. The rules
// of [BackupEventRules] send the same events to the bus.
func OutOfVaultRules(vaultARNs []string) []EventRule {
	return []EventRule{
		{
			ID: "CopiesOut", Description: "Completed copies out of the vault",
			Source: "aws.backup", DetailType: "Copy Job State Change",
			Detail:  map[string]any{"state": []string{"COMPLETED"}},
			NamesAt: "sourceBackupVaultArn", Names: vaultARNs,
			EmailOnly: true,
			Email: "A copy of a backup of <bucket> out of the vault <vault> completed in account <account>, <region>, at <time>. It went " +
				"to <destination>, with the role <role>. The lock and the policy of the vault do not protect the copy. No action is needed if " +
				"your team copies the backup back. If none of you started this copy, somebody is taking data away: find the caller of " +
				"StartCopyJob in CloudTrail, and take their permissions. Job <job>.",
			Paths: paths("bucket", "$.detail.resourceArn", "vault", "$.detail.sourceBackupVaultArn", "destination",
				"$.detail.destinationBackupVaultArn", "role", "$.detail.iamRoleArn", "job", "$.detail.copyJobId"),
		},
		{
			ID: "RestoresOut", Description: "Completed restores of S3",
			Source: "aws.backup", DetailType: "Restore Job State Change",
			Detail:    map[string]any{"status": []string{"COMPLETED"}, "resourceType": []string{"S3"}},
			EmailOnly: true,
			Email: "A restore of a backup of <bucket> completed in account <account>, <region>, at <time>. It wrote to <destination>, with " +
				"the role <role>. Restore testing plan, if it was a test: <test>. No action is needed for a test of yours, or if your team " +
				"restored the backup. If none of you started this restore, somebody is reading your data: find the caller of StartRestoreJob " +
				"in CloudTrail, take their permissions, and lock or delete the bucket. Recovery point <point>, job <job>.",
			Paths: paths("bucket", "$.detail.sourceResourceArn", "destination", "$.detail.createdResourceArn", "role", "$.detail.iamRoleArn",
				"test", "$.detail.restoreTestingPlanArn", "point", "$.detail.recoveryPointArn", "job", "$.detail.restoreJobId"),
		},
	}
}

// AlarmRule is the rule on alarms that change their state. Where the names are not known, or too many, it
// matches all alarms whose names start with one of the prefixes, of which there is at least one.
func AlarmRule(names []string, prefixes ...string) EventRule {
	require(len(prefixes) > 0, "AlarmRule: prefixes are required; names may be too many for a rule")
	var starts []any
	for _, prefix := range prefixes {
		starts = append(starts, map[string]any{"prefix": prefix})
	}
	return EventRule{
		ID: "Alarms", Description: "Alarms that go into ALARM or return to OK",
		Source: "aws.cloudwatch", DetailType: "CloudWatch Alarm State Change",
		Detail:  map[string]any{"alarmName": starts},
		NamesAt: "alarmName", Names: names,
	}
}

// TestRule is the rule on the test events of a drill. id is the workload's, or the central account's.
func TestRule(id string) EventRule {
	return EventRule{
		ID: "Tests", Description: "Test events of backupctl alert-test",
		Source: alerting.TestSource, DetailType: alerting.TestDetailType,
		Detail: map[string]any{"workload": []string{id}},
	}
}

// ClockRule is the rule that a [SilenceAlarm] on backups needs. It triggers every hour. The number of hours in which
// it did tells the alarm how old the tier is. The rules of the central bus ignore its events.
func ClockRule(tier, name string) EventRule {
	return clockRule("Clock-"+tier, name, "the alarms on missing backups know how old "+tier+" is")
}

// CopyClockRule is the same for an alarm on copies, which may be added to an old tier.
func CopyClockRule(tier, name string) EventRule {
	return clockRule("CopyClock-"+tier, name, "the alarm on missing copies knows since when "+tier+" is copied")
}

func clockRule(id, name, purpose string) EventRule {
	return EventRule{ID: id, Name: name, Description: "Triggers every hour, so that " + purpose, Schedule: "rate(1 hour)"}
}
