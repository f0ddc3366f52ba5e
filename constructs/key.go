package constructs

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
func NewKey(scope Scope, id string, props KeyProps) Value {
	key := scope.add(id, resource{
		Type: "AWS::KMS::Key",
		Properties: properties{
			"Description":         props.Description,
			"EnableKeyRotation":   true,
			"PendingWindowInDays": 30,
			"KeyPolicy":           document(append(keyPolicy(props.AccountARN), props.Grants...)...),
		},
	}.retained())
	key.add("Alias", resource{
		Type: "AWS::KMS::Alias",
		Properties: properties{
			"AliasName":   props.Alias,
			"TargetKeyId": key.arn(""),
		},
	})
	return key.arn("")
}

// keyPolicy leaves every right to the account but the deletion of the key: who wants that has to
// change this policy first, and is seen doing it (F-KMS-5).
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
