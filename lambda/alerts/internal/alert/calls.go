package alert

import (
	"bytes"
	"encoding/json"
	"strings"

	"central-s3-backup/internal/estate"
)

// call is the detail of an API call that CloudTrail recorded.
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

// parameters are those of a request that say what it is about.
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
	// NotificationConfiguration lists what is on: without EventBridge in it, it is off.
	NotificationConfiguration struct{ EventBridgeConfiguration json.RawMessage }
}

// calls is the table of what touches the protection of backups. A call that is not in it is told by
// its name.
var calls = map[string]struct{ what, advice string }{
	"DeleteBackupVaultLockConfiguration": {"removal of a vault's lock", "Recovery points can be deleted until the lock is back: deploy the stack again with --revert-drift at once."},
	"PutBackupVaultLockConfiguration":    {"change of a vault's lock", "Compare the retention in the request with backup.yaml. A compliance lock cannot be undone once its grace time is over (F-LOCK-6)."},
	"PutBackupVaultAccessPolicy":         {"change of a vault's policy", "See who may now delete recovery points or copy them out. Deploy the stack again with --revert-drift to get the policy back."},
	"DeleteBackupVaultAccessPolicy":      {"removal of a vault's policy", "Nothing is denied in the vault any more, and copies into it fail (F-COPY-2). Deploy the stack again with --revert-drift."},
	"DeleteBackupVault":                  {"deletion of a vault", "Backups and copies that go to it fail. Deploy the stack again with --revert-drift."},
	"DeleteRecoveryPoint":                {"deletion of a recovery point", "Ask whoever did it whether it was meant. A copy may still be in the central vault. What AWS Backup deletes at the end of its life is not told here."},
	"UpdateRecoveryPointLifecycle":       {"change of a recovery point's retention", "A shorter retention deletes it sooner. Set it back."},
	"ScheduleKeyDeletion":                {"deletion of a key, scheduled", "Cancel it before the key is gone: all that it encrypts is lost with it, every recovery point of the vault (F-KMS-5)."},
	"DisableKey":                         {"disabling of a key", "Backups, copies and restores with it fail. Enable it again."},
	"PutKeyPolicy":                       {"change of a key's policy", "See who may now use the key and who no longer may. Deploy the stack again with --revert-drift to get the policy back."},
	"DeleteBackupPlan":                   {"deletion of a backup plan", "Nothing backs its buckets up any more. Deploy the stack again with --revert-drift."},
	"UpdateBackupPlan":                   {"change of a backup plan", "Compare schedule and retention in the request with backup.yaml. Deploy the stack again with --revert-drift to get the plan back."},
	"DeleteBackupSelection":              {"removal of a plan's selection", "Its buckets are no longer backed up. Deploy the stack again with --revert-drift."},
	"DeleteBucket":                       {"deletion of a bucket", "See whether the bucket is still there: AWS deletes only one that is empty. What it held can be restored from its recovery points to another one."},
	"DisassociateRecoveryPoint":          {"end of a continuous backup", "Its recovery point gets no newer, and the next run of the plan starts another one. Ask whoever did it whether it was meant."},
	"DeleteBackupVaultNotifications":     {"removal of a vault's notifications", "No e-mail is written of its jobs that fail. Deploy the stack again with --revert-drift."},
	"PutBackupVaultNotifications":        {"change of a vault's notifications", "See whether its failures are still told. Deploy the stack again with --revert-drift."},
	"DisableRule":                        {"disabling of a rule for alerts", "What it listens to is told to nobody. Enable it again."},
	"DeleteRule":                         {"deletion of a rule for alerts", "What it listened to is told to nobody. Deploy the stack again with --revert-drift."},
	"RemoveTargets":                      {"removal of the targets of a rule for alerts", "What it listens to is told to nobody. Deploy the stack again with --revert-drift."},
	"DeleteAlarms":                       {"deletion of alarms", "Their silence is told to nobody. Deploy the stack again with --revert-drift."},
	"DisableAlarmActions":                {"silencing of alarms", "They ring and tell nobody. Enable their actions again."},
	"DeleteTopic":                        {"deletion of the topic for alerts", "No e-mail is written any more. Deploy the stack again with --revert-drift, and confirm the subscriptions."},
	"Unsubscribe":                        {"removal of an e-mail subscription for alerts", "Whoever was subscribed is told of nothing any more, unless they meant it. Deploy the stack again with --revert-drift and confirm the subscription."},
	"DeleteEventBus":                     {"deletion of the event bus for alerts", "Nothing of the other accounts is told any more. Deploy the central stack again with --revert-drift."},
	"DeleteLogGroup":                     {"deletion of the log of all accounts' events", "The dashboard is empty and no copies are counted. Deploy the central stack again with --revert-drift."},
	"DeleteMetricFilter":                 {"deletion of a filter that counts copies", "The alarms on copies go blind. Deploy the central stack again with --revert-drift."},
	"PutBucketObjectLockConfiguration":   {"change of a bucket's Object Lock", "New objects get the retention in the request: compare it with the tier's. Deploy the stack again with --revert-drift."},
	"PutBucketVersioning":                {"suspension of a bucket's versioning", "Its continuous backup stops (F-S3-1), and overwritten objects are lost. Turn versioning on again."},
	"PutBucketNotification":              {"turning off of a bucket's EventBridge notifications", "Its continuous backup stops (F-S3-12). Turn them on again."},
}

// sameCall has the newer names of calls.
var sameCall = map[string]string{"PutBucketNotificationConfiguration": "PutBucketNotification"}

// alertPart is the name or the ARN of a part of alerts that the request is about.
func (p parameters) alertPart() text {
	names := []text{p.Rule, p.Name, p.TopicARN, p.SubscriptionARN, p.LogGroupName}
	return text(first(append(names, p.AlarmNames...)...))
}

func readCall(ev event, e *Estate) (Alert, bool) {
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
		row.advice = "Nothing, if you know of it."
	}
	switch {
	case name == "PutBucketVersioning" && p.VersioningConfiguration.Status == "Enabled",
		name == "PutBucketNotification" && p.NotificationConfiguration.EventBridgeConfiguration != nil:
		// AWS Backup itself turns EventBridge on where it is off (F-S3-12).
		a.Action = None
		a.Quiet = true
		a.Title = "Versioning or EventBridge notifications of a bucket stay on"
	case c.ErrorCode != "":
		a.Severity = Warning
		a.Title = "Attempted in vain: " + row.what
		if strings.Contains(c.ErrorCode.String(), "AccessDenied") {
			a.Title = "Denied: " + row.what
		}
		a.Advice = "Nothing was changed. Find out who tries this, and why."
	case e.deploys(c.UserIdentity.SessionContext.SessionIssuer.ARN.String()):
		// Marked and not hidden: who may deploy may also do harm by deploying.
		a.Severity = Info
		a.Title = "By a deployment: " + row.what
		a.Advice = "Nothing, if the deployment was meant. " + row.advice
	default:
		a.Title = "Tampering: " + row.what
		a.Advice = row.advice
	}
	a.Message = c.who() + " called " + c.EventName.String()

	a.Bucket = first(p.BucketName, text(bucketOfPoint(p.RecoveryPointARN.String())))
	a.Vault = p.BackupVaultName.String()
	if len(p.AlarmNames) > 0 {
		a.Vault = e.Alarms[estate.Key(a.Account, a.Region, p.AlarmNames[0].String())].Vault
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
	// A sweep through a vault is one incident, not one for each of its recovery points. But what
	// succeeded does not vanish in the incident of what was denied, nor what one person did in that
	// of another.
	a.Key = key(a.Account, first(p.BackupVaultName, text(a.Subject())), name, a.Severity, c.UserIdentity.ARN.String(), a.Kind)
	e.own(&a)
	return a, true
}

// who is the caller. The name of a session is chosen by whoever assumes the role, so the role is
// said as well.
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
