package page

import (
	"fmt"

	"central-s3-backup/internal/report"
)

// sample is a report with something in each of its fields, for a number of workloads in up to three Regions. It does not come
// from a configuration, so the pictures change only with the page.
func sample(workloads int) *report.Report {
	r := &report.Report{
		Schema: report.SchemaVersion, Project: "nordwind", Organization: "o-a1b2c3d4e5", Exact: true,
		Accounts: []report.Account{{ID: "111111111111", Central: true, Regions: []string{"eu-central-1", "us-east-1"}}},
		Tiers:    sampleTiers(), Protections: sampleProtections(),
	}
	main := vault(report.CentralVault, "111111111111", "eu-central-1", "central-aws-vault-S3", &report.Lock{Mode: "governance",
		MinDays: 15, MaxDays: 1825})
	us := vault(report.CentralVault, "111111111111", "us-east-1", "central-us", &report.Lock{Mode: "compliance", MinDays: 15,
		MaxDays: 3650, GraceDays: 3})
	old := vault(report.RetainedVault, "111111111111", "eu-central-1", "central-aws-vault-2023", &report.Lock{Mode: "compliance",
		MaxDays: 400})
	r.Vaults = []report.Vault{main, us, old}
	if workloads == 1 {
		r.Vaults = r.Vaults[:1]
	} else {
		r.Flows = append(r.Flows, report.Flow{From: main.ID, To: us.ID, Tier: "critical_data", Copies: []report.RuleCopy{{Rule: "onward",
			Days: 365}}})
	}
	regions := []string{"eu-central-1", "us-east-1", "eu-west-1"}
	names := []string{"orders", "payments", "catalog", "lake", "images", "ledger", "search"}
	environments := []string{"prod", "dev", "test"}
	for i := range workloads {
		name := names[i%len(names)]
		if i >= len(names) {
			name += fmt.Sprint(i / len(names))
		}
		w := report.Workload{
			Name: name, Environment: environments[i%3], Account: fmt.Sprintf("2222222%05d", i/2), Region: regions[i%7%3],
			Buckets: 3, RehearsalSchedule: "cron(0 6 ? * SUN *)",
		}
		w.ID = w.Name + "-" + w.Environment
		w.Stack = "nordwind-" + w.ID
		if i == 0 {
			w.TaggedTiers = []string{"curated_data"}
		}
		r.Workloads = append(r.Workloads, w)
		addAccount(r, w)
		addVaults(r, w)
		addBuckets(r, w, i)
	}
	r.Cost = sampleCost(r)
	r.Limits = sampleLimits(r)
	r.Warnings = []report.Warning{
		{Check: "tier-not-backed-up", Line: 41, Path: "workloads[0].buckets[2].tier",
			What: "the bucket has Object Lock and no backup: nobody can " +
				"restore it after its account is lost", Got: "standard_data", Want: "a tier with backups", Fact: "F-PITR-2"},
		{Check: "nobody-alerted", Path: "alerts", What: "nobody is notified if a backup fails", Want: "email, slack or pagerduty"},
	}
	r.NotKnown = []report.Note{
		{Text: "Whether existing buckets have versioning and Object Lock.", Facts: []string{"F-S3-1"}},
		{Text: "Service control policies of the organization.", Facts: []string{"F-IAM-4", "F-IAM-5"}},
	}
	if workloads > 1 {
		r.Changes = &report.Changes{Previous: "backup-2025.yaml", List: []report.Change{
			{Effect: "changes", Irreversible: true, Vault: "central-us", What: "Its lock is in compliance mode. Nobody can shorten it.",
				From: "3 days after the deployment", Facts: []string{"F-LOCK-3"}},
			{Effect: "loses", Buckets: []string{"nordwind-orders-prod-images"}, What: "Copies in the central account are kept 365 days, not 1825.",
				From: "the next copy", Facts: []string{"F-COPY-1"}},
			{Effect: "gains", Buckets: []string{"nordwind-orders-prod-db", "nordwind-orders-prod-log"}, What: "Continuous backup.",
				From: "the deployment", Facts: []string{"F-PITR-1", "F-PITR-2"}},
		}}
	}
	return r
}

func vault(kind report.VaultKind, account, region, name string, lock *report.Lock) report.Vault {
	return report.Vault{ID: account + "/" + region + "/" + name, Kind: kind, Name: name, Account: account, Region: region, Lock: lock}
}

func addAccount(r *report.Report, w report.Workload) {
	last := &r.Accounts[len(r.Accounts)-1]
	if last.ID != w.Account {
		r.Accounts = append(r.Accounts, report.Account{ID: w.Account})
		last = &r.Accounts[len(r.Accounts)-1]
	}
	last.Regions = append(last.Regions, w.Region)
	last.Workloads = append(last.Workloads, w.ID)
	last.Buckets += w.Buckets
}

func addVaults(r *report.Report, w report.Workload) {
	central := r.Vaults[0]
	if w.Region == "us-east-1" {
		central = r.Vaults[1]
	}
	for _, tier := range []string{"curated_data", "critical_data"} {
		v := vault(report.TierVault, w.Account, w.Region, w.Stack+"-"+map[string]string{"curated_data": "curated-data",
			"critical_data": "critical-data"}[tier], nil)
		v.Workload, v.Tier, v.Buckets = w.ID, tier, 1
		if tier == "critical_data" {
			v.Lock = &report.Lock{Mode: "governance", MinDays: 1, MaxDays: 400}
			r.Flows = append(r.Flows, report.Flow{From: v.ID, To: central.ID, Workload: w.ID, Tier: tier,
				Copies: []report.RuleCopy{{Rule: "continuous", Schedule: "cron(5 2 * * ? *)", Timezone: "Etc/UTC", Days: 1825}}})
		}
		r.Vaults = append(r.Vaults, v)
	}
	landing := vault(report.LandingVault, w.Account, w.Region, w.Stack+"-landing", nil)
	landing.Workload = w.ID
	r.Vaults = append(r.Vaults, landing)
	r.Flows = append(r.Flows, report.Flow{From: central.ID, To: landing.ID, Workload: w.ID, Tier: "critical_data", Back: true})
}

func addBuckets(r *report.Report, w report.Workload, i int) {
	minutes := 37.4
	for k, kind := range []string{"db", "log", "images"} {
		tier := []string{"critical_data", "curated_data", "standard_data"}[k]
		b := report.Bucket{Name: w.Stack + "-" + kind, Workload: w.ID, Account: w.Account, Region: w.Region, Tier: tier, Protection: tier}
		if k < 2 {
			b.Vault = w.Account + "/" + w.Region + "/" + w.Stack + "-" + kind
			b.Cost = &report.BucketCost{SizeGB: 1200, Objects: 400_000, DailyChangePercent: 0.5, YearlyGrowthPercent: 10, Buckets: 1,
				Here: money(60, 71, 104.5), Central: money(0, 48, 180),
				Others: []report.NamedCost{{Name: "curated_data", Amounts: money(60, 80, 120)}, {Name: "standard_data", Amounts: money(0, 0, 0)}}}
			b.Rehearsal = report.Rehearsal{Here: true, Central: k == 0, Validated: k == 0, TargetMinutes: 240}
		}
		if i == 0 && k == 0 {
			b.Rehearsal.Last = &report.Evidence{Outcome: "successful", RestoreMinutes: &minutes, Bytes: 1 << 40, Ended: "2026-05-03T06:41:00Z"}
		}
		if i%5 == 1 && k == 0 {
			b.Protection += "/existing"
		}
		r.Buckets = append(r.Buckets, b)
	}
	if len(w.TaggedTiers) > 0 {
		r.Buckets = append(r.Buckets, report.Bucket{Tagged: true, Workload: w.ID, Account: w.Account, Region: w.Region, Tier: "curated_data",
			Protection: "curated_data"})
	}
}

func money(amounts ...float64) []report.Money {
	var list []report.Money
	for _, a := range amounts {
		list = append(list, &a)
	}
	return list
}

func sampleTiers() []report.Tier {
	lock := report.Span{Kind: report.ObjectLockSpan, Mode: "governance", Days: 35}
	pitr := report.Span{Kind: report.PITRSpan, Rule: "continuous", Schedule: "cron(5 2 * * ? *)", Timezone: "Etc/UTC", FromMinutes: 15,
		Days: 35}
	return []report.Tier{
		{Name: "standard_data", Buckets: 1, Spans: []report.Span{{Kind: report.ObjectLockSpan, Mode: "governance", Days: 15}}},
		{Name: "curated_data", Buckets: 1, Spans: []report.Span{lock, pitr,
			{Kind: report.SnapshotSpan, Rule: "daily", Schedule: "cron(5 5 * * ? *)", Timezone: "Etc/UTC", FromMinutes: 1440, Days: 365,
				LowCostAfterDays: 90}},
			RecoveryPoints: report.RecoveryPoints{Continuous: true, SnapshotsYearly: 365, SnapshotsKept: 365}},
		{Name: "critical_data", Buckets: 1, DedicatedKey: true, Scan: "incremental", RPOMinutes: 15, RTOMinutes: 240,
			Spans: []report.Span{lock, pitr,
				{Kind: report.CopySpan, Rule: "continuous", Schedule: "cron(5 2 * * ? *)", Timezone: "Etc/UTC", FromMinutes: 1440, Days: 1825,
					LowCostAfterDays: 30, Central: true}},
			VaultLock: &report.Lock{Mode: "governance", MinDays: 1, MaxDays: 400},
			CentralLocks: []report.CentralLock{
				{Vault: "111111111111/eu-central-1/central-aws-vault-S3", Lock: report.Lock{Mode: "governance", MinDays: 15, MaxDays: 1825}},
				{Vault: "111111111111/us-east-1/central-us", Lock: report.Lock{Mode: "compliance", MinDays: 15, MaxDays: 3650, GraceDays: 3}},
			},
			RecoveryPoints: report.RecoveryPoints{Continuous: true, CopiesYearly: 365, CopiesKept: 1825}},
	}
}

func sampleProtections() []report.Protection {
	hold := report.Hold{Kind: report.ObjectLockSpan, Days: 35, Certain: true}
	versions := report.Way{Name: "versions", Title: "Earlier versions in the bucket, to any second", Reach: 35,
		Command: "go run ./cmd/backupctl restore versions --config backup.yaml --bucket BUCKET --to TIME",
		Needs:   "the bucket and its versions; it says what it would do, and --apply does it", Page: "versions.md"}
	files := report.Way{Name: "files", Title: "Single objects out of a recovery point, without a restore", Reach: 35,
		Command: "go run ./cmd/backupctl restore files --bucket BUCKET --to TIME --key KEY --in-place", Page: "backups.md"}
	whole := report.Way{Name: "backup", Title: "The whole bucket out of a recovery point, into a new bucket", Reach: 35,
		Command: "go run ./cmd/backupctl restore backup --bucket BUCKET --to TIME --verify", Needs: "to the second", Page: "backups.md"}
	back := report.Way{Name: "copyBack", Title: "The copy in the central account, also into another account", Reach: 1825,
		Command: "go run ./cmd/backupctl copy-back --workload NAME-ENV --bucket BUCKET --to TIME --then-restore --central-profile central",
		Needs:   "profiles for both accounts", Page: "backups.md"}
	const here, there = "an administrator of the workload's account", "an administrator of the central account"
	const central = "111111111111/eu-central-1/central-aws-vault-S3"
	inBucket := report.Deleter{Place: report.InBucket, Who: here, How: []string{"s3:PutBucketPolicy", "s3:BypassGovernanceRetention",
		"s3:DeleteObjectVersion"},
		Stops: "The bucket's policy denies everybody to bypass the lock. " +
			"Whoever changes the policy first is not stopped, but everybody is notified.",
		Denied: []string{"s3:BypassGovernanceRetention"}, Facts: []string{"F-OL-1", "F-OL-4"}}
	inVault := report.Deleter{Place: report.InVault, Who: here, How: []string{"backup:PutBackupVaultAccessPolicy",
		"backup:DeleteRecoveryPoint"},
		Stops:  "The vault's policy denies everybody to delete recovery points. The vault has no lock.",
		Denied: []string{"backup:DeleteRecoveryPoint"},
		Facts:  []string{"F-LOCK-10"}}
	inCentral := report.Deleter{Place: report.InCentral, Vault: central, Nobody: true, AfterDays: 3,
		Stops:  "The vault's lock in compliance mode.",
		Denied: []string{"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"}, Facts: []string{"F-LOCK-6"}}
	key := report.Deleter{Place: report.InCentral, Vault: central, Key: true, Who: there,
		How:   []string{"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"},
		Stops: "The key's policy denies everybody to schedule its deletion.", Denied: []string{"kms:ScheduleKeyDeletion"},
		Facts: []string{"F-KMS-5"}}
	const day = 24 * 60
	alone := func(days int) []report.Phase { return []report.Phase{{UntilMinutes: days * day, Who: []string{here}}} }
	critical := report.Protection{ID: "critical_data", Tier: "critical_data", RPOMinutes: 15, CentralRPOMinutes: 1440, GoneAfterDays: 1825,
		Condition: "if it is there when the copy runs", Deleters: []report.Deleter{inBucket, inVault, inCentral, key},
		Ways: []report.Way{versions, files, whole, back},
		Phases: []report.Phase{
			{UntilMinutes: day, Who: []string{here}},
			{FromMinutes: day, UntilMinutes: 35 * day, Who: []string{here, there}, ThroughKey: true},
			{FromMinutes: 35 * day, UntilMinutes: 1825 * day, Who: []string{there}, ThroughKey: true},
		},
		Holds: []report.Hold{hold, {Kind: report.PITRSpan, Rule: "continuous", Days: 35, CapturedMinutes: 15, Certain: true},
			{Kind: report.CopySpan, Rule: "continuous", Days: 1825, CapturedMinutes: 1440, Certain: true}}}
	existing := critical
	existing.ID, existing.Existing, existing.GoneAfterDays, existing.Holds = "critical_data/existing", true, 35, critical.Holds[1:]
	existing.Phases = alone(35)
	return []report.Protection{
		{ID: "standard_data", Tier: "standard_data", GoneAfterDays: 15, Holds: []report.Hold{hold}, Deleters: []report.Deleter{inBucket},
			Phases: alone(15), Ways: []report.Way{versions}},
		{ID: "curated_data", Tier: "curated_data", RPOMinutes: 15, GoneAfterDays: 365, Holds: critical.Holds[:2],
			Deleters: []report.Deleter{inBucket, inVault}, Phases: alone(365), Ways: []report.Way{versions, files, whole}},
		critical, existing,
	}
}

func sampleCost(r *report.Report) *report.Cost {
	cost := &report.Cost{File: "estimates.yaml", Moments: report.Moments, Total: money(1200.5, 1904, 6203.25),
		Missing: []string{"eu-west-1"}, WithoutEstimate: 1,
		Tiers: []report.NamedCost{{Name: "curated_data", Amounts: money(600.25, 800, 1200)}, {Name: "critical_data", Amounts: money(600.25,
			1104, 5003.25)}},
		Prices: []report.Price{{Region: "eu-central-1", WarmGBMonth: 0.05, LowCostGBMonth: 0.0125, LowCostPer1000: 0.03,
			Source: "https://aws.amazon.com/backup/pricing/", Date: "2026-05-01"}},
		Included:    []report.Note{{Text: "Storage of backups and copies.", Facts: []string{"F-COST-1"}}},
		NotIncluded: []report.Note{{Text: "Requests, KMS and transfer between Regions.", Facts: []string{"F-COST-3"}}}}
	for _, a := range r.Accounts {
		cost.Accounts = append(cost.Accounts, report.NamedCost{Name: a.ID, Amounts: money(60, 70.5, 0.004)})
	}
	for _, w := range r.Workloads {
		cost.Workloads = append(cost.Workloads, report.NamedCost{Name: w.ID, Amounts: []report.Money{money(60)[0], nil, nil}})
	}
	return cost
}

func sampleLimits(r *report.Report) []report.Limit {
	day := 912
	points := len(r.Workloads) * 3 * 365
	return []report.Limit{
		{What: "recoveryPoints", Of: r.Vaults[0].ID, Used: points * 60, Moments: report.Moments, Over: []int{points, points * 20, points * 60},
			Limit: 1_000_000, Adjustable: true, PassedAfterDays: &day, Facts: []string{"F-QUOTA-1"}},
		{What: "buckets", Of: r.Workloads[0].Account, Used: 84, Limit: 100, Adjustable: true, Facts: []string{"F-QUOTA-3"}},
		{What: "copies", Of: "111111111111/eu-central-1", Used: len(r.Workloads), Limit: 100, Adjustable: true,
			At: "cron(5 2 * * ? *) Etc/UTC", Facts: []string{"F-QUOTA-4"}},
		{What: "policyBytes", Of: "nordwind-backup-central, Vault", Used: 3120, Limit: 20480, Estimate: true, Facts: []string{"F-QUOTA-9"}},
	}
}
