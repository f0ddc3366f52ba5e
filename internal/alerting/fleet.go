package alerting

const (
	// FleetFile is the file beside the alert function that has the [Fleet], as JSON.
	FleetFile = "estate.json"
	// FleetVariable is the environment variable that names another file, to try the function without
	// deploying it.
	FleetVariable = "ESTATE"
)

// Fleet is what the alert function knows of the names in events: whose they are.
type Fleet struct {
	// Project is the prefix of the names that the app chooses.
	Project string `json:"project"`
	// Central is the central backup account.
	Central Central `json:"central"`
	// Vaults has the owners of vaults, by [Key].
	Vaults map[string]Owner `json:"vaults"`
	// Buckets has the owners of buckets, by [Key].
	Buckets map[string]Owner `json:"buckets"`
	// Alarms has the alarms for missing backups and copies, by [Key]. Their events have only their names.
	Alarms map[string]Alarm `json:"alarms"`
	// DeployRoleARNs are patterns of the roles with which CloudFormation deploys: * stands for any characters
	// but a slash, and [AccountPlaceholder] and [RegionPlaceholder] for the account and the Region of the event.
	DeployRoleARNs []string `json:"deploy_role_arns"` //nolint:tagliatelle // as backup.yaml names things
}

// The placeholders in [Fleet.DeployRoleARNs].
const (
	AccountPlaceholder = "<account>"
	RegionPlaceholder  = "<region>"
)

// Central is the central backup account.
type Central struct {
	// Account, twelve digits.
	Account string `json:"account"`
	// Region of its bus.
	Region string `json:"region"`
	// VaultRegions are further Regions in which it has vaults. Empty: none.
	VaultRegions []string `json:"vault_regions,omitempty"` //nolint:tagliatelle // as backup.yaml names things
}

// Owner says what a vault or a bucket belongs to.
type Owner struct {
	// Workload is its NAME-ENV.
	Workload string `json:"workload"`
	// Tier is the data classification tier.
	Tier string `json:"tier"`
}

// Alarm is an alarm for missing backups or copies.
type Alarm struct {
	// Vault that it watches.
	Vault string `json:"vault"`
	// Description says what the alarm means.
	Description string `json:"description"`
}

// Key is the key of a vault, a bucket or an alarm in the maps of [Fleet].
func Key(account, region, name string) string { return account + "/" + region + "/" + name }
