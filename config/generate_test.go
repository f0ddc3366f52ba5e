package config

import (
	"fmt"
	"path/filepath"
	"slices"

	"pgregory.net/rapid"
)

// generate draws a valid configuration, about which no check may report an error.
func generate(t *rapid.T) *Config {
	cfg := defaults()
	cfg.Version = 1
	cfg.Project = rapid.StringMatching(`[a-z][a-z0-9]{1,8}(-[a-z0-9]{1,9})?`).Draw(t, "project")
	cfg.Organization.ID = rapid.StringMatching(`o-[a-z0-9]{10,32}`).Draw(t, "organization")
	cfg.Organization.Paths = rapid.SliceOfN(rapid.Just(cfg.Organization.ID+"/r-ab12/ou-ab12-11111111/*"), 0, 2).Draw(t, "paths")
	regionsOf := rapid.SampledFrom([][]string{{"eu-central-1", "us-east-1", "ap-southeast-3"}, {"us-gov-west-1", "us-gov-east-1"}, {"eusc-de-east-1"}}).
		Draw(t, "partition")
	region := rapid.SampledFrom(regionsOf)

	cfg.TagKey = rapid.SampledFrom([]string{defaultTagKey, "DataClassification", "a key"}).Draw(t, "tag key")
	generateTiers(t, cfg, Partition(regionsOf[0]))
	generateWorkloads(t, cfg, region)
	cfg.complete() // to know which tiers are copied
	generateCentral(t, cfg, region)
	generateAlerts(t, cfg)
	generateRollout(t, cfg, region)
	cfg.Central.RegionInNames = rapid.Bool().Draw(t, "region in names")
	generateRestore(t, cfg)
	generateTags(t, cfg)
	if len(cfg.Tags) > 0 { // nothing else depends on it
		cfg.Estimates = "../costs 2.yaml"
	}
	cfg.RolePath = rapid.SampledFrom([]string{"", "/", "/backup/", "/acme/it~s/"}).Draw(t, "role path")
	cfg.RolePrefix = rapid.SampledFrom([]string{"", "acme-", "A+=,.@_"}).Draw(t, "role prefix")
	for i := range cfg.Tiers {
		generateLock(t, &cfg.Tiers[i])
		generateScan(t, &cfg.Tiers[i])
	}
	for i, w := range cfg.Workloads {
		cfg.Workloads[i].AcknowledgeIrreversible = cfg.compliantVaults(w)
	}
	return cfg
}

// generateTags draws tags whose keys differ in more than upper and lower case. With those of a workload there are eight at most.
func generateTags(t *rapid.T, cfg *Config) {
	draw := func(of string) Tags {
		tags := Tags{}
		for i := range rapid.IntRange(0, 4).Draw(t, "tags") {
			key := rapid.SampledFrom([]string{"Cost Center ", "acme:Team/", "acme.env-@=+", "Straße_"}).Draw(t, "key")
			tags[fmt.Sprint(key, of, i)] = rapid.SampledFrom([]string{"", "4711", "true", "null", "Zürich 1", "arn:aws:iam::1:role/x"}).
				Draw(t, "value")
		}
		if len(tags) == 0 {
			return nil
		}
		return tags
	}
	cfg.Tags = draw("top")
	for i := range cfg.Workloads {
		cfg.Workloads[i].Tags = draw(rapid.SampledFrom([]string{"top", "own"}).Draw(t, "keys"))
	}
}

func generateTiers(t *rapid.T, cfg *Config, partition string) {
	extends := map[string]bool{} // tiers that an added tier extends, and inherits its targets from
	for range rapid.IntRange(0, 3).Draw(t, "tiers of their own") {
		extended := rapid.SampledFrom(builtinTiers()).Draw(t, "extended")
		row := extended.clone()
		row.Name, row.Extends = fmt.Sprintf("own_%d", len(cfg.Tiers)), extended.Name
		cfg.Tiers = append(cfg.Tiers, row)
		extends[extended.Name] = true
	}
	days := rapid.OneOf(rapid.SampledFrom([]int{1, 7, 15, 35, 1825, MaxRetentionDays}), rapid.IntRange(1, MaxRetentionDays))
	for i := range cfg.Tiers {
		row := &cfg.Tiers[i]
		row.ObjectLock = &ObjectLock{rapid.SampledFrom([]string{Governance, Compliance, "none"}).Draw(t, "mode"), days.Draw(t, "object lock")}
		if row.ObjectLock.Mode == "none" {
			row.ObjectLock = nil
		}
		row.ContinuousBackup, row.SnapshotBackup, row.CopyToCentral = nil, nil, nil
		if rapid.Bool().Draw(t, "continuous") {
			row.ContinuousBackup = &ContinuousBackup{rapid.IntRange(1, MaxContinuousRetentionDays).Draw(t, "continuous days")}
		}
		row.SnapshotBackup = generateRules(t, days)
		if row.BackedUp() && rapid.Bool().Draw(t, "copied") {
			row.CopyToCentral = &CopyToCentral{DeleteAfterDays: days.Draw(t, "copy days")}
			generateCopied(t, row)
		}
		row.AirGapped = generateAirGapped(t, row, partition)
		row.DedicatedKey = rapid.Bool().Draw(t, "dedicated key")
		row.Schedule.Cron = generateCron(t)
		row.Schedule.Timezone = rapid.SampledFrom([]string{"Etc/UTC", "Europe/Berlin", "Asia/Tokyo", "UTC"}).Draw(t, "time zone")
		row.Schedule.StartWindowMinutes = rapid.IntRange(MinStartWindowMinutes, 10000).Draw(t, "start")
		row.Schedule.CompletionWindowMinutes = row.Schedule.StartWindowMinutes + rapid.IntRange(1, 20000).Draw(t, "completion")
		if gives := row.rpoMinutes(); gives > 0 && !extends[row.Name] && rapid.Bool().Draw(t, "rpo") {
			row.RPOMinutes = gives + rapid.IntRange(0, 100).Draw(t, "rpo minutes")
		}
		if !extends[row.Name] {
			row.RTOMinutes = rapid.IntRange(0, 1000).Draw(t, "rto minutes")
		}
		row.LowCostAfterDays = rapid.SampledFrom([]int{0, MinLowCostAfterDays, 90, NeverLowCost}).Draw(t, "low cost")
		reached := row.LowCostBackups() || row.lowCostCopies()
		if row.LowCostAfterDays < NeverLowCost && (!reached || partition == partitionSovereign) {
			row.LowCostAfterDays = 0
		}
	}
}

// generateRules draws snapshot rules. The one rule without a name is a mapping in the file.
func generateRules(t *rapid.T, days *rapid.Generator[int]) SnapshotRules {
	names := rapid.SampledFrom(
		[][]string{nil, nil, {SnapshotRule}, {SnapshotRule}, {"daily"}, {"daily", "Monthly_kept-7"}, {"a", SnapshotRule, "9"}},
	)
	var rules SnapshotRules
	for _, name := range names.Draw(t, "rules") {
		rule := SnapshotBackup{Name: name, DeleteAfterDays: days.Draw(t, "snapshot days"), Schedule: generateCron(t)}
		if rapid.IntRange(0, 3).Draw(t, "own copy") == 0 {
			rule.CopyToCentral = &RuleCopy{days.Draw(t, "days of own copy")}
		}
		if rapid.IntRange(0, 3).Draw(t, "own windows") == 0 {
			rule.StartWindowMinutes = rapid.IntRange(MinStartWindowMinutes, 1000).Draw(t, "own start")
			rule.CompletionWindowMinutes = rule.StartWindowMinutes + rapid.IntRange(1, 1000).Draw(t, "own completion")
		}
		rules = append(rules, rule)
	}
	return rules
}

// generateCopied draws the rule that the tier's copy belongs to. It has no copy of its own.
func generateCopied(t *rapid.T, row *Tier) {
	free := slices.DeleteFunc(row.Rules(), func(r Rule) bool { return r.ownCopy })
	if len(free) == 0 {
		row.CopyToCentral = nil
		return
	}
	named := rapid.SampledFrom(free).Draw(t, "copied rule")
	row.CopyToCentral.Of = named.Name
	if row.Extends == "" && named.Name == row.Rules()[0].Name && rapid.Bool().Draw(t, "first rule") {
		row.CopyToCentral.Of = ""
	}
}

func generateScan(t *rapid.T, row *Tier) {
	if row.BackedUp() && rapid.IntRange(0, 3).Draw(t, "scanned") == 0 {
		row.MalwareScan = &MalwareScan{rapid.SampledFrom(syntaxes["scan_mode"].enum).Draw(t, "scans")}
	}
}

// compliantVaults are the vaults of a workload that it has to acknowledge.
func (c *Config) compliantVaults(w Workload) []string {
	var names []string
	for _, v := range c.vaultsOf(w, c.TierUses(w)) {
		if v.tier.compliant() {
			names = append(names, v.name)
		}
	}
	return names
}

// generateLock draws a lock that takes the backups of all rules of a tier.
func generateLock(t *rapid.T, row *Tier) {
	if row.VaultLock = nil; !row.BackedUp() || rapid.Bool().Draw(t, "unlocked") {
		return
	}
	shortest, longest := MaxRetentionDays, 1
	for _, r := range row.Rules() {
		shortest, longest = min(shortest, r.DeleteAfterDays), max(longest, r.DeleteAfterDays)
	}
	row.VaultLock = &TierVaultLock{
		Mode:             rapid.SampledFrom([]string{Governance, Compliance}).Draw(t, "tier lock"),
		MinRetentionDays: rapid.IntRange(1, shortest).Draw(t, "tier minimum"),
		MaxRetentionDays: rapid.IntRange(longest, MaxRetentionDays).Draw(t, "tier maximum"),
	}
	if row.compliant() {
		row.VaultLock.ChangeableForDays = rapid.IntRange(MinChangeableForDays, MaxChangeableForDays).Draw(t, "tier changeable")
	}
}

// generateAirGapped draws a vault that takes the backups of a tier, or none.
func generateAirGapped(t *rapid.T, row *Tier, partition string) *AirGapped {
	least, most := MaxRetentionDays, MinAirGappedRetentionDays
	for _, rule := range row.Rules() {
		least, most = min(least, rule.DeleteAfterDays), max(most, rule.DeleteAfterDays)
	}
	if partition == partitionGovCloud || !row.BackedUp() || least < MinAirGappedRetentionDays ||
		rapid.IntRange(0, 4).Draw(t, "air-gapped") > 0 {
		return nil
	}
	return &AirGapped{
		rapid.IntRange(MinAirGappedRetentionDays, least).Draw(t, "air-gapped minimum"),
		rapid.IntRange(most, MaxRetentionDays).Draw(t, "air-gapped maximum"),
		rapid.SampledFrom(syntaxes["encryption_key"].enum).Draw(t, "air-gapped key"),
	}
}

func generateCron(t *rapid.T) string {
	minute, hour := rapid.IntRange(0, 59).
		Draw(t, "minute"),
		rapid.SampledFrom([]string{"0", "23", "2,14", "0/6", "1-3", "*"}).
			Draw(t, "hour")
	dates := rapid.SampledFrom([]string{"* * ?", "1 * ?", "L * ?", "15W * ?", "? * MON-FRI", "? * 6#3", "? * 1,7", "? JAN,JUL SUN", "29 2 ?"}).
		Draw(t, "dates")
	years := rapid.SampledFrom([]string{"*", "*", "*", "2026-2199", "2030"}).Draw(t, "years")
	if dates == "29 2 ?" {
		years = "*" // 2030 has no 29th of February
	}
	return fmt.Sprintf("cron(%d %s %s %s)", minute, hour, dates, years)
}

func generateWorkloads(t *rapid.T, cfg *Config, region *rapid.Generator[string]) {
	tagged := map[[3]string]bool{}
	byTag := rapid.Bool().Draw(t, "by tag")
	for i := range rapid.IntRange(1, 5).Draw(t, "workloads") {
		w := Workload{
			Name:        fmt.Sprintf("w%d", i),
			Environment: rapid.SampledFrom([]string{"dev", "prod", "1"}).Draw(t, "environment"),
			Account:     rapid.SampledFrom([]string{"012345678901", "222222222222", "333333333333"}).Draw(t, "account"),
			Region:      region.Draw(t, "region"),
		}
		for j := range rapid.IntRange(1, 5).Draw(t, "buckets") {
			b := Bucket{
				Name:     fmt.Sprintf("bucket.%d-%d", i, j),
				Tier:     rapid.SampledFrom(cfg.Tiers.names()).Draw(t, "tier"),
				Existing: rapid.Bool().Draw(t, "existing"),
			}
			if !b.Existing {
				generateBucketSettings(t, &b)
			}
			w.Buckets = append(w.Buckets, b)
		}
		for _, row := range cfg.Tiers {
			if !byTag {
				break
			}
			key := [3]string{w.Account, w.Region, row.Name}
			if row.BackedUp() && !tagged[key] && rapid.IntRange(0, 4).Draw(t, "tagged") == 0 {
				tagged[key] = true
				own := TagSelection{Tier: row.Name}
				if rapid.Bool().Draw(t, "except") {
					own.ExceptTag = TagValues{"backup": "no", "a key": rapid.SampledFrom([]string{"", "ü"}).Draw(t, "excepted")}
				}
				w.SelectTagged = append(w.SelectTagged, own)
			}
			if row.BackedUp() && rapid.IntRange(0, 9).Draw(t, "other tags") == 0 {
				other := TagSelection{Tier: row.Name, Tag: TagValues{fmt.Sprintf("team-%d", i): row.Name}}
				if rapid.Bool().Draw(t, "two tags") {
					other.Tag["BackupLocal"] = rapid.SampledFrom([]string{"True", "1", "no", ""}).Draw(t, "tag")
				}
				w.SelectTagged = append(w.SelectTagged, other)
			}
		}
		if tested := backedUpTiers(cfg, w); len(tested) > 0 && rapid.Bool().Draw(t, "restore testing") {
			w.RestoreTesting = &RestoreTesting{
				Schedule: generateCron(t), Tiers: tested[:rapid.IntRange(0, len(tested)).Draw(t, "tested")],
			}
		}
		cfg.Workloads = append(cfg.Workloads, w)
	}
}

// generateBucketSettings draws the settings of a bucket that the app creates, one or none: configurations stay short.
func generateBucketSettings(t *rapid.T, b *Bucket) {
	switch rapid.IntRange(0, 9).Draw(t, "setting") {
	case 1:
		b.Encryption = rapid.SampledFrom(syntaxes["encryption"].enum).Draw(t, "encryption")
	case 2:
		b.BucketKey = new(rapid.Bool().Draw(t, "bucket key"))
	case 3:
		b.IntelligentTieringDays = new(rapid.IntRange(0, MaxRetentionDays).Draw(t, "intelligent tiering"))
	case 4:
		b.CORS, _ = filepath.Abs("testdata/files/cors.json")
	}
}

// backedUpTiers lists the tiers of a workload that have backups, each once.
func backedUpTiers(cfg *Config, w Workload) []string {
	var names []string
	for _, b := range w.Buckets {
		if cfg.Tiers.find(b.Tier).BackedUp() && !slices.Contains(names, b.Tier) {
			names = append(names, b.Tier)
		}
	}
	return names
}

func generateCentral(t *rapid.T, cfg *Config, region *rapid.Generator[string]) {
	c := &cfg.Central
	c.Account, c.Region = "111111111111", region.Draw(t, "central region")
	c.VaultName = rapid.StringMatching(`[a-zA-Z0-9_-]{8,50}`).Draw(t, "vault")
	c.KeyAlias = rapid.StringMatching(`[a-z][a-z0-9/_-]{1,20}`).Draw(t, "key alias")
	c.KeyAdministrators = rapid.SliceOfN(rapid.StringMatching(`[a-z][\w+=,.@-]{1,30}`), 0, 3).Draw(t, "administrators")
	c.Dashboard, c.Audit.Enabled = rapid.Bool().Draw(t, "dashboard"), rapid.Bool().Draw(t, "audit")
	shortest, longest := MaxRetentionDays, 1
	for _, row := range cfg.copied {
		shortest, longest = slices.Min(append(row.copyRetentions(), shortest)), slices.Max(append(row.copyRetentions(), longest))
	}
	shortest, longest = min(shortest, longest), max(shortest, longest)
	c.VaultLock = VaultLock{
		Mode:             rapid.SampledFrom([]string{Governance, Compliance}).Draw(t, "lock"),
		MinRetentionDays: rapid.IntRange(1, shortest).Draw(t, "minimum"),
		MaxRetentionDays: rapid.IntRange(longest, MaxRetentionDays).Draw(t, "maximum"),
	}
	if c.VaultLock.Mode == Compliance {
		c.VaultLock.ChangeableForDays = rapid.IntRange(MinChangeableForDays, MaxChangeableForDays).Draw(t, "changeable")
		c.VaultLock.AcknowledgeIrreversible = c.VaultName
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "retained") {
		v := RetainedVault{Name: fmt.Sprintf("old-%d", i), MinRetentionDays: rapid.IntRange(1, 100).Draw(t, "retained minimum")}
		v.MaxRetentionDays = rapid.SampledFrom([]int{0, v.MinRetentionDays, MaxRetentionDays}).Draw(t, "retained maximum")
		v.ChangeableForDays = rapid.SampledFrom([]int{0, MinChangeableForDays}).Draw(t, "retained changeable")
		c.RetainedVaults = append(c.RetainedVaults, v)
	}
	if Partition(c.Region) == partitionCommercial && shortest >= MinAirGappedRetentionDays && rapid.Bool().Draw(t, "air gap") {
		c.AirGappedVault = &AirGappedVault{
			Name:             "air-gap",
			MinRetentionDays: rapid.IntRange(MinAirGappedRetentionDays, shortest).Draw(t, "air gap minimum"),
			MaxRetentionDays: rapid.IntRange(longest, MaxRetentionDays).Draw(t, "air gap maximum"),
			EncryptionKey:    rapid.SampledFrom(syntaxes["encryption_key"].enum).Draw(t, "air gap key"),
		}
		if rapid.Bool().Draw(t, "air gap shared") {
			c.AirGappedVault.ShareWithAccounts = []string{"444444444444", "222222222222"}
			c.AirGappedVault.ApprovalTeamARN = "arn:aws:mpa:us-east-1:555555555555:approval-team/backups"
		}
	}
}

// generateVaults draws central.vaults, and tiers with two copies where two vaults take everything.
func generateVaults(t *rapid.T, cfg *Config) {
	regions := []string{cfg.Central.Region}
	for _, w := range cfg.Workloads {
		regions = append(regions, w.Region)
	}
	region := rapid.SampledFrom(regions)
	var copied []string
	for i := range cfg.Tiers {
		if cfg.Tiers[i].Copied() {
			copied = append(copied, cfg.Tiers[i].Name)
		}
	}
	wide := false
	for i := range rapid.IntRange(0, 3).Draw(t, "vaults") {
		v := CentralVault{
			Name: fmt.Sprintf("further-%d", i), Region: region.Draw(t, "vault region"),
			VaultLock: VaultLock{Mode: Governance, MinRetentionDays: 1, MaxRetentionDays: MaxRetentionDays},
			KeyAlias:  rapid.SampledFrom([]string{cfg.Central.KeyAlias, "aws-backup-further"}).Draw(t, "vault key"),
		}
		if len(copied) > 0 && rapid.Bool().Draw(t, "of tiers") {
			v.Tiers = copied[:rapid.IntRange(1, len(copied)).Draw(t, "vault tiers")]
		}
		if rapid.Bool().Draw(t, "of Regions") {
			v.FromRegions = []string{region.Draw(t, "from")}
		}
		wide = wide || !v.narrow()
		cfg.Central.Vaults = append(cfg.Central.Vaults, v)
	}
	for i := range cfg.Tiers {
		if wide && cfg.Tiers[i].Copied() && rapid.Bool().Draw(t, "two copies") {
			cfg.Tiers[i].Copies = 2
		}
	}
}

func generateRestore(t *rapid.T, cfg *Config) {
	for i := range rapid.IntRange(0, 3).Draw(t, "operators") {
		account := rapid.SampledFrom([]string{"*", cfg.Central.Account}).Draw(t, "operator account")
		cfg.Restore.Operators = append(cfg.Restore.Operators,
			fmt.Sprintf("arn:%s:iam::%s:role/team-%d/restore_*", Partition(cfg.Central.Region), account, i))
	}
	cfg.Restore.LandingDays = rapid.IntRange(1, MaxLandingDays).Draw(t, "landing days")
	cfg.Restore.EvidenceDays = rapid.IntRange(1, MaxRetentionDays).Draw(t, "evidence days")
	cfg.Restore.RemoveDeleteMarkers = rapid.Bool().Draw(t, "delete markers")
	cfg.Central.Audit.Enabled = rapid.Bool().Draw(t, "audit")
	if len(cfg.copied) > 0 && rapid.Bool().Draw(t, "copies tested") {
		cfg.Central.RestoreTesting = &CentralRestoreTesting{generateCron(t)}
	}
	for _, w := range cfg.Workloads {
		for _, b := range w.Buckets {
			if tests := w.RestoreTesting; tests != nil && slices.Contains(tests.Tiers, b.Tier) && rapid.Bool().Draw(t, "canary") {
				tests.Canaries = append(tests.Canaries, Canary{b.Name, "canary/ü.txt", rapid.StringMatching(`[0-9a-f]{64}`).Draw(t, "hash")})
			}
		}
	}
}

func generateAlerts(t *rapid.T, cfg *Config) {
	cfg.Alerts.Email = rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,9}@example\.com`), 0, 2).Draw(t, "email")
	for i := range rapid.IntRange(0, 2).Draw(t, "slack") {
		cfg.Alerts.Slack = append(cfg.Alerts.Slack, Slack{fmt.Sprintf("backup/slack-%d", i)})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "pagerduty") {
		cfg.Alerts.PagerDuty = append(
			cfg.Alerts.PagerDuty,
			PagerDuty{fmt.Sprintf("backup/pagerduty-%d", i), rapid.SampledFrom(syntaxes["severity"].enum).Draw(t, "severity"),
				syntaxes["pagerduty_endpoint"].enum[i%2],
			},
		)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "teams") {
		cfg.Alerts.Teams = append(cfg.Alerts.Teams, Teams{fmt.Sprintf("backup/teams-%d", i)})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "webhooks") {
		cfg.Alerts.Webhook = append(cfg.Alerts.Webhook, Webhook{fmt.Sprintf("backup/hook-%d", i), []string{"", "backup/header"}[i%2]})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "topics") {
		at := cfg.Central.Region
		cfg.Alerts.Topics = append(cfg.Alerts.Topics, Topic{snsTopicARN(at, "555555555555", fmt.Sprintf("oncall-%d", i))})
	}
}

func generateRollout(t *rapid.T, cfg *Config, region *rapid.Generator[string]) {
	if rapid.Bool().Draw(t, "pipeline") {
		r := region.Draw(t, "pipeline region")
		p := &Pipeline{
			Account: "444444444444", Region: r, Repository: "example/backup", Branch: rapid.SampledFrom([]string{"main", "release/1.0"}).Draw(t, "branch"),
			ConnectionARN: fmt.Sprintf("arn:%s:codeconnections:%s:444444444444:connection/0a1b", Partition(r), r),
		}
		for _, id := range cfg.workloadIDs() {
			p.Waves = append(p.Waves, []string{id})
			if rapid.Bool().Draw(t, "approve") {
				p.ApproveBefore = append(p.ApproveBefore, id)
			}
		}
		cfg.Rollout.Pipeline = p
	}
}
