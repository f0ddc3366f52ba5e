package report

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"central-s3-backup/config"
)

// The kinds of limits.
const (
	RecoveryPointLimit = "recoveryPoints"
	BucketLimit        = "buckets"
	CopyLimit          = "copies"
	VaultLimit         = "vaults"
	ResourceLimit      = "resources"
	TemplateLimit      = "templateBytes"
	KeyPolicyLimit     = "keyPolicyBytes"
	BucketPolicyLimit  = "policyBytes"
)

// limits adds what is used of the quotas and limits of AWS.
func (b *builder) limits() {
	b.recoveryPoints()
	b.bucketsOfAccounts()
	b.copiesTogether()
	b.vaults()
	b.stacks()
	b.report.sortLimits()
}

// sortLimits puts limits that are passed first, the next ones after them, and then those of which most is used.
func (r *Report) sortLimits() {
	slices.SortStableFunc(r.Limits, func(a, b Limit) int {
		return cmp.Or(cmp.Compare(passed(a), passed(b)), cmp.Compare(share(b), share(a)), cmp.Compare(a.What, b.What), cmp.Compare(a.Of, b.Of))
	})
}

func passed(l Limit) int {
	if l.PassedAfterDays == nil {
		return 1 << 40
	}
	return *l.PassedAfterDays
}

// share is how much of a limit is used at its fullest.
func share(l Limit) float64 {
	return float64(max(l.Used, slices.Max(append(l.Over, 0)))) / float64(l.Limit)
}

// now is the limit with the day on which it is passed: today or never.
func (l Limit) now() Limit {
	if l.Used > l.Limit {
		l.PassedAfterDays = new(0)
	}
	return l
}

// points counts the recovery points of a vault over time.
type points struct {
	continuous int
	rules      []pointsOfRule
}

type pointsOfRule struct {
	rule          config.Rule
	days, buckets int
}

// add adds the recovery points of a rule that are kept so long. Rules with the same schedule count together.
func (p *points) add(r config.Rule, days, buckets int) {
	i := slices.IndexFunc(p.rules, func(o pointsOfRule) bool { return o.rule.Schedule == r.Schedule && o.days == days })
	if i < 0 {
		p.rules = append(p.rules, pointsOfRule{r, days, buckets})
		return
	}
	p.rules[i].buckets += buckets
}

// on is how many there are so many days after the first backup.
func (b *builder) on(p *points, day int) int {
	n := p.continuous
	for _, r := range p.rules {
		n += r.buckets * b.runs(r.rule, min(day, r.days))
	}
	return n
}

// runsIn is how often a schedule runs in so many days.
type runsIn struct {
	schedule string
	days     int
}

// runs is [config.Rule.RunsIn], which many vaults ask for the same schedules.
func (b *builder) runs(r config.Rule, days int) int {
	key := runsIn{r.Schedule, days}
	n, there := b.counted[key]
	if !there {
		n = r.RunsIn(days)
		b.counted[key] = n
	}
	return n
}

// recoveryPoints counts the recovery points of the buckets that backup.yaml names.
func (b *builder) recoveryPoints() {
	vaults := map[string]*points{}
	in := func(vault string) *points {
		if vaults[vault] == nil {
			vaults[vault] = &points{}
		}
		return vaults[vault]
	}
	for _, w := range b.cfg.Workloads {
		for _, use := range b.cfg.TierUses(w) {
			here := vaultID(w.Account, w.Region, b.cfg.TierName(w, use.Tier))
			if use.Tier.AirGapped != nil {
				here = vaultID(w.Account, w.Region, b.cfg.AirGappedVaultName(w, use.Tier))
			}
			n := len(use.Buckets)
			for _, r := range use.Tier.Rules() {
				if r.Continuous {
					in(here).continuous += n
				} else {
					in(here).add(r, r.DeleteAfterDays, n)
				}
				if !r.Copied {
					continue
				}
				for _, v := range b.cfg.CopyVaults(w, use.Tier) {
					in(b.copyID(v)).add(r, r.CopyDeleteAfterDays, n)
				}
			}
		}
	}
	for _, v := range b.report.Vaults {
		p := vaults[v.ID]
		if p == nil {
			continue
		}
		l := Limit{
			What: RecoveryPointLimit, Of: v.ID, Moments: Moments, Limit: config.DefaultRecoveryPoints, Adjustable: true,
			Facts: []string{"F-LIM-1", "F-S3-4"},
		}
		for _, day := range Moments {
			l.Over = append(l.Over, b.on(p, day))
		}
		l.Used = l.Over[0]
		if b.on(p, config.MaxRetentionDays) > l.Limit {
			l.PassedAfterDays = new(sort.Search(config.MaxRetentionDays, func(day int) bool { return b.on(p, day) > l.Limit }))
		}
		b.report.Limits = append(b.report.Limits, l)
	}
}

// bucketsOfAccounts counts the named buckets with backups of each account.
func (b *builder) bucketsOfAccounts() {
	backedUp := map[string]int{}
	for _, of := range b.report.Buckets {
		if !of.Tagged && of.Vault != "" {
			backedUp[of.Account]++
		}
	}
	for _, a := range b.report.Accounts {
		if backedUp[a.ID] > 0 {
			b.report.Limits = append(b.report.Limits, Limit{
				What: BucketLimit, Of: a.ID, Used: backedUp[a.ID], Limit: config.DefaultBucketsPerAccount, Adjustable: true,
				Facts: []string{"F-S3-15"},
			}.now())
		}
	}
}

// copiesTogether counts the copies of each account that start at the same time: the named buckets of all rules with that schedule.
func (b *builder) copiesTogether() {
	type start struct{ account, at string }
	copies := map[start]int{}
	var starts []start
	for _, w := range b.cfg.Workloads {
		for _, use := range b.cfg.TierUses(w) {
			for _, r := range use.Tier.CopiedRules() {
				s := start{w.Account, r.Schedule + " " + use.Tier.Schedule.Timezone}
				if _, there := copies[s]; !there {
					starts = append(starts, s)
				}
				copies[s] += len(use.Buckets) * len(b.cfg.CopyVaults(w, use.Tier))
			}
		}
	}
	for _, s := range starts {
		if copies[s] > 0 {
			b.report.Limits = append(b.report.Limits, Limit{
				What: CopyLimit, Of: s.account, Used: copies[s], Limit: config.MaxConcurrentCopies, At: s.at, Facts: []string{"F-COPY-10"},
			}.now())
		}
	}
}

func (b *builder) vaults() {
	type place struct{ account, region string }
	vaults := map[place]int{}
	var places []place
	for _, v := range b.report.Vaults {
		p := place{v.Account, v.Region}
		if vaults[p] == 0 {
			places = append(places, p)
		}
		vaults[p]++
	}
	for _, p := range places {
		b.report.Limits = append(b.report.Limits, Limit{
			What: VaultLimit, Of: p.account + "/" + p.region, Used: vaults[p], Limit: config.DefaultVaults, Adjustable: true,
			Facts: []string{"F-LIM-1"},
		}.now())
	}
}

// stacks adds the sizes of the stacks, as config estimates them.
func (b *builder) stacks() {
	add := func(what, stack string, used, limit int) {
		b.report.Limits = append(b.report.Limits, Limit{
			What: what, Of: stack, Used: used, Limit: limit, Estimate: what == TemplateLimit, Facts: []string{"F-LIM-6"},
		}.now())
	}
	add(ResourceLimit, b.cfg.CentralStackName(), b.cfg.CentralResources(), config.MaxStackResources)
	for _, region := range b.cfg.CentralRegions()[1:] {
		add(ResourceLimit, b.cfg.CentralStackNameIn(region), b.cfg.CentralRegionResources(region), config.MaxStackResources)
	}
	for _, w := range b.cfg.Workloads {
		add(ResourceLimit, b.cfg.StackName(w), b.cfg.StackResources(w), config.MaxStackResources)
		add(TemplateLimit, b.cfg.StackName(w), b.cfg.TemplateBytes(w), config.MaxTemplateBytes)
	}
}

// Sizes are what a template says of the size of a stack.
type Sizes struct {
	Stack            string
	Resources, Bytes int
	// Policies are the sizes of the policies of keys and of buckets and vaults, by logical id.
	KeyPolicies, Policies map[string]int
}

// AddSizes takes the sizes that templates have in place of the estimates. Of the policies of a stack it shows the largest.
func (r *Report) AddSizes(all []Sizes) {
	if len(all) == 0 {
		return
	}
	r.Limits = slices.DeleteFunc(r.Limits, func(l Limit) bool {
		return (l.What == ResourceLimit || l.What == TemplateLimit) && slices.ContainsFunc(all, func(s Sizes) bool { return s.Stack == l.Of })
	})
	r.Exact = !slices.ContainsFunc(r.Limits, func(l Limit) bool { return l.What == TemplateLimit }) // those of all stacks are here
	add := func(what, of string, used, limit int, fact string) {
		r.Limits = append(r.Limits, Limit{What: what, Of: of, Used: used, Limit: limit, Facts: []string{fact}}.now())
	}
	for _, s := range all {
		add(ResourceLimit, s.Stack, s.Resources, config.MaxStackResources, "F-LIM-6")
		add(TemplateLimit, s.Stack, s.Bytes, config.MaxTemplateBytes, "F-LIM-6")
		if id, bytes := largest(s.KeyPolicies); id != "" {
			add(KeyPolicyLimit, fmt.Sprintf("%s/%s", s.Stack, id), bytes, config.MaxKeyPolicyBytes, "F-LIM-7")
		}
		if id, bytes := largest(s.Policies); id != "" {
			add(BucketPolicyLimit, fmt.Sprintf("%s/%s", s.Stack, id), bytes, config.MaxPolicyBytes, "F-LIM-7")
		}
	}
	r.sortLimits()
}

// largest is the entry with the largest number, of several the first by name.
func largest(sizes map[string]int) (id string, bytes int) {
	for name, n := range sizes {
		if n > bytes || n == bytes && name < id {
			id, bytes = name, n
		}
	}
	return id, bytes
}
