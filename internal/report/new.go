package report

import (
	"cmp"
	"slices"

	"central-s3-backup/config"
	"central-s3-backup/internal/runbook"
)

// Options of [New]. The zero value is a report for backup.yaml.
type Options struct {
	// Config is the name of the configuration in commands. Empty: backup.yaml.
	Config string
	// Backupctl is how backupctl is called in commands. Empty: as in a clone.
	Backupctl string
}

// New computes the report of a configuration. It takes milliseconds, and reads no file.
func New(cfg *config.Config, o Options) *Report {
	b := &builder{
		cfg: cfg, config: cmp.Or(o.Config, "backup.yaml"), backupctl: cmp.Or(o.Backupctl, runbook.Backupctl) + " ",
		tiers: map[string]int{}, protections: map[string]bool{}, counted: map[runsIn]int{},
	}
	b.report = &Report{
		Schema: SchemaVersion, Project: cfg.Project, Organization: cfg.Organization.ID,
		Accounts: []Account{}, Workloads: []Workload{}, Vaults: []Vault{}, Flows: []Flow{}, Tiers: []Tier{}, Protections: []Protection{},
		Buckets: []Bucket{}, Limits: []Limit{}, Warnings: []Warning{}, NotKnown: []Note{},
	}
	b.centralVaults()
	for _, w := range cfg.Workloads {
		b.workload(w)
	}
	b.limits()
	b.notes()
	for _, p := range cfg.Warnings {
		b.report.Warnings = append(b.report.Warnings, Warning{p.Check, p.Line, p.Path, p.What, p.Got, p.Want, p.Fact})
	}
	return b.report
}

// builder fills a report.
type builder struct {
	cfg       *config.Config
	config    string // the name of the file in commands
	backupctl string // what commands begin with, and a blank
	report    *Report

	tiers       map[string]int  // index in the report by name
	protections map[string]bool // by id
	counted     map[runsIn]int  // cache of runs
}

// vaultID is the id of a vault.
func vaultID(account, region, name string) string { return account + "/" + region + "/" + name }

// copyID is the id of a vault that backups are copied into.
func (b *builder) copyID(v config.CopyVault) string {
	return vaultID(b.cfg.Central.Account, v.Region, v.Name)
}

// lockOf is the lock of a vault that backups are copied into.
func (b *builder) lockOf(v config.CopyVault) *Lock {
	i := slices.IndexFunc(b.report.Vaults, func(o Vault) bool { return o.ID == b.copyID(v) })
	return b.report.Vaults[i].Lock
}

func (b *builder) centralVaults() {
	at := b.cfg.Central
	add := func(kind VaultKind, region, name string, lock Lock) {
		if lock.GraceDays > 0 {
			lock.Mode = config.Compliance
		}
		b.account(at.Account, region).Central = true
		b.report.Vaults = append(b.report.Vaults, Vault{
			ID: vaultID(at.Account, region, name), Kind: kind, Name: name, Account: at.Account, Region: region, Lock: &lock,
		})
	}
	for _, v := range b.cfg.CentralVaults() {
		lock := v.VaultLock
		add(CentralVault, v.Region, v.Name, Lock{lock.Mode, lock.MinRetentionDays, lock.MaxRetentionDays, lock.ChangeableForDays})
	}
	for _, v := range at.RetainedVaults {
		add(RetainedVault, at.Region, v.Name, Lock{config.Governance, v.MinRetentionDays, v.MaxRetentionDays, v.ChangeableForDays})
	}
	if v := at.AirGappedVault; v != nil {
		add(AirGappedVault, at.Region, v.Name, Lock{Mode: config.Compliance, MinDays: v.MinRetentionDays, MaxDays: v.MaxRetentionDays})
	}
}

// account is the entry of an account, with the Region among its own.
func (b *builder) account(id, region string) *Account {
	i := slices.IndexFunc(b.report.Accounts, func(a Account) bool { return a.ID == id })
	if i < 0 {
		i = len(b.report.Accounts)
		b.report.Accounts = append(b.report.Accounts, Account{ID: id, Regions: []string{}, Workloads: []string{}})
	}
	a := &b.report.Accounts[i]
	if at, there := slices.BinarySearch(a.Regions, region); !there {
		a.Regions = slices.Insert(a.Regions, at, region)
	}
	return a
}

// workload adds a workload with its vaults and buckets.
func (b *builder) workload(w config.Workload) {
	a := b.account(w.Account, w.Region)
	a.Workloads, a.Buckets = append(a.Workloads, w.ID()), a.Buckets+len(w.Buckets)
	of := Workload{
		ID: w.ID(), Name: w.Name, Environment: w.Environment, Account: w.Account, Region: w.Region, Stack: b.cfg.StackName(w),
		Buckets: len(w.Buckets), TaggedTiers: []string{},
	}
	if w.RestoreTesting != nil {
		of.RehearsalSchedule = w.RestoreTesting.Schedule
	}
	for _, use := range b.cfg.TierUses(w) {
		b.use(w, use)
		if len(use.Tagged) > 0 {
			of.TaggedTiers = append(of.TaggedTiers, use.Tier.Name)
		}
	}
	if b.cfg.Copies(w) {
		b.landing(w)
	}
	b.report.Workloads = append(b.report.Workloads, of)
}

// landing adds the vault for copies that come back.
func (b *builder) landing(w config.Workload) {
	name := b.cfg.LandingVaultName(w)
	id := vaultID(w.Account, w.Region, name)
	b.report.Vaults = append(b.report.Vaults, Vault{
		ID: id, Kind: LandingVault, Name: name, Account: w.Account, Region: w.Region, Workload: w.ID(),
	})
	for _, v := range b.cfg.AllCopyVaults(w) {
		b.report.Flows = append(b.report.Flows, Flow{From: b.copyID(v), To: id, Workload: w.ID(), Copies: []RuleCopy{}, Back: true})
	}
}

// use adds a tier that a workload uses, with its vault and its buckets.
func (b *builder) use(w config.Workload, use config.TierUse) {
	t := use.Tier
	vault := ""
	if t.BackedUp() {
		v := Vault{Kind: TierVault, Name: b.cfg.TierName(w, t), Account: w.Account, Region: w.Region, Workload: w.ID(), Tier: t.Name}
		v.ID, v.Lock = vaultID(v.Account, v.Region, v.Name), tierLock(t)
		if t.AirGapped != nil { // the backups go there
			b.report.Vaults = append(b.report.Vaults, v)
			v.Kind, v.Name, v.Lock = AirGappedVault, b.cfg.AirGappedVaultName(w, t), airGappedLock(t)
			v.ID = vaultID(v.Account, v.Region, v.Name)
		}
		v.Buckets, vault = len(use.Buckets), v.ID
		b.report.Vaults = append(b.report.Vaults, v)
	}
	for _, into := range b.cfg.CopyVaults(w, t) {
		i := slices.IndexFunc(b.report.Vaults, func(v Vault) bool { return v.ID == b.copyID(into) })
		b.report.Vaults[i].Buckets += len(use.Buckets)
		b.tier(t).centralLock(b.copyID(into), into.AirGapped, b.lockOf(into))
		b.report.Flows = append(b.report.Flows, Flow{From: vault, To: b.copyID(into), Workload: w.ID(), Tier: t.Name, Copies: copiesOf(t)})
	}
	b.tier(t).Buckets += len(use.Buckets)
	add := func(bucket config.Bucket) {
		b.report.Buckets = append(b.report.Buckets, Bucket{
			Name: bucket.Name, Tagged: bucket.Name == "", Workload: w.ID(), Account: w.Account, Region: w.Region, Tier: t.Name,
			Protection: b.protection(w, t, bucket), Vault: vault, Rehearsal: b.rehearsal(w, t, bucket.Name),
		})
	}
	for _, bucket := range use.Buckets {
		add(bucket)
	}
	if len(use.Tagged) > 0 {
		add(config.Bucket{Existing: true})
	}
}

// airGappedLock is the lock that a logically air-gapped vault has from its creation (F-LAG-1).
func airGappedLock(t *config.Tier) *Lock {
	return &Lock{Mode: config.Compliance, MinDays: t.AirGapped.MinRetentionDays, MaxDays: t.AirGapped.MaxRetentionDays}
}

// tierLock is the lock of a tier's vaults, or nil.
func tierLock(t *config.Tier) *Lock {
	if t.VaultLock == nil {
		return nil
	}
	return &Lock{t.VaultLock.Mode, t.VaultLock.MinRetentionDays, t.VaultLock.MaxRetentionDays, t.VaultLock.ChangeableForDays}
}

func copiesOf(t *config.Tier) []RuleCopy {
	copies := []RuleCopy{}
	for _, r := range t.CopiedRules() {
		copies = append(copies, RuleCopy{r.Name, r.Schedule, t.Schedule.Timezone, r.CopyDeleteAfterDays})
	}
	return copies
}

// notes add what the report cannot say.
func (b *builder) notes() {
	note := func(text string, facts ...string) {
		b.report.NotKnown = append(b.report.NotKnown, Note{text, append([]string{}, facts...)})
	}
	note("Who can change policies. The report says what the resource policies and locks of this app allow; the IAM policies of people and " +
		"the policies of the organization are elsewhere.")
	note(
		"How long jobs take. An age of the newest backup or copy is that of the schedule; a job that is late or fails makes it longer, and "+
			"an alarm says so.",
		"F-S3-19",
	)
	if slices.ContainsFunc(b.report.Protections, func(p Protection) bool { return p.Existing }) {
		note(
			"What an existing bucket is like: whether it has versioning, Object Lock and EventBridge notifications, and what its policy says. "+
				"backupctl preflight looks.",
			"F-S3-28",
		)
	}
	if slices.ContainsFunc(b.report.Buckets, func(of Bucket) bool { return of.Tagged }) {
		note("How many buckets have a tag. Numbers of buckets and of recovery points count those that backup.yaml names.")
	}
	if slices.ContainsFunc(b.report.Limits, func(l Limit) bool { return l.What == CopyLimit }) {
		note("Whether the quota of copies counts in the account that copies or in the one that receives, and what AWS Backup does beyond it: "+
			"the report counts the copies that start together in each workload's account.", "F-COPY-10")
	}
}
