// Package stacks composes the blocks of package constructs into one stack per account, from a valid
// configuration and nothing else. No stack reads another one.
package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// NewCentral makes the stack of the central backup account: the key and the locked vault that the
// copies of all workloads go to, and what alerts of all accounts go through. function is the directory
// with the function that delivers them; empty: none does.
func NewCentral(scope awsconstructs.Construct, cfg *config.Config, function string, l1 bool) awscdk.Stack {
	var template constructs.Template
	at := cfg.Central
	stack := newStack(scope, cfg.CentralStackName(), at.Account, at.Region,
		fmt.Sprintf("Central backup account of %s: key, vault and lock for copies of S3 backups, and alerts", cfg.Project))

	topic, topicKey := newTopic(&template, cfg, config.CentralID, at.Account, at.Region)
	sources := copySources(cfg)
	grants := append(sources.KeyGrants(), constructs.OwnServiceLinkedRole(at.Account, config.BackupServiceLinkedRoleARN(at.Region, at.Account))...)
	if len(at.KeyAdministrators) > 0 {
		var roles []string
		for _, role := range at.KeyAdministrators {
			roles = append(roles, cfg.CentralRoleARN(role))
		}
		grants = append(grants, constructs.KeyAdministrators(at.Account, roles))
	}
	key := constructs.NewKey(template.Scope(), "Key", constructs.KeyProps{
		Alias:       cfg.CentralKeyAlias(),
		Description: "Encrypts the copies of S3 backups in the central backup account",
		AccountARN:  config.AccountARN(at.Region, at.Account),
		Grants:      grants,
	})

	// Below a scope of their own and by their names: a vault that becomes a retained one keeps its logical id.
	vaults := template.Scope("Vaults")
	constructs.NewCentralVault(vaults, at.VaultName, constructs.CentralVaultProps{
		Name:     at.VaultName,
		KeyARN:   key,
		Lock:     vaultLock(at.VaultLock.MinRetentionDays, at.VaultLock.MaxRetentionDays, at.VaultLock.ChangeableForDays),
		Sources:  sources,
		TopicARN: topic,
		LowCost:  lowCostCopies(cfg, at.VaultName),
	})
	for _, v := range at.RetainedVaults {
		constructs.NewCentralVault(vaults, v.Name, constructs.CentralVaultProps{
			Name:     v.Name,
			KeyARN:   key,
			Lock:     vaultLock(v.MinRetentionDays, v.MaxRetentionDays, v.ChangeableForDays),
			Sources:  sources,
			TopicARN: topic,
			LowCost:  lowCostCopies(cfg, v.Name),
		})
	}
	bus := newCentralAlerts(&template, cfg, cfg.CopyAlarms()[0], topic, key, topicKey)
	if function != "" {
		newDelivery(&template, stack, cfg, bus, topic, function)
	}
	template.Include(stack, l1)
	return stack
}

func copySources(cfg *config.Config) constructs.CopySources {
	region := cfg.Central.Region
	var accounts []string
	for _, account := range cfg.WorkloadAccounts() {
		accounts = append(accounts, config.AccountARN(region, account))
	}
	return constructs.CopySources{
		OrganizationID:       cfg.Organization.ID,
		OrganizationPaths:    cfg.Organization.Paths,
		AccountARNs:          accounts,
		RoleARN:              cfg.BackupRoleARNs(),
		ServiceLinkedRoleARN: config.BackupServiceLinkedRoleARN(region, "*"),
		MaxPolicyBytes:       config.MaxPolicyBytes,
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
