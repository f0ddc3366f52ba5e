package constructs

// CentralVaultProps describe the vault that other accounts copy into.
type CentralVaultProps struct {
	// Name of the vault.
	Name string
	// KeyARN of the KMS key that encrypts it.
	KeyARN Value
	// Lock of the vault.
	Lock VaultLock
	// Sources may copy into the vault.
	Sources CopySources
	// TopicARN of the topic that is told of what happens in the vault. Nil: none.
	TopicARN Value
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
func NewCentralVault(scope Scope, id string, props CentralVaultProps) {
	vault := scope.add(id, vault(props.TopicARN, properties{
		"BackupVaultName":   props.Name,
		"EncryptionKeyArn":  props.KeyARN,
		"LockConfiguration": props.Lock.properties(),
		"AccessPolicy":      document(props.Sources.vaultPolicy()...),
	}))
	if props.LowCost != nil {
		vault.addTieringConfiguration(*props.LowCost)
	}
}

// properties leaves out what is zero: the presence of ChangeableForDays is what makes a compliance lock.
func (l VaultLock) properties() properties {
	lock := properties{"MinRetentionDays": l.MinRetentionDays}
	if l.MaxRetentionDays > 0 {
		lock["MaxRetentionDays"] = l.MaxRetentionDays
	}
	if l.ChangeableForDays > 0 {
		lock["ChangeableForDays"] = l.ChangeableForDays
	}
	return lock
}
