package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// CentralStackProps are the props of [NewCentralStack].
type CentralStackProps struct {
	// Config is the whole configuration. Required.
	Config *config.Config
	// AlertFunction is the directory with the program of the function that delivers alerts. Empty: no function,
	// as where no destination needs one.
	AlertFunction string
	// Validator is the directory with the program of the function that validates restore tests. Required where
	// [config.Config.Validates].
	Validator string
}

// central is what the parts of the central stack share.
type central struct {
	stack awscdk.Stack
	cfg   *config.Config
	topic *constructs.AlertTopic
	key   *constructs.Key
	// airGappedKey is the key of the air-gapped vault. Nil: there is no such vault, or AWS Backup owns its key.
	airGappedKey *constructs.Key
}

// NewCentralStack creates the stack of the central backup account: the key and the locked vault for the
// copies of all workloads, and the alerts of all accounts.
func NewCentralStack(scope awsconstructs.Construct, id *string, props *CentralStackProps) awscdk.Stack {
	cfg := props.Config
	at := cfg.Central
	c := central{cfg: cfg, stack: newStack(scope, id, at.Account, at.Region,
		fmt.Sprintf("Central backup account of %s: key, vault and lock for copies of S3 backups, and alerts", cfg.Project))}
	alerts := awsconstructs.NewConstruct(c.stack, jsii.String("Alerts"))
	c.topic = newTopic(alerts, cfg, config.CentralID, at.Account, at.Region)
	c.key = c.newKey("Key", "Encrypts the copies of S3 backups in the central backup account", cfg.CentralKeyAlias())
	c.newVaults()
	c.airGappedKey = c.newAirGappedVault()
	c.newCopyBack()
	bus := c.newAlerts(alerts, props.AlertFunction)
	c.newValidator(bus, props.Validator)
	return c.stack
}

// newKey creates a key for vaults that workloads copy into.
func (c central) newKey(id, description, alias string, more ...constructs.Statement) *constructs.Key {
	at := c.cfg.Central
	grants := append(
		constructs.CopySources(organizationRoles(c.cfg, c.cfg.KeyCallers()), config.BackupServiceLinkedRoleARN(at.Region, "*")),
		constructs.OwnServiceLinkedRole(at.Account, config.BackupServiceLinkedRoleARN(at.Region, at.Account))...)
	if len(at.KeyAdministrators) > 0 {
		var roles []string
		for _, role := range at.KeyAdministrators {
			roles = append(roles, c.cfg.CentralRoleARN(role))
		}
		grants = append(grants, constructs.KeyAdministrators(at.Account, roles))
	}
	return constructs.NewKey(c.stack, jsii.String(id), &constructs.KeyProps{
		Alias:       alias,
		Description: description,
		AccountARN:  config.AccountARN(at.Region, at.Account),
		Grants:      append(grants, more...),
	})
}

// newVaults creates the vault and the retained ones. Their ids are their names, below a scope of their own:
// a vault that becomes a retained one keeps its logical id.
func (c central) newVaults() {
	at := c.cfg.Central
	sources := organizationRoles(c.cfg, c.cfg.VaultCallers())
	targets := c.cfg.CopyBackTargets().VaultARNs
	scope := awsconstructs.NewConstruct(c.stack, jsii.String("Vaults"))
	add := func(name string, lock constructs.VaultLock) {
		constructs.NewCentralVault(scope, jsii.String(name), &constructs.CentralVaultProps{
			Name:            name,
			Key:             c.key.Key,
			Lock:            lock,
			Sources:         sources,
			CopyBackTargets: targets,
			DeployRoleARN:   config.DeployRoleARN(at.Region, at.Account),
			Topic:           c.topic.Topic,
			LowCost:         lowCostCopies(c.cfg, name),
		})
	}
	add(at.VaultName, vaultLock(at.VaultLock.MinRetentionDays, at.VaultLock.MaxRetentionDays, at.VaultLock.ChangeableForDays))
	for _, v := range at.RetainedVaults {
		add(v.Name, vaultLock(v.MinRetentionDays, v.MaxRetentionDays, v.ChangeableForDays))
	}
}

// organizationRoles are callers from the accounts of the organization.
func organizationRoles(cfg *config.Config, callers config.Callers) constructs.OrganizationRoles {
	if len(callers.RoleARNs) == 0 {
		return constructs.OrganizationRoles{}
	}
	return constructs.OrganizationRoles{
		OrganizationID:    cfg.Organization.ID,
		OrganizationPaths: cfg.Organization.Paths,
		RoleARNs:          callers.RoleARNs,
		AccountARNs:       callers.AccountARNs,
		Accounts:          callers.Accounts,
	}
}

func vaultLock(minDays, maxDays, changeableForDays int) constructs.VaultLock {
	return constructs.VaultLock{MinRetentionDays: minDays, MaxRetentionDays: maxDays, ChangeableForDays: changeableForDays}
}

func lowCostCopies(cfg *config.Config, vault string) *constructs.LowCostProps {
	var selections []constructs.LowCostSelection
	for _, s := range cfg.LowCostCopies() {
		selection := constructs.LowCostSelection{AfterDays: s.AfterDays, Resources: everything}
		if len(s.Buckets) > 0 {
			selection.Resources = bucketARNs(cfg.Central.Region, s.Buckets)
		}
		selections = append(selections, selection)
	}
	if selections == nil {
		return nil
	}
	return &constructs.LowCostProps{Name: cfg.TieringName(cfg.Central.Region, vault), Selections: selections}
}

var everything = []string{"*"}

func bucketARNs(region string, names []string) []string {
	arns := make([]string, len(names))
	for i, name := range names {
		arns[i] = config.BucketARN(region, name)
	}
	return arns
}
