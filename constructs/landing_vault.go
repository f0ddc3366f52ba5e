package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// LandingVaultProps are the props of [NewLandingVault]. All but DeployRoleARN and Topic are required.
type LandingVaultProps struct {
	// Name of the vault.
	Name string
	// Key encrypts the vault. Its policy needs [CopyBackSource] and [OwnServiceLinkedRole], as Grants of [KeyProps].
	Key interfacesawskms.IKeyRef
	// OrganizationID of the AWS organization that the accounts belong to.
	OrganizationID string
	// AccountARN is the root principal of the account that copies come back from, such as
	// "arn:aws:iam::111111111111:root". RoleARN is the role there that copies ([NewCopyBackRole]). It need not exist.
	AccountARN, RoleARN string
	// DeployRoleARN matches the roles with which CloudFormation deploys, as in [TierBackupProps]. Empty: nobody may
	// delete the vault.
	DeployRoleARN string
	// Topic is notified of the vault's events. Nil: none.
	Topic interfacesawssns.ITopicRef
}

// LandingVault is a vault for copies that come back.
type LandingVault struct {
	// Construct is the scope of the vault.
	Construct awsconstructs.Construct
	// Vault is retained. It has no lock: a copy that came back is kept as long as its job says, and the original is
	// locked where it came from (F-RST-7).
	Vault awsbackup.CfnBackupVault
}

// NewLandingVault creates a vault that one role of another account copies into. AWS Backup restores from a vault of
// the account alone, so a copy comes back to it first (F-RST-7). Nobody copies out of it.
func NewLandingVault(scope awsconstructs.Construct, id *string, props *LandingVaultProps) *LandingVault {
	require(props.Name != "", "NewLandingVault: props.Name is required")
	require(props.Key != nil, "NewLandingVault: props.Key is required")
	require(props.OrganizationID != "" && props.AccountARN != "" && props.RoleARN != "",
		"NewLandingVault: props.OrganizationID, props.AccountARN and props.RoleARN are required; otherwise no copy could come back")
	this := awsconstructs.NewConstruct(scope, id)
	vault := newVault(this, props.Topic, &awsbackup.CfnBackupVaultProps{
		BackupVaultName:  jsii.String(props.Name),
		EncryptionKeyArn: props.Key,
		AccessPolicy: document(append(append([]Statement{{
			Sid:       "CopyBackFromCentralAccount",
			Principal: map[string]any{"AWS": props.AccountARN},
			Actions:   []string{"backup:CopyIntoBackupVault"},
			Resources: everything,
			Condition: oneRole(props.OrganizationID, props.RoleARN),
		}}, protectVault(props.DeployRoleARN, false)...), copyOnlyTo(nil)...)...),
	})
	return &LandingVault{Construct: this, Vault: vault}
}

// oneRole holds for one role in an organization. A role that is named as a principal would have to exist (F-KMS-2).
func oneRole(organizationID, roleARN string) map[string]map[string]any {
	return map[string]map[string]any{
		"StringEquals": {"aws:PrincipalOrgID": organizationID},
		"ArnEquals":    {"aws:PrincipalArn": roleARN},
	}
}
