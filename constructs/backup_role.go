package constructs

// BackupRoleProps describe the role that AWS Backup assumes to back up S3 buckets.
type BackupRoleProps struct {
	// Name of the role.
	Name string
	// Account of the role, twelve digits.
	Account string
	// S3BackupPolicyARN is that of AWSBackupServiceRolePolicyForS3Backup, which CDK's own backup
	// selection does not attach (F-IAM-1, F-IAM-6).
	S3BackupPolicyARN string
	// Copy lets the role copy to another account. Nil: it may not.
	Copy *CopyProps
}

// CopyProps describe copies from vaults of an account to one vault of another.
type CopyProps struct {
	// DestinationVaultARN is the only vault that copies may go to.
	DestinationVaultARN string
	// KeyARNs are those of the keys of the source vaults and of the destination vault.
	KeyARNs []Value
}

// NewBackupRole makes the role and returns its ARN. It is retained with a fixed name: AWS Backup
// deletes expired recovery points with the role that made them (F-IAM-7).
func NewBackupRole(scope Scope, id string, props BackupRoleProps) Value {
	role := resource{
		Type: "AWS::IAM::Role",
		Properties: properties{
			"RoleName":    props.Name,
			"Description": "AWS Backup assumes this role to back up S3 buckets",
			"AssumeRolePolicyDocument": document(Statement{
				Principal: service("backup.amazonaws.com"),
				Actions:   []string{"sts:AssumeRole"},
				Condition: map[string]map[string]any{"StringEquals": {"aws:SourceAccount": props.Account}},
			}),
			"ManagedPolicyArns": []string{props.S3BackupPolicyARN},
		},
		Metadata: suppress(map[string]string{
			"AwsSolutions-IAM4": "AWS keeps its policy for S3 backups current with what AWS Backup calls (F-IAM-1).",
			"AwsSolutions-IAM5": "CopyFromBackupVault has no resource to name and is limited by backup:CopyTargets (F-COPY-4); the central key's id is not known before it is deployed, and its own policy decides.",
		}),
	}
	if props.Copy != nil {
		role.Properties["Policies"] = []any{properties{
			"PolicyName":     "CopyToCentralVault",
			"PolicyDocument": document(props.Copy.statements()...),
		}}
	}
	return scope.add(id, role.retained()).arn("")
}

// statements are the copy statements of AWS's general backup policy (F-IAM-3), narrowed to one
// destination (F-COPY-4).
func (c *CopyProps) statements() []Statement {
	return []Statement{
		{
			Sid:       "CopyIntoCentralVault",
			Actions:   []string{"backup:CopyIntoBackupVault", "backup:DescribeBackupVault"},
			Resources: []Value{c.DestinationVaultARN},
		},
		{
			Sid:       "CopyToCentralVaultOnly",
			Actions:   []string{"backup:CopyFromBackupVault"},
			Resources: everything,
			Condition: map[string]map[string]any{"ForAnyValue:ArnLike": {"backup:CopyTargets": []string{c.DestinationVaultARN}}},
		},
		{
			Sid:       "UseVaultKeys",
			Actions:   useKey,
			Resources: c.KeyARNs,
			Condition: map[string]map[string]any{"StringLike": viaBackup},
		},
		{
			Sid:       "GrantVaultKeysToAWSBackup",
			Actions:   []string{"kms:CreateGrant"},
			Resources: c.KeyARNs,
			Condition: map[string]map[string]any{
				"StringLike": viaBackup,
				"Bool":       {"kms:GrantIsForAWSResource": "true"},
			},
		},
	}
}
