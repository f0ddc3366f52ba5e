package constructs

import (
	"maps"
	"slices"
)

// Tampering has what nobody may change or delete unnoticed. Alerts and DeployRoleARN are required.
type Tampering struct {
	// VaultNames, PlanIDs, KeyARNs and BucketNames of the protected resources. Empty: there is no rule on them.
	VaultNames, PlanIDs, KeyARNs, BucketNames []string
	// RecoveryPoints are the beginnings of the ARNs of the recovery points in these vaults, such as
	// "arn:aws:backup:eu-central-1:222222222222:recovery-point:invoices-", since a restore names no vault
	// (F-S3-23). AnyRecoveryPoint is the beginning that all recovery points of the account and Region have.
	// It stands for the others where the pattern would be too large. Both are required with VaultNames.
	RecoveryPoints   []string
	AnyRecoveryPoint string
	// Shares: a vault of the account is air-gapped, and AWS RAM can share it with any account (F-LAG-3). A call on a share may not name
	// the vault, so all shares of the account count.
	Shares bool
	// AnyBucketTags: buckets are also selected by tag, so a changed tag of any bucket of the account counts.
	AnyBucketTags bool
	// RoleNames of roles. IAM is a global service: only the default bus in the partition's main Region, such as
	// us-east-1, receives the events of its calls (F-EVT-17). Empty: there is no rule on them, as in other Regions.
	RoleNames []string
	// DeployRoleARN matches the role with which CloudFormation deploys in this account and Region, with "*" for
	// any characters: "arn:aws:iam::222222222222:role/cdk-*-cfn-exec-role-222222222222-eu-central-1".
	DeployRoleARN string
	// ReaderRoleARNs are roles of the account that open and close access points for each restore test ([NewValidateRole]) or malware
	// scan ([NewScannerRole]). Nobody is notified of these calls, unless there are more than MaxReaderRoles, or their ARNs
	// are too long for a pattern. Empty: none.
	ReaderRoleARNs []string
	// Alerts are the resources that send the alerts.
	Alerts AlertParts
}

// Rules are the rules for [NewEventRules] on calls that change or delete these resources. CloudTrail records the
// calls, with who made them, so the account needs a trail of management events.
//
// Most of the rules take a call whoever made it. A deployment makes some calls for every bucket and every alarm.
// Those have a rule for people, and a rule without e-mails for deployments. Whoever may create roles and stacks can
// make a call look like one of a deployment, so no call that turns off or redirects all alerts is among them.
func (t Tampering) Rules() []EventRule {
	require(t.DeployRoleARN != "", "Tampering: DeployRoleARN is required")
	require(len(t.VaultNames) == 0 || len(t.RecoveryPoints) > 0 && t.AnyRecoveryPoint != "",
		"Tampering: RecoveryPoints and AnyRecoveryPoint are required with VaultNames")
	rules := append(t.Alerts.rules(), t.byCaller(t.Alerts.alarmRule())...)
	rules = append(rules, t.accountRule())
	if t.Shares {
		rules = append(rules, shareRule())
	}
	rules = append(rules, t.vaultRules()...)
	rules = append(rules, t.keyRules()...)
	rules = append(rules, t.bucketRules()...)
	return append(rules, onNames("RoleCalls", "iam", "Calls that delete the roles of backups and alerts or change what they may do",
		"requestParameters.roleName", t.RoleNames,
		"AttachRolePolicy",
		"DeleteRole",
		"DeleteRolePolicy",
		"DetachRolePolicy",
		"PutRolePermissionsBoundary",
		"PutRolePolicy",
		"UpdateAssumeRolePolicy",
	)...)
}

func (t Tampering) vaultRules() []EventRule {
	rules := onNames("VaultCalls", "backup", "Calls that change or delete a vault, its lock, its policy or its recovery points",
		"requestParameters.backupVaultName", t.VaultNames,
		"AssociateBackupVaultMpaApprovalTeam",
		"DeleteBackupVault",
		"DeleteBackupVaultAccessPolicy",
		"DeleteBackupVaultLockConfiguration",
		"DeleteBackupVaultNotifications",
		"DeleteRecoveryPoint",
		"DisassociateBackupVaultMpaApprovalTeam",
		"DisassociateRecoveryPoint",
		"PutBackupVaultAccessPolicy",
		"PutBackupVaultLockConfiguration",
		"PutBackupVaultNotifications",
		"UpdateRecoveryPointLifecycle",
	)
	rules = append(rules, onNames("PlanCalls", "backup", "Calls that change or delete a plan or its selection",
		"requestParameters.backupPlanId", t.PlanIDs,
		"CreateBackupSelection",
		"DeleteBackupPlan",
		"DeleteBackupSelection",
		"UpdateBackupPlan",
	)...)
	if len(t.VaultNames) == 0 {
		return rules
	}
	// Copies and restores of plans are no calls: CloudTrail records them as service events (F-EVT-19), which have another
	// detail type. A call by AWS Backup itself is none of a person either.
	reading := func(vaults any, points []string) map[string]any {
		copied := map[string]any{"eventName": []string{"StartCopyJob"}}
		if vaults != nil {
			copied["requestParameters"] = map[string]any{"sourceBackupVaultName": vaults}
		}
		person := map[string]any{"invokedBy": notInvokedBy("backup.amazonaws.com")}
		of := func(calls ...string) map[string]any {
			return map[string]any{"eventName": calls, "requestParameters": map[string]any{"recoveryPointArn": prefixes(points)}}
		}
		tests := t.notOfTests()
		if tests == nil {
			return map[string]any{
				"eventSource":  []string{"backup.amazonaws.com"},
				"userIdentity": person,
				"$or":          []any{copied, of("CreateBackupAccessPoint", "StartRestoreJob")},
			}
		}
		restored, opened := of("StartRestoreJob"), of("CreateBackupAccessPoint")
		copied["userIdentity"], restored["userIdentity"] = person, person
		opened["userIdentity"] = map[string]any{"invokedBy": person["invokedBy"], "sessionContext": tests}
		return map[string]any{"eventSource": []string{"backup.amazonaws.com"}, "$or": []any{copied, restored, opened}}
	}
	points := callRule("RecoveryPointCalls", "Copies, restores and access points of recovery points that a person starts",
		at("requestParameters.recoveryPointArn"), reading(t.VaultNames, t.RecoveryPoints))
	points.Source = "aws.backup"
	points.Fallback = reading(nil, []string{t.AnyRecoveryPoint})
	return append(rules, points)
}

// MaxReaderRoles is how many roles a pattern can leave out beside the rest of it, and maxLeftOutBytes, how long their ARNs are
// together, in bytes: those of as many roles without a path, in the partition with the longest name.
const (
	MaxReaderRoles  = 8
	maxLeftOutBytes = MaxReaderRoles * (len("arn:aws-us-gov:iam::222222222222:role/") + 64)
)

// notOfTests matches the session contexts of all callers but the roles that read for restore tests and malware scans. A role is its whole
// ARN, so that no other role of that name, below a path or in another account, is left out. Nil: no role is.
func (t Tampering) notOfTests() map[string]any {
	bytes := 0
	for _, arn := range t.ReaderRoleARNs {
		bytes += len(arn)
	}
	if n := len(t.ReaderRoleARNs); n == 0 || n > MaxReaderRoles || bytes > maxLeftOutBytes {
		return nil
	}
	return map[string]any{"sessionIssuer": map[string]any{"arn": []any{absent, anythingBut(t.ReaderRoleARNs)}}}
}

// accountRule is the rule on calls that concern the whole account and Region, and so name none of the resources.
// Without a trail no rule on calls receives an event.
func (t Tampering) accountRule() EventRule {
	closed := map[string]any{"eventSource": []string{"backup.amazonaws.com"}, "eventName": []string{"DeleteBackupAccessPoint"}}
	if tests := t.notOfTests(); tests != nil {
		closed["userIdentity"] = map[string]any{"sessionContext": tests}
	}
	return callRule("AccountCalls",
		"Calls that stop or change a trail, mute alarms, opt S3 out of AWS Backup, or delete a backup access point",
		place{"<name><trail><point>", []string{
			"name", "requestParameters.name", "trail", "requestParameters.trailName", "point", "requestParameters.accessPointArn",
		}},
		map[string]any{"$or": []any{
			map[string]any{
				"eventSource": []string{"cloudtrail.amazonaws.com"},
				"eventName":   []string{"DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"},
			},
			map[string]any{"eventSource": []string{"monitoring.amazonaws.com"}, "eventName": []string{"PutAlarmMuteRule"}},
			closed,
			map[string]any{
				"eventSource":       []string{"backup.amazonaws.com"},
				"eventName":         []string{"UpdateRegionSettings"},
				"requestParameters": map[string]any{"resourceTypeOptInPreference": map[string]any{"S3": []bool{false}}},
			},
		}})
}

// shareRule is the rule on calls that share resources of the account, or end a share.
func shareRule() EventRule {
	r := callRule("ShareCalls", "Calls that share resources of the account with other accounts, or end a share",
		place{"<share><arn>", []string{"share", "requestParameters.name", "arn", "requestParameters.resourceShareArn"}},
		map[string]any{
			"eventSource": []string{"ram.amazonaws.com"},
			"eventName":   []string{"AssociateResourceShare", "CreateResourceShare", "DeleteResourceShare", "DisassociateResourceShare"},
		})
	r.Source = "aws.ram"
	return r
}

func (t Tampering) keyRules() []EventRule {
	rules := onNames("KeyCalls", "kms", "Calls that disable or delete a key, change its policy, or give or take its use",
		"resources.ARN", t.KeyARNs)
	for i := range rules {
		rules[i].Detail = map[string]any{"eventSource": []string{"kms.amazonaws.com"}, "$or": []any{
			map[string]any{"eventName": []string{
				"CancelKeyDeletion", "DisableKey", "DisableKeyRotation", "EnableKey", "PutKeyPolicy", "RevokeGrant", "ScheduleKeyDeletion",
			}},
			// AWS Backup works through grants, which it creates for each vault (F-COPY-8, F-KMS-7).
			map[string]any{
				"eventName":    []string{"CreateGrant", "RetireGrant"},
				"userIdentity": map[string]any{"invokedBy": notInvokedBy("backup.amazonaws.com", "backup-storage.amazonaws.com")},
			},
		}}
		// The request has the key's id or its ARN, and that of RetireGrant has nothing (F-EVT-23).
		rules[i].Paths["on"] = "$.detail.resources[0].ARN"
	}
	return rules
}

func (t Tampering) bucketRules() []EventRule {
	const bucketName = "requestParameters.bucketName"
	rules := onNames(
		"BucketCalls",
		"s3",
		"Calls that delete a bucket or its protection, or change its Object Lock, versioning or notifications",
		bucketName,
		t.BucketNames,
		"DeleteBucket",
		"DeleteBucketEncryption",
		"DeleteBucketOwnershipControls",
		"DeleteBucketPolicy",
		"DeleteBucketPublicAccessBlock",
		"PutBucketNotification",
		"PutBucketNotificationConfiguration",
		"PutBucketObjectLockConfiguration",
		"PutBucketVersioning",
	)
	// CloudTrail's name of a call can differ from the API's, so both are here.
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
	settings := []string{
		"PutBucketAcl",
		"PutBucketEncryption",
		"PutBucketLifecycle",
		"PutBucketLifecycleConfiguration",
		"PutBucketLogging",
		"PutBucketOwnershipControls",
		"PutBucketPolicy",
		"PutBucketPublicAccessBlock",
		"PutBucketReplication",
	}
	tags := []string{"DeleteBucketTagging", "PutBucketTagging"}
	if !t.AnyBucketTags {
		settings = append(settings, tags...)
	}
	for _, rule := range onNames("BucketSettingCalls", "s3", "Calls that change the settings of a bucket",
		bucketName, t.BucketNames, settings...) {
		rules = append(rules, t.byCaller(rule)...)
	}
	if t.AnyBucketTags {
		// Buckets with attribute-based access control take these two calls in place of the others.
		tags = append(tags, "TagResource", "UntagResource")
		rule := callRule("TagCalls", "Calls that change the tags of a bucket, which plans may select by its tag",
			place{"<bucket><resource>", []string{"bucket", bucketName, "resource", "requestParameters.resourceArn"}},
			map[string]any{"eventSource": []string{"s3.amazonaws.com"}, "eventName": tags})
		rule.Source = "aws.s3"
		rules = append(rules, t.byCaller(rule)...)
	}
	return rules
}

// byCaller are two rules in place of one: for people, and without e-mails for deployments.
func (t Tampering) byCaller(r EventRule) []EventRule {
	people, deployments := r, r
	people.Detail, deployments.Detail = maps.Clone(r.Detail), maps.Clone(r.Detail)
	people.Detail["userIdentity"] = notByDeployment(t.DeployRoleARN)
	deployments.Detail["userIdentity"] = byDeployment(t.DeployRoleARN)
	people.Description += ", not made by a deployment"
	deployments.ID += "Deployed"
	deployments.Description += ", made by a deployment"
	deployments.Email = ""
	return []EventRule{people, deployments}
}

// onNames is the rule on calls of a service on the resources with one of these names at the path key. There is no
// rule without names.
func onNames(id, service, description, key string, names []string, calls ...string) []EventRule {
	if len(names) == 0 {
		return nil
	}
	r := callRule(id, description, at(key),
		map[string]any{"eventSource": []string{service + ".amazonaws.com"}, "eventName": slices.Clone(calls)})
	r.Source, r.NamesAt, r.Names = "aws."+service, key, names
	return []EventRule{r}
}

// place says where an event names what the call is on.
type place struct {
	// text of the e-mail, such as "<bucket><resource>". EventBridge leaves out what an event does not have.
	text string
	// paths in the detail, each behind its name in the text.
	paths []string
}

// at is the place of calls that have what they are on at one path.
func at(path string) place { return place{"<on>", []string{"on", path}} }

// callRule is a rule on calls that CloudTrail records.
func callRule(id, description string, on place, detail map[string]any) EventRule {
	all := paths(
		"who",
		"$.detail.userIdentity.arn",
		"call",
		"$.detail.eventName",
		"address",
		"$.detail.sourceIPAddress",
		"through",
		"$.detail.userIdentity.invokedBy",
		"error",
		"$.detail.errorCode",
	)
	for i := 0; i < len(on.paths); i += 2 {
		all[on.paths[i]] = "$.detail." + on.paths[i+1]
	}
	return EventRule{
		ID: id, Description: description, DetailType: "AWS API Call via CloudTrail", Detail: detail,
		Email: "<who> called <call> on " + on.text + " in account <account>, <region>, at <time>, from <address>. Called through (empty: " +
			"directly): <through>. Error, if AWS refused it: <error>. It is a deployment by the CDK if it was called through " +
			"cloudformation.amazonaws.com with the role cdk-...-cfn-exec-role-<account>-<region>. If none of you deployed or intended " +
			"this, somebody is changing, reading or deleting your backups.",
		Paths: all,
	}
}
