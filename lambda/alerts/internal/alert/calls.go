package alert

import (
	"bytes"
	"encoding/json"
	"strings"

	"central-s3-backup/internal/alerting"
)

// call is the detail of an API call that CloudTrail records.
type call struct {
	EventSource       text
	EventName         text
	EventID           text
	ErrorCode         text
	ErrorMessage      text
	SourceIPAddress   text
	UserAgent         text
	RequestParameters json.RawMessage
	UserIdentity      struct {
		Type           text
		ARN            text
		PrincipalID    text
		InvokedBy      text
		SessionContext struct {
			SessionIssuer struct{ ARN text }
		}
	}
	Resources []struct{ ARN text }
}

// parameters are the request parameters that say what the call changes.
type parameters struct {
	BackupVaultName         text
	RecoveryPointARN        text
	BackupPlanID            text
	SelectionID             text
	KeyID                   text
	BucketName              text
	Name, Rule              text // of an EventBridge rule or bus
	State                   text
	AlarmNames              []text
	TopicARN                text
	SubscriptionARN         text
	LogGroupName            text
	VersioningConfiguration struct{ Status text }
	// NotificationConfiguration lists what is on. EventBridge is off if the list does not have it.
	NotificationConfiguration struct{ EventBridgeConfiguration json.RawMessage }
}

// calls is the table of calls that weaken the protection of backups or the alerts. The alert of a call
// that is not in it has the call's name.
var calls = map[string]struct{ what, advice string }{
	"DeleteBackupVaultLockConfiguration": {
		"removal of a vault lock",
		"Recovery points in the vault can now be deleted. Deploy the stack again with --revert-drift at once to restore the lock.",
	},
	"PutBackupVaultLockConfiguration": {
		"change of a vault lock",
		"Compare the retention in the request with backup.yaml. A compliance lock cannot be undone after its grace time " +
			"(F-LOCK-6).",
	},
	"PutBackupVaultAccessPolicy": {
		"change of a vault policy",
		"Check who may now delete recovery points or copy them to other vaults. Deploy the stack again with --revert-drift to " +
			"restore the policy.",
	},
	"DeleteBackupVaultAccessPolicy": {
		"deletion of a vault policy",
		"The vault now denies nothing, and copies into it fail (F-COPY-2). Deploy the stack again with --revert-drift to restore " +
			"the policy.",
	},
	"DeleteBackupVault": {
		"deletion of a backup vault",
		"Backups and copies into this vault now fail. Deploy the stack again with --revert-drift to create it again.",
	},
	"DeleteRecoveryPoint": {
		"deletion of a recovery point",
		"Ask the caller whether this was intended. The central vault may still have a copy. Recovery points that AWS Backup " +
			"deletes at the end of their retention give no alert.",
	},
	"UpdateRecoveryPointLifecycle": {
		"change of a recovery point's retention",
		"AWS Backup deletes it earlier if the retention is shorter. Set the retention back.",
	},
	"ScheduleKeyDeletion": {
		"scheduled deletion of a KMS key",
		"Cancel the deletion before the waiting period ends. Without the key, all data that it encrypts is lost, including every " +
			"recovery point of the vault (F-KMS-5).",
	},
	"DisableKey": {
		"disabling of a KMS key",
		"Backups, copies and restores that need the key now fail. Enable it again.",
	},
	"PutKeyPolicy": {
		"change of a KMS key policy",
		"Check who may now use the key, and who no longer may. Deploy the stack again with --revert-drift to restore the policy.",
	},
	"DeleteBackupPlan": {
		"deletion of a backup plan",
		"The plan no longer backs up its buckets. Deploy the stack again with --revert-drift to create it again.",
	},
	"UpdateBackupPlan": {
		"change of a backup plan",
		"Compare schedule and retention in the request with backup.yaml. Deploy the stack again with --revert-drift to restore " +
			"the plan.",
	},
	"DeleteBackupSelection": {
		"deletion of a backup selection",
		"The plan no longer backs up the buckets of this selection. Deploy the stack again with --revert-drift to create it " +
			"again.",
	},
	"DeleteBucket": {
		"deletion of a bucket",
		"Check whether the bucket still exists: AWS deletes only empty buckets. Its recovery points can be restored into another " +
			"bucket.",
	},
	"DisassociateRecoveryPoint": {
		"end of a continuous backup",
		"The recovery point receives no further changes. The next run of the plan starts a new continuous backup. Ask the caller " +
			"whether this was intended.",
	},
	"DeleteBackupVaultNotifications": {
		"deletion of vault notifications",
		"SNS sends no e-mail about failed jobs of this vault. Deploy the stack again with --revert-drift to restore the " +
			"notifications.",
	},
	"PutBackupVaultNotifications": {
		"change of vault notifications",
		"Check whether failed jobs of this vault are still reported. Deploy the stack again with --revert-drift to restore the " +
			"notifications.",
	},
	"DisableRule": {
		"disabling of an EventBridge rule for alerts",
		"Events of this rule give no alerts. Enable the rule again.",
	},
	"DeleteRule": {
		"deletion of an EventBridge rule for alerts",
		"Events of this rule give no alerts. Deploy the stack again with --revert-drift to create the rule again.",
	},
	"RemoveTargets": {
		"removal of the targets of an EventBridge rule for alerts",
		"Events of this rule give no alerts. Deploy the stack again with --revert-drift to restore the targets.",
	},
	"DeleteAlarms": {
		"deletion of CloudWatch alarms",
		"If backups or copies stop, these alarms no longer report it. Deploy the stack again with --revert-drift to create them again.",
	},
	"DisableAlarmActions": {
		"disabling of the actions of CloudWatch alarms",
		"The alarms go into ALARM, but SNS notifies nobody. Enable their actions again.",
	},
	"DeleteTopic": {
		"deletion of the SNS topic for alerts",
		"SNS sends no e-mail. Deploy the stack again with --revert-drift, and confirm the subscriptions.",
	},
	"Unsubscribe": {
		"deletion of an e-mail subscription for alerts",
		"The address receives no alerts. Ask its owner whether this was intended. If not, deploy the stack again with " +
			"--revert-drift and confirm the subscription.",
	},
	"DeleteEventBus": {
		"deletion of the event bus for alerts",
		"Slack and PagerDuty receive no alerts of the other accounts. Deploy the central stack again with --revert-drift.",
	},
	"DeleteLogGroup": {
		"deletion of the log of all accounts' events",
		"The dashboard is empty, and copies are not counted. Deploy the central stack again with --revert-drift.",
	},
	"DeleteMetricFilter": {
		"deletion of a metric filter that counts copies",
		"The copy alarms of the central account receive no data. Deploy the central stack again with --revert-drift.",
	},
	"PutBucketObjectLockConfiguration": {
		"change of a bucket's Object Lock",
		"New object versions get the retention in the request: compare it with the tier. Deploy the stack again with " +
			"--revert-drift.",
	},
	"PutBucketVersioning": {
		"suspension of a bucket's versioning",
		"The continuous backup of the bucket stops (F-S3-1), and overwritten objects are lost. Turn versioning on again.",
	},
	"PutBucketNotification": {
		"turning off of a bucket's EventBridge notifications",
		"The continuous backup of the bucket stops (F-S3-12). Turn the notifications on again.",
	},
}

// sameCall maps the second name of a call to its name in calls.
var sameCall = map[string]string{"PutBucketNotificationConfiguration": "PutBucketNotification"}

// alertPart returns the name or the ARN of the alerting resource that the request is about.
func (p parameters) alertPart() text {
	names := []text{p.Rule, p.Name, p.TopicARN, p.SubscriptionARN, p.LogGroupName}
	return text(first(append(names, p.AlarmNames...)...))
}

func readCall(ev event, f *Fleet) (Alert, bool) {
	var c call
	if decode(ev.Detail, &c); c.EventName == "" {
		return Alert{}, false
	}
	var p parameters
	decode(c.RequestParameters, &p)

	a := ev.alert("API call")
	a.Action = Trigger
	name := c.EventName.String()
	if same := sameCall[name]; same != "" {
		name = same
	}
	if name == "PutRule" && p.State == "DISABLED" {
		name = "DisableRule"
	}
	row, known := calls[name]
	if !known {
		row.what = name
		row.advice = "No action is needed if you know of this call."
	}
	switch {
	case name == "PutBucketVersioning" && p.VersioningConfiguration.Status == "Enabled",
		name == "PutBucketNotification" && p.NotificationConfiguration.EventBridgeConfiguration != nil:
		// AWS Backup itself turns EventBridge on if it is off (F-S3-12).
		a.Action = None
		a.Quiet = true
		a.Title = "Versioning or EventBridge notifications of a bucket stay on"
	case c.ErrorCode != "":
		a.Severity = Warning
		a.Title = "Failed attempt: " + row.what
		if strings.Contains(c.ErrorCode.String(), "AccessDenied") {
			a.Title = "Denied: " + row.what
		}
		a.Advice = "The call failed and changed nothing. Find out who made it, and why."
	case f.deploys(c.UserIdentity.SessionContext.SessionIssuer.ARN.String()):
		// Marked and not hidden: a person who may deploy can also do harm by a deployment.
		a.Severity = Info
		a.Title = "By a deployment: " + row.what
		a.Advice = "No action is needed if the deployment was intended. Otherwise: " + row.advice
	default:
		a.Title = "Tampering: " + row.what
		a.Advice = row.advice
	}
	a.Message = c.who() + " called " + c.EventName.String()

	a.Bucket = first(p.BucketName, text(bucketOfPoint(p.RecoveryPointARN.String())))
	a.Vault = p.BackupVaultName.String()
	if len(p.AlarmNames) > 0 {
		a.Vault = f.Alarms[alerting.Key(a.Account, a.Region, p.AlarmNames[0].String())].Vault
	}
	a.Resource = first(p.RecoveryPointARN, p.KeyID, p.SelectionID, p.BackupPlanID, p.alertPart())
	if a.Subject() == a.Account && len(c.Resources) > 0 {
		a.Resource = c.Resources[0].ARN.String()
	}
	a.add("From", c.SourceIPAddress.String())
	a.add("With", c.UserAgent.String())
	a.add("Error", strings.TrimSpace(c.ErrorCode.String()+" "+c.ErrorMessage.String()))
	var request bytes.Buffer
	if json.Compact(&request, c.RequestParameters) == nil && request.String() != "null" {
		a.add("Request", request.String())
	}
	a.Link = console(a.Region, "cloudtrailv2", "/events", c.EventID.String())
	// Many deletions in one vault are one incident, not one for each recovery point. Calls that succeeded
	// and calls that were denied are separate incidents, and so are calls of different people.
	a.Key = key(a.Account, first(p.BackupVaultName, text(a.Subject())), name, a.Severity, c.UserIdentity.ARN.String(), a.Kind)
	f.own(&a)
	return a, true
}

// who names the caller. Whoever assumes a role chooses the session's name, so the role is named as well.
func (c call) who() string {
	who := first(c.UserIdentity.ARN, c.UserIdentity.InvokedBy, c.UserIdentity.PrincipalID, c.UserIdentity.Type, "Somebody")
	if role := c.UserIdentity.SessionContext.SessionIssuer.ARN; role != "" {
		who += " (role " + role.String() + ")"
	}
	if service := c.UserIdentity.InvokedBy; service != "" && who != service.String() {
		who += " through " + service.String()
	}
	return who
}
