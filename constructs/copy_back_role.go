package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsiam"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// CopyBackRoleProps are the props of [NewCopyBackRole]. All but Path are required.
type CopyBackRoleProps struct {
	// Name of the role, at most 64 characters.
	Name string
	// Path of the role, such as "/backup/". Empty: none.
	Path string
	// Account of the role, twelve digits.
	Account string
	// LandingVaultARNs are the vaults that copies go back to, or patterns for them ([NewLandingVault]).
	LandingVaultARNs []string
	// KeyARNs are the ARNs of the key of the vaults that are copied from and of the landing vaults, or patterns for them,
	// as in [CopyProps].
	KeyARNs []string
}

// CopyBackRole is the role that AWS Backup assumes to copy back.
type CopyBackRole struct {
	// Construct is the scope of the role.
	Construct awsconstructs.Construct
	// Role that a copy job names.
	Role awsiam.CfnRole
}

// NewCopyBackRole creates a role that copies from the vaults of its account back to the accounts that the copies came
// from, and nowhere else.
func NewCopyBackRole(scope awsconstructs.Construct, id *string, props *CopyBackRoleProps) *CopyBackRole {
	require(props.Name != "" && props.Account != "", "NewCopyBackRole: props.Name and props.Account are required")
	require(len(props.LandingVaultARNs) > 0 && len(props.KeyARNs) > 0,
		"NewCopyBackRole: props.LandingVaultARNs and props.KeyARNs are required; otherwise every copy job fails")
	this := awsconstructs.NewConstruct(scope, id)
	role := awsiam.NewCfnRole(this, jsii.String(defaultID), &awsiam.CfnRoleProps{
		RoleName:                 jsii.String(props.Name),
		Path:                     rolePath(props.Path),
		Description:              jsii.String("AWS Backup assumes this role to copy backups back to the accounts that they came from"),
		AssumeRolePolicyDocument: document(assumedBy("backup.amazonaws.com", props.Account)),
		Policies: []any{&awsiam.CfnRole_PolicyProperty{
			PolicyName:     jsii.String("CopyBack"),
			PolicyDocument: document(copyStatements("LandingVaults", props.LandingVaultARNs, props.KeyARNs)...),
		}},
	})
	suppress(role, map[string]string{
		"AwsSolutions-IAM5": "CopyFromBackupVault has no resource to name and is limited by backup:CopyTargets (F-COPY-4); the ids of the " +
			"workloads' keys are not known before they are deployed, and their own policies decide.",
	})
	return &CopyBackRole{Construct: this, Role: role}
}

// OperateCentralRoleProps are the props of [NewOperateCentralRole]. All but Path are required.
type OperateCentralRoleProps struct {
	// Name of the role, at most 64 characters.
	Name string
	// Path of the role, such as "/backup/". Empty: none.
	Path string
	// Operators assume the role.
	Operators OperatorTrust
	// Access to the copies.
	Access RecoveryPointAccess
	// CopyBackRole is passed to AWS Backup ([NewCopyBackRole]).
	CopyBackRole interfacesawsiam.IRoleRef
}

// NewOperateCentralRole creates a role with which people copy backups back, and read single files of them.
func NewOperateCentralRole(scope awsconstructs.Construct, id *string, props *OperateCentralRoleProps) *OperateRole {
	require(props.Name != "", "NewOperateCentralRole: props.Name is required")
	props.Operators.validate("NewOperateCentralRole")
	props.Access.validate("NewOperateCentralRole")
	require(props.CopyBackRole != nil, "NewOperateCentralRole: props.CopyBackRole is required; people pass it to AWS Backup")
	this := awsconstructs.NewConstruct(scope, id)
	statements := append(props.Access.statements(),
		Statement{Sid: "StartCopies", Actions: []string{"backup:StartCopyJob"}, Resources: props.Access.RecoveryPointARNs},
		passToBackup("PassCopyBackRole", *roleARN(props.CopyBackRole)))
	return &OperateRole{Construct: this, Role: newOperatorRole(this, props.Name, props.Path,
		"People assume this role to copy backups back to the accounts that they came from", props.Operators, statements)}
}
