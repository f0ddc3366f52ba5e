package constructs

import (
	"maps"
	"slices"
)

// BackupPlanProps describe a backup vault, the plan whose rules fill it, and what is backed up.
type BackupPlanProps struct {
	// VaultName and PlanName, in AWS's lengths.
	VaultName, PlanName string
	// KeyARN of the KMS key that encrypts the vault.
	KeyARN Value
	// CopyDestinations are the ARNs of the vaults that recovery points may be copied to. Empty: none.
	CopyDestinations []string
	// Rules of the plan. All of a bucket's backups are in the plan's one vault (F-S3-8).
	Rules []BackupRule
	// Selections are what the plan backs up.
	Selections []BackupSelection
	// TopicARN of the topic that is told of what happens in the vault. Nil: none.
	TopicARN Value
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
	RoleARN Value
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

// NewBackupPlan makes the vault, which is retained, with the plan and its selections below it. It
// returns the plan's id.
func NewBackupPlan(scope Scope, id string, props BackupPlanProps) Value {
	vault := scope.add(id, vault(props.TopicARN, properties{
		"BackupVaultName":  props.VaultName,
		"EncryptionKeyArn": props.KeyARN,
		"AccessPolicy":     document(protectRecoveryPoints(), copyOnlyTo(props.CopyDestinations)),
		"BackupVaultTags":  props.Tags,
	}))

	rules := make([]properties, len(props.Rules))
	for i, rule := range props.Rules {
		rules[i] = rule.properties(vault, props.Tags)
	}
	plan := vault.add("Plan", resource{
		Type: "AWS::Backup::BackupPlan",
		Properties: properties{
			"BackupPlan":     properties{"BackupPlanName": props.PlanName, "BackupPlanRule": rules},
			"BackupPlanTags": props.Tags,
		},
	})
	for _, s := range props.Selections {
		plan.add(s.ID, resource{
			Type: "AWS::Backup::BackupSelection",
			Properties: properties{
				"BackupPlanId":    plan.ref(),
				"BackupSelection": s.properties(),
			},
		})
	}
	if props.LowCost != nil {
		vault.addTieringConfiguration(*props.LowCost)
	}
	return plan.ref()
}

func (r BackupRule) properties(vault added, tags map[string]string) properties {
	rule := properties{
		"RuleName":                   r.Name,
		"TargetBackupVault":          vault.ref(),
		"ScheduleExpression":         r.Schedule,
		"ScheduleExpressionTimezone": r.Timezone,
		"StartWindowMinutes":         r.StartWindowMinutes,
		"CompletionWindowMinutes":    r.CompletionWindowMinutes,
		"EnableContinuousBackup":     r.Continuous,
		"Lifecycle":                  deleteAfter(r.DeleteAfterDays),
		"RecoveryPointTags":          tags,
	}
	var copies []properties
	for _, c := range r.Copies {
		copies = append(copies, properties{
			"DestinationBackupVaultArn": c.DestinationVaultARN,
			"Lifecycle":                 deleteAfter(c.DeleteAfterDays),
		})
	}
	if copies != nil {
		rule["CopyActions"] = copies
	}
	return rule
}

func deleteAfter(days int) properties { return properties{"DeleteAfterDays": days} }

func (s BackupSelection) properties() properties {
	selection := properties{
		"SelectionName": s.Name,
		"IamRoleArn":    s.RoleARN,
		"Resources":     s.Resources,
	}
	if len(s.Except) > 0 {
		selection["NotResources"] = s.Except
	}
	if len(s.ResourceTags) > 0 {
		// Conditions are ANDed with Resources; ListOfTags would be ORed (F-LIM-2).
		selection["Conditions"] = properties{"StringEquals": resourceTagConditions(s.ResourceTags)}
	}
	return selection
}

func resourceTagConditions(tags map[string]string) []properties {
	var conditions []properties
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		conditions = append(conditions, properties{"ConditionKey": "aws:ResourceTag/" + key, "ConditionValue": tags[key]})
	}
	return conditions
}

// addTieringConfiguration gives a vault its configuration for the low-cost warm tier.
func (a added) addTieringConfiguration(props LowCostProps) {
	selections := make([]properties, len(props.Selections))
	for i, s := range props.Selections {
		selections[i] = properties{
			"ResourceType":              "S3",
			"Resources":                 s.Resources,
			"TieringDownSettingsInDays": s.AfterDays,
		}
	}
	a.add("LowCost", resource{
		Type: "AWS::Backup::TieringConfiguration",
		Properties: properties{
			"TieringConfigurationName": props.Name,
			"BackupVaultName":          a.ref(),
			"ResourceSelection":        selections,
		},
	})
}
