package constructs

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsiam"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// RestoreTestingProps are the props of [NewRestoreTesting]. All are required.
type RestoreTestingProps struct {
	// PlanName of letters, digits and underscores, at most 50 (F-LIM-4).
	PlanName string
	// Schedule is a cron expression of AWS, in UTC.
	Schedule string
	// VaultARNs are the vaults whose recovery points are restored.
	VaultARNs []string
	// RecoveryPointTypes are CONTINUOUS, SNAPSHOT or both.
	RecoveryPointTypes []string
	// Role is assumed by AWS Backup for the restores ([NewRestoreRole]).
	Role interfacesawsiam.IRoleRef
	// Selections say what is restored, 30 at the most.
	Selections []RestoreTest
}

// RestoreTest is what one run of a plan restores. Name is required, and either BucketARNs or Tags, or Everything.
type RestoreTest struct {
	// Name of letters, digits and underscores, at most 50. Unique in the plan.
	Name string
	// BucketARNs are the buckets whose backups are restored, 30 at the most (F-LIM-4).
	BucketARNs []string
	// Tags are tags that a bucket must have, ExceptTags tags that it must not have: values by keys.
	Tags, ExceptTags map[string]string
	// Everything restores the backups of all buckets in the vaults.
	Everything bool
	// KeyARN is the key that encrypts what is restored. Empty: AWS Backup encrypts with SSE-S3 (F-RST-2).
	KeyARN string
}

// RestoreTesting is a restore testing plan.
type RestoreTesting struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Plan says when, and from which vaults.
	Plan awsbackup.CfnRestoreTestingPlan
	// Selections of the plan, in the order of the props.
	Selections []awsbackup.CfnRestoreTestingSelection
}

const (
	// testWindowDays is how old, in days, the latest recovery point may be. AWS skips a bucket without one in the
	// window, and reports nothing, so the window is the longest (F-RST-11).
	testWindowDays = 365
	// testStartHours is the time, in hours, in which the restores of a run start. At most 30 run at once (F-LIM-4).
	testStartHours = 24
	// validationHours is how long, in hours, the restored data is there to be looked at (F-RST-11).
	validationHours = 24
)

// NewRestoreTesting creates a plan that restores the latest recovery point of each bucket into a bucket that AWS Backup
// creates, and deletes a day later (F-RST-12). There is no L2 (F-CFN-10).
func NewRestoreTesting(scope awsconstructs.Construct, id *string, props *RestoreTestingProps) *RestoreTesting {
	require(props.PlanName != "" && props.Schedule != "", "NewRestoreTesting: props.PlanName and props.Schedule are required")
	require(len(props.VaultARNs) > 0 && len(props.RecoveryPointTypes) > 0,
		"NewRestoreTesting: props.VaultARNs and props.RecoveryPointTypes are required; otherwise nothing is restored")
	require(props.Role != nil, "NewRestoreTesting: props.Role is required; AWS Backup assumes it")
	require(len(props.Selections) > 0 && len(props.Selections) <= 30, "NewRestoreTesting: props.Selections has 1 to 30 selections")
	for _, s := range props.Selections {
		require(s.Name != "", "RestoreTest: Name is required")
		require(len(s.BucketARNs) <= 30, "RestoreTest "+s.Name+": BucketARNs has at most 30 buckets")
		require(s.Everything || (len(s.BucketARNs) > 0) != (len(s.Tags) > 0), "RestoreTest "+s.Name+": either BucketARNs or Tags is required")
	}
	this := awsconstructs.NewConstruct(scope, id)
	t := &RestoreTesting{Construct: this}
	t.Plan = awsbackup.NewCfnRestoreTestingPlan(this, jsii.String(defaultID), &awsbackup.CfnRestoreTestingPlanProps{
		RestoreTestingPlanName:     jsii.String(props.PlanName),
		ScheduleExpression:         jsii.String(props.Schedule),
		ScheduleExpressionTimezone: jsii.String("Etc/UTC"),
		StartWindowHours:           jsii.Number(testStartHours),
		RecoveryPointSelection: &awsbackup.CfnRestoreTestingPlan_RestoreTestingRecoveryPointSelectionProperty{
			Algorithm:           jsii.String("LATEST_WITHIN_WINDOW"),
			IncludeVaults:       jsii.Strings(props.VaultARNs...),
			RecoveryPointTypes:  jsii.Strings(props.RecoveryPointTypes...),
			SelectionWindowDays: jsii.Number(testWindowDays),
		},
	})
	plan, role := t.Plan.Ref(), roleARN(props.Role)
	for _, s := range props.Selections {
		selection := &awsbackup.CfnRestoreTestingSelectionProps{
			RestoreTestingPlanName:      plan,
			RestoreTestingSelectionName: jsii.String(s.Name),
			ProtectedResourceType:       jsii.String("S3"),
			ProtectedResourceArns:       jsii.Strings(s.resources()...),
			IamRoleArn:                  role,
			RestoreMetadataOverrides:    textMap(s.overrides()),
			ValidationWindowHours:       jsii.Number(validationHours),
		}
		if len(s.Tags) > 0 {
			conditions := &awsbackup.CfnRestoreTestingSelection_ProtectedResourceConditionsProperty{StringEquals: keyValues(s.Tags)}
			if len(s.ExceptTags) > 0 {
				conditions.StringNotEquals = keyValues(s.ExceptTags)
			}
			selection.ProtectedResourceConditions = conditions
		}
		t.Selections = append(t.Selections, awsbackup.NewCfnRestoreTestingSelection(this, jsii.String(s.Name), selection))
	}
	return t
}

func (s RestoreTest) resources() []string {
	if len(s.BucketARNs) > 0 {
		return s.BucketARNs
	}
	return everything
}

// overrides are what a restore needs that AWS Backup would choose otherwise. The buckets of backups may have no ACLs, and
// the ones that are restored into have none (F-RST-2, F-RST-5).
func (s RestoreTest) overrides() map[string]string {
	overrides := map[string]string{"restoreACLs": "false"}
	if s.KeyARN != "" {
		overrides["encryptionType"], overrides["kmsKey"] = "SSE-KMS", s.KeyARN
	}
	return overrides
}

// keyValues are conditions on tags, in the order of their keys.
func keyValues(tags map[string]string) []any {
	var list []any
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, &awsbackup.CfnRestoreTestingSelection_KeyValueProperty{
			Key: jsii.String("aws:ResourceTag/" + key), Value: jsii.String(tags[key]),
		})
	}
	return list
}

// ValidateRoleProps are the props of [NewValidateRole]. All but OrganizationID are required.
type ValidateRoleProps struct {
	// Name of the role, at most 64 characters.
	Name string
	// Path of the role, such as "/backup/". Empty: none.
	Path string
	// Account of the role, twelve digits.
	Account string
	// OrganizationID of the AWS organization that the accounts belong to. Empty: the validator is of the role's own account.
	OrganizationID string
	// ValidatorAccountARN is the root principal of the account of the validator, and ValidatorRoleARN its role there, which
	// need not exist.
	ValidatorAccountARN, ValidatorRoleARN string
	// Access to the recovery points that were restored.
	Access RecoveryPointAccess
	// RestoredBucketARN matches the buckets that AWS Backup restores into: "arn:aws:s3:::awsbackup-restore-test-*".
	RestoredBucketARN string
	// BucketKeysARNs match the keys of these buckets, such as "arn:aws:kms:eu-central-1:222222222222:key/*".
	BucketKeysARNs []string
}

// NewValidateRole creates a role with which the validator compares what a restore test restored with the
// recovery point, and tells AWS Backup the result. It writes no object.
func NewValidateRole(scope awsconstructs.Construct, id *string, props *ValidateRoleProps) *OperateRole {
	require(props.Name != "" && props.Account != "", "NewValidateRole: props.Name and props.Account are required")
	require(props.ValidatorAccountARN != "" && props.ValidatorRoleARN != "",
		"NewValidateRole: props.ValidatorAccountARN and props.ValidatorRoleARN are required")
	require(props.RestoredBucketARN != "" && len(props.BucketKeysARNs) > 0,
		"NewValidateRole: props.RestoredBucketARN and props.BucketKeysARNs are required")
	props.Access.validate("NewValidateRole")
	this := awsconstructs.NewConstruct(scope, id)
	validator := oneRole(props.OrganizationID, props.ValidatorRoleARN)
	if props.OrganizationID == "" {
		delete(validator, "StringEquals")
	}
	statements := append([]Statement{
		{
			Sid: "Validate",
			Actions: []string{
				"backup:DescribeRestoreJob", "backup:GetRestoreJobMetadata", "backup:ListBackupAccessPoints", "backup:PutRestoreValidationResult",
			},
			Resources: everything,
		},
		{
			Sid:       "ReadRestored",
			Actions:   []string{"s3:GetObject", "s3:ListBucket"},
			Resources: []string{props.RestoredBucketARN, props.RestoredBucketARN + "/*"},
			Condition: map[string]map[string]any{"StringEqualsIfExists": {"aws:ResourceAccount": props.Account}},
		},
		{
			Sid:       "UseBucketKeys",
			Actions:   []string{"kms:Decrypt"},
			Resources: props.BucketKeysARNs,
			Condition: map[string]map[string]any{"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
		},
	}, props.Access.readStatements()...)
	role := awsiam.NewCfnRole(this, jsii.String(defaultID), &awsiam.CfnRoleProps{
		RoleName:    jsii.String(props.Name),
		Path:        rolePath(props.Path),
		Description: jsii.String("The central account's validator assumes this role to compare what a restore test restored"),
		AssumeRolePolicyDocument: document(Statement{
			Principal: map[string]any{"AWS": props.ValidatorAccountARN},
			Actions:   []string{"sts:AssumeRole"},
			Condition: validator,
		}),
		Policies: []any{&awsiam.CfnRole_PolicyProperty{PolicyName: jsii.String("Validate"), PolicyDocument: document(statements...)}},
	})
	lintIgnore(role)
	suppress(role, map[string]string{
		"AwsSolutions-IAM5": "Results of restore tests have no resource to name; AWS Backup names the buckets that it restores into, and " +
			"access points are named when they are created.",
	})
	return &OperateRole{Construct: this, Role: role}
}
