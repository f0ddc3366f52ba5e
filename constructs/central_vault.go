package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// CentralVaultProps describe the vault that other accounts copy into.
type CentralVaultProps struct {
	// Name of the vault.
	Name string
	// KeyARN of the KMS key that encrypts it.
	KeyARN string
	// Lock of the vault.
	Lock VaultLock
	// Sources may copy into the vault.
	Sources CopySources
	// LowCost moves old copies to the low-cost warm tier. Nil: they stay.
	LowCost *LowCostProps
}

// VaultLock is an AWS Backup Vault Lock (F-LOCK-1).
type VaultLock struct {
	// MinRetentionDays and MaxRetentionDays, in days, bound what may enter the vault. Maximum zero: none.
	MinRetentionDays, MaxRetentionDays int
	// ChangeableForDays makes it a compliance lock, which nobody can change or remove that many days
	// after its first deployment. Zero: a governance lock.
	ChangeableForDays int
}

// NewCentralVault makes a locked vault, which is retained.
func NewCentralVault(scope awsconstructs.Construct, id string, props CentralVaultProps) awsbackup.CfnBackupVault {
	vault := awsbackup.NewCfnBackupVault(scope, jsii.String(id), &awsbackup.CfnBackupVaultProps{
		BackupVaultName:   jsii.String(props.Name),
		EncryptionKeyArn:  jsii.String(props.KeyARN),
		LockConfiguration: props.Lock.property(),
		AccessPolicy:      document(props.Sources.vaultPolicy()...),
	})
	vault.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)
	if props.LowCost != nil {
		newTieringConfiguration(vault, props.Name, *props.LowCost)
	}
	return vault
}

// property leaves out what is zero: the presence of ChangeableForDays is what makes a compliance lock.
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
