package stacks

import (
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// newAirGappedVault creates the logically air-gapped vault, if there is one.
func (c central) newAirGappedVault() {
	at, v := c.cfg.Central, c.cfg.Central.AirGappedVault
	if v == nil {
		return
	}
	props := &constructs.AirGappedVaultProps{
		Name:             v.Name,
		Account:          at.Account,
		MinRetentionDays: v.MinRetentionDays,
		MaxRetentionDays: v.MaxRetentionDays,
		Sources:          organizationRoles(c.cfg, c.cfg.AirGappedCallers()),
		CopyTargets:      c.cfg.CopyBackTargets().VaultARNs,
		DeployRoleARN:    config.DeployRoleARN(at.Region, at.Account),
		ApprovalTeamARN:  v.ApprovalTeamARN,
		ShareName:        c.cfg.AirGappedShareName(),
		ShareWith:        v.ShareWithAccounts,
		Topic:            c.topic.Topic,
		LowCost:          lowCost(c.cfg.AirGappedLowCost(), c.cfg.TieringName(at.Region, v.Name), at.Region),
	}
	for i, key := range c.cfg.CentralKeysIn(c.region) {
		if c.cfg.IsAirGapped(key) {
			props.Key = c.keys[i].Key
		}
	}
	constructs.NewAirGappedVault(awsconstructs.NewConstruct(c.stack, jsii.String("AirGappedVault")), jsii.String(v.Name), props)
}

// newAirGappedKey creates the key of that vault. It is not that of the other vaults, so that whoever disables one of the keys does
// not make both copies useless. Its id does not have its alias: another key would be another vault.
func (c central) newAirGappedKey(key config.CentralKey) *constructs.Key {
	var accounts []string
	for _, account := range c.cfg.Central.AirGappedVault.ShareWithAccounts {
		accounts = append(accounts, config.AccountARN(c.region, account))
	}
	return c.newKey(c.stack, "AirGappedKey", key, "Encrypts the copies of S3 backups in the air-gapped vault of the central backup account",
		constructs.RecoveryAccounts(accounts)...)
}

// airGapped is the air-gapped vault of a tier, which takes its backups in place of its vault.
func (s workload) airGapped(t *config.Tier, tier *constructs.TierBackupProps) *constructs.AirGappedVaultProps {
	name := s.cfg.AirGappedVaultName(s.w, t)
	props := &constructs.AirGappedVaultProps{
		Name:             name,
		Account:          s.w.Account,
		MinRetentionDays: t.AirGapped.MinRetentionDays,
		MaxRetentionDays: t.AirGapped.MaxRetentionDays,
		CopyTargets:      tier.CopyDestinations,
		DeployRoleARN:    tier.DeployRoleARN,
		Topic:            tier.Topic,
		Tags:             tier.Tags,
	}
	if t.AirGapped.EncryptionKey == config.KeyOwn {
		props.Key = tier.Key
	}
	if t.LowCostBackups() {
		props.LowCost = s.lowCost(t, name)
	}
	return props
}
