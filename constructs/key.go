package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// KeyProps are the props of [NewKey]. Alias and AccountARN are required.
type KeyProps struct {
	// Alias with its prefix "alias/".
	Alias string
	// Description says what the key encrypts.
	Description string
	// AccountARN is the root principal of the key's own account, such as
	// "arn:aws:iam::222222222222:root". The account keeps every right, so nobody is locked out and IAM
	// policies decide (F-KMS-1).
	AccountARN string
	// Grants are further statements of the key's policy. Empty: only IAM policies of the account allow the
	// use of the key. The key of a vault that is copied needs [CopyDestination], and the key of a
	// central vault [CopySources] and [OwnServiceLinkedRole]. Others are [KeyAdministrators].
	Grants []Statement
}

// Key is a KMS key with yearly rotation and an alias.
type Key struct {
	// Construct is the scope of the resources.
	Construct awsconstructs.Construct
	// Key is retained: without it, everything that it encrypted is lost (F-KMS-5).
	Key awskms.CfnKey
	// Alias of the key.
	Alias awskms.CfnAlias
}

// NewKey creates a KMS key that nobody deletes by mistake: its policy denies that to people and roles,
// and the stack retains it.
func NewKey(scope awsconstructs.Construct, id *string, props *KeyProps) *Key {
	require(props.Alias != "", "NewKey: props.Alias is required")
	require(props.AccountARN != "", "NewKey: props.AccountARN is required; without it nobody could administer the key")
	this := awsconstructs.NewConstruct(scope, id)
	key := awskms.NewCfnKey(this, jsii.String(defaultID), &awskms.CfnKeyProps{
		Description:         jsii.String(props.Description),
		EnableKeyRotation:   jsii.Bool(true),
		PendingWindowInDays: jsii.Number(30),
		KeyPolicy:           document(append(keyPolicy(props.AccountARN), props.Grants...)...),
	})
	// A rolled back creation could not delete the key, since its policy denies that. The key has no fixed name that
	// would block the next deployment; its alias is deleted (F-CFN-12).
	retainAlways(key)
	alias := awskms.NewCfnAlias(this, jsii.String("Alias"), &awskms.CfnAliasProps{
		AliasName:   jsii.String(props.Alias),
		TargetKeyId: key,
	})
	return &Key{Construct: this, Key: key, Alias: alias}
}

// keyPolicy leaves every right to the account except the deletion of the key. Whoever wants to delete it
// has to change this policy first, and is seen doing so (F-KMS-5).
func keyPolicy(accountARN string) []Statement {
	return []Statement{
		{
			Sid:       "Account",
			Principal: map[string]any{"AWS": accountARN},
			Actions:   []string{"kms:*"},
			Resources: everything,
		},
		{
			Sid:       "KeepKey",
			Deny:      true,
			Principal: anyone,
			Actions:   []string{"kms:ScheduleKeyDeletion"},
			Resources: everything,
			Condition: exceptServices,
		},
	}
}
