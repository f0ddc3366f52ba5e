package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

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
	KeyARNs []string
}

// NewBackupRole makes the role and returns its ARN. It is retained with a fixed name: AWS Backup
// deletes expired recovery points with the role that made them (F-IAM-7).
func NewBackupRole(scope awsconstructs.Construct, id string, props BackupRoleProps) string {
	role := awsiam.NewCfnRole(scope, jsii.String(id), &awsiam.CfnRoleProps{
		RoleName:    jsii.String(props.Name),
		Description: jsii.String("AWS Backup assumes this role to back up S3 buckets"),
		AssumeRolePolicyDocument: document(Statement{
			Principal: service("backup.amazonaws.com"),
			Actions:   []string{"sts:AssumeRole"},
			Condition: map[string]map[string]any{"StringEquals": {"aws:SourceAccount": props.Account}},
		}),
		ManagedPolicyArns: &[]any{props.S3BackupPolicyARN},
		Policies:          props.Copy.policies(),
	})
	role.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)
	suppress(role, map[string]string{
		"AwsSolutions-IAM4": "AWS keeps its policy for S3 backups current with what AWS Backup calls (F-IAM-1).",
		"AwsSolutions-IAM5": "CopyFromBackupVault has no resource to name and is limited by backup:CopyTargets (F-COPY-4); the central key's id is not known before it is deployed, and its own policy decides.",
	})
	return *role.AttrArn()
}

// policies are the copy statements of AWS's general backup policy (F-IAM-3), narrowed to one
// destination (F-COPY-4).
func (c *CopyProps) policies() any {
	if c == nil {
		return nil
	}
	return []any{&awsiam.CfnRole_PolicyProperty{
		PolicyName: jsii.String("CopyToCentralVault"),
		PolicyDocument: document(
			Statement{
				Sid:       "CopyIntoCentralVault",
				Actions:   []string{"backup:CopyIntoBackupVault", "backup:DescribeBackupVault"},
				Resources: []string{c.DestinationVaultARN},
			},
			Statement{
				Sid:       "CopyToCentralVaultOnly",
				Actions:   []string{"backup:CopyFromBackupVault"},
				Resources: []string{"*"},
				Condition: map[string]map[string]any{"ForAnyValue:ArnLike": {"backup:CopyTargets": []string{c.DestinationVaultARN}}},
			},
			Statement{
				Sid:       "UseVaultKeys",
				Actions:   useKey,
				Resources: c.KeyARNs,
				Condition: map[string]map[string]any{"StringLike": viaBackup},
			},
			Statement{
				Sid:       "GrantVaultKeysToAWSBackup",
				Actions:   []string{"kms:CreateGrant"},
				Resources: c.KeyARNs,
				Condition: map[string]map[string]any{
					"StringLike": viaBackup,
					"Bool":       {"kms:GrantIsForAWSResource": "true"},
				},
			},
		),
	}}
}
