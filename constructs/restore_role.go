package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// RestoreRoleProps are the props of [NewRestoreRole]. All but Path are required.
type RestoreRoleProps struct {
	// Name of the role, at most 64 characters.
	Name string
	// Path of the role, such as "/backup/". Empty: none.
	Path string
	// Account of the role, twelve digits.
	Account string
	// S3RestorePolicyARN is the ARN of AWS's policy for restores of S3 buckets, in the partition of the account:
	// "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore" (F-IAM-2).
	S3RestorePolicyARN string
	// VaultKeyARNs are the ARNs of the keys of the vaults that the role restores from.
	VaultKeyARNs []string
}

// RestoreRole is the role that AWS Backup assumes to restore S3 buckets.
type RestoreRole struct {
	// Construct is the scope of the role.
	Construct awsconstructs.Construct
	// Role that a restore job names.
	Role awsiam.CfnRole
}

// NewRestoreRole creates a role that restores S3 buckets. AWS Backup alone assumes it, so what limits who restores is
// who may pass it on ([NewOperateRole]).
func NewRestoreRole(scope awsconstructs.Construct, id *string, props *RestoreRoleProps) *RestoreRole {
	require(props.Name != "" && props.Account != "", "NewRestoreRole: props.Name and props.Account are required")
	require(props.S3RestorePolicyARN != "", "NewRestoreRole: props.S3RestorePolicyARN is required; without it every restore fails")
	require(len(props.VaultKeyARNs) > 0, "NewRestoreRole: props.VaultKeyARNs is required; without the key no backup can be read")
	this := awsconstructs.NewConstruct(scope, id)
	role := awsiam.NewCfnRole(this, jsii.String(defaultID), &awsiam.CfnRoleProps{
		RoleName:                 jsii.String(props.Name),
		Path:                     rolePath(props.Path),
		Description:              jsii.String("AWS Backup assumes this role to restore S3 buckets"),
		AssumeRolePolicyDocument: document(assumedBy("backup.amazonaws.com", props.Account)),
		ManagedPolicyArns:        &[]any{props.S3RestorePolicyARN},
		Policies: []any{&awsiam.CfnRole_PolicyProperty{
			PolicyName:     jsii.String("UseVaultKeys"),
			PolicyDocument: document(useVaultKeys(props.VaultKeyARNs)...),
		}},
	})
	suppress(role, map[string]string{
		"AwsSolutions-IAM4": "AWS keeps its policy for S3 restores current with what AWS Backup calls (F-IAM-2).",
		"AwsSolutions-IAM5": "The actions on the vaults' key are those that AWS documents, with wildcards (F-KMS-4).",
	})
	return &RestoreRole{Construct: this, Role: role}
}

// assumedBy lets an AWS service assume a role, for resources of the role's own account alone (F-IAM-5).
func assumedBy(name, account string) Statement {
	return Statement{
		Principal: service(name),
		Actions:   []string{"sts:AssumeRole"},
		Condition: map[string]map[string]any{"StringEquals": {"aws:SourceAccount": account}},
	}
}

// useVaultKeys lets a role use keys of vaults through AWS Backup, and grant their use to AWS Backup alone. AWS
// documents no smaller set for S3 (F-COPY-8).
func useVaultKeys(keyARNs []string) []Statement {
	return []Statement{
		{
			Sid:       "UseVaultKeys",
			Actions:   useKey,
			Resources: keyARNs,
			Condition: map[string]map[string]any{"StringLike": viaBackup},
		},
		{
			Sid:       "GrantVaultKeysToAWSBackup",
			Actions:   []string{"kms:CreateGrant"},
			Resources: keyARNs,
			Condition: map[string]map[string]any{"StringLike": viaBackup, "Bool": {"kms:GrantIsForAWSResource": "true"}},
		},
	}
}
