package config

import (
	"cmp"
	"slices"

	"central-s3-backup/internal/alerting"
)

// defaults returns the configuration that decoding starts from.
func defaults() *Config {
	return &Config{
		Central: Central{
			VaultName: "central-aws-vault-S3",
			KeyAlias:  "aws-backup-kms",
			VaultLock: VaultLock{Mode: Governance},
			Dashboard: true,
		},
		Tiers:   builtinTiers(),
		TagKey:  defaultTagKey,
		Restore: Restore{LandingDays: 14, EvidenceDays: 400},
	}
}

// Defaults of optional sections and of items of lists, once they are present.
func (o *ObjectLock) setDefaults()     { o.Mode = Governance }
func (l *TierVaultLock) setDefaults()  { l.Mode = Governance }
func (m *MalwareScan) setDefaults()    { m.Mode = IncrementalScan }
func (r *RestoreTesting) setDefaults() { r.Schedule = defaultTestCron }
func (p *PagerDuty) setDefaults()      { p.Severity, p.Endpoint = "critical", alerting.EndpointUS }
func (v *AirGappedVault) setDefaults() { v.EncryptionKey = KeyAWSOwned }
func (v *AirGapped) setDefaults()      { v.EncryptionKey = KeyAWSOwned }
func (p *Pipeline) setDefaults()       { p.Branch = "main" }

func (v *CentralVault) setDefaults() { v.VaultLock.Mode = Governance }

func (r *CentralRestoreTesting) setDefaults() { r.Schedule = defaultTestCron }

// defaultTestCron is when restores are tested: every Sunday.
const defaultTestCron = "cron(0 6 ? * SUN *)"

// complete fills in the defaults that depend on other values.
func (c *Config) complete() {
	c.rows = make(map[string]int, len(c.Tiers))
	for i, t := range slices.Backward(c.Tiers) {
		c.rows[t.Name] = i
	}
	for i := range c.Tiers {
		if t := &c.Tiers[i]; !t.Copied() {
			t.Copies = 0 // of the tier that it extends
		}
	}
	c.copied = c.copiedTiers()
	c.silences = c.silencesOfTiers()
	for i := range c.Central.Vaults {
		v := &c.Central.Vaults[i]
		v.KeyAlias = cmp.Or(v.KeyAlias, c.Central.KeyAlias)
	}
	for i := range c.Tiers {
		c.Tiers[i].completeLock()
	}
	c.entering = c.tiersByVault()
	c.Central.VaultLock.complete(c.entering[mainVault])
	for i := range c.Central.Vaults {
		c.Central.Vaults[i].VaultLock.complete(c.entering[i])
	}
}

// complete fills in the defaults of a lock in governance mode. It accepts the copies of all tiers that enter the vault.
func (lock *VaultLock) complete(entering []*Tier) {
	if lock.Mode != Governance {
		return
	}
	shortest, longest := defaultMinRetentionDays, 0
	if lock.MaxRetentionDays > 0 {
		shortest = min(shortest, lock.MaxRetentionDays)
	}
	for _, t := range entering {
		for _, days := range t.copyRetentions() {
			shortest, longest = min(shortest, days), max(longest, days)
		}
	}
	if lock.MinRetentionDays == 0 {
		lock.MinRetentionDays = shortest
	}
	if lock.MaxRetentionDays == 0 && longest > 0 {
		lock.MaxRetentionDays = max(longest, lock.MinRetentionDays)
	}
}

const defaultMinRetentionDays = 15
