package stacks

import (
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"central-s3-backup/config"
	"central-s3-backup/constructs"
)

// newAirGappedVault creates the logically air-gapped vault, if there is one, with its key if that is its own. The key is not that of
// the other vaults, so that whoever disables one of them does not make both copies useless. It returns the key, or nil.
func (c central) newAirGappedVault() *constructs.Key {
	at, v := c.cfg.Central, c.cfg.Central.AirGappedVault
	if v == nil {
		return nil
	}
	var key *constructs.Key
	props := &constructs.AirGappedVaultProps{
		Name:             v.Name,
		Account:          at.Account,
		MinRetentionDays: v.MinRetentionDays,
		MaxRetentionDays: v.MaxRetentionDays,
		Sources:          organizationRoles(c.cfg, c.cfg.VaultCallers()),
		CopyTargets:      c.cfg.CopyBackTargets().VaultARNs,
		DeployRoleARN:    config.DeployRoleARN(at.Region, at.Account),
		ApprovalTeamARN:  v.ApprovalTeamARN,
		ShareName:        c.cfg.AirGappedShareName(),
		ShareWith:        v.ShareWithAccounts,
		Topic:            c.topic.Topic,
		LowCost:          lowCostCopies(c.cfg, v.Name),
	}
	if v.EncryptionKey == config.KeyOwn {
		var accounts []string
		for _, account := range v.ShareWithAccounts {
			accounts = append(accounts, config.AccountARN(at.Region, account))
		}
		key = c.newKey("AirGappedKey", "Encrypts the copies of S3 backups in the air-gapped vault of the central backup account",
			c.cfg.AirGappedKeyAlias(), constructs.RecoveryAccounts(accounts)...)
		props.Key = key.Key
	}
	constructs.NewAirGappedVault(awsconstructs.NewConstruct(c.stack, jsii.String("AirGappedVault")), jsii.String(v.Name), props)
	return key
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
