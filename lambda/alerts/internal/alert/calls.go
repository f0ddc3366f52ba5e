package alert

import (
	"bytes"
	"encoding/json"
	"regexp"
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
	// ResponseElements of a change of an event source mapping name the function, which the request does not.
	ResponseElements struct{ FunctionARN text }
}

// parameters are the request parameters that say what the call changes or reads.
type parameters struct {
	BackupVaultName         text
	SourceBackupVaultName   text // of a copy
	RecoveryPointARN        text
	BackupPlanID            text
	SelectionID             text
	KeyID                   text
	BucketName              text
	Name, Rule              text // of an EventBridge rule or bus, or a trail
	TrailName               text
	AccessPointARN          text
	ResourceShareARN        text
	SecretID                text
	State                   text
	AlarmName               text
	AlarmNames              []text
	TopicARN                text
	SubscriptionARN         text
	ResourceARN             text // of a topic or a bucket
	EventBusName            text
	LogGroupName            text
	ResourceIdentifier      text // ARN of a log group
	PolicyName              text // of CloudWatch Logs, or of a role
	RoleName                text
	FunctionName            text
	QueueURL                text
	VersioningConfiguration struct{ Status text }
	// NotificationConfiguration lists what is on. EventBridge is off if the list does not have it.
	NotificationConfiguration struct{ EventBridgeConfiguration json.RawMessage }
}

// sameCall maps the second name of a call to its name in calls.
var sameCall = map[string]string{
	"PutBucketNotificationConfiguration": "PutBucketNotification",
	"PutBucketLifecycleConfiguration":    "PutBucketLifecycle",
}

// endOf maps a call that ends an incident to the call that opened it. Whoever makes it ends it.
var endOf = map[string]string{"CancelKeyDeletion": "ScheduleKeyDeletion", "EnableKey": "DisableKey"}

// endTitles are the titles of the alerts of these calls.
var endTitles = map[string]string{
	"CancelKeyDeletion": "Deletion of a KMS key canceled",
	"EnableKey":         "KMS key enabled",
}

// apiVersion is what CloudTrail adds to the names of Lambda's calls, as in DeleteFunction20150331.
var apiVersion = regexp.MustCompile(`20[0-9]{6}(v[0-9]+)?$`)

// name is the name of a call in the table.
func (c call) name(p parameters) string {
	name := apiVersion.ReplaceAllString(c.EventName.String(), "")
	if same := sameCall[name]; same != "" {
		name = same
	}
	if name == "PutRule" && p.State == "DISABLED" {
		name = "DisableRule"
	}
	service, _, _ := strings.Cut(c.EventSource.String(), ".")
	if _, known := calls[service+"/"+name]; known {
		name = service + "/" + name
	}
	return name
}

// alertPart returns the name or the ARN of the alerting resource that the request is about.
func (p parameters) alertPart() text {
	names := []text{
		p.RoleName, p.Rule, p.Name, p.TrailName, p.TopicARN, p.SubscriptionARN, p.ResourceARN, p.EventBusName,
		p.LogGroupName, p.ResourceIdentifier, p.SecretID, p.AccessPointARN, p.ResourceShareARN,
		text(functionOf(p.FunctionName.String())), text(queueOf(p.QueueURL.String())), p.PolicyName, p.AlarmName,
	}
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
	name := c.name(p)
	row, known := calls[name]
	if !known {
		row.what = name
		row.advice = "No action is needed if you know of this call."
	}
	issuer := c.UserIdentity.SessionContext.SessionIssuer.ARN.String()
	deployed := c.ErrorCode == "" && f.deploys(ev, issuer, c.UserIdentity.InvokedBy.String())
	ends := ""
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
	case endOf[name] != "":
		a.Action = Resolve
		a.Title = endTitles[name]
		a.Advice = row.advice
		ends = endOf[name]
	case deployed:
		// Marked and not hidden: a person who may deploy can also do harm by a deployment.
		a.Severity = Info
		a.Title = "By a deployment: " + row.what
		a.Advice = "No action is needed if the deployment was intended. Otherwise: " + row.advice
	case row.reads:
		a.Title = "Access to backups: " + row.what
		a.Advice = row.advice
	default:
		a.Title = "Tampering: " + row.what
		a.Advice = row.advice
	}
	a.Message = c.who() + " called " + c.EventName.String()

	a.Bucket = first(p.BucketName, text(bucketOfPoint(p.RecoveryPointARN.String())))
	a.Vault = first(p.BackupVaultName, p.SourceBackupVaultName)
	if alarm := first(append(p.AlarmNames, p.AlarmName)...); alarm != "" {
		a.Vault = f.Alarms[alerting.Key(a.Account, a.Region, alarm)].Vault
	}
	if c.EventSource == "kms.amazonaws.com" && len(c.Resources) > 0 {
		p.KeyID = c.Resources[0].ARN // the request may have the id alone
	}
	a.Resource = first(p.RecoveryPointARN, p.KeyID, p.SelectionID, p.BackupPlanID, p.alertPart())
	if a.Resource == "" {
		a.Resource = functionOf(c.ResponseElements.FunctionARN.String())
	}
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
	a.Key = key(
		a.Account,
		first(p.BackupVaultName, p.SourceBackupVaultName, text(a.Subject())),
		name,
		a.Severity,
		c.UserIdentity.ARN.String(),
		a.Kind,
	)
	switch {
	case c.ErrorCode != "":
	case ends != "":
		a.Key = key(a.Account, a.Subject(), ends, a.Kind)
	case name == "ScheduleKeyDeletion", name == "DisableKey":
		a.Key = key(a.Account, a.Subject(), name, a.Kind) // somebody else may make the call that ends it
	case name == "UpdateRegionSettings":
		a.Key = key(a.Account, a.Region, regionSetting) // AWS Backup has an event of its own for the same change
	case deployed && row.setting:
		// A deployment makes these calls for every bucket and alarm: they are one incident.
		a.Key = key(a.Account, a.Region, "settings", issuer, a.Kind)
	}
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
