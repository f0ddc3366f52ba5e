package runbook

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"central-s3-backup/config"
)

// page is what the templates see.
type page struct {
	Name, Title string
	// Docs says that the page is in docs/restore.
	Docs bool
	// Config is the path of the configuration, and ConfigFlag the flag that names it, with a space before. Empty: the default.
	Config, ConfigFlag string
	// Context is the option of the CDK CLI that names the configuration, with a space before. Empty: the default.
	Context string

	// W is NAME-ENV of the workload.
	W, Workload, Environment            string
	Account, Region, Stack, Partition   string
	RestoreRole, OperateRole            string
	RolePath                            string // of all roles, with its slashes
	Operators, RemoveMarkers, NewRegion bool

	CentralAccount, CentralRegion, CentralStack, CentralVault string
	CopyBackRole, OperateCentralRole, CentralAlias            string
	Landing                                                   string
	// AirGapped is the central air-gapped vault, AirGappedRegion its Region and Shared the accounts that restore from it directly. Team
	// says that it has an approval team. Empty: no copies of the workload are in such a vault.
	AirGapped, AirGappedRegion string
	Shared                     []string
	Team                       bool
	LandingDays, PITRLag       int

	Organization string
	// Rows are all buckets that the file names; Tagged are those that tags select.
	Rows   []Row
	Tagged []Tagged
	// Selected are the entries of select_tagged of a workload that takes the place of this one.
	Selected []string
	Keys     []Key
	// Bucket is the one in the commands: of the tier that is protected most. Tier and Vault are its tier and the tier's vault.
	Bucket, Tier, Vault string
	// WorkloadFlag is --workload, with a space before. Empty: the file names the bucket.
	WorkloadFlag string
	// VersionsConfig has the flags of restore versions: the configuration, or the Region if the file does not name the bucket.
	VersionsConfig string
	// BackedUp, Continuous, Copied and Locked are those of the bucket.
	BackedUp, Continuous, Copied bool
	// AnyCopied says that one of the tiers is copied.
	AnyCopied bool
	// Copies are the named buckets that are copied, Lost those that are not.
	Copies, Lost []Row
	// Unlocked are the buckets whose versions get no lock.
	Unlocked []string
	// BucketAlias is the alias of the bucket's key. Empty: the app does not create the bucket.
	BucketAlias string
	Rebuilt     Rebuilt
	All         []Disaster
}

// Row is a bucket with what its tier keeps.
type Row struct {
	Name, Tier, Vault string
	// Lock, Continuous, Snapshots and Copies are days: of several rules those of the longest. Zero: none.
	Lock, Continuous, Snapshots, Copies int
	// Unlocked says that the app created the bucket without a default retention.
	Unlocked bool
	// Copied are the copies of each rule.
	Copied []Copied
	// New is the bucket's name in another account or Region.
	New string
}

// Copied is when copies of a rule start, as a cron expression with its time zone, and for how many days they are kept.
type Copied struct {
	At   string
	Days int
}

// ways is how many ways back the bucket has. A copy counts more than the others.
func (r Row) ways() int {
	ways := 0
	for weight, days := range map[int]int{1: r.Lock, 2: r.Snapshots, 4: r.Continuous, 8: r.Copies} {
		if days > 0 {
			ways += weight
		}
	}
	return ways
}

// Tagged are buckets that tags select, in words, and their vault.
type Tagged struct{ Tags, Vault string }

// tagsText is "the tag `team=lake`, and without `backup=no`".
func tagsText(conditions config.TagConditions) string {
	list := func(tags map[string]string, joined string) string {
		var all []string
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			all = append(all, "`"+key+"="+tags[key]+"`")
		}
		return strings.Join(all, joined)
	}
	text := "the tag "
	if len(conditions.Equal) > 1 {
		text = "the tags "
	}
	text += list(conditions.Equal, " and ")
	if len(conditions.NotEqual) > 0 {
		text += ", without " + list(conditions.NotEqual, " and ") + ","
	}
	return text
}

// Key is a KMS key with what it encrypts.
type Key struct{ Alias, Encrypts string }

// Rebuilt is a workload that takes the place of this one.
type Rebuilt struct {
	W, Environment, Stack, Landing, OperateRole string
	// Locked are its vaults under a compliance lock.
	Locked []string
}

func newPage(cfg *config.Config, w config.Workload, name string, o Options) *page {
	p := &page{
		Name: name, Title: "Which way back", Docs: o.Docs, Config: cmp.Or(o.Config, "backup.yaml"), All: Disasters(),
		W: w.ID(), Workload: w.Name, Environment: w.Environment, Account: w.Account, Region: w.Region, Stack: cfg.StackName(w),
		Partition:   config.Partition(w.Region),
		RestoreRole: cfg.RestoreRoleName(w), OperateRole: cfg.OperateRoleName(w), RolePath: cfg.RolePathOrRoot(),
		Operators: len(cfg.OperatorsIn(w.Region)) > 0, RemoveMarkers: cfg.Restore.RemoveDeleteMarkers,
		CentralAccount: cfg.Central.Account, CentralRegion: cfg.Central.Region, CentralStack: cfg.CentralStackName(),
		CentralVault: cfg.Central.VaultName, CentralAlias: cfg.CentralKeyAlias(),
		CopyBackRole: cfg.CopyBackRoleName(), OperateCentralRole: cfg.OperateCentralRoleName(),
		Landing: cfg.LandingVaultName(w), LandingDays: cfg.Restore.LandingDays, PITRLag: config.ContinuousRPOMinutes,
		Organization: cfg.Organization.ID, NewRegion: w.Region != cfg.Central.Region, AnyCopied: cfg.Copies(w),
	}
	if p.Config != "backup.yaml" {
		p.ConfigFlag, p.Context = " --config "+Quoted(p.Config), " -c "+Quoted("config="+p.Config)
	}
	for _, d := range p.All {
		if d.Name == name {
			p.Title = d.Title
		}
	}
	p.rebuild(cfg, w)
	for _, use := range cfg.TierUses(w) {
		p.use(cfg, w, use)
	}
	p.choose(cfg, w)
	p.copiedTo(cfg, w)
	p.selections(cfg, w)
	for _, key := range cfg.Keys(w) {
		p.Keys = append(p.Keys, Key{key.Alias, encrypts(cfg, w, key.Name)})
	}
	return p
}

// regionDown is the disaster whose page adds a workload in the same account.
const regionDown = "region-down"

// selections are those of the workload that takes the place of this one, and the locks of its vaults. In another Region of
// the same account, one that already selects a tier keeps it: two would be refused.
func (p *page) selections(cfg *config.Config, w config.Workload) {
	next := config.Workload{Name: w.Name, Environment: p.Rebuilt.Environment}
	for _, row := range p.Copies {
		next.Buckets = append(next.Buckets, config.Bucket{Name: row.New, Tier: row.Tier})
	}
	for _, s := range w.SelectTagged {
		taken := slices.ContainsFunc(cfg.Workloads, func(other config.Workload) bool {
			return other.Account == w.Account && other.Region == cfg.Central.Region &&
				slices.ContainsFunc(other.SelectTagged, func(o config.TagSelection) bool { return o.Tier == s.Tier })
		})
		if !taken || p.Name != regionDown || len(p.Copies) == 0 {
			p.Selected = append(p.Selected, selection(s))
			next.SelectTagged = append(next.SelectTagged, s)
		}
	}
	p.Rebuilt.Locked = cfg.ComplianceVaults(next)
}

// selection is an entry of select_tagged.
func selection(s config.TagSelection) string {
	if s.OfTier() {
		return s.Tier
	}
	text := "{tier: " + s.Tier
	for _, tags := range []struct {
		key    string
		values config.TagValues
	}{{"tag", s.Tag}, {"except_tag", s.ExceptTag}} {
		if tags.values == nil {
			continue
		}
		var all []string
		for _, key := range slices.Sorted(maps.Keys(tags.values)) {
			all = append(all, strconv.Quote(key)+": "+strconv.Quote(tags.values[key]))
		}
		text += ", " + tags.key + ": {" + strings.Join(all, ", ") + "}"
	}
	return text + "}"
}

// use adds the buckets of a tier.
func (p *page) use(cfg *config.Config, w config.Workload, use config.TierUse) {
	t := use.Tier
	row := Row{Tier: t.Name}
	if t.BackedUp() {
		row.Vault = cfg.TierName(w, t)
	}
	for _, s := range use.Tagged {
		p.Tagged = append(p.Tagged, Tagged{tagsText(cfg.Conditions(s)), row.Vault})
	}
	for _, rule := range t.Rules() {
		if rule.Continuous {
			row.Continuous = rule.DeleteAfterDays
		} else {
			row.Snapshots = max(row.Snapshots, rule.DeleteAfterDays)
		}
		if rule.Copied {
			row.Copies = max(row.Copies, rule.CopyDeleteAfterDays)
			row.Copied = append(row.Copied, Copied{rule.Schedule + " " + t.Schedule.Timezone, rule.CopyDeleteAfterDays})
		}
	}
	for _, b := range use.Buckets {
		row.Name, row.Lock, row.Unlocked = b.Name, 0, false
		switch {
		case b.Existing: // the app did not create it
		case t.ObjectLock == nil:
			row.Unlocked = true
			p.Unlocked = append(p.Unlocked, b.Name)
		default:
			row.Lock = t.ObjectLock.Days
		}
		row.New = p.newBucket(cfg, b.Name)
		p.Rows = append(p.Rows, row)
		if t.Copied() {
			p.Copies = append(p.Copies, row)
		} else {
			p.Lost = append(p.Lost, row)
		}
	}
}

// choose takes the bucket of the commands.
func (p *page) choose(cfg *config.Config, w config.Workload) {
	p.Bucket, p.WorkloadFlag = "BUCKET-NAME", " --workload "+p.W
	for _, use := range cfg.TierUses(w) {
		if len(use.Tagged) > 0 && len(p.Rows) == 0 {
			p.Tier, p.BackedUp, p.Continuous, p.Copied = use.Tier.Name, use.Tier.BackedUp(), use.Tier.ContinuousBackup != nil, use.Tier.Copied()
		}
	}
	if len(p.Rows) == 0 {
		p.VersionsConfig = " --region " + p.Region // the file does not name the bucket
		return
	}
	best := slices.MaxFunc(p.Rows, func(a, b Row) int { return cmp.Compare(a.ways(), b.ways()) })
	p.Bucket, p.Tier, p.Vault = best.Name, best.Tier, best.Vault
	p.WorkloadFlag, p.VersionsConfig = "", " --config "+Quoted(p.Config)
	p.BackedUp, p.Continuous, p.Copied = best.Vault != "", best.Continuous > 0, best.Copies > 0
	for _, use := range cfg.TierUses(w) {
		if use.Tier.Name == best.Tier && use.UsesKey() {
			p.BucketAlias = cfg.KeyAlias(w, use.Tier.BucketKey())
		}
	}
}

// copiedTo takes the central vault that the bucket of the commands is copied into first. Its Region may have a stack of its own,
// beside that of central.region.
func (p *page) copiedTo(cfg *config.Config, w config.Workload) {
	vaults := cfg.AllCopyVaults(w)
	for _, use := range cfg.TierUses(w) {
		if copies := cfg.CopyVaults(w, use.Tier); use.Tier.Name == p.Tier && copies != nil {
			vaults = copies
		}
	}
	if len(vaults) == 0 {
		return
	}
	for _, v := range cfg.AllCopyVaults(w) {
		if v.AirGapped {
			p.AirGapped, p.AirGappedRegion = v.Name, v.Region
			p.Shared, p.Team = cfg.Central.AirGappedVault.ShareWithAccounts, cfg.Central.AirGappedVault.ApprovalTeamARN != ""
		}
	}
	v := vaults[0]
	p.CentralVault, p.CentralRegion, p.CentralAlias, p.NewRegion = v.Name, v.Region, v.KeyAlias, w.Region != v.Region
	if v.Region != cfg.Central.Region {
		p.CentralStack += " " + cfg.CentralStackNameIn(v.Region)
	}
}

// maxEnvironment is how many characters an environment has at most.
const maxEnvironment = 49

// rebuild names the workload that takes the place of this one.
func (p *page) rebuild(cfg *config.Config, w config.Workload) {
	for n := 2; ; n++ {
		next := w
		suffix := fmt.Sprintf("-%d", n)
		next.Environment = strings.TrimRight(w.Environment[:min(len(w.Environment), maxEnvironment-len(suffix))], "-") + suffix
		if slices.ContainsFunc(cfg.Workloads, func(other config.Workload) bool { return other.ID() == next.ID() }) {
			continue
		}
		p.Rebuilt = Rebuilt{
			W: next.ID(), Environment: next.Environment, Stack: cfg.StackName(next), Landing: cfg.LandingVaultName(next),
			OperateRole: cfg.OperateRoleName(next),
		}
		return
	}
}

// newBucket is a name for a bucket in another account: S3 does not give a name twice.
func (p *page) newBucket(cfg *config.Config, name string) string {
	for n := 2; ; n++ {
		suffix := fmt.Sprintf("-%d", n)
		next := strings.TrimRight(name[:min(len(name), config.MaxBucketName-len(suffix))], "-.") + suffix
		taken := slices.ContainsFunc(cfg.Workloads, func(w config.Workload) bool { return w.HasBucket(next) }) ||
			slices.ContainsFunc(p.Rows, func(r Row) bool { return r.New == next })
		if !taken {
			return next
		}
	}
}

// encrypts says what a key of a workload encrypts.
func encrypts(cfg *config.Config, w config.Workload, key string) string {
	if key == config.VaultKey {
		return "the recovery points in the vaults of " + w.ID()
	}
	var buckets []string
	for _, use := range cfg.TierUses(w) {
		if use.Tier.BucketKey() == key {
			for _, b := range use.Created() {
				if b.UsesKMS() {
					buckets = append(buckets, b.Name)
				}
			}
		}
	}
	return "the objects of " + strings.Join(buckets, ", ")
}

// Quoted is a word for a shell.
func Quoted(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=-") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Fields are the names of a configuration for which recorded outputs have fields, with the fields.
func Fields(cfg *config.Config, w config.Workload) map[string]string {
	p := newPage(cfg, w, Overview, Options{})
	fields := map[string]string{
		p.W: "W", p.Account: "Account", p.Region: "Region", p.Stack: "Stack", p.RestoreRole: "RestoreRole", p.Bucket: "Bucket",
		p.CentralAccount: "CentralAccount", p.CentralRegion: "CentralRegion", p.CentralStack: "CentralStack", p.CentralVault: "CentralVault",
		p.CopyBackRole: "CopyBackRole", p.Landing: "Landing", p.Vault: "Vault", p.BucketAlias: "BucketAlias",
		p.Rebuilt.W: "Rebuilt.W", p.Rebuilt.Landing: "Rebuilt.Landing", p.Rebuilt.Stack: "Rebuilt.Stack",
	}
	delete(fields, "")
	return fields
}
