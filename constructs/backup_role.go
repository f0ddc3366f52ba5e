package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsiam"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// BackupRoleProps are the props of [NewBackupRole]. All but Path, Copy, BucketARNs and ScannerRole are required.
type BackupRoleProps struct {
	// Name of the role, at most 64 characters.
	Name string
	// Path of the role, such as "/backup/". Empty: none.
	Path string
	// Account of the role, twelve digits.
	Account string
	// S3BackupPolicyARN is the ARN of AWS's policy for backups of S3 buckets, in the partition of the account:
	// "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup". CDK's own backup selection does not
	// attach it (F-IAM-1, F-IAM-6).
	S3BackupPolicyARN string
	// BucketARNs are the buckets that the role backs up. AWS's policy lets it read every bucket of the account; with
	// BucketARNs it reads these alone. All policies of a role have room for 10,240 characters, which is about fifty
	// buckets with the longest names. Empty: all buckets, as with a selection by tags.
	BucketARNs []string
	// Copy lets the role copy to another account. Nil: it may not.
	Copy *CopyProps
	// ScannerRole lets the role have backups scanned for malware with that role ([NewScannerRole]). Nil: it may not.
	ScannerRole interfacesawsiam.IRoleRef
}

// CopyProps describe copies from the vaults of an account to vaults of another account. Both are required.
type CopyProps struct {
	// DestinationVaultARNs are the only vaults that copies may go to.
	DestinationVaultARNs []string
	// KeyARNs are the ARNs of the keys of the source vaults and of the destination vaults. The id of a key in
	// another account may not be known: "arn:aws:kms:eu-central-1:111111111111:key/*" matches all of them,
	// and the policies of those keys decide.
	KeyARNs []string
}

// BackupRole is the role that AWS Backup assumes to back up S3 buckets.
type BackupRole struct {
	// Construct is the scope of the role.
	Construct awsconstructs.Construct
	// Role is retained with a fixed name: AWS Backup deletes expired recovery points with the role that
	// created them (F-IAM-7).
	Role awsiam.CfnRole
}

// NewBackupRole creates a role that backs up S3 buckets and, with Copy, copies their backups.
func NewBackupRole(scope awsconstructs.Construct, id *string, props *BackupRoleProps) *BackupRole {
	require(props.Name != "", "NewBackupRole: props.Name is required; AWS Backup needs the same role until the last backup expires")
	require(props.Account != "", "NewBackupRole: props.Account is required")
	require(props.S3BackupPolicyARN != "", "NewBackupRole: props.S3BackupPolicyARN is required; without it every backup of a bucket fails")
	var policies []any
	if len(props.BucketARNs) > 0 {
		policies = append(policies, &awsiam.CfnRole_PolicyProperty{
			PolicyName:     jsii.String("OwnBuckets"),
			PolicyDocument: document(ownBuckets(props.Account, props.BucketARNs)),
		})
	}
	if props.Copy != nil {
		require(len(props.Copy.DestinationVaultARNs) > 0 && len(props.Copy.KeyARNs) > 0, "CopyProps: DestinationVaultARNs and "+
			"KeyARNs are required")
		policies = append(policies, &awsiam.CfnRole_PolicyProperty{
			PolicyName:     jsii.String("CopyToCentralVault"),
			PolicyDocument: document(props.Copy.statements()...),
		})
	}
	if props.ScannerRole != nil {
		policies = append(policies, &awsiam.CfnRole_PolicyProperty{
			PolicyName:     jsii.String("ScanForMalware"),
			PolicyDocument: document(scanStatements(*roleARN(props.ScannerRole))...),
		})
	}
	this := awsconstructs.NewConstruct(scope, id)
	p := &awsiam.CfnRoleProps{
		RoleName:                 jsii.String(props.Name),
		Path:                     rolePath(props.Path),
		Description:              jsii.String("AWS Backup assumes this role to back up S3 buckets"),
		AssumeRolePolicyDocument: document(assumedBy("backup.amazonaws.com", props.Account)),
		ManagedPolicyArns:        &[]any{props.S3BackupPolicyARN},
	}
	if policies != nil {
		p.Policies = policies
	}
	role := awsiam.NewCfnRole(this, jsii.String(defaultID), p)
	retain(role)
	suppress(role, map[string]string{
		"AwsSolutions-IAM4": "AWS keeps its policy for S3 backups current with what AWS Backup calls (F-IAM-1).",
		"AwsSolutions-IAM5": "CopyFromBackupVault has no resource to name and is limited by backup:CopyTargets (F-COPY-4); " +
			"the central key's id is not known before it is deployed, and its own policy decides.",
	})
	return &BackupRole{Construct: this, Role: role}
}

// ownBuckets denies what AWS's policy allows on every bucket (F-IAM-1), except on these. Their objects are all that the
// role reads in its account, so it uses no other key there through S3 either. Buckets of other accounts have policies of
// their own; AWS Backup has some for its inventories, of which nothing is documented.
func ownBuckets(account string, arns []string) Statement {
	s := Statement{
		Condition: map[string]map[string]any{"StringEqualsIfExists": {"aws:ResourceAccount": account}},
		Sid:       "OwnBuckets",
		Deny:      true,
		Actions: []string{
			"s3:GetBucket*", "s3:GetInventoryConfiguration", "s3:GetObject*", "s3:ListBucket*", "s3:ListTagsForResource",
			"s3:PutBucketNotification", "s3:PutInventoryConfiguration",
		},
	}
	for _, arn := range arns {
		s.NotResources = append(s.NotResources, arn, arn+"/*")
	}
	return s
}

func (c *CopyProps) statements() []Statement {
	return copyStatements("CentralVault", c.DestinationVaultARNs, c.KeyARNs)
}

// copyStatements are the copy statements of AWS's general backup policy (F-IAM-3), narrowed to some destinations
// (F-COPY-4). of is the end of their Sids.
func copyStatements(of string, destinations, keyARNs []string) []Statement {
	return append([]Statement{
		{
			Sid:       "CopyInto" + of,
			Actions:   []string{"backup:CopyIntoBackupVault", "backup:DescribeBackupVault"},
			Resources: destinations,
		},
		{
			Sid:       "CopyTo" + of + "Only",
			Actions:   []string{"backup:CopyFromBackupVault"},
			Resources: everything,
			// All targets, of which there is one at least (F-COPY-15).
			Condition: map[string]map[string]any{
				"ForAllValues:ArnLike": {"backup:CopyTargets": destinations},
				"Null":                 {"backup:CopyTargets": "false"},
			},
		},
	}, useVaultKeys(keyARNs)...)
}
