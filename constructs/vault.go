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

// protectRecoveryPoints denies people and roles what would end a recovery point before its time
// (F-RST-8). It does not keep AWS Backup from deleting what has expired (F-CFN-10). Changing the policy
// itself is not denied: that would lock CloudFormation out as well. more are further actions to deny.
func protectRecoveryPoints(more ...string) Statement {
	return Statement{
		Sid:       "ProtectRecoveryPoints",
		Deny:      true,
		Principal: anyone,
		Actions:   append([]string{"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"}, more...),
		Resources: everything,
		Condition: exceptServices,
	}
}

// copyOnlyTo denies copies out of a vault to any vault but the destinations (F-COPY-4).
func copyOnlyTo(destinations []string) Statement {
	s := Statement{
		Sid:       "CopyOnlyToApprovedVaults",
		Deny:      true,
		Principal: anyone,
		Actions:   []string{"backup:CopyFromBackupVault"},
		Resources: everything,
		Condition: map[string]map[string]any{"ForAllValues:ArnNotLike": {"backup:CopyTargets": destinations}},
	}
	if len(destinations) == 0 {
		s.Condition = exceptServices
	}
	return s
}
