package constructs

import (
	"maps"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsram"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// AirGappedVaultProps are the props of [NewAirGappedVault]. Name, Account and the retentions are required.
type AirGappedVaultProps struct {
	// Name of the vault, at most 50 letters, digits, hyphens and underscores.
	Name string
	// Account of the vault, twelve digits.
	Account string
	// MinRetentionDays and MaxRetentionDays bound, in days, the retention of what may enter the vault (F-LAG-5). The minimum is at
	// least 7. They are a compliance lock from the creation of the vault, which nobody can change (F-LAG-1).
	MinRetentionDays, MaxRetentionDays int
	// Key encrypts the vault. With Sources its policy needs [CopySources] and [OwnServiceLinkedRole], and with ShareWith
	// [RecoveryAccounts], as Grants of [KeyProps]. Nil: a key that AWS Backup owns, as AWS recommends, which needs no policy (F-LAG-6).
	Key interfacesawskms.IKeyRef
	// Sources of other accounts may copy into the vault. Zero: nobody. Backups of its own account and Region need no permission.
	Sources OrganizationRoles
	// CopyTargets are the vaults that roles of the account may copy to, or patterns for them. Empty: they copy nothing out.
	CopyTargets []string
	// DeployRoleARN matches the roles with which CloudFormation deploys, as in [CentralVaultProps]. Empty: nobody may delete the vault
	// while it is empty.
	DeployRoleARN string
	// ApprovalTeamARN is the ARN of a multi-party approval team, which can let another account restore (F-LAG-3). CloudFormation
	// cannot change it. Empty: none.
	ApprovalTeamARN string
	// ShareName is the name of the resource share, and ShareWith the accounts, twelve digits each, that AWS RAM shares the vault with.
	// They restore from it directly. ShareWith empty: none, and no name is needed.
	ShareName string
	ShareWith []string
	// Topic is notified of the vault's events. Nil: none.
	Topic interfacesawssns.ITopicRef
	// LowCost moves old recovery points to the low-cost warm tier. Nil: they stay where they are.
	LowCost *LowCostProps
	// Tags of the vault and its share. Empty: none.
	Tags map[string]string
}

// AirGappedVault is a logically air-gapped vault.
type AirGappedVault struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Vault is retained.
	Vault awsbackup.CfnLogicallyAirGappedBackupVault
	// Share of the vault. Nil: it is not shared.
	Share awsram.CfnResourceShare
	// LowCost is the vault's configuration for the low-cost warm tier. Nil: it has none.
	LowCost awsbackup.CfnTieringConfiguration
}

// NewAirGappedVault creates a logically air-gapped vault. AWS Backup keeps what is in it in an account of its own, and nobody can
// delete a recovery point early (F-LAG-1).
func NewAirGappedVault(scope awsconstructs.Construct, id *string, props *AirGappedVaultProps) *AirGappedVault {
	props.validate()
	this := awsconstructs.NewConstruct(scope, id)
	p := &awsbackup.CfnLogicallyAirGappedBackupVaultProps{
		BackupVaultName:  jsii.String(props.Name),
		MinRetentionDays: jsii.Number(props.MinRetentionDays),
		MaxRetentionDays: jsii.Number(props.MaxRetentionDays),
		AccessPolicy:     document(props.policy()...),
		BackupVaultTags:  textMap(props.Tags),
	}
	if props.Key != nil {
		p.EncryptionKeyArn = keyARN(props.Key)
	}
	if props.ApprovalTeamARN != "" {
		p.MpaApprovalTeamArn = jsii.String(props.ApprovalTeamARN)
	}
	if props.Topic != nil {
		p.Notifications = &awsbackup.CfnLogicallyAirGappedBackupVault_NotificationObjectTypeProperty{
			SnsTopicArn:       topicARN(props.Topic),
			BackupVaultEvents: jsii.Strings(vaultEvents...),
		}
	}
	vault := awsbackup.NewCfnLogicallyAirGappedBackupVault(this, jsii.String(defaultID), p)
	retain(vault)
	v := &AirGappedVault{Construct: this, Vault: vault}
	if len(props.ShareWith) > 0 {
		v.Share = awsram.NewCfnResourceShare(this, jsii.String("Share"), &awsram.CfnResourceShareProps{
			Name:         jsii.String(props.ShareName),
			ResourceArns: &[]*string{vault.AttrBackupVaultArn()},
			Principals:   jsii.Strings(props.ShareWith...),
			// An account for recovery belongs to another organization, as AWS recommends. AWS RAM treats those of the same one likewise
			// where sharing within the organization is off (F-LAG-7).
			AllowExternalPrincipals: jsii.Bool(true),
			Tags:                    tagList(props.Tags),
		})
	}
	v.LowCost = newTieringConfiguration(this, vault.Ref(), props.LowCost)
	return v
}

// policy lets the sources copy into the vault. The lock keeps what is in it, so that nothing about recovery points is denied here.
// That copies go to the targets alone holds for the vault's own account: the vault is there for the day on which somebody else has
// that account, and other accounts copy with the consent of the approval team alone (F-LAG-8).
func (p *AirGappedVaultProps) policy() []Statement {
	statements := append(copyInto(p.Sources), keepVault(p.DeployRoleARN))
	for _, s := range copyOnlyTo(p.CopyTargets) {
		s.Condition = maps.Clone(s.Condition)
		s.Condition["StringEquals"] = map[string]any{"aws:PrincipalAccount": p.Account}
		statements = append(statements, s)
	}
	return statements
}

func (p *AirGappedVaultProps) validate() {
	require(p.Name != "" && p.Account != "", "NewAirGappedVault: props.Name and props.Account are required")
	require(p.MinRetentionDays >= 7, "NewAirGappedVault: props.MinRetentionDays is at least 7")
	require(p.MaxRetentionDays >= p.MinRetentionDays,
		"NewAirGappedVault: props.MaxRetentionDays is less than MinRetentionDays; nothing could enter the vault")
	require(len(p.ShareWith) == 0 || p.ShareName != "", "NewAirGappedVault: props.ShareName is required with ShareWith")
	p.Sources.validate()
	p.LowCost.validate()
}
