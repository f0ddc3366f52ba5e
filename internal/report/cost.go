package report

import (
	"cmp"
	"math"
	"slices"

	"central-s3-backup/config"
)

// leastObjectGB is what AWS Backup bills for an object at least: 128 KB (F-COST-2).
const leastObjectGB = 128.0 / (1024 * 1024)

// knownPrices are the prices that the app knows, as data. A Region that is not here has no price until the file of estimates
// gives one: what is not known is said, not guessed.
var knownPrices = []Price{{
	Region: "us-east-1", WarmGBMonth: 0.05, LowCostGBMonth: 0.035, LowCostPer1000: 0.01,
	Source: "derived from the example in AWS's guide to low-cost tiering (F-COST-1)", Date: "2026-02",
}}

// AddCosts adds the estimate of costs. Nil estimates: there is none. file is the name of the file in the report.
func (r *Report) AddCosts(cfg *config.Config, file string, e *config.Estimates) {
	if e == nil {
		return
	}
	c := &coster{
		cfg: cfg, prices: map[string]Price{}, used: map[string]bool{}, missing: map[string]bool{},
		own: map[string]config.BucketEstimate{}, tagged: map[string]config.TaggedEstimate{}, spans: map[string][]Span{},
	}
	for _, p := range knownPrices {
		c.prices[p.Region] = p
	}
	for _, p := range e.Prices {
		c.prices[p.Region] = Price{
			p.Region, p.WarmGBMonth, cmp.Or(p.LowCostGBMonth, p.WarmGBMonth), p.LowCostPer1000, cmp.Or(p.Source, file), cmp.Or(p.Date, "not dated"),
		}
	}
	for _, b := range e.Buckets {
		c.own[b.Name] = b
	}
	for _, t := range e.Tagged {
		c.tagged[t.Workload+" "+t.Tier] = t
	}
	for _, t := range r.Tiers {
		c.spans[t.Name] = t.Spans
	}
	c.sum(r, file, e.Default)
}

// coster estimates costs.
type coster struct {
	cfg     *config.Config
	prices  map[string]Price
	used    map[string]bool // Regions whose price was needed
	missing map[string]bool // those without one
	own     map[string]config.BucketEstimate
	tagged  map[string]config.TaggedEstimate // by workload and tier
	spans   map[string][]Span                // by tier
}

// sum fills in the costs of all buckets and their sums.
func (c *coster) sum(r *Report, file string, standard *config.Estimate) {
	cost := &Cost{File: file, Moments: Moments, Total: zeroes(), Included: included(), NotIncluded: notIncluded()}
	for _, t := range r.Tiers {
		cost.Tiers = append(cost.Tiers, NamedCost{t.Name, zeroes()})
	}
	for _, a := range r.Accounts {
		cost.Accounts = append(cost.Accounts, NamedCost{a.ID, zeroes()})
	}
	for _, w := range r.Workloads {
		cost.Workloads = append(cost.Workloads, NamedCost{w.ID, zeroes()})
	}
	tiers, accounts, workloads := indexOf(cost.Tiers), indexOf(cost.Accounts), indexOf(cost.Workloads)
	others := map[costKey][]NamedCost{}
	for i := range r.Buckets {
		b := &r.Buckets[i]
		e, buckets, isDefault := c.estimate(b, standard)
		if e == nil {
			cost.WithoutEstimate++
			continue
		}
		spans := c.spans[b.Tier]
		b.Cost = &BucketCost{
			SizeGB: e.SizeGB, Objects: int64(e.Objects), DailyChangePercent: e.DailyChangePercent,
			YearlyGrowthPercent: e.YearlyGrowthPercent, Buckets: buckets, Default: isDefault,
			Here: c.amounts(b.Region, spans, *e, false), Central: c.amounts(c.cfg.Central.Region, spans, *e, true),
		}
		key := costKey{b.Region, b.Tier, *e}
		if _, there := others[key]; !there {
			others[key] = c.others(r, b, *e)
		}
		b.Cost.Others = others[key]
		both := plus(b.Cost.Here, b.Cost.Central)
		cost.Total = plus(cost.Total, both)
		addTo(cost.Tiers, tiers[b.Tier], both)
		addTo(cost.Workloads, workloads[b.Workload], both)
		addTo(cost.Accounts, accounts[b.Account], b.Cost.Here)
		addTo(cost.Accounts, accounts[c.cfg.Central.Account], b.Cost.Central)
	}
	cost.Prices, cost.Missing = []Price{}, []string{}
	for _, region := range sorted(c.used) {
		cost.Prices = append(cost.Prices, c.prices[region])
	}
	cost.Missing = append(cost.Missing, sorted(c.missing)...)
	r.Cost = cost
}

// costKey is what the costs of other tiers depend on.
type costKey struct {
	region, tier string
	estimate     config.Estimate
}

// estimate is that of a bucket, for how many buckets it is, and whether it is the default. Nil: there is none.
func (c *coster) estimate(b *Bucket, standard *config.Estimate) (e *config.Estimate, buckets int, isDefault bool) {
	if b.Tagged {
		if t, there := c.tagged[b.Workload+" "+b.Tier]; there {
			return new(t.Estimate()), t.Buckets, false
		}
		return nil, 0, false
	}
	if own, there := c.own[b.Name]; there {
		return new(own.Estimate()), 1, false
	}
	return standard, 1, standard != nil
}

// others are what the other tiers in use would cost for the bucket.
func (c *coster) others(r *Report, b *Bucket, e config.Estimate) []NamedCost {
	all := []NamedCost{}
	for _, t := range r.Tiers {
		if t.Name != b.Tier {
			both := plus(c.amounts(b.Region, t.Spans, e, false), c.amounts(c.cfg.Central.Region, t.Spans, e, true))
			all = append(all, NamedCost{t.Name, both})
		}
	}
	return all
}

// amounts are the costs of a bucket's backups, or of its copies, at each moment.
func (c *coster) amounts(region string, spans []Span, e config.Estimate, copies bool) []Money {
	amounts := zeroes()
	kept, lowCost := keptDays(spans, copies)
	if kept == 0 {
		return amounts
	}
	price, known := c.prices[region]
	for i, day := range Moments {
		amounts[i] = nil
		if known {
			warm, low := stored(e, day, kept, lowCost)
			amounts[i] = new(cents(warm*price.WarmGBMonth + low*price.LowCostGBMonth))
		}
	}
	if known {
		c.used[region] = true
	} else {
		c.missing[region] = true
	}
	return amounts
}

// keptDays is for how long the backups, or the copies, of a bucket are kept at the most, and the age, in days, at which they move
// to the low-cost tier. Zero: there are none, never.
func keptDays(spans []Span, copies bool) (kept, lowCostAfter int) {
	for _, s := range spans {
		if s.Kind != ObjectLockSpan && s.Central == copies && s.Days >= kept {
			kept, lowCostAfter = s.Days, s.LowCostAfterDays
		}
	}
	return kept, lowCostAfter
}

// stored is how many GB of backups are stored so many days after the first backup: the bucket as it is then, and what has been
// changed or deleted within the retention. All backups of a bucket in a vault share their data (F-S3-9), so that the longest
// retention counts. Data moves to the low-cost tier when it has been in the vault for lowCostAfter days. Zero: never.
func stored(e config.Estimate, day, kept, lowCostAfter int) (warm, low float64) {
	size := func(day int) float64 {
		grown := math.Pow(1+e.YearlyGrowthPercent/100, float64(day)/365)
		return max(e.SizeGB, float64(e.Objects)*leastObjectGB) * grown
	}
	daily := size(day) * e.DailyChangePercent / 100
	all := size(day) + daily*float64(min(day, kept))
	if lowCostAfter == 0 || day < lowCostAfter {
		return all, 0
	}
	young := min(all, daily*float64(lowCostAfter)+max(0, size(day)-size(day-lowCostAfter)))
	return young, all - young
}

func included() []Note {
	return []Note{
		{"Storage of backups and copies, at the end of the first backup, after one year and after five. A bucket is stored once in each " +
			"vault, and besides what changed within the longest retention; that is the most, as a rule that runs rarely stores less.",
			[]string{"F-S3-9", "F-COPY-10"}},
		{"An object is billed as 128 KB at least.", []string{"F-COST-2"}},
		{"Storage of copies is billed to the central account.", []string{"F-COST-3"}},
		{"Data moves to the low-cost tier at the age that the tier says. Moving costs once for each object; that is in no month.",
			[]string{"F-TIER-1", "F-COST-1"}},
	}
}

func notIncluded() []Note {
	return []Note{
		{"The buckets themselves and their versions; requests and events of backups; keys, alarms, logs.", []string{"F-COST-2"}},
		{"Transfer between Regions, which the workload's account pays, and restores, also those of tests: prices that are not known here.",
			[]string{"F-COST-2", "F-COST-3", "F-COST-4"}},
		{"Malware scans, which GuardDuty bills for each GB.", []string{"F-SCAN-1"}},
		{"Taxes, discounts and commitments of your contract.", []string{}},
	}
}

func zeroes() []Money {
	amounts := make([]Money, len(Moments))
	for i := range amounts {
		amounts[i] = new(0.0)
	}
	return amounts
}

// plus adds amounts. With one that is not known the sum is not known.
func plus(a, b []Money) []Money {
	sums := make([]Money, len(a))
	for i := range a {
		if a[i] != nil && b[i] != nil {
			sums[i] = new(cents(*a[i] + *b[i]))
		}
	}
	return sums
}

// cents rounds an amount.
func cents(amount float64) float64 { return math.Round(amount*100) / 100 }

func addTo(costs []NamedCost, i int, amounts []Money) {
	costs[i].Amounts = plus(costs[i].Amounts, amounts)
}

func indexOf(costs []NamedCost) map[string]int {
	index := map[string]int{}
	for i, c := range costs {
		index[c.Name] = i
	}
	return index
}

func sorted(set map[string]bool) []string {
	var all []string
	for key := range set {
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}
