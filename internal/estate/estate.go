// Package estate is what the app tells the function that delivers alerts, in a file beside it.
package estate

// Estate is what is known of the names that events mention.
type Estate struct {
	// Project is the prefix of the product's names.
	Project string `json:"project"`
	// Central is the account that takes the copies.
	Central Central `json:"central"`
	// Vaults by ACCOUNT/REGION/VAULT.
	Vaults map[string]Owner `json:"vaults"`
	// Buckets by ACCOUNT/REGION/BUCKET.
	Buckets map[string]Owner `json:"buckets"`
	// Alarms on silence by ACCOUNT/REGION/ALARM: their events say nothing but their names.
	Alarms map[string]Alarm `json:"alarms"`
	// DeployRoleARNs are the roles with which CloudFormation deploys, * matching any characters but a slash.
	DeployRoleARNs []string `json:"deploy_role_arns"` //nolint:tagliatelle // as backup.yaml names things
}

// Central is the central backup account.
type Central struct {
	// Account, twelve digits.
	Account string `json:"account"`
	// Region of its vault.
	Region string `json:"region"`
}

// Owner is what a vault or a bucket belongs to.
type Owner struct {
	// Workload is its NAME-ENV.
	Workload string `json:"workload"`
	// Tier is the data classification tier.
	Tier string `json:"tier"`
}

// Alarm is an alarm on silence.
type Alarm struct {
	// Vault that it watches.
	Vault string `json:"vault"`
	// Description is what it means.
	Description string `json:"description"`
}

// Key is that of a vault, a bucket or an alarm in the maps.
func Key(account, region, name string) string { return account + "/" + region + "/" + name }
