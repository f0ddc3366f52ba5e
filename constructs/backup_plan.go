package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// BackupPlanProps describe a backup vault, the plan whose rules fill it, and what is backed up.
type BackupPlanProps struct {
	// VaultName and PlanName, in AWS's lengths.
	VaultName, PlanName string
	// KeyARN of the KMS key that encrypts the vault.
	KeyARN string
	// CopyDestinations are the ARNs of the vaults that recovery points may be copied to. Empty: none.
	CopyDestinations []string
	// Rules of the plan. All of a bucket's backups are in the plan's one vault (F-S3-8).
	Rules []BackupRule
	// Selections are what the plan backs up.
	Selections []BackupSelection
	// LowCost moves old backups to the low-cost warm tier. Nil: they stay.
	LowCost *LowCostProps
	// Tags of the vault, the plan and the recovery points.
	Tags map[string]string
}

// BackupRule is a rule of a plan.
type BackupRule struct {
	// Name of letters, digits and hyphens.
	Name string
	// Continuous makes a continuous backup, for point-in-time recovery, instead of snapshots.
	Continuous bool
	// Schedule is a cron expression, Timezone an IANA name.
	Schedule, Timezone string
	// StartWindowMinutes and CompletionWindowMinutes are minutes after the scheduled time.
	StartWindowMinutes, CompletionWindowMinutes int
	// DeleteAfterDays is the retention in days.
	DeleteAfterDays int
	// Copies are made of every backup of the rule; of a continuous one AWS copies snapshots (F-S3-10).
	Copies []CopyAction
}

// CopyAction copies a rule's backups to another vault.
type CopyAction struct {
	// DestinationVaultARN may be in another account and Region.
	DestinationVaultARN string
	// DeleteAfterDays is the copy's retention in days.
	DeleteAfterDays int
}

// BackupSelection assigns resources to a plan.
type BackupSelection struct {
	// ID of the construct, which nothing else below the plan has.
	ID string
	// Name of the selection.
	Name string
	// RoleARN of the role that AWS Backup assumes.
	RoleARN string
	// Resources are ARNs; one of them is enough.
	Resources []string
	// Except are ARNs that are left out.
	Except []string
	// ResourceTags that a resource must have, all of them. Empty: no tag is asked for.
	ResourceTags map[string]string
}

// LowCostProps move backups to the low-cost warm tier (F-TIER-1).
type LowCostProps struct {
	// Name of letters, digits and underscores.
	Name string
	// Selections of what moves, and when.
	Selections []LowCostSelection
}

// LowCostSelection is what moves at one age.
type LowCostSelection struct {
	// Resources are bucket ARNs, or "*" alone.
	Resources []string
	// AfterDays is the age in days.
	AfterDays int
}

// NewBackupPlan makes the vault, which is retained, with the plan and its selections below it.
func NewBackupPlan(scope awsconstructs.Construct, id string, props BackupPlanProps) awsbackup.CfnBackupVault {
	vault := awsbackup.NewCfnBackupVault(scope, jsii.String(id), &awsbackup.CfnBackupVaultProps{
		BackupVaultName:  jsii.String(props.VaultName),
		EncryptionKeyArn: jsii.String(props.KeyARN),
		AccessPolicy:     document(protectRecoveryPoints(), copyOnlyTo(props.CopyDestinations)),
		BackupVaultTags:  tagMap(props.Tags),
	})
	vault.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)

	rules := make([]any, len(props.Rules))
	for i, rule := range props.Rules {
		rules[i] = rule.property(props)
	}
	plan := awsbackup.NewCfnBackupPlan(vault, jsii.String("Plan"), &awsbackup.CfnBackupPlanProps{
		BackupPlan: &awsbackup.CfnBackupPlan_BackupPlanResourceTypeProperty{
			BackupPlanName: jsii.String(props.PlanName),
			BackupPlanRule: rules,
		},
		BackupPlanTags: tagMap(props.Tags),
	})
	plan.AddDependency(vault)

	for _, s := range props.Selections {
		awsbackup.NewCfnBackupSelection(plan, jsii.String(s.ID), &awsbackup.CfnBackupSelectionProps{
			BackupPlanId:    plan,
			BackupSelection: s.property(),
		})
	}
	if props.LowCost != nil {
		newTieringConfiguration(vault, props.VaultName, *props.LowCost)
	}
	return vault
}

func (r BackupRule) property(plan BackupPlanProps) any {
	rule := &awsbackup.CfnBackupPlan_BackupRuleResourceTypeProperty{
		RuleName:                   jsii.String(r.Name),
		TargetBackupVault:          jsii.String(plan.VaultName),
		ScheduleExpression:         jsii.String(r.Schedule),
		ScheduleExpressionTimezone: jsii.String(r.Timezone),
		StartWindowMinutes:         jsii.Number(r.StartWindowMinutes),
		CompletionWindowMinutes:    jsii.Number(r.CompletionWindowMinutes),
		EnableContinuousBackup:     jsii.Bool(r.Continuous),
		Lifecycle:                  deleteAfter(r.DeleteAfterDays),
		RecoveryPointTags:          tagMap(plan.Tags),
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

func (s BackupSelection) property() any {
	selection := &awsbackup.CfnBackupSelection_BackupSelectionResourceTypeProperty{
		SelectionName: jsii.String(s.Name),
		IamRoleArn:    jsii.String(s.RoleARN),
		Resources:     jsii.Strings(s.Resources...),
	}
	if len(s.Except) > 0 {
		selection.NotResources = jsii.Strings(s.Except...)
	}
	if len(s.ResourceTags) > 0 {
		// Conditions are ANDed with Resources; ListOfTags would be ORed (F-LIM-2).
		selection.Conditions = map[string]any{"StringEquals": resourceTagConditions(s.ResourceTags)}
	}
	return selection
}

func resourceTagConditions(tags map[string]string) []any {
	var conditions []any
	for _, tag := range *cfnTags(tags) {
		conditions = append(conditions, map[string]any{
			"ConditionKey":   "aws:ResourceTag/" + *tag.Key,
			"ConditionValue": *tag.Value,
		})
	}
	return conditions
}

func deleteAfter(days int) *awsbackup.CfnBackupPlan_LifecycleResourceTypeProperty {
	return &awsbackup.CfnBackupPlan_LifecycleResourceTypeProperty{DeleteAfterDays: jsii.Number(days)}
}

func newTieringConfiguration(vault awsbackup.CfnBackupVault, vaultName string, props LowCostProps) {
	selections := make([]any, len(props.Selections))
	for i, s := range props.Selections {
		selections[i] = &awsbackup.CfnTieringConfiguration_ResourceSelectionProperty{
			ResourceType:              jsii.String("S3"),
			Resources:                 jsii.Strings(s.Resources...),
			TieringDownSettingsInDays: jsii.Number(s.AfterDays),
		}
	}
	tiering := awsbackup.NewCfnTieringConfiguration(vault, jsii.String("LowCost"), &awsbackup.CfnTieringConfigurationProps{
		TieringConfigurationName: jsii.String(props.Name),
		BackupVaultName:          jsii.String(vaultName),
		ResourceSelection:        selections,
	})
	tiering.AddDependency(vault)
}
