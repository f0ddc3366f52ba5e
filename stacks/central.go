package stacks

import (
	"fmt"
	"slices"

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

// central is what the parts of a stack of the central account share.
type central struct {
	stack  awscdk.Stack
	cfg    *config.Config
	region string
	topic  *constructs.AlertTopic
	keys   []*constructs.Key // in the order of config.CentralKeysIn
}

// NewCentralStack creates the stack of the central backup account: the key and the locked vault for the
// copies of all workloads, and the alerts of all accounts.
func NewCentralStack(scope awsconstructs.Construct, id *string, props *CentralStackProps) awscdk.Stack {
	cfg := props.Config
	at := cfg.Central
	c := central{cfg: cfg, region: at.Region, stack: newStack(scope, id, at.Account, at.Region,
		fmt.Sprintf("Central backup account of %s: key, vault and lock for copies of S3 backups, and alerts", cfg.Project), cfg.Tags)}
	alerts := awsconstructs.NewConstruct(c.stack, jsii.String("Alerts"))
	c.topic = newTopic(alerts, cfg, config.CentralID, at.Account, at.Region)
	c.keys = c.newKeys()
	c.newVaults()
	c.newAirGappedVault()
	c.newCopyBack()
	bus := c.newAlerts(alerts, props.AlertFunction)
	c.newValidator(bus, props.Validator)
	c.newAudit()
	return c.stack
}

// newKeys creates the keys of the vaults of this Region. The one with the alias of central.key_alias has an id of its own.
func (c central) newKeys() []*constructs.Key {
	var keys []*constructs.Key
	var others awsconstructs.Construct
	for _, key := range c.cfg.CentralKeysIn(c.region) {
		if c.cfg.IsAirGapped(key) {
			keys = append(keys, c.newAirGappedKey(key))
			continue
		}
		scope, id := awsconstructs.Construct(c.stack), "Key"
		if other := c.cfg.CentralKeyID(key); other != "" {
			if others == nil {
				others = awsconstructs.NewConstruct(c.stack, jsii.String("Keys"))
			}
			scope, id = others, other
		}
		keys = append(keys, c.newKey(scope, id, key, "Encrypts the copies of S3 backups in the central backup account"))
	}
	return keys
}

func (c central) newKey(
	scope awsconstructs.Construct, id string, key config.CentralKey, description string, more ...constructs.Statement,
) *constructs.Key {
	at := c.cfg.Central
	grants := append(
		constructs.CopySources(organizationRoles(c.cfg, c.cfg.KeyCallers(key)), config.BackupServiceLinkedRoleARN(at.Region, "*")),
		constructs.OwnServiceLinkedRole(at.Account, config.BackupServiceLinkedRoleARN(at.Region, at.Account))...)
	if len(at.KeyAdministrators) > 0 {
		var roles []string
		for _, role := range at.KeyAdministrators {
			roles = append(roles, c.cfg.KeyAdministratorARN(role))
		}
		grants = append(grants, constructs.KeyAdministrators(at.Account, roles))
	}
	return constructs.NewKey(scope, jsii.String(id), &constructs.KeyProps{
		Alias:       key.Alias,
		Description: description,
		AccountARN:  config.AccountARN(at.Region, at.Account),
		Grants:      append(grants, more...),
	})
}

// keyOf is the key of a vault of this Region.
func (c central) keyOf(v config.CentralVault) *constructs.Key {
	return c.keys[slices.Index(c.cfg.CentralKeysIn(c.region), v.Key())]
}

// keyARNs are the ARNs of these keys.
func (c central) keyARNs() []string {
	var arns []string
	for _, key := range c.keys {
		arns = append(arns, *key.Key.AttrArn())
	}
	return arns
}

// newVaults creates the vaults of this Region, and the retained ones. Their ids are their names, below a scope of their
// own: a vault that becomes a retained one keeps its logical id.
func (c central) newVaults() {
	targets := c.cfg.CopyBackTargets().VaultARNs
	scope := awsconstructs.NewConstruct(c.stack, jsii.String("Vaults"))
	add := func(name string, lock constructs.VaultLock, like config.CentralVault) {
		constructs.NewCentralVault(scope, jsii.String(name), &constructs.CentralVaultProps{
			Name:            name,
			Key:             c.keyOf(like).Key,
			Lock:            lock,
			Sources:         organizationRoles(c.cfg, c.cfg.VaultCallers(like)),
			CopyBackTargets: targets,
			DeployRoleARN:   config.DeployRoleARN(c.region, c.cfg.Central.Account),
			KeepPolicy:      c.cfg.Central.Audit.Enabled,
			Topic:           c.topic.Topic,
			LowCost:         lowCostCopies(c.cfg, name, like),
		})
	}
	for _, v := range c.cfg.CentralVaultsIn(c.region) {
		add(v.Name, vaultLock(v.VaultLock.MinRetentionDays, v.VaultLock.MaxRetentionDays, v.VaultLock.ChangeableForDays), v)
	}
	for _, v := range c.retained() {
		add(v.Name, vaultLock(v.MinRetentionDays, v.MaxRetentionDays, v.ChangeableForDays), c.cfg.CentralVaults()[0])
	}
}

// retained are the retained vaults, which are in the Region of the central vault.
func (c central) retained() []config.RetainedVault {
	if c.region != c.cfg.Central.Region {
		return nil
	}
	return c.cfg.Central.RetainedVaults
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

// lowCostCopies are those of a vault. A retained one has the same as the central vault.
func lowCostCopies(cfg *config.Config, name string, like config.CentralVault) *constructs.LowCostProps {
	return lowCost(cfg.LowCostCopies(like), cfg.TieringName(like.Region, name), cfg.Central.Region)
}

// lowCost has the selections of a tiering configuration. Nil: there are none.
func lowCost(of []config.LowCostSelection, name, region string) *constructs.LowCostProps {
	var selections []constructs.LowCostSelection
	for _, s := range of {
		selection := constructs.LowCostSelection{AfterDays: s.AfterDays, Resources: everything}
		if len(s.Buckets) > 0 {
			selection.Resources = bucketARNs(region, s.Buckets)
		}
		selections = append(selections, selection)
	}
	if selections == nil {
		return nil
	}
	return &constructs.LowCostProps{Name: name, Selections: selections}
}

var everything = []string{"*"}

func bucketARNs(region string, names []string) []string {
	arns := make([]string, len(names))
	for i, name := range names {
		arns[i] = config.BucketARN(region, name)
	}
	return arns
}
