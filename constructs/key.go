package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// KeyProps describe a KMS key.
type KeyProps struct {
	// Alias with its prefix "alias/".
	Alias string
	// Description says what the key encrypts.
	Description string
	// AccountARN is the root principal of the key's own account. It keeps every right, so that
	// nobody is locked out and IAM policies decide (F-KMS-1).
	AccountARN string
	// Grants allow others the use of the key. Empty: nobody but the account.
	Grants []Statement
}

// NewKey makes a KMS key with yearly rotation and an alias, and returns its ARN. The key is
// retained: without it all that it encrypted is lost (F-KMS-5).
func NewKey(scope awsconstructs.Construct, id string, props KeyProps) string {
	key := awskms.NewCfnKey(scope, jsii.String(id), &awskms.CfnKeyProps{
		Description:         jsii.String(props.Description),
		EnableKeyRotation:   jsii.Bool(true),
		PendingWindowInDays: jsii.Number(30),
		KeyPolicy:           document(append(keyPolicy(props.AccountARN), props.Grants...)...),
	})
	key.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)
	arn := key.AttrArn()
	awskms.NewCfnAlias(key, jsii.String("Alias"), &awskms.CfnAliasProps{
		AliasName:   jsii.String(props.Alias),
		TargetKeyId: arn,
	})
	return *arn
}

// keyPolicy leaves every right to the account but the deletion of the key: who wants that has to
// change this policy first, and is seen doing it (F-KMS-5).
func keyPolicy(accountARN string) []Statement {
	return []Statement{
		{
			Sid:       "Account",
			Principal: map[string]any{"AWS": accountARN},
			Actions:   []string{"kms:*"},
			Resources: []string{"*"},
		},
		{
			Sid:       "KeepKey",
			Deny:      true,
			Principal: anyone,
			Actions:   []string{"kms:ScheduleKeyDeletion"},
			Resources: []string{"*"},
			Condition: exceptServices,
		},
	}
}
