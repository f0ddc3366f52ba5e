package alert

// callRow says what a call does, and what to do then.
type callRow struct {
	what, advice string
	// reads marks a call that reads backups and changes nothing.
	reads bool
	// setting marks a call that a deployment makes for every bucket or alarm.
	setting bool
}

// changedSecret is the row of calls that change a secret.
var changedSecret = callRow{
	what: "change of the secret of a destination of alerts",
	advice: "Alerts may now go to a stranger, or nowhere. Send a test with backupctl alert-test, and look for it in Slack and " +
		"PagerDuty. If it does not arrive, set the right webhook or routing key.",
}

// calls is the table of calls that weaken the protection of backups or the alerts, or read backups. The alert of
// a call that is not in it has the call's name. A name that several services have comes after the service's.
var calls = map[string]callRow{
	"DeleteBackupVaultLockConfiguration": {
		what: "removal of a vault lock",
		advice: "Recovery points in the vault can now be deleted. Deploy the stack again with --revert-drift at once to restore " +
			"the lock.",
	},
	"PutBackupVaultLockConfiguration": {
		what: "change of a vault lock",
		advice: "Compare the retention in the request with backup.yaml. A compliance lock cannot be undone after its grace time " +
			"(F-LOCK-6).",
	},
	"PutBackupVaultAccessPolicy": {
		what: "change of a vault policy",
		advice: "Check who may now delete recovery points or copy them to other vaults. Deploy the stack again with " +
			"--revert-drift to restore the policy.",
	},
	"DeleteBackupVaultAccessPolicy": {
		what: "deletion of a vault policy",
		advice: "The vault now denies nothing, and copies into it fail (F-COPY-2). Deploy the stack again with --revert-drift to " +
			"restore the policy.",
	},
	"DeleteBackupVault": {
		what:   "deletion of a backup vault",
		advice: "Backups and copies into this vault now fail. Deploy the stack again with --revert-drift to create it again.",
	},
	"DeleteRecoveryPoint": {
		what: "deletion of a recovery point",
		advice: "Ask the caller whether this was intended. The central vault may still have a copy. Recovery points that AWS " +
			"Backup deletes at the end of their retention give no alert.",
	},
	"UpdateRecoveryPointLifecycle": {
		what:   "change of a recovery point's retention",
		advice: "AWS Backup deletes it earlier if the retention is shorter. Set the retention back.",
	},
	"ScheduleKeyDeletion": {
		what: "scheduled deletion of a KMS key",
		advice: "Cancel the deletion before the waiting period ends. Without the key, all data that it encrypts is lost, " +
			"including every recovery point of the vault (F-KMS-5).",
	},
	"DisableKey": {
		what:   "disabling of a KMS key",
		advice: "Backups, copies and restores that need the key now fail. Enable it again.",
	},
	"PutKeyPolicy": {
		what: "change of a KMS key policy",
		advice: "Check who may now use the key, and who no longer may. Deploy the stack again with --revert-drift to restore the " +
			"policy.",
	},
	"DeleteBackupPlan": {
		what:   "deletion of a backup plan",
		advice: "The plan no longer backs up its buckets. Deploy the stack again with --revert-drift to create it again.",
	},
	"UpdateBackupPlan": {
		what: "change of a backup plan",
		advice: "Compare schedule and retention in the request with backup.yaml. Deploy the stack again with --revert-drift to " +
			"restore the plan.",
	},
	"DeleteBackupSelection": {
		what: "deletion of a backup selection",
		advice: "The plan no longer backs up the buckets of this selection. Deploy the stack again with --revert-drift to create " +
			"it again.",
	},
	"DeleteBucket": {
		what: "deletion of a bucket",
		advice: "Check whether the bucket still exists: AWS deletes only empty buckets. Its recovery points can be restored into " +
			"another bucket.",
	},
	"DisassociateRecoveryPoint": {
		what: "end of a continuous backup",
		advice: "The recovery point receives no further changes. The next run of the plan starts a new continuous backup. Ask the " +
			"caller whether this was intended.",
	},
	"DeleteBackupVaultNotifications": {
		what: "deletion of vault notifications",
		advice: "SNS sends no e-mail about failed jobs of this vault. Deploy the stack again with --revert-drift to restore the " +
			"notifications.",
	},
	"PutBackupVaultNotifications": {
		what: "change of vault notifications",
		advice: "Check whether failed jobs of this vault are still reported. Deploy the stack again with --revert-drift to " +
			"restore the notifications.",
	},
	"DisableRule": {
		what:   "disabling of an EventBridge rule for alerts",
		advice: "Events of this rule give no alerts. Enable the rule again.",
	},
	"DeleteRule": {
		what:   "deletion of an EventBridge rule for alerts",
		advice: "Events of this rule give no alerts. Deploy the stack again with --revert-drift to create the rule again.",
	},
	"RemoveTargets": {
		what:   "removal of the targets of an EventBridge rule for alerts",
		advice: "Events of this rule give no alerts. Deploy the stack again with --revert-drift to restore the targets.",
	},
	"DeleteAlarms": {
		what: "deletion of CloudWatch alarms",
		advice: "If backups or copies stop, these alarms no longer report it. Deploy the stack again with --revert-drift to " +
			"create them again.",
	},
	"DisableAlarmActions": {
		what:   "disabling of the actions of CloudWatch alarms",
		advice: "The alarms go into ALARM, but SNS notifies nobody. Enable their actions again.",
	},
	"DeleteTopic": {
		what:   "deletion of the SNS topic for alerts",
		advice: "SNS sends no e-mail. Deploy the stack again with --revert-drift, and confirm the subscriptions.",
	},
	"Unsubscribe": {
		what: "deletion of an e-mail subscription for alerts",
		advice: "The address receives no alerts. Ask its owner whether this was intended. If not, deploy the stack again with " +
			"--revert-drift and confirm the subscription.",
	},
	"DeleteEventBus": {
		what:   "deletion of the event bus for alerts",
		advice: "Slack and PagerDuty receive no alerts of the other accounts. Deploy the central stack again with --revert-drift.",
	},
	"DeleteLogGroup": {
		what:   "deletion of the log of all accounts' events",
		advice: "The dashboard is empty, and copies are not counted. Deploy the central stack again with --revert-drift.",
	},
	"DeleteMetricFilter": {
		what:   "deletion of a metric filter that counts copies",
		advice: "The copy alarms of the central account receive no data. Deploy the central stack again with --revert-drift.",
	},
	"PutBucketObjectLockConfiguration": {
		what: "change of a bucket's Object Lock",
		advice: "New object versions get the retention in the request: compare it with the tier. Deploy the stack again with " +
			"--revert-drift.",
	},
	"PutBucketVersioning": {
		what:   "suspension of a bucket's versioning",
		advice: "The continuous backup of the bucket stops (F-S3-1), and overwritten objects are lost. Turn versioning on again.",
	},
	"PutBucketNotification": {
		what:   "turning off of a bucket's EventBridge notifications",
		advice: "The continuous backup of the bucket stops (F-S3-12). Turn the notifications on again.",
	},
	"AssociateBackupVaultMpaApprovalTeam": {
		what: "change of who may approve access to a backup vault",
		advice: "The members of the approval team can let other accounts read the vault's recovery points (F-LAG-3). Check in the " +
			"request which team it is, and end the association if nobody of you made it.",
	},
	"DisassociateBackupVaultMpaApprovalTeam": {
		what: "end of a vault's association with its approval team",
		advice: "If the vault's account is lost, nobody can approve access to its recovery points any more (F-LAG-3). Associate " +
			"the team again.",
	},
	"CreateResourceShare": {
		what: "share of a resource of the account with other accounts",
		advice: "If it is a share of an air-gapped vault, the other accounts can read and restore everything in it (F-LAG-3). Check in the " +
			"request which resource it is and whose the accounts are. Delete the share if none of you created it.",
	},
	"AssociateResourceShare": {
		what: "resource or account added to a share of the account",
		advice: "If it is a share of an air-gapped vault, the other accounts can read and restore everything in it (F-LAG-3). Check in the " +
			"request which resource it is and whose the accounts are. Take out of the share what none of you added.",
	},
	"DisassociateResourceShare": {
		what: "resource or account taken out of a share of the account",
		advice: "If it is a share of an air-gapped vault, an account for recovery can no longer restore from it (F-LAG-3). Deploy the stack " +
			"again with --revert-drift.",
	},
	"DeleteResourceShare": {
		what: "deletion of a share of the account",
		advice: "If it is a share of an air-gapped vault, the accounts for recovery can no longer restore from it (F-LAG-3). Deploy the " +
			"stack again with --revert-drift.",
	},
	"StartCopyJob": {
		what: "copy of a recovery point, started by a person",
		advice: "The copy can be restored where its new vault is. If none of you started it, somebody is taking data away: stop " +
			"the job, check the destination vault in the request, and take the caller's permissions.",
		reads: true,
	},
	"StartRestoreJob": {
		what: "restore of a recovery point, started by a person",
		advice: "A restore writes the data of the backup into a bucket. If none of you started it, somebody is reading your data: " +
			"stop the job, check the destination bucket in the request, and take the caller's permissions.",
		reads: true,
	},
	"CreateBackupAccessPoint": {
		what: "access point that reads a recovery point",
		advice: "Whoever may use the access point reads the backup over the S3 API, without a restore. The recovery point does " +
			"not expire while the access point exists (F-RST-13). If none of you created it, delete it.",
		reads: true,
	},
	"UpdateRegionSettings": {
		what: "opting S3 out of AWS Backup in the Region",
		advice: "The plans of this app still back up their buckets. Plans that select by tags alone no longer do (F-REG-1). Opt " +
			"S3 in again in the settings of AWS Backup.",
	},
	"CancelKeyDeletion": {
		what:   "cancellation of a KMS key's deletion",
		advice: "AWS leaves the key disabled: enable it, or backups, copies and restores that need it fail.",
	},
	"EnableKey": {
		what:   "enabling of a KMS key",
		advice: "No action is needed.",
	},
	"DisableKeyRotation": {
		what: "turning off of a KMS key's rotation",
		advice: "New data is encrypted with the same key material for good. Nothing is lost. Deploy the stack again with " +
			"--revert-drift to restore the rotation.",
	},
	"RevokeGrant": {
		what: "removal of a grant on a KMS key",
		advice: "AWS Backup works through grants (F-COPY-8). Without its grant, backups and copies into the vault fail, and " +
			"nothing can be restored from it. If backups fail, open a case with AWS Support: a vault cannot get another key " +
			"(F-KMS-5).",
	},
	"CreateGrant": {
		what: "grant of the use of a KMS key",
		advice: "The grantee in the request can use the key, whatever the key policy says. If none of you created the grant, " +
			"revoke it.",
	},
	"DeleteBucketEncryption": {
		what: "deletion of a bucket's encryption settings",
		advice: "New objects are encrypted with a key of S3, no longer with your KMS key. Deploy the stack again with " +
			"--revert-drift to restore the settings.",
	},
	"DeleteBucketPolicy": {
		what: "deletion of a bucket policy",
		advice: "The bucket no longer denies what its policy denied. Deploy the stack again with --revert-drift to restore the " +
			"policy.",
	},
	"DeleteBucketPublicAccessBlock": {
		what: "deletion of a bucket's public access block",
		advice: "A policy or an ACL can now make the bucket public. Deploy the stack again with --revert-drift to restore the " +
			"block.",
	},
	"PutBucketEncryption": {
		what: "change of a bucket's encryption settings",
		advice: "New objects are encrypted as in the request. Objects under SSE-C are not backed up (F-S3-3), nor are objects " +
			"under a key that the backup role may not use (F-S3-16). Deploy the stack again with --revert-drift to restore " +
			"the settings.",
		setting: true,
	},
	"PutBucketLifecycle": {
		what: "change of a bucket's lifecycle",
		advice: "Look in the request for transitions to GLACIER or DEEP_ARCHIVE: such objects vanish from the backups (F-S3-2). " +
			"Look for expirations that delete data early. Deploy the stack again with --revert-drift to restore the " +
			"lifecycle.",
		setting: true,
	},
	"PutBucketPolicy": {
		what: "change of a bucket policy",
		advice: "Check in the request who may now read or delete objects, and whether the backup role may still read them. Deploy " +
			"the stack again with --revert-drift to restore the policy.",
		setting: true,
	},
	"PutBucketPublicAccessBlock": {
		what: "change of a bucket's public access block",
		advice: "If a value in the request is false, a policy or an ACL can make the bucket public. Deploy the stack again with " +
			"--revert-drift to restore the block.",
		setting: true,
	},
	"PutBucketReplication": {
		what: "change of a bucket's replication",
		advice: "S3 copies new objects to the bucket in the request, which may belong to another account. If none of you wanted " +
			"this, delete the replication.",
		setting: true,
	},
	"PutBucketTagging": {
		what: "change of a bucket's tags",
		advice: "A plan that selects by tag backs up the bucket only while it has its tags: backup:tier, or what tag_key and " +
			"select_tagged name. Check that they are in the request.",
		setting: true,
	},
	"DeleteBucketTagging": {
		what: "deletion of a bucket's tags",
		advice: "A plan that selects by tag no longer backs up the bucket. Give it its tags again: backup:tier, or what tag_key " +
			"and select_tagged name.",
		setting: true,
	},
	"s3/TagResource": {
		what: "change of the tags of a bucket",
		advice: "A plan that selects by tag backs up the bucket only while it has its tags: backup:tier, or what tag_key and " +
			"select_tagged name. Check these in the request.",
		setting: true,
	},
	"s3/UntagResource": {
		what: "removal of tags of a bucket",
		advice: "If backup:tier, or what tag_key or select_tagged names, is among the tags in the request, a plan that selects by " +
			"tag no longer backs up the bucket. Tag it again.",
		setting: true,
	},
	"PutRule": {
		what: "change of an EventBridge rule for alerts",
		advice: "With another pattern the rule can match nothing, and gives no alerts. Deploy the stack again with --revert-drift " +
			"to restore the rule.",
		setting: true,
	},
	"PutTargets": {
		what: "change of the targets of an EventBridge rule for alerts",
		advice: "Check in the request where the rule sends events now. Deploy the stack again with --revert-drift to restore the " +
			"targets.",
		setting: true,
	},
	"PutMetricAlarm": {
		what: "change of a CloudWatch alarm",
		advice: "With another threshold or metric the alarm can stay in OK while backups or copies stop. Deploy the stack again " +
			"with --revert-drift to restore the alarm.",
		setting: true,
	},
	"PutCompositeAlarm": {
		what: "change of a CloudWatch alarm",
		advice: "With another rule the alarm can stay in OK while backups or copies stop. Deploy the stack again with " +
			"--revert-drift to restore the alarm.",
		setting: true,
	},
	"SetAlarmState": {
		what:    "setting of a CloudWatch alarm's state by hand",
		advice:  "CloudWatch evaluates the alarm again within its period. Until then its state is not real.",
		setting: true,
	},
	"SetTopicAttributes": {
		what: "change of the SNS topic for alerts",
		advice: "Another policy or key can stop all e-mails, or let strangers send some. Deploy the stack again with " +
			"--revert-drift to restore the topic.",
		setting: true,
	},
	"SetSubscriptionAttributes": {
		what: "change of an e-mail subscription for alerts",
		advice: "A filter in the request can keep alerts from the address. Deploy the stack again with --revert-drift to restore " +
			"the subscription.",
		setting: true,
	},
	"sns/AddPermission": {
		what: "change of the policy of the SNS topic for alerts",
		advice: "Check in the request who may now send e-mails through the topic or subscribe to it. Deploy the stack again with " +
			"--revert-drift to restore the policy.",
		setting: true,
	},
	"sns/RemovePermission": {
		what: "removal of a permission of the SNS topic for alerts",
		advice: "EventBridge, CloudWatch or AWS Backup may no longer be able to send e-mails. Deploy the stack again with " +
			"--revert-drift to restore the policy.",
		setting: true,
	},
	"events/RemovePermission": {
		what:   "removal of a permission of the event bus for alerts",
		advice: "Slack and PagerDuty receive no alerts of the other accounts. Deploy the central stack again with --revert-drift.",
	},
	"PutPermission": {
		what:    "change of the policy of the event bus for alerts",
		advice:  "Check in the request who may now send events. Deploy the central stack again with --revert-drift.",
		setting: true,
	},
	"DeleteLogStream": {
		what: "deletion of a part of the log of all accounts' events",
		advice: "Events that were in it are lost, also for the dashboard. Copies that were counted stay counted. Find out what " +
			"the caller wanted to hide.",
	},
	"DeleteResourcePolicy": {
		what: "deletion of the policy with which EventBridge writes the log of events",
		advice: "Events are no longer logged: the dashboard is empty, and copies are not counted. Deploy the central stack again " +
			"with --revert-drift.",
	},
	"PutResourcePolicy": {
		what:    "change of the policy with which EventBridge writes the log of events",
		advice:  "Check that EventBridge may still write the log. Deploy the central stack again with --revert-drift.",
		setting: true,
	},
	"PutRetentionPolicy": {
		what: "change of how long the log of events is kept",
		advice: "CloudWatch Logs deletes events that are older than the days in the request. Deploy the central stack again with " +
			"--revert-drift.",
		setting: true,
	},
	"PutMetricFilter": {
		what: "change of a metric filter that counts copies",
		advice: "The copy alarms of the central account may count other events. Deploy the central stack again with " +
			"--revert-drift.",
		setting: true,
	},
	"DeleteTrail": {
		what: "deletion of a CloudTrail trail",
		advice: "Without a trail of management events, no call gives an alert. Create the trail again, and read the event history of " +
			"CloudTrail, which needs no trail, for what happened since.",
	},
	"StopLogging": {
		what: "stop of a CloudTrail trail",
		advice: "Without a trail of management events, no call gives an alert. Start it again, and read the event history of " +
			"CloudTrail, which needs no trail, for what happened since.",
	},
	"UpdateTrail": {
		what: "change of a CloudTrail trail",
		advice: "Check in the request that the trail still records this Region. Without a trail of management events, no call gives an " +
			"alert.",
	},
	"PutEventSelectors": {
		what: "change of what a CloudTrail trail records",
		advice: "Check in the request that the trail still records the management events that write. Without them, no call gives an " +
			"alert.",
	},
	"PutAlarmMuteRule": {
		what: "mute rule for CloudWatch alarms",
		advice: "Alarms that it names go into ALARM, but SNS notifies nobody. Check in the request which alarms these are, and delete " +
			"the rule.",
	},
	"DeleteBackupAccessPoint": {
		what: "deletion of an access point that reads a recovery point",
		advice: "Nobody reads the backup through it any more. The recovery point expires again with its retention (F-RST-13). Find out " +
			"who created the access point, and what was read.",
	},
	"CreateBackupSelection": {
		what:    "another backup selection in a plan",
		advice:  "The plan also backs up what the request has, with the role in it. If none of you created the selection, delete it.",
		setting: true,
	},
	"RetireGrant": {
		what: "end of a grant on a KMS key",
		advice: "AWS Backup works through grants (F-COPY-8). Without its grant, backups and copies into the vault fail, and " +
			"nothing can be restored from it. If backups fail, open a case with AWS Support: a vault cannot get another key " +
			"(F-KMS-5).",
	},
	"PutBucketAcl": {
		what: "change of a bucket's access control list",
		advice: "Check in the request who may now read or write the bucket. Deploy the stack again with --revert-drift, and set the " +
			"ACL back: no template has it.",
		setting: true,
	},
	"PutBucketOwnershipControls": {
		what: "change of a bucket's object ownership",
		advice: "If the request has another value than BucketOwnerEnforced, access control lists are in force again. Deploy the stack " +
			"again with --revert-drift to restore the setting.",
		setting: true,
	},
	"DeleteBucketOwnershipControls": {
		what:   "deletion of a bucket's object ownership setting",
		advice: "Access control lists can be in force again. Deploy the stack again with --revert-drift to restore the setting.",
	},
	"PutBucketLogging": {
		what: "change of a bucket's access logs",
		advice: "If the request names no bucket, S3 no longer logs who reads the objects. Deploy the stack again with --revert-drift to " +
			"restore the setting.",
		setting: true,
	},
	"PutSecretValue":           changedSecret,
	"UpdateSecret":             changedSecret,
	"UpdateSecretVersionStage": changedSecret,
	"DeleteSecret": {
		what: "deletion of the secret of a destination of alerts",
		advice: "Slack or PagerDuty receives no alerts. Restore the secret in Secrets Manager of the central account, and send a test " +
			"with backupctl alert-test.",
	},
	"sqs/AddPermission": {
		what: "change of the policy of a queue of alerts",
		advice: "Check in the request who may now send or read alerts. Deploy the central stack again with --revert-drift to restore " +
			"the policy.",
		setting: true,
	},
	"sqs/RemovePermission": {
		what: "removal of a permission of a queue of alerts",
		advice: "EventBridge may no longer be able to send alerts, or others can forge and read them. Deploy the central stack again " +
			"with --revert-drift to restore the policy.",
		setting: true,
	},
	"UpdateEventBus": {
		what:    "change of the event bus for alerts",
		advice:  "With a key that EventBridge may not use, the bus loses events. Deploy the central stack again with --revert-drift.",
		setting: true,
	},
	"AssociateKmsKey": {
		what:    "another KMS key for the log of events",
		advice:  "Whoever owns the key can make the log unreadable. Remove the key from the log group, if none of you set it.",
		setting: true,
	},
	"DisassociateKmsKey": {
		what:    "removal of the KMS key of the log of events",
		advice:  "New events are encrypted with a key of CloudWatch Logs. Nothing is lost. Find out who made the call, and why.",
		setting: true,
	},
	"PutDataProtectionPolicy": {
		what:    "data protection policy on the SNS topic for alerts",
		advice:  "Such a policy can hold back or mask e-mails. Remove it from the topic, if none of you set it.",
		setting: true,
	},
	"DeleteFunction": {
		what:   "deletion of the function for alerts",
		advice: "Slack and PagerDuty receive no further alerts. Deploy the central stack again with --revert-drift.",
	},
	"PutFunctionConcurrency": {
		what:   "limit of the function for alerts",
		advice: "With a concurrency of 0 the function never runs, and Slack and PagerDuty receive no alerts. Delete the limit.",
	},
	"DeleteEventSourceMapping": {
		what: "removal of the queue from the function for alerts",
		advice: "The function receives no events, and Slack and PagerDuty no alerts. Deploy the central stack again with " +
			"--revert-drift.",
	},
	"UpdateEventSourceMapping": {
		what: "change of how the function for alerts reads its queue",
		advice: "If the mapping is disabled or has a filter, Slack and PagerDuty receive no alerts. Deploy the central stack " +
			"again with --revert-drift.",
		setting: true,
	},
	"UpdateFunctionCode": {
		what: "change of the program of the function for alerts",
		advice: "Another program can drop alerts and read the webhook and the routing key. Deploy the central stack again with " +
			"--revert-drift. Replace both secrets if nobody of you made the change.",
		setting: true,
	},
	"UpdateFunctionConfiguration": {
		what:    "change of the function for alerts",
		advice:  "Other destinations or another role can stop alerts. Deploy the central stack again with --revert-drift.",
		setting: true,
	},
	"DeleteQueue": {
		what: "deletion of a queue of alerts",
		advice: "The alerts in it are lost. Without the queue, Slack and PagerDuty receive none. Deploy the central stack again " +
			"with --revert-drift.",
	},
	"PurgeQueue": {
		what:   "deletion of all alerts in a queue",
		advice: "Alerts that were not delivered yet are lost. Read the log of events for what happened shortly before.",
	},
	"SetQueueAttributes": {
		what:    "change of a queue of alerts",
		advice:  "Another policy or retention can lose alerts. Deploy the central stack again with --revert-drift.",
		setting: true,
	},
	"DeleteRole": {
		what: "deletion of a role of backups or alerts",
		advice: "Backups, copies or alerts that need the role fail; where it cannot read an object, the job still completes " +
			"(F-S3-16). Deploy the stack again with --revert-drift to restore the role.",
	},
	"DeleteRolePolicy": {
		what: "deletion of a policy of a role of backups or alerts",
		advice: "Backups, copies or alerts that need the role fail; where it cannot read an object, the job still completes " +
			"(F-S3-16). Deploy the stack again with --revert-drift to restore the role.",
	},
	"DetachRolePolicy": {
		what: "removal of a managed policy from a role of backups or alerts",
		advice: "Backups, copies or alerts that need the role fail; where it cannot read an object, the job still completes " +
			"(F-S3-16). Deploy the stack again with --revert-drift to restore the role.",
	},
	"UpdateAssumeRolePolicy": {
		what: "change of who may assume a role of backups or alerts",
		advice: "Check in the request that the AWS service may still assume the role, and nobody else may. Deploy the stack again " +
			"with --revert-drift to restore the role.",
	},
	"PutRolePolicy": {
		what: "change of a policy of a role of backups or alerts",
		advice: "Check in the request what the role may do now, and what it no longer may. Deploy the stack again with " +
			"--revert-drift to restore the role.",
	},
	"AttachRolePolicy": {
		what: "another managed policy for a role of backups or alerts",
		advice: "The role may do more, or a Deny in the policy stops it. Deploy the stack again with --revert-drift to restore " +
			"the role.",
	},
	"PutRolePermissionsBoundary": {
		what:   "permissions boundary for a role of backups or alerts",
		advice: "The role may do no more than the boundary allows. Check that backups and alerts still work.",
	},
}
