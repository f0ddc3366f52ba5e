package config

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// meaningFaults are faults of valid values that do not fit together.
var meaningFaults = []fault{
	meaning("copy-outside-lock", "a lock that ends before a copy", func(_ *rapid.T, cfg *Config) (string, bool) {
		longest := 0
		for _, row := range cfg.copied {
			longest = slices.Max(append(row.copyRetentions(), longest))
		}
		lock := &cfg.Central.VaultLock
		lock.MaxRetentionDays = longest - 1
		return "", lock.MaxRetentionDays >= lock.MinRetentionDays
	}),
	meaning("copy-outside-lock", "a lock that starts after a copy", func(_ *rapid.T, cfg *Config) (string, bool) {
		shortest := MaxRetentionDays
		for _, row := range cfg.copied {
			shortest = slices.Min(append(row.copyRetentions(), shortest))
		}
		lock := &cfg.Central.VaultLock
		lock.MinRetentionDays = shortest + 1
		return "", len(cfg.copied) > 0 && lock.MinRetentionDays <= lock.MaxRetentionDays
	}),
	meaning("copy-outside-air-gapped-lock", "an air gap that ends before a copy", func(_ *rapid.T, cfg *Config) (string, bool) {
		v := cfg.Central.AirGappedVault
		copied := cfg.airGappedCopies()
		if len(copied) == 0 {
			return "", false
		}
		longest := 0
		for _, row := range copied {
			longest = slices.Max(append(row.copyRetentions(), longest))
		}
		v.MaxRetentionDays = longest - 1
		return "", v.MaxRetentionDays >= v.MinRetentionDays
	}),
	meaning("lock-min-above-max", "a lock's values swapped", func(_ *rapid.T, cfg *Config) (string, bool) {
		lock := &cfg.Central.VaultLock
		lock.MinRetentionDays, lock.MaxRetentionDays = lock.MaxRetentionDays, lock.MinRetentionDays
		return "central.vault_lock.max_retention_days", lock.MinRetentionDays > lock.MaxRetentionDays
	}),
	meaning("compliance-lock-acknowledgement", "another vault's name", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Central.VaultLock.AcknowledgeIrreversible += "x"
		return "central.vault_lock.acknowledge_irreversible", cfg.Central.VaultLock.Mode == Compliance
	}),
	meaning("compliance-lock-values", "no grace time", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Central.VaultLock.ChangeableForDays = 0
		return "central.vault_lock.changeable_for_days", cfg.Central.VaultLock.Mode == Compliance
	}),
	meaning("governance-lock", "a grace time", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Central.VaultLock.ChangeableForDays = MinChangeableForDays
		return "central.vault_lock.changeable_for_days", cfg.Central.VaultLock.Mode == Governance
	}),
	meaning("rule-outside-lock", "a tier's lock that ends before a backup", func(t *rapid.T, cfg *Config) (string, bool) {
		row, _ := anyTier(t, cfg)
		if row.VaultLock == nil {
			return "", false
		}
		longest := 0
		for _, r := range row.Rules() {
			longest = max(longest, r.DeleteAfterDays)
		}
		row.VaultLock.MaxRetentionDays = longest - 1
		return "", row.VaultLock.MaxRetentionDays >= row.VaultLock.MinRetentionDays
	}),
	meaning("vault-acknowledgement", "a vault's name that is not typed out", func(_ *rapid.T, cfg *Config) (string, bool) {
		w := &cfg.Workloads[0]
		missing := len(w.AcknowledgeIrreversible) > 0
		w.AcknowledgeIrreversible = nil
		return acknowledgePath(0), missing
	}),
	meaning("tier-compliance-lock-values", "no grace time of a tier's lock", func(t *rapid.T, cfg *Config) (string, bool) {
		row, at := anyTier(t, cfg)
		if !row.compliant() {
			return "", false
		}
		row.VaultLock.ChangeableForDays = 0
		from := cfg.Tiers.find(row.Extends)
		return at + ".vault_lock.changeable_for_days", from == nil || !from.compliant() // else the value comes from there
	}),
	meaning("vault-named-twice", "a retained vault that is the present one", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Central.RetainedVaults = append(cfg.Central.RetainedVaults, RetainedVault{Name: cfg.Central.VaultName, MinRetentionDays: 1})
		return retainedPath(len(cfg.Central.RetainedVaults)-1) + ".name", true
	}),
	meaning("default-vault", "the default vault", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Central.RetainedVaults = append(cfg.Central.RetainedVaults, RetainedVault{Name: "Default", MinRetentionDays: 1})
		return retainedPath(len(cfg.Central.RetainedVaults)-1) + ".name", true
	}),
	meaning("copy-undecided", "a decision that was not made", func(t *rapid.T, cfg *Config) (string, bool) {
		if len(cfg.copied) == 0 {
			return "", false
		}
		row := rapid.SampledFrom(cfg.copied).Draw(t, "tier")
		if row.CopyToCentral == nil {
			return "", false
		}
		row.CopyToCentral.DeleteAfterDays = setByTheBusiness
		starts := builtinTiers().find(row.Name)
		if row.Extends != "" {
			starts = cfg.Tiers.find(row.Extends)
		}
		return "", starts.CopyToCentral == nil || starts.CopyToCentral.DeleteAfterDays == 0 // else the retention comes from there
	}),
	meaning("organization-path-elsewhere", "another organization's path", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Organization.Paths = []string{"o-zzzzzzzzzz/r-ab12/*"}
		return "organization.paths[0]", cfg.Organization.ID != "o-zzzzzzzzzz"
	}),
	meaning("completion-before-start", "a tier's windows swapped", func(t *rapid.T, cfg *Config) (string, bool) {
		row, at := anyTier(t, cfg)
		row.Schedule.StartWindowMinutes, row.Schedule.CompletionWindowMinutes = row.Schedule.CompletionWindowMinutes, row.Schedule.StartWindowMinutes
		return at + ".schedule.completion_window_minutes", row.Schedule.CompletionWindowMinutes > MinStartWindowMinutes
	}),
	meaning("schedule-never", "a date that never comes", func(t *rapid.T, cfg *Config) (string, bool) {
		row, at := anyTier(t, cfg)
		row.Schedule.Cron = "cron(5 2 30 2 ? *)"
		return at + ".schedule.cron", row.ContinuousBackup != nil
	}),
	meaning("cron", "a schedule in five fields", func(t *rapid.T, cfg *Config) (string, bool) {
		row, at := anyTier(t, cfg)
		row.Schedule.Cron = "cron(5 2 * * ?)"
		return at + ".schedule.cron", true
	}),
	meaning("rpo", "a target that nothing gives", func(t *rapid.T, cfg *Config) (string, bool) {
		row, at := anyTier(t, cfg)
		row.RPOMinutes = max(row.rpoMinutes()-1, 1)
		extended := slices.ContainsFunc(cfg.Tiers, func(other Tier) bool { return other.Extends == row.Name })
		return at + ".rpo_minutes", !extended
	}),
	meaning("nothing-to-copy", "a copy of nothing", func(t *rapid.T, cfg *Config) (string, bool) {
		row, at := anyTier(t, cfg)
		for i := range cfg.Workloads { // they would rest on the tier's backups
			cfg.Workloads[i].RestoreTesting, cfg.Workloads[i].SelectTagged = nil, nil
		}
		row.ContinuousBackup, row.SnapshotBackup, row.AirGapped, row.RPOMinutes, row.LowCostAfterDays = nil, nil, nil, 0, 0
		row.VaultLock, row.MalwareScan = nil, nil
		for i, w := range cfg.Workloads {
			cfg.Workloads[i].AcknowledgeIrreversible = cfg.compliantVaults(w)
		}
		row.CopyToCentral = &CopyToCentral{DeleteAfterDays: cfg.Central.VaultLock.MinRetentionDays}
		gap := cfg.Central.AirGappedVault
		return at + ".copy_to_central", gap == nil || gap.MinRetentionDays <= cfg.Central.VaultLock.MinRetentionDays
	}),
	meaning("low-cost-never", "a low-cost tier that nothing is old enough for", func(t *rapid.T, cfg *Config) (string, bool) {
		row, at := anyTier(t, cfg)
		row.LowCostAfterDays = NeverLowCost - 1
		kept := row.copyRetentions()
		for _, rule := range row.SnapshotBackup {
			kept = append(kept, rule.DeleteAfterDays)
		}
		return at + ".low_cost_after_days", !slices.Contains(kept, NeverLowCost)
	}),
	meaning("resource-tag-key", "a tag of the app", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Workloads[0].Tags = Tags{"Backup:Tier": "x"}
		return workloadTagsPath(0) + ".Backup:Tier", true
	}),
	meaning("resource-tag", "a value with a character that it cannot have", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Tags = Tags{"a.b": "x;y"}
		return `tags["a.b"]`, true
	}),
	meaning("tag-key-twice", "a tag in capitals", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Tags = Tags{"a.b": "x"}
		cfg.Workloads[0].Tags = Tags{"A.B": "x"}
		return workloadTagsPath(0) + `["A.B"]`, true
	}),
	meaning("recovery-point-tags", "more tags than a recovery point takes", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Tags = Tags{}
		for i := range MaxRecoveryPointTags - ownTags + 1 {
			cfg.Tags[fmt.Sprint("k", i)] = ""
		}
		return "tags", slices.ContainsFunc(cfg.Workloads, func(w Workload) bool { return backedUp(cfg.TierUses(w)) })
	}),
	meaning("role-path", "a path without an end", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.RolePath = "/backup"
		return "role_path", true
	}),
	meaning("unknown-tier", "a tier that there is not", func(t *rapid.T, cfg *Config) (string, bool) {
		i, j := anyBucket(t, cfg)
		cfg.Workloads[i].Buckets[j].Tier = "criticl_data"
		return bucketPath(i, j) + ".tier", true
	}),
	meaning("bucket-twice", "a bucket in two places", func(t *rapid.T, cfg *Config) (string, bool) {
		i, j := anyBucket(t, cfg)
		last := len(cfg.Workloads) - 1
		cfg.Workloads[last].Buckets = append(
			cfg.Workloads[last].Buckets,
			Bucket{Name: cfg.Workloads[i].Buckets[j].Name, Tier: cfg.Workloads[last].Buckets[0].Tier},
		)
		return bucketPath(last, len(cfg.Workloads[last].Buckets)-1) + ".name", true
	}),
	meaning("workload-twice", "a workload's name in another account", func(_ *rapid.T, cfg *Config) (string, bool) {
		w := cfg.Workloads[0]
		w.Account, w.SelectTagged, w.RestoreTesting = "555555555555", nil, nil
		w.Buckets = []Bucket{{Name: "another", Tier: w.Buckets[0].Tier}}
		cfg.Workloads = append(cfg.Workloads, w)
		return workloadNamePath(len(cfg.Workloads) - 1), true
	}),
	meaning("empty-workload", "a workload of nothing", func(t *rapid.T, cfg *Config) (string, bool) {
		i, _ := anyBucket(t, cfg)
		cfg.Workloads[i].Buckets, cfg.Workloads[i].SelectTagged, cfg.Workloads[i].RestoreTesting = nil, nil, nil
		return workloadPath(i) + ".buckets", true
	}),
	meaning("tag-selected-twice", "a tag that is selected twice", func(_ *rapid.T, cfg *Config) (string, bool) {
		i := slices.IndexFunc(cfg.Workloads, func(w Workload) bool { return len(w.SelectTagged) > 0 })
		if i < 0 {
			return "", false
		}
		w := &cfg.Workloads[i]
		w.SelectTagged = append(w.SelectTagged, w.SelectTagged[0])
		return selectPath(i, len(w.SelectTagged)-1), true
	}),
	meaning("tag-without-backups", "a tag for nothing", func(_ *rapid.T, cfg *Config) (string, bool) {
		i := slices.IndexFunc(cfg.Tiers, func(row Tier) bool { return !row.BackedUp() })
		if i < 0 {
			return "", false
		}
		w := &cfg.Workloads[0]
		w.SelectTagged = append(w.SelectTagged, TagSelection{Tier: cfg.Tiers[i].Name})
		return selectPath(0, len(w.SelectTagged)-1), true
	}),
	meaning("copy-across-partitions", "a workload in another partition", func(t *rapid.T, cfg *Config) (string, bool) {
		i, j := anyBucket(t, cfg)
		w := &cfg.Workloads[i]
		moveTo(cfg, w, "us-gov-east-1")
		if Partition(cfg.Central.Region) == partitionGovCloud {
			w.Region = "eu-west-1"
		}
		return workloadPath(i) + ".region", cfg.Tiers.find(w.Buckets[j].Tier).Copied() && !testsTagged(w)
	}),
	meaning("copy-in-china", "a workload in China", func(t *rapid.T, cfg *Config) (string, bool) {
		i, j := anyBucket(t, cfg)
		w := &cfg.Workloads[i]
		moveTo(cfg, w, "cn-north-1")
		t0 := cfg.Tiers.find(w.Buckets[j].Tier)
		lowCost := slices.ContainsFunc(w.Buckets, func(b Bucket) bool { return cfg.Tiers.find(b.Tier).LowCostBackups() })
		return workloadPath(i) + ".region", t0.Copied() && !testsTagged(w) && !lowCost
	}),
	meaning("low-cost-partition", "a low-cost tier in China", func(t *rapid.T, cfg *Config) (string, bool) {
		i, j := anyBucket(t, cfg)
		w := &cfg.Workloads[i]
		moveTo(cfg, w, "cn-north-1")
		row := cfg.Tiers.find(w.Buckets[j].Tier)
		row.SnapshotBackup, row.LowCostAfterDays, row.RPOMinutes = snapshots(365), MinLowCostAfterDays, 0
		row.VaultLock = nil // which may not take these snapshots
		for k, other := range cfg.Workloads {
			cfg.Workloads[k].AcknowledgeIrreversible = cfg.compliantVaults(other)
		}
		copied := slices.ContainsFunc(w.Buckets, func(b Bucket) bool { return cfg.Tiers.find(b.Tier).Copied() })
		return "", !copied && !testsTagged(w)
	}),
	meaning("air-gapped-partition", "an air gap in GovCloud", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Central.AirGappedVault = &AirGappedVault{
			Name:             "air-gap",
			MinRetentionDays: MinAirGappedRetentionDays,
			MaxRetentionDays: MaxRetentionDays,
			EncryptionKey:    KeyAWSOwned,
		}
		lengthenCopies(cfg, MinAirGappedRetentionDays)
		return airGappedPath, Partition(cfg.Central.Region) == partitionGovCloud
	}),
	meaning("existing-bucket-setting", "a setting of an existing bucket", func(t *rapid.T, cfg *Config) (string, bool) {
		for i, w := range cfg.Workloads {
			for j := range w.Buckets {
				if b := &w.Buckets[j]; b.Existing {
					b.Encryption = rapid.SampledFrom(syntaxes["encryption"].enum).Draw(t, "encryption")
					return bucketPath(i, j) + ".encryption", true
				}
			}
		}
		return "", false
	}),
	meaning("bucket-key-without-kms", "an S3 Bucket Key with SSE-S3", func(_ *rapid.T, cfg *Config) (string, bool) {
		for i, w := range cfg.Workloads {
			for j := range w.Buckets {
				if b := &w.Buckets[j]; !b.Existing {
					b.Encryption, b.BucketKey = EncryptionS3, new(true)
					return bucketPath(i, j) + ".bucket_key", true
				}
			}
		}
		return "", false
	}),
	meaning("cors-file", "a file that does not exist", func(_ *rapid.T, cfg *Config) (string, bool) {
		for i, w := range cfg.Workloads {
			for j := range w.Buckets {
				if b := &w.Buckets[j]; !b.Existing {
					b.CORS = "absent.json"
					return bucketPath(i, j) + ".cors", true
				}
			}
		}
		return "", false
	}),
	meaning("own-bucket", "a bucket with the name of one for logs", func(t *rapid.T, cfg *Config) (string, bool) {
		i, j := anyBucket(t, cfg)
		cfg.Workloads[i].Buckets[j].Name, cfg.Workloads[i].RestoreTesting = cfg.AccessLogBucketName(cfg.Workloads[0]), nil
		cfg.Workloads[i].Buckets[j].Existing, cfg.Workloads[0].Buckets[0].Existing = false, false
		return bucketPath(i, j) + ".name", true
	}),
	meaning("tier-twice", "two entries for a tier", func(t *rapid.T, cfg *Config) (string, bool) {
		row, _ := anyTier(t, cfg)
		cfg.Tiers = append(cfg.Tiers, row.clone())
		return entryPath(len(cfg.Tiers)-1) + ".name", true
	}),
	meaning("built-in-tier-extends", "a built-in tier that extends another", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Tiers[0].Extends = cfg.Tiers[1].Name
		return "tiers[0].extends", true
	}),
	meaning("restore-testing-tier", "a test of what the workload has not", func(_ *rapid.T, cfg *Config) (string, bool) {
		for i := range cfg.Workloads {
			w := &cfg.Workloads[i]
			for _, row := range cfg.Tiers {
				named := slices.ContainsFunc(w.Buckets, func(b Bucket) bool { return b.Tier == row.Name }) || selects(w, row.Name)
				if row.BackedUp() && !named && w.RestoreTesting != nil {
					w.RestoreTesting.Tiers = append(w.RestoreTesting.Tiers, row.Name)
					return restoreTestingTierPath(i, len(w.RestoreTesting.Tiers)-1), true
				}
			}
		}
		return "", false
	}),
	meaning("canary", "a canary in a bucket that is not tested", func(t *rapid.T, cfg *Config) (string, bool) {
		i, j := anyBucket(t, cfg)
		w := &cfg.Workloads[i]
		for _, tier := range backedUpTiers(cfg, *w) {
			if tier != w.Buckets[j].Tier {
				w.RestoreTesting = &RestoreTesting{defaultTestCron, []string{tier}, []Canary{{w.Buckets[j].Name, "k", strings.Repeat("0", 64)}}}
				return canaryPath(i, 0) + ".bucket", true
			}
		}
		return "", false
	}),
	meaning("restore-testing-copies", "a test of copies that there are not", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Central.RestoreTesting = &CentralRestoreTesting{defaultTestCron}
		for i := range cfg.Tiers {
			cfg.Tiers[i].CopyToCentral, cfg.Tiers[i].LowCostAfterDays = nil, 0
			for j := range cfg.Tiers[i].SnapshotBackup {
				cfg.Tiers[i].SnapshotBackup[j].CopyToCentral = nil
			}
		}
		return centralTestingPath, true
	}),
	meaning("operator-account", "an operator of an account that is not in the file", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Restore.Operators = append(cfg.Restore.Operators, "arn:"+Partition(cfg.Central.Region)+":iam::999999999999:role/restore")
		return operatorPath(len(cfg.Restore.Operators) - 1), true
	}),
	meaning("operator-partition", "an operator of another partition", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Restore.Operators = append(cfg.Restore.Operators, "arn:aws-cn:iam::*:role/restore")
		return operatorPath(len(cfg.Restore.Operators) - 1), true
	}),
	meaning("operator", "an operator who is everybody", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Restore.Operators = []string{"arn:" + Partition(cfg.Central.Region) + ":iam::*:role/*"}
		return operatorPath(0), true
	}),
	meaning("wave", "a wave of a workload that there is not", func(_ *rapid.T, cfg *Config) (string, bool) {
		if cfg.Rollout.Pipeline == nil {
			return "", false
		}
		cfg.Rollout.Pipeline.Waves[0] = append(cfg.Rollout.Pipeline.Waves[0], "nobody-dev")
		return "rollout.pipeline.waves[0][1]", true
	}),
	meaning("approval", "an approval of a workload that there is not", func(_ *rapid.T, cfg *Config) (string, bool) {
		if cfg.Rollout.Pipeline == nil {
			return "", false
		}
		cfg.Rollout.Pipeline.ApproveBefore = []string{"nobody-dev"}
		return "rollout.pipeline.approve_before[0]", true
	}),
	meaning("connection-partition", "a connection of another partition", func(_ *rapid.T, cfg *Config) (string, bool) {
		if cfg.Rollout.Pipeline == nil {
			return "", false
		}
		cfg.Rollout.Pipeline.ConnectionARN = "arn:aws-cn:codeconnections:cn-north-1:444444444444:connection/0a1b"
		return "rollout.pipeline.connection_arn", true
	}),
	meaning("connection-region", "a connection of another Region", func(_ *rapid.T, cfg *Config) (string, bool) {
		p := cfg.Rollout.Pipeline
		if p == nil {
			return "", false
		}
		p.ConnectionARN = "arn:" + Partition(p.Region) + ":codeconnections:xx-west-1:444444444444:connection/0a1b"
		return "rollout.pipeline.connection_arn", true
	}),
	meaning("webhook-secret", "a webhook in the open", func(_ *rapid.T, cfg *Config) (string, bool) {
		cfg.Alerts.Slack = []Slack{{"https://hooks.slack.com/services/T0/B0/x"}}
		return "alerts.slack[0].webhook_secret", true
	}),
}

// meaning is a fault that the check of that name must report, at the path that put returns.
func meaning(check, name string, put func(t *rapid.T, cfg *Config) (path string, ok bool)) fault {
	return fault{fmt.Sprintf("%s: %s", check, name), func(t *rapid.T, cfg *Config) ([]byte, string, string, bool) {
		path, ok := put(t, cfg)
		if !ok {
			return nil, "", "", false
		}
		return printed(t, cfg), check, path, true
	}}
}

func anyTier(t *rapid.T, cfg *Config) (*Tier, string) {
	i := rapid.IntRange(0, len(cfg.Tiers)-1).Draw(t, "tier")
	return &cfg.Tiers[i], entryPath(i)
}

func anyBucket(t *rapid.T, cfg *Config) (workload, bucket int) {
	workload = rapid.IntRange(0, len(cfg.Workloads)-1).Draw(t, "workload")
	return workload, rapid.IntRange(0, len(cfg.Workloads[workload].Buckets)-1).Draw(t, "bucket")
}

// moveTo moves a workload to another partition, with a separate account, without a pipeline, which could
// not reach it, and without tests of copies, of which there may be none left.
func moveTo(cfg *Config, w *Workload, region string) {
	w.Account, w.Region, w.SelectTagged = "666666666666", region, nil
	cfg.Rollout.Pipeline, cfg.Central.RestoreTesting = nil, nil
	for i := range cfg.Tiers {
		cfg.Tiers[i].AirGapped = nil // not every partition has such vaults
	}
	w.AcknowledgeIrreversible = cfg.compliantVaults(*w)
}

// lengthenCopies keeps all copies for so many days at least, and lets the locks take them.
func lengthenCopies(cfg *Config, days int) {
	for i := range cfg.Tiers {
		row := &cfg.Tiers[i]
		if row.CopyToCentral != nil {
			row.CopyToCentral.DeleteAfterDays = max(row.CopyToCentral.DeleteAfterDays, days)
		}
		for _, rule := range row.SnapshotBackup {
			if rule.CopyToCentral != nil {
				rule.CopyToCentral.DeleteAfterDays = max(rule.CopyToCentral.DeleteAfterDays, days)
			}
		}
	}
	for _, lock := range append([]*VaultLock{&cfg.Central.VaultLock}, locksOf(cfg)...) {
		if lock.MaxRetentionDays > 0 {
			lock.MaxRetentionDays = max(lock.MaxRetentionDays, days)
		}
	}
}

func locksOf(cfg *Config) []*VaultLock {
	var locks []*VaultLock
	for i := range cfg.Central.Vaults {
		locks = append(locks, &cfg.Central.Vaults[i].VaultLock)
	}
	return locks
}

func selects(w *Workload, tier string) bool {
	return slices.ContainsFunc(w.SelectTagged, func(s TagSelection) bool { return s.Tier == tier })
}

// testsTagged says whether a restore test names a tier that only a tag selects.
func testsTagged(w *Workload) bool {
	return w.RestoreTesting != nil && slices.ContainsFunc(w.RestoreTesting.Tiers, func(tier string) bool {
		return !slices.ContainsFunc(w.Buckets, func(b Bucket) bool { return b.Tier == tier })
	})
}
