package constructs

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsiam"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// OperatorTrust says which people assume a role. All are required.
type OperatorTrust struct {
	// AccountARN is the root principal of the role's own account, such as "arn:aws:iam::222222222222:root".
	AccountARN string
	// RoleARNs match roles of that account, such as
	// "arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_BackupOperator_*".
	RoleARNs []string
}

// RecoveryPointAccess is what people read backups with, without a restore (F-RST-13). All are required.
type RecoveryPointAccess struct {
	// RecoveryPointARNs match the recovery points, such as "arn:aws:backup:eu-central-1:222222222222:recovery-point:*".
	RecoveryPointARNs []string
	// BackupAccessPointARNs and S3AccessPointARNs match the access points by their common name, such as
	// "arn:aws:backup:eu-central-1:222222222222:accesspoint/acme-*" and
	// "arn:aws:s3:eu-central-1:222222222222:accesspoint/acme-*". The name of both is the same (F-RST-22).
	BackupAccessPointARNs, S3AccessPointARNs []string
	// VaultKeyARNs are the ARNs of the keys of the vaults, or patterns for them.
	VaultKeyARNs []string
}

// OperateRoleProps are the props of [NewOperateRole]. All but Path, Backups, BucketARNs and
// RemoveDeleteMarkers are required.
type OperateRoleProps struct {
	// Name of the role, at most 64 characters.
	Name string
	// Path of the role, such as "/backup/". Empty: none.
	Path string
	// Account of the role, twelve digits.
	Account string
	// Operators assume the role.
	Operators OperatorTrust
	// Backups that the people restore. Nil: there are none, as with buckets that have versions alone.
	Backups *OperatedBackups
	// BucketARNs are the buckets that objects may come back to. All policies of a role have room for 10,240 characters
	// (F-IAM-12). Empty: none.
	BucketARNs []string
	// RestoredBucketARN matches buckets that people may create to restore into, such as "arn:aws:s3:::*-restored-*".
	RestoredBucketARN string
	// BucketKeysARN matches the keys of the buckets, such as "arn:aws:kms:eu-central-1:222222222222:key/*". They are used
	// through S3 alone, and their own policies decide.
	BucketKeysARN string
	// RemoveDeleteMarkers allows the deletion of versions in the buckets. A delete marker is a version.
	RemoveDeleteMarkers bool
}

// OperatedBackups are backups that people restore. Both are required.
type OperatedBackups struct {
	// Access to the recovery points.
	Access RecoveryPointAccess
	// RestoreRole is passed to AWS Backup ([NewRestoreRole]).
	RestoreRole interfacesawsiam.IRoleRef
}

// OperateRole is a role that people assume.
type OperateRole struct {
	// Construct is the scope of the role.
	Construct awsconstructs.Construct
	// Role that people assume.
	Role awsiam.CfnRole
}

// operatorSessionSeconds is the longest session of a role, twelve hours. A restore of a large bucket takes longer than
// one hour, and people follow it. A session that was assumed from another role has one hour at the most.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage-assume.html
const operatorSessionSeconds = 12 * 60 * 60

// NewOperateRole creates a role with which people restore. It adds to buckets and never takes away from them: it may not
// delete a version, end a lock, or change versioning and lifecycle of a bucket.
func NewOperateRole(scope awsconstructs.Construct, id *string, props *OperateRoleProps) *OperateRole {
	require(props.Name != "" && props.Account != "", "NewOperateRole: props.Name and props.Account are required")
	props.Operators.validate("NewOperateRole")
	require(props.RestoredBucketARN != "" && props.BucketKeysARN != "",
		"NewOperateRole: props.RestoredBucketARN and props.BucketKeysARN are required")
	var statements []Statement
	if b := props.Backups; b != nil {
		b.Access.validate("NewOperateRole")
		require(b.RestoreRole != nil, "NewOperateRole: props.Backups.RestoreRole is required; people pass it to AWS Backup")
	}
	this := awsconstructs.NewConstruct(scope, id)
	if b := props.Backups; b != nil {
		statements = append(b.Access.statements(),
			Statement{Sid: "StartRestores", Actions: []string{"backup:StartRestoreJob"}, Resources: b.Access.RecoveryPointARNs},
			passToBackup("PassRestoreRole", *roleARN(b.RestoreRole)))
	}
	return &OperateRole{Construct: this, Role: newOperatorRole(this, props.Name, props.Path, "People assume this role to restore S3 buckets",
		props.Operators, append(statements, props.bucketStatements()...))}
}

// newOperatorRole creates a role that people assume.
func newOperatorRole(
	scope awsconstructs.Construct, name, path, description string, operators OperatorTrust, statements []Statement,
) awsiam.CfnRole {
	role := awsiam.NewCfnRole(scope, jsii.String(defaultID), &awsiam.CfnRoleProps{
		RoleName:                 jsii.String(name),
		Path:                     rolePath(path),
		Description:              jsii.String(description),
		MaxSessionDuration:       jsii.Number(operatorSessionSeconds),
		AssumeRolePolicyDocument: document(operators.statement()),
		Policies: []any{&awsiam.CfnRole_PolicyProperty{
			PolicyName:     jsii.String("Operate"),
			PolicyDocument: document(statements...),
		}},
	})
	lintIgnore(role)
	suppress(role, map[string]string{
		"AwsSolutions-IAM5": "People look at jobs and vaults, which have no ids before they exist; recovery points, access points and " +
			"buckets to restore into are named when they are created; keys are used through S3 and AWS Backup alone.",
	})
	return role
}

func (o OperatorTrust) validate(construct string) {
	require(o.AccountARN != "" && len(o.RoleARNs) > 0, construct+": props.Operators is required; otherwise nobody could assume the role")
}

// statement lets roles of the account assume a role. Their ARNs are a condition, since a principal has no patterns.
func (o OperatorTrust) statement() Statement {
	return Statement{
		Principal: map[string]any{"AWS": o.AccountARN},
		Actions:   []string{"sts:AssumeRole"},
		Condition: map[string]map[string]any{"ArnLike": {"aws:PrincipalArn": o.RoleARNs}},
	}
}

// And is the access to the recovery points of both, as of two Regions.
func (a RecoveryPointAccess) And(b RecoveryPointAccess) RecoveryPointAccess {
	return RecoveryPointAccess{
		RecoveryPointARNs:     slices.Concat(a.RecoveryPointARNs, b.RecoveryPointARNs),
		BackupAccessPointARNs: slices.Concat(a.BackupAccessPointARNs, b.BackupAccessPointARNs),
		S3AccessPointARNs:     slices.Concat(a.S3AccessPointARNs, b.S3AccessPointARNs),
		VaultKeyARNs:          slices.Concat(a.VaultKeyARNs, b.VaultKeyARNs),
	}
}

func (a RecoveryPointAccess) validate(construct string) {
	require(len(a.RecoveryPointARNs) > 0 && len(a.BackupAccessPointARNs) > 0 && len(a.S3AccessPointARNs) > 0 && len(a.VaultKeyARNs) > 0,
		construct+": RecoveryPointAccess: all fields are required")
}

// statements let people look at jobs, vaults and recovery points, and read recovery points through access points of
// their own.
func (a RecoveryPointAccess) statements() []Statement {
	return append([]Statement{
		{Sid: "Look", Actions: []string{"backup:Describe*", "backup:Get*", "backup:List*"}, Resources: everything},
	}, a.readStatements()...)
}

// readStatements are what the creator and reader of an access point needs (F-RST-22).
func (a RecoveryPointAccess) readStatements() []Statement {
	return []Statement{
		{Sid: "CreateAccessPoints", Actions: []string{"backup:CreateBackupAccessPoint"}, Resources: a.RecoveryPointARNs},
		{
			Sid:       "DeleteAccessPoints",
			Actions:   []string{"backup:DeleteBackupAccessPoint", "backup:DescribeBackupAccessPoint"},
			Resources: a.BackupAccessPointARNs,
		},
		{
			Sid: "ReadThroughAccessPoints",
			Actions: []string{
				"s3:CreateAccessPoint", "s3:DeleteAccessPoint", "s3:GetAccessPoint", "s3:GetObject*", "s3:ListBucket*",
			},
			Resources: a.S3AccessPointARNs,
		},
		{
			Sid:       "OpenBackups",
			Actions:   []string{"kms:Decrypt"},
			Resources: a.VaultKeyARNs,
			Condition: map[string]map[string]any{"StringLike": {"kms:ViaService": []string{"backup.*.amazonaws.com", "s3.*.amazonaws.com"}}},
		},
	}
}

// passToBackup lets people name a role in a job of AWS Backup, and pass it to no other service.
func passToBackup(sid, roleARN string) Statement {
	return Statement{
		Sid:       sid,
		Actions:   []string{"iam:PassRole"},
		Resources: []string{roleARN},
		Condition: map[string]map[string]any{"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}},
	}
}

var (
	readBucket = []string{
		"s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket*",
	}
	readObjects = []string{"s3:GetObject*", "s3:ListObjectAnnotations", "s3:ListObjectVersionAnnotations"}
	// addObjects puts versions on top of others. A plain DeleteObject adds a delete marker, where a key was not there at the
	// moment that comes back (F-OL-4).
	addObjects = []string{
		"s3:PutObject", "s3:PutObjectAnnotation", "s3:PutObjectRetention", "s3:PutObjectTagging", "s3:DeleteObject",
		"s3:AbortMultipartUpload",
	}
	// bucketSettings are what a bucket to restore into needs (F-RST-3, F-RST-5).
	bucketSettings = []string{
		"s3:PutBucketNotification", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock",
		"s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
	}
	// keepSettings would let versions be lost.
	keepSettings = []string{"s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"}
)

func (p *OperateRoleProps) bucketStatements() []Statement {
	// A bucket of the same name in another account is none of ours.
	own := map[string]map[string]any{"StringEqualsIfExists": {"aws:ResourceAccount": p.Account}}
	restored := []string{p.RestoredBucketARN, p.RestoredBucketARN + "/*"}
	keep := []string{"s3:BypassGovernanceRetention"}
	var statements []Statement
	if len(p.BucketARNs) > 0 {
		buckets := Statement{Sid: "Buckets", Actions: concat(readBucket, readObjects, addObjects), Condition: own}
		if p.RemoveDeleteMarkers {
			buckets.Actions = append(buckets.Actions, "s3:DeleteObjectVersion")
		}
		for _, arn := range p.BucketARNs {
			buckets.Resources = append(buckets.Resources, arn, arn+"/*")
		}
		statements = append(statements, buckets)
	}
	if !p.RemoveDeleteMarkers {
		keep = append(keep, "s3:DeleteObjectVersion")
	}
	statements = append(statements,
		Statement{
			Sid: "RestoredBuckets", Actions: concat([]string{"s3:CreateBucket"}, bucketSettings, readBucket, readObjects),
			Resources: restored, Condition: own,
		},
		Statement{
			Sid: "UseBucketKeys", Actions: []string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"},
			Resources: []string{p.BucketKeysARN},
			Condition: map[string]map[string]any{"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
		},
		Statement{Sid: "KeepVersions", Deny: true, Actions: keep, Resources: everything},
		Statement{Sid: "KeepSettings", Deny: true, Actions: keepSettings, NotResources: []string{p.RestoredBucketARN}},
	)
	var alike []string // buckets with data that have the name of one to restore into
	_, restoredName, _ := strings.Cut(p.RestoredBucketARN, ":::")
	for _, arn := range p.BucketARNs {
		if strings.Contains(arn, strings.Trim(restoredName, "*")) {
			alike = append(alike, arn)
		}
	}
	if alike != nil {
		statements = append(statements, Statement{
			Sid: "KeepSettingsOfBuckets", Deny: true, Actions: concat(bucketSettings, keepSettings[1:]), Resources: alike,
		})
	}
	return statements
}

func concat(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
