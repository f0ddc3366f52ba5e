package constructs

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// TierBackupProps are the props of [NewTierBackup]. VaultName, PlanName, Key, Role and Rules are required.
type TierBackupProps struct {
	// VaultName and PlanName, of at most 50 letters, digits, hyphens and underscores.
	VaultName, PlanName string
	// Key encrypts the vault. With copies to another account its policy needs [CopyDestination].
	Key interfacesawskms.IKeyRef
	// Role is assumed by AWS Backup for the selections ([NewBackupRole]). With copies to another account it
	// needs [BackupRoleProps] with Copy.
	Role interfacesawsiam.IRoleRef
	// CopyDestinations are the ARNs of the vaults that recovery points may be copied to, by the rules and by
	// people. Empty: none.
	CopyDestinations []string
	// DeployRoleARN matches the roles with which CloudFormation deploys, such as
	// "arn:aws:iam::222222222222:role/cdk-*-cfn-exec-role-222222222222-eu-central-1". Nobody else may delete the
	// vault, or give it a compliance lock that Lock does not ask for. Empty: nobody may.
	DeployRoleARN string
	// KeepPolicy denies everybody but DeployRoleARN, which is required with it, to change the vault's policy.
	KeepPolicy bool
	// Rules of the plan. All backups of a bucket are in the plan's one vault (F-S3-8). The start windows of two
	// rules must not overlap: AWS Backup takes only the backup that is kept longer (F-SCH-5).
	Rules []BackupRule
	// Selections are what the plan backs up. Empty: nothing.
	Selections []BackupSelection
	// Topic is notified of the vault's events. Nil: none.
	Topic interfacesawssns.ITopicRef
	// LowCost moves old backups to the low-cost warm tier. Nil: they stay where they are.
	LowCost *LowCostProps
	// Lock of the vault. Nil: it has none.
	Lock *VaultLock
	// Scan has GuardDuty scan each backup of each rule for malware. Nil: nothing is scanned.
	Scan *ScanProps
	// AirGapped is a logically air-gapped vault of the same account and Region, which takes the backups of all rules in place of
	// the vault (F-LAG-2). Copies are then copies of what is in it, so its CopyTargets are CopyDestinations. AWS Backup wants the other
	// vault all the same. Nil: none.
	AirGapped *AirGappedVaultProps
	// Tags of the vault, the plan and the recovery points. Empty: none. Tags that awscdk.Tags_Of adds reach the
	// vault and the plan, but not the recovery points.
	Tags map[string]string
}

// ScanProps have backups scanned for malware (F-SCAN-1). Both are required.
type ScanProps struct {
	// Mode is "FULL_SCAN" or "INCREMENTAL_SCAN".
	Mode string
	// Role is assumed by GuardDuty ([NewScannerRole]). The role of the plan must be allowed to pass it on ([BackupRoleProps]).
	Role interfacesawsiam.IRoleRef
}

// BackupRule is a rule of a backup plan. All but Continuous and Copies are required.
type BackupRule struct {
	// Name of letters, digits and hyphens.
	Name string
	// Continuous creates a continuous backup, for point-in-time recovery, in place of snapshots.
	Continuous bool
	// Schedule is a cron expression of AWS, such as "cron(5 2 * * ? *)". Timezone is an IANA name, such as "Etc/UTC".
	Schedule, Timezone string
	// StartWindowMinutes and CompletionWindowMinutes are in minutes after the scheduled time. A job starts in
	// the first, which is at least 60, and is cancelled at the end of the second, which is longer.
	StartWindowMinutes, CompletionWindowMinutes int
	// DeleteAfterDays is the retention in days: of a continuous backup 1 to 35 (F-S3-5), of snapshots at least 1.
	DeleteAfterDays int
	// Copies of every backup of the rule. Of a continuous backup AWS copies snapshots (F-S3-10). Empty: none.
	Copies []CopyAction
}

// CopyAction copies the backups of a rule to another vault.
type CopyAction struct {
	// DestinationVaultARN may be in another account and Region. It is also one of CopyDestinations.
	DestinationVaultARN string
	// DeleteAfterDays is the copy's retention in days, at least 1.
	DeleteAfterDays int
}

// BackupSelection assigns buckets to a plan.
type BackupSelection struct {
	// ID of the selection's construct. Empty: Selection. It is unique in the plan.
	ID string
	// Name of the selection.
	Name string
	// Resources are ARNs of buckets, such as "arn:aws:s3:::invoices", also with "*" at the end (F-LIM-2). A
	// bucket that matches one of them is selected.
	Resources []string
	// Except are ARNs of buckets that are left out. Empty: none.
	Except []string
	// ResourceTags are tags that a bucket must have, all of them: values by keys. Empty: it need not have any.
	ResourceTags map[string]string
	// ExceptResourceTags are tags: values by keys. A bucket that has one of them is left out (F-LIM-10). Empty: none.
	ExceptResourceTags map[string]string
}

// TierBackup is a backup vault, the plan whose rules fill it, and what the plan backs up.
type TierBackup struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Vault is retained. Its policy denies the deletion of recovery points.
	Vault awsbackup.CfnBackupVault
	// AirGapped is the air-gapped vault. Nil: there is none.
	AirGapped *AirGappedVault
	// Plan of the vault.
	Plan awsbackup.CfnBackupPlan
	// Selections of the plan, in the order of the props.
	Selections []awsbackup.CfnBackupSelection
	// LowCost is the vault's configuration for the low-cost warm tier. Nil: it has none.
	LowCost awsbackup.CfnTieringConfiguration
}

// NewTierBackup creates a backup vault, a plan and its selections. CDK's own selection has no conditions,
// and its role lacks the policies for S3 (F-IAM-6, F-LIM-2), so the resources are L1.
func NewTierBackup(scope awsconstructs.Construct, id *string, props *TierBackupProps) *TierBackup {
	props.validate()
	this := awsconstructs.NewConstruct(scope, id)
	policy := props.protect()
	if props.KeepPolicy {
		policy = append(policy, keepPolicy(props.DeployRoleARN))
	}
	vaultProps := &awsbackup.CfnBackupVaultProps{
		BackupVaultName:  jsii.String(props.VaultName),
		EncryptionKeyArn: props.Key,
		AccessPolicy:     document(append(policy, copyOnlyTo(props.CopyDestinations)...)...),
		BackupVaultTags:  textMap(props.Tags),
	}
	if props.Lock != nil {
		vaultProps.LockConfiguration = props.Lock.property()
	}
	vault := newVault(this, props.Topic, vaultProps)
	vaultName := vault.Ref() // the plan waits for the vault
	t := &TierBackup{Construct: this, Vault: vault}
	var airGappedARN *string
	if props.AirGapped != nil {
		t.AirGapped = NewAirGappedVault(this, jsii.String("AirGapped"), props.AirGapped)
		airGappedARN = t.AirGapped.Vault.AttrBackupVaultArn()
	}
	var rules []any
	for _, rule := range props.Rules {
		property := rule.property(vaultName, props.Tags)
		property.TargetLogicallyAirGappedBackupVaultArn = airGappedARN
		if props.Scan != nil {
			property.ScanActions = props.Scan.actions()
		}
		rules = append(rules, property)
	}
	planProps := &awsbackup.CfnBackupPlan_BackupPlanResourceTypeProperty{
		BackupPlanName: jsii.String(props.PlanName),
		BackupPlanRule: rules,
	}
	if props.Scan != nil {
		planProps.ScanSettings = props.Scan.settings()
	}
	t.Plan = awsbackup.NewCfnBackupPlan(this, jsii.String("Plan"), &awsbackup.CfnBackupPlanProps{
		BackupPlan:     planProps,
		BackupPlanTags: textMap(props.Tags),
	})
	role := roleARN(props.Role)
	for _, s := range props.Selections {
		t.Selections = append(t.Selections, awsbackup.NewCfnBackupSelection(t.Plan, s.id(), &awsbackup.CfnBackupSelectionProps{
			BackupPlanId:    t.Plan,
			BackupSelection: s.property(role),
		}))
	}
	t.LowCost = newTieringConfiguration(this, vaultName, props.LowCost)
	return t
}

// protect are the statements of the vault's policy that keep its backups. Nobody removes the lock either, not even CloudFormation:
// without it an administrator could delete the backups.
func (p *TierBackupProps) protect() []Statement {
	if p.Lock == nil {
		return protectVault(p.DeployRoleARN, false)
	}
	return protectVault(p.DeployRoleARN, p.Lock.ChangeableForDays > 0, "backup:DeleteBackupVaultLockConfiguration")
}

// scanner is the only scanner of malware that AWS Backup has (F-SCAN-2).
const scanner = "GUARDDUTY"

// actions are the scans of a rule, which has one.
func (p *ScanProps) actions() []any {
	return []any{&awsbackup.CfnBackupPlan_ScanActionResourceTypeProperty{
		MalwareScanner: jsii.String(scanner), ScanMode: jsii.String(p.Mode),
	}}
}

// settings are those of a plan. The API wants all of them (F-SCAN-2).
func (p *ScanProps) settings() []any {
	return []any{&awsbackup.CfnBackupPlan_ScanSettingResourceTypeProperty{
		MalwareScanner: jsii.String(scanner), ResourceTypes: jsii.Strings("S3"), ScannerRoleArn: roleARN(p.Role),
	}}
}

func (p *TierBackupProps) validate() {
	require(p.VaultName != "" && p.PlanName != "", "NewTierBackup: props.VaultName and props.PlanName are required")
	require(p.Key != nil, "NewTierBackup: props.Key is required")
	require(p.Role != nil, "NewTierBackup: props.Role is required; AWS Backup assumes it")
	require(
		!p.KeepPolicy || p.DeployRoleARN != "",
		"NewTierBackup: props.DeployRoleARN is required with KeepPolicy; otherwise nobody could "+
			"ever change the policy",
	)
	require(len(p.Rules) > 0, "NewTierBackup: props.Rules is required; a plan has at least one rule")
	for _, r := range p.Rules {
		require(r.Name != "" && r.Schedule != "" && r.Timezone != "", "BackupRule: Name, Schedule and Timezone are required")
		require(r.StartWindowMinutes >= 60, "BackupRule "+r.Name+": StartWindowMinutes is at least 60")
		require(r.CompletionWindowMinutes > r.StartWindowMinutes,
			"BackupRule "+r.Name+": CompletionWindowMinutes is more than StartWindowMinutes; a job that starts late would be cancelled at once")
		require(r.DeleteAfterDays >= 1, "BackupRule "+r.Name+": DeleteAfterDays is at least 1; otherwise backups are kept for ever")
		require(!r.Continuous || r.DeleteAfterDays <= 35, "BackupRule "+r.Name+": DeleteAfterDays of a continuous backup is at most 35")
		if v := p.AirGapped; v != nil {
			require(r.DeleteAfterDays >= v.MinRetentionDays && r.DeleteAfterDays <= v.MaxRetentionDays,
				"BackupRule "+r.Name+": every backup would fail; DeleteAfterDays is outside of the lock of AirGapped")
		}
		for _, c := range r.Copies {
			if p.AirGapped != nil {
				require(slices.Contains(p.AirGapped.CopyTargets, c.DestinationVaultARN),
					"BackupRule "+r.Name+": every copy would fail; add the DestinationVaultARN to CopyTargets of AirGapped")
			}
			require(slices.Contains(p.CopyDestinations, c.DestinationVaultARN),
				"BackupRule "+r.Name+": every copy would fail; add the DestinationVaultARN to CopyDestinations of the vault")
			require(c.DeleteAfterDays >= 1, "BackupRule "+r.Name+": DeleteAfterDays of a copy is at least 1; otherwise copies are kept for ever")
		}
	}
	for _, s := range p.Selections {
		require(s.Name != "", "BackupSelection: Name is required")
		require(len(s.Resources) > 0, "BackupSelection "+s.Name+": Resources is required; otherwise every bucket would be selected")
	}
	p.LowCost.validate()
	if p.Scan != nil {
		require(p.Scan.Mode == "FULL_SCAN" || p.Scan.Mode == "INCREMENTAL_SCAN", "ScanProps: Mode is FULL_SCAN or INCREMENTAL_SCAN")
		require(p.Scan.Role != nil, "ScanProps: Role is required; GuardDuty assumes it")
	}
	if p.Lock == nil {
		return
	}
	p.Lock.validate()
	for _, r := range p.Rules {
		require(r.DeleteAfterDays >= p.Lock.MinRetentionDays && (p.Lock.MaxRetentionDays == 0 || r.DeleteAfterDays <= p.Lock.MaxRetentionDays),
			"BackupRule "+r.Name+": every backup would fail; the lock of the vault does not take its DeleteAfterDays")
	}
}

func (r BackupRule) property(vaultName *string, tags map[string]string) *awsbackup.CfnBackupPlan_BackupRuleResourceTypeProperty {
	rule := &awsbackup.CfnBackupPlan_BackupRuleResourceTypeProperty{
		RuleName:                   jsii.String(r.Name),
		TargetBackupVault:          vaultName,
		ScheduleExpression:         jsii.String(r.Schedule),
		ScheduleExpressionTimezone: jsii.String(r.Timezone),
		StartWindowMinutes:         jsii.Number(r.StartWindowMinutes),
		CompletionWindowMinutes:    jsii.Number(r.CompletionWindowMinutes),
		EnableContinuousBackup:     jsii.Bool(r.Continuous),
		Lifecycle:                  deleteAfter(r.DeleteAfterDays),
		RecoveryPointTags:          textMap(tags),
	}
	var copies []any
	for _, c := range r.Copies {
		copies = append(copies, &awsbackup.CfnBackupPlan_CopyActionResourceTypeProperty{
			DestinationBackupVaultArn: jsii.String(c.DestinationVaultARN),
			Lifecycle:                 deleteAfter(c.DeleteAfterDays),
		})
	}
	if copies != nil {
		rule.CopyActions = copies
	}
	return rule
}

func deleteAfter(days int) *awsbackup.CfnBackupPlan_LifecycleResourceTypeProperty {
	return &awsbackup.CfnBackupPlan_LifecycleResourceTypeProperty{DeleteAfterDays: jsii.Number(days)}
}

func (s BackupSelection) id() *string {
	if s.ID == "" {
		return jsii.String("Selection")
	}
	return jsii.String(s.ID)
}

func (s BackupSelection) property(roleARN *string) *awsbackup.CfnBackupSelection_BackupSelectionResourceTypeProperty {
	selection := &awsbackup.CfnBackupSelection_BackupSelectionResourceTypeProperty{
		SelectionName: jsii.String(s.Name),
		IamRoleArn:    roleARN,
		Resources:     jsii.Strings(s.Resources...),
	}
	if len(s.Except) > 0 {
		selection.NotResources = jsii.Strings(s.Except...)
	}
	// Conditions are ANDed with Resources and with each other. ListOfTags would be ORed (F-LIM-2).
	conditions := map[string]any{}
	if len(s.ResourceTags) > 0 {
		conditions["StringEquals"] = resourceTagConditions(s.ResourceTags)
	}
	if len(s.ExceptResourceTags) > 0 {
		conditions["StringNotEquals"] = resourceTagConditions(s.ExceptResourceTags)
	}
	if len(conditions) > 0 {
		selection.Conditions = conditions
	}
	return selection
}

func resourceTagConditions(tags map[string]string) []map[string]string {
	var conditions []map[string]string
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		conditions = append(conditions, map[string]string{"ConditionKey": "aws:ResourceTag/" + key, "ConditionValue": tags[key]})
	}
	return conditions
}
