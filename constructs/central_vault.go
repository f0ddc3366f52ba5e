package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// CentralVaultProps are the props of [NewCentralVault]. Name, Key and Lock are required.
type CentralVaultProps struct {
	// Name of the vault.
	Name string
	// Key encrypts the vault. Its policy needs [CopySources] and [OwnServiceLinkedRole], as Grants of [KeyProps].
	Key interfacesawskms.IKeyRef
	// Lock of the vault.
	Lock VaultLock
	// Sources may copy into the vault. Zero: nobody.
	Sources OrganizationRoles
	// CopyBackTargets are the vaults that copies may go back to, or patterns for them ([NewLandingVault]). Empty: nobody
	// copies out of the vault.
	CopyBackTargets []string
	// DeployRoleARN matches the roles with which CloudFormation deploys, such as
	// "arn:aws:iam::111111111111:role/cdk-*-cfn-exec-role-111111111111-eu-central-1". Nobody else may delete the
	// vault, or turn its governance lock into a compliance lock. Empty: nobody may.
	DeployRoleARN string
	// KeepPolicy denies everybody but DeployRoleARN, which is required with it, to change the vault's policy.
	KeepPolicy bool
	// Topic is notified of the vault's events. Nil: none.
	Topic interfacesawssns.ITopicRef
	// LowCost moves old copies to the low-cost warm tier. Nil: they stay where they are.
	LowCost *LowCostProps
}

// VaultLock is an AWS Backup Vault Lock (F-LOCK-1).
type VaultLock struct {
	// MinRetentionDays and MaxRetentionDays bound, in days, the retention of what may enter the vault. A copy
	// that is kept shorter or longer fails (F-LOCK-3). The minimum is at least 1. Maximum zero: there is none.
	MinRetentionDays, MaxRetentionDays int
	// ChangeableForDays makes it a compliance lock. That many days after its first deployment, 3 or more,
	// nobody can change or remove it. Zero: a governance lock.
	ChangeableForDays int
}

// CentralVault is a locked vault that other accounts copy into.
type CentralVault struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Vault is retained.
	Vault awsbackup.CfnBackupVault
	// LowCost is the vault's configuration for the low-cost warm tier. Nil: it has none.
	LowCost awsbackup.CfnTieringConfiguration
}

// NewCentralVault creates a locked vault, with a policy that lets the sources copy in and denies the
// deletion of recovery points. Nobody may copy out of it but to CopyBackTargets.
func NewCentralVault(scope awsconstructs.Construct, id *string, props *CentralVaultProps) *CentralVault {
	props.validate()
	this := awsconstructs.NewConstruct(scope, id)
	vault := newVault(this, props.Topic, &awsbackup.CfnBackupVaultProps{
		BackupVaultName:   jsii.String(props.Name),
		EncryptionKeyArn:  props.Key,
		LockConfiguration: props.Lock.property(),
		AccessPolicy:      document(props.policy()...),
	})
	v := &CentralVault{Construct: this, Vault: vault}
	if props.LowCost != nil {
		v.LowCost = newTieringConfiguration(this, vault.Ref(), props.LowCost)
	}
	return v
}

// policy lets the sources copy into the vault. It allows nobody else anything (F-COPY-2, F-COPY-3).
func (p *CentralVaultProps) policy() []Statement {
	statements := copyInto(p.Sources)
	statements = append(statements,
		protectVault(p.DeployRoleARN, p.Lock.ChangeableForDays > 0, "backup:DeleteBackupVaultLockConfiguration")...)
	if p.KeepPolicy {
		statements = append(statements, keepPolicy(p.DeployRoleARN))
	}
	return append(statements, copyOnlyTo(p.CopyBackTargets)...)
}

// copyInto lets sources of other accounts copy into a vault. Empty: there are none.
func copyInto(sources OrganizationRoles) []Statement {
	if sources.none() {
		return nil
	}
	return []Statement{{
		Sid:       "CopyFromWorkloadAccounts",
		Principal: sources.principal(),
		Actions:   []string{"backup:CopyIntoBackupVault"},
		Resources: everything,
		Condition: sources.condition(),
	}}
}

func (p *CentralVaultProps) validate() {
	require(p.Name != "", "NewCentralVault: props.Name is required")
	require(p.Key != nil, "NewCentralVault: props.Key is required")
	p.Lock.validate()
	p.Sources.validate()
	require(!p.KeepPolicy || p.DeployRoleARN != "", "NewCentralVault: props.DeployRoleARN is required with KeepPolicy; otherwise nobody could "+
		"ever change the policy")
	p.LowCost.validate()
}

func (l VaultLock) validate() {
	require(l.MinRetentionDays >= 1, "VaultLock: MinRetentionDays is at least 1")
	require(l.MaxRetentionDays == 0 || l.MaxRetentionDays >= l.MinRetentionDays,
		"VaultLock: MaxRetentionDays is less than MinRetentionDays; no copy could enter the vault")
	require(l.ChangeableForDays == 0 || l.ChangeableForDays >= 3,
		"VaultLock: ChangeableForDays is at least 3, or 0 for a governance lock")
}

// property leaves out what is zero: ChangeableForDays makes a compliance lock wherever it is present.
func (l VaultLock) property() *awsbackup.CfnBackupVault_LockConfigurationTypeProperty {
	lock := &awsbackup.CfnBackupVault_LockConfigurationTypeProperty{MinRetentionDays: jsii.Number(l.MinRetentionDays)}
	if l.MaxRetentionDays > 0 {
		lock.MaxRetentionDays = jsii.Number(l.MaxRetentionDays)
	}
	if l.ChangeableForDays > 0 {
		lock.ChangeableForDays = jsii.Number(l.ChangeableForDays)
	}
	return lock
}
