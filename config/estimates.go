package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
)

// Estimates are sizes and change rates of buckets, which the report estimates costs from. They change nothing that is synthesized.
type Estimates struct {
	// Default is for all buckets without an estimate of their own. Null: their costs are not estimated.
	Default *Estimate `yaml:"default,omitempty"`
	// Buckets have estimates of their own.
	Buckets []BucketEstimate `yaml:"buckets,omitempty"`
	// Tagged are estimates for the buckets that a workload selects by tag. Without one, their costs are not estimated.
	Tagged []TaggedEstimate `yaml:"tagged,omitempty"`
	// Prices take the place of those that the app knows, or add Regions.
	Prices []RegionPrices `yaml:"prices,omitempty"`
}

// Estimate is how large a bucket is, and how it changes.
type Estimate struct {
	// SizeGB is the size of all versions of the bucket, in GB.
	SizeGB float64 `yaml:"size_gb" required:"true" syntax:"size_gb"`
	// Objects is the number of these versions. AWS Backup bills each as 128 KB at least (F-COST-2). Zero: it does not matter.
	Objects int `yaml:"objects,omitempty" syntax:"objects"`
	// DailyChangePercent is how much of the size is new or changed data each day. Default: 0.
	DailyChangePercent float64 `yaml:"daily_change_percent,omitempty" syntax:"percent"`
	// YearlyGrowthPercent is by how much the size grows each year. Default: 0.
	YearlyGrowthPercent float64 `yaml:"yearly_growth_percent,omitempty" syntax:"growth_percent"`
}

// BucketEstimate is the estimate of a bucket. What it leaves out is zero, not that of the default.
type BucketEstimate struct {
	// Name of the bucket, as in backup.yaml.
	Name string `yaml:"name" required:"true" syntax:"bucket_name"`
	// SizeGB, Objects, DailyChangePercent and YearlyGrowthPercent are those of an [Estimate].
	SizeGB              float64 `yaml:"size_gb" required:"true" syntax:"size_gb"`
	Objects             int     `yaml:"objects,omitempty" syntax:"objects"`
	DailyChangePercent  float64 `yaml:"daily_change_percent,omitempty" syntax:"percent"`
	YearlyGrowthPercent float64 `yaml:"yearly_growth_percent,omitempty" syntax:"growth_percent"`
}

// TaggedEstimate is the estimate of the buckets that a workload selects by the tag of a tier.
type TaggedEstimate struct {
	// Workload is the NAME-ENV of the workload.
	Workload string `yaml:"workload" required:"true"`
	// Tier of the tag.
	Tier string `yaml:"tier" required:"true" syntax:"tier"`
	// Buckets is how many there are.
	Buckets int `yaml:"buckets" required:"true" syntax:"objects"`
	// SizeGB, Objects, DailyChangePercent and YearlyGrowthPercent are those of an [Estimate], of all these buckets together.
	SizeGB              float64 `yaml:"size_gb" required:"true" syntax:"size_gb"`
	Objects             int     `yaml:"objects,omitempty" syntax:"objects"`
	DailyChangePercent  float64 `yaml:"daily_change_percent,omitempty" syntax:"percent"`
	YearlyGrowthPercent float64 `yaml:"yearly_growth_percent,omitempty" syntax:"growth_percent"`
}

// RegionPrices are prices in US dollars, which differ by Region and change.
type RegionPrices struct {
	// Region that they are for.
	Region string `yaml:"region" required:"true" syntax:"region"`
	// WarmGBMonth is the price of a GB of backups of S3 for a month, LowCostGBMonth that in the low-cost tier.
	WarmGBMonth    float64 `yaml:"warm_gb_month" required:"true" syntax:"price"`
	LowCostGBMonth float64 `yaml:"low_cost_gb_month,omitempty" syntax:"price"`
	// LowCostPer1000 is the price of moving 1,000 objects into the low-cost tier. The report names it and adds it to no month.
	LowCostPer1000 float64 `yaml:"low_cost_per_1000_objects,omitempty" syntax:"price"`
	// Source and Date say where and when you read them.
	Source string `yaml:"source,omitempty"`
	Date   string `yaml:"date,omitempty"`
}

// Estimate of the bucket.
func (b BucketEstimate) Estimate() Estimate {
	return Estimate{b.SizeGB, b.Objects, b.DailyChangePercent, b.YearlyGrowthPercent}
}

// Estimate of the buckets together.
func (t TaggedEstimate) Estimate() Estimate {
	return Estimate{t.SizeGB, t.Objects, t.DailyChangePercent, t.YearlyGrowthPercent}
}

var (
	estimatedBucket   = check{name: "estimated-bucket", level: Error}
	estimatedWorkload = check{name: "estimated-workload", level: Error}
	estimatedTwice    = check{name: "estimated-twice", level: Error}

	estimateChecks = []check{estimatedBucket, estimatedWorkload, estimatedTwice}
)

// LoadEstimates reads the file of estimates that a configuration names, relative to the file that it was loaded from. Nil: it
// names none. The error is [Problems].
func (c *Config) LoadEstimates(configFile string) (*Estimates, error) {
	if c.Estimates == "" {
		return nil, nil
	}
	file := filepath.FromSlash(c.Estimates)
	if !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(configFile), file)
	}
	text, fault := readFile(file)
	if fault != nil {
		return nil, c.estimatesUnreadable(configFile, fault)
	}
	root, problem := parse(text)
	if problem != nil {
		problem.locate(file, linesOf(text))
		return nil, Problems{*problem}
	}
	e, d := &Estimates{}, &decoder{}
	d.decode(root, reflect.ValueOf(e).Elem(), nil, "")
	if len(d.problems) == 0 {
		e.check(c, func(ch check, path string, p Problem) {
			n, _ := lookup(root, path)
			p.Path = path
			d.problems = append(d.problems, placed{ch.complete(p), n})
		})
	}
	if problems := inOrder(file, text, d.problems); len(problems) > 0 {
		return nil, problems
	}
	return e, nil
}

// estimatesUnreadable puts the fault of a file of estimates at the line of the configuration that names it.
func (c *Config) estimatesUnreadable(configFile string, fault Problems) Problems {
	text, unreadable := readFile(configFile)
	if unreadable != nil {
		return fault
	}
	root, problem := parse(text)
	if problem != nil {
		return fault
	}
	at, _ := lookup(root, "estimates")
	return inOrder(configFile, text, []placed{{unreadableFile.complete(Problem{
		Place: Place{Path: "estimates"},
		What:  fault[0].What, Got: c.Estimates, Want: "a YAML file with sizes of buckets, relative to this file, or no estimates",
	}), at}})
}

// check finds estimates of what backup.yaml does not have, and of the same twice.
func (e *Estimates) check(c *Config, report func(ch check, path string, p Problem)) {
	var buckets []string
	for _, w := range c.Workloads {
		for _, b := range w.Buckets {
			buckets = append(buckets, b.Name)
		}
	}
	seen := map[string]bool{}
	once := func(path, key string) {
		if seen[key] {
			report(estimatedTwice, path, Problem{What: "has an estimate already, or its Region has prices already"})
		}
		seen[key] = true
	}
	known := map[string]bool{}
	for _, name := range buckets {
		known[name] = true
	}
	suggested := 0
	for i, b := range e.Buckets {
		path := fmt.Sprintf("buckets[%d].name", i)
		once(path, "bucket "+b.Name)
		if !known[b.Name] {
			meant := ""
			if suggested++; suggested <= maxSuggestions {
				meant = DidYouMean(b.Name, buckets)
			}
			report(estimatedBucket, path, Problem{What: "no workload names this bucket" + meant, Want: "a bucket of the configuration"})
		}
	}
	for i, t := range e.Tagged {
		path := fmt.Sprintf("tagged[%d]", i)
		once(path+".tier", "tagged "+t.Workload+" "+t.Tier)
		at := slices.IndexFunc(c.Workloads, func(w Workload) bool { return w.ID() == t.Workload })
		switch {
		case at < 0:
			report(estimatedWorkload, path+".workload", Problem{
				What: "there is no such workload" + DidYouMean(t.Workload, c.workloadIDs()), Want: "the NAME-ENV of a workload",
			})
		case !slices.ContainsFunc(c.TierUses(c.Workloads[at]), func(u TierUse) bool { return len(u.Tagged) > 0 && u.Tier.Name == t.Tier }):
			report(estimatedWorkload, path+".tier", Problem{
				What: "the workload selects no buckets of this tier by tag", Want: "a tier of its select_tagged",
			})
		}
	}
	for i, p := range e.Prices {
		once(fmt.Sprintf("prices[%d].region", i), "prices "+p.Region)
	}
}
