package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// LowCostProps move recovery points to the low-cost warm tier (F-TIER-1).
type LowCostProps struct {
	// Name of the tiering configuration, of letters, digits and underscores. Unique in the account.
	Name string
	// Selections say what moves, and when.
	Selections []LowCostSelection
}

// LowCostSelection is what moves at one age.
type LowCostSelection struct {
	// Resources are ARNs of buckets, or "*" alone.
	Resources []string
	// AfterDays is the age in days, at least 60.
	AfterDays int
}

// vaultEvents are the events that a vault publishes. All of these still fire (F-EVT-1). Those that the
// CDK takes by default are no longer sent (F-EVT-2).
var vaultEvents = []string{
	"BACKUP_JOB_COMPLETED", // whatever its state
	"CONTINUOUS_BACKUP_INTERRUPTED",
	"COPY_JOB_FAILED",
	"RESTORE_JOB_COMPLETED",
	"S3_BACKUP_OBJECT_FAILED",
	"S3_RESTORE_OBJECT_FAILED",
}

// newVault creates a backup vault, which is retained and notifies a topic where there is one.
func newVault(
	scope awsconstructs.Construct,
	topic interfacesawssns.ITopicRef,
	props *awsbackup.CfnBackupVaultProps,
) awsbackup.CfnBackupVault {
	if topic != nil {
		props.Notifications = &awsbackup.CfnBackupVault_NotificationObjectTypeProperty{
			SnsTopicArn:       topicARN(topic),
			BackupVaultEvents: jsii.Strings(vaultEvents...),
		}
	}
	vault := awsbackup.NewCfnBackupVault(scope, jsii.String(defaultID), props)
	retain(vault)
	return vault
}

func (p *LowCostProps) validate() {
	if p == nil {
		return
	}
	require(p.Name != "" && len(p.Selections) > 0, "LowCostProps: Name and Selections are required")
	for _, s := range p.Selections {
		require(len(s.Resources) > 0, "LowCostSelection: Resources is required")
		require(s.AfterDays >= 60, "LowCostSelection: AfterDays is at least 60")
	}
}

// newTieringConfiguration creates a vault's configuration for the low-cost warm tier. name is the vault's
// name, with a reference to the vault where CloudFormation has to wait for it. Nil props: none.
func newTieringConfiguration(scope awsconstructs.Construct, name *string, props *LowCostProps) awsbackup.CfnTieringConfiguration {
	if props == nil {
		return nil
	}
	var selections []any
	for _, s := range props.Selections {
		selections = append(selections, &awsbackup.CfnTieringConfiguration_ResourceSelectionProperty{
			ResourceType:              jsii.String("S3"),
			Resources:                 jsii.Strings(s.Resources...),
			TieringDownSettingsInDays: jsii.Number(s.AfterDays),
		})
	}
	return awsbackup.NewCfnTieringConfiguration(scope, jsii.String("LowCost"), &awsbackup.CfnTieringConfigurationProps{
		TieringConfigurationName: jsii.String(props.Name),
		BackupVaultName:          name,
		ResourceSelection:        selections,
	})
}

// protectVault denies people and roles what would end a recovery point before its time (F-RST-8, F-RST-17), delete
// the vault, or make it useless for good. It does not keep AWS Backup from deleting what has expired (F-CFN-10).
// Changing the policy itself is not denied: that would lock CloudFormation out as well. more are further actions to
// deny.
//
// deployRoleARN matches the roles with which CloudFormation deploys. They may delete the vault, which AWS Backup
// allows while it is empty (F-LOCK-11), so that a failed creation can be rolled back. compliance tells that the vault
// has a compliance lock. Without it nobody but these roles may create one: three days later nobody could undo it, and
// with an absurd minimum no backup could ever enter the vault (F-LOCK-14). They may, since CloudFormation may lock
// the vault before it updates this policy.
func protectVault(deployRoleARN string, compliance bool, more ...string) []Statement {
	statements := []Statement{
		denyOnVault("ProtectRecoveryPoints", exceptServices, append([]string{
			"backup:DeleteRecoveryPoint",
			"backup:DisassociateRecoveryPoint",
			"backup:UpdateRecoveryPointLifecycle",
		}, more...)...),
		keepVault(deployRoleARN),
	}
	if !compliance {
		statements = append(statements, denyOnVault("NoComplianceLock",
			exceptRole(deployRoleARN, "Null", map[string]any{"backup:ChangeableForDays": "false"}), "backup:PutBackupVaultLockConfiguration"))
	}
	return statements
}

// keepVault denies the deletion of a vault, except to the roles with which CloudFormation deploys.
func keepVault(deployRoleARN string) Statement {
	return denyOnVault("KeepVault", exceptRole(deployRoleARN, "BoolIfExists", notService), "backup:DeleteBackupVault")
}

func denyOnVault(sid string, condition map[string]map[string]any, actions ...string) Statement {
	return Statement{Sid: sid, Deny: true, Principal: anyone, Actions: actions, Resources: everything, Condition: condition}
}

// exceptRole is a condition that does not hold for the roles which an ARN matches. Empty: it holds for all.
func exceptRole(arn, operator string, key map[string]any) map[string]map[string]any {
	condition := map[string]map[string]any{operator: key}
	if arn != "" {
		condition["ArnNotLike"] = map[string]any{"aws:PrincipalArn": arn}
	}
	return condition
}

// copyOnlyTo denies copies out of a vault to any vault but the destinations. A request may name several vaults, or
// none (F-COPY-4, F-COPY-15).
func copyOnlyTo(destinations []string) []Statement {
	deny := func(sid string, condition map[string]map[string]any) Statement {
		return denyOnVault(sid, condition, "backup:CopyFromBackupVault")
	}
	if len(destinations) == 0 {
		return []Statement{deny("NoCopies", exceptServices)}
	}
	return []Statement{
		deny("CopyOnlyToApprovedVaults", map[string]map[string]any{"ForAnyValue:ArnNotLike": {"backup:CopyTargets": destinations}}),
		deny("CopyOnlyToNamedVaults", map[string]map[string]any{"Null": {"backup:CopyTargets": "true"}}),
	}
}

// keepPolicy denies everybody but CloudFormation to change or delete the policy of a vault, in the one statement that the
// control on manual deletion looks for (docs/adr/0003).
func keepPolicy(deployRoleARN string) Statement {
	return Statement{
		Sid: "AuditedDeletion", Deny: true, Principal: anyone, Resources: everything,
		Actions: []string{
			"backup:DeleteBackupVaultAccessPolicy", "backup:DeleteRecoveryPoint", "backup:PutBackupVaultAccessPolicy",
			"backup:UpdateRecoveryPointLifecycle",
		},
		Condition: map[string]map[string]any{
			"ArnNotLike": {"aws:PrincipalArn": deployRoleARN}, "BoolIfExists": notService,
		},
	}
}
