package config

import (
	"fmt"
	"slices"
	"strings"

	"central-s3-backup/internal/alerting"
)

// Delivered lists the destinations that alerts are delivered to by the function, in file order.
// Amazon SNS writes e-mails by itself.
func (a Alerts) Delivered() []alerting.Destination {
	var all []alerting.Destination
	for _, channel := range a.Slack {
		all = append(all, alerting.Destination{Kind: alerting.Slack, Secret: channel.WebhookSecret})
	}
	for _, service := range a.PagerDuty {
		all = append(all, alerting.Destination{
			Kind: alerting.PagerDuty, Secret: service.RoutingKeySecret, Severity: service.Severity,
			Endpoint: alerting.Endpoint(service.Endpoint),
		})
	}
	return all
}

// Subscribers lists the e-mail addresses, each once.
func (a Alerts) Subscribers() []string {
	var all []string
	for _, address := range a.Email {
		if !slices.Contains(all, address) {
			all = append(all, address)
		}
	}
	return all
}

// SilenceAlarm is an alarm for missing backups or copies of a tier.
type SilenceAlarm struct {
	// Name of the alarm, and its description.
	Name, Description string
	// Tier and Vault that it watches.
	Tier, Vault string
	// Jobs are Backups or Copies.
	Jobs string
	// Days without a job after which the alarm goes into ALARM.
	Days int
}

// Kinds of jobs.
const (
	Backups = "backups"
	Copies  = "copies"
)

// SilenceAlarms lists the alarms for missing backups and copies of a workload.
func (c *Config) SilenceAlarms(w Workload) []SilenceAlarm {
	var alarms []SilenceAlarm
	add := func(t *Tier, jobs string, days int) {
		if days > 0 {
			alarms = append(alarms, SilenceAlarm{
				Name: c.SilenceAlarmName(w, t, jobs),
				Description: fmt.Sprintf("No %s of %s of %s completed within %d days, although they were due. A tier that was "+
					"added to the stack in these days still waits for its first ones.", jobs, t.Name, w.ID(), days),
				Tier:  t.Name,
				Vault: c.TierName(w, t),
				Jobs:  jobs,
				Days:  days,
			})
		}
	}
	for _, use := range c.TierUses(w) {
		add(use.Tier, Backups, c.SilenceDays(use.Tier))
		add(use.Tier, Copies, c.CopySilenceDays(use.Tier))
	}
	return alarms
}

// silence holds the results of SilenceDays and CopySilenceDays for a tier.
type silence struct{ backups, copies int }

// SilenceDays is the number of days within which a backup of a tier in use must complete: the longest time
// between two runs of its most frequent rule, plus its windows, but at most as long as an alarm can look
// back. Zero: there is no alarm, because the tier runs too seldom or has no backups.
func (c *Config) SilenceDays(t *Tier) int { return c.silences[t.Name].backups }

// CopySilenceDays is the same for copies. They run as often as the rule with the copy action.
func (c *Config) CopySilenceDays(t *Tier) int { return c.silences[t.Name].copies }

// silencesOfTiers computes both numbers once for each tier in use, because a schedule is computed day by day.
func (c *Config) silencesOfTiers() map[string]silence {
	silences := map[string]silence{}
	for ref := range c.tierReferences() {
		t := c.tier(ref.tier)
		if t == nil {
			continue // an unknown tier, which is reported
		}
		if _, known := silences[t.Name]; !known {
			silences[t.Name] = t.silence()
		}
	}
	return silences
}

func (t *Tier) silence() silence {
	var s silence
	shortest := 0
	for i, rule := range t.rules() {
		interval := intervalMinutes(rule.cron)
		if shortest == 0 || interval < shortest {
			shortest = interval
		}
		if i == 0 && t.Copied() {
			s.copies = t.silenceDays(interval)
		}
	}
	s.backups = t.silenceDays(shortest)
	return s
}

func (t *Tier) silenceDays(interval int) int {
	const day = 24 * 60
	if interval == 0 || interval+t.Schedule.StartWindowMinutes >= MaxAlarmDays*day {
		return 0
	}
	return min(MaxAlarmDays, (interval+t.Schedule.StartWindowMinutes+t.Schedule.CompletionWindowMinutes+day-1)/day)
}

// Reached says whether events of a workload's account reach the central account. Events do not cross partitions.
func (c *Config) Reached(w Workload) bool { return Partition(w.Region) == Partition(c.Central.Region) }

// CopyAlarm is an alarm of the central account for missing copies of a workload's tier.
type CopyAlarm struct {
	// Workload is its NAME-ENV, and Tier the name of the tier.
	Workload, Tier string
	// Description of the alarm.
	Description string
	// VaultARN is the ARN of the source vault.
	VaultARN string
	// Days without a copy after which the alarm goes into ALARM.
	Days int
}

// CopyAlarms lists the copy alarms of all workloads, by stack of the central account. The central stack
// comes first; it is in the list even if it has no copy alarms.
func (c *Config) CopyAlarms() [][]CopyAlarm {
	var all []CopyAlarm
	for _, w := range c.Workloads {
		for _, use := range c.TierUses(w) {
			if days := c.CopySilenceDays(use.Tier); days > 0 {
				all = append(all, CopyAlarm{
					Workload: w.ID(), Tier: use.Tier.Name,
					Description: fmt.Sprintf("No copies of %s of %s reached the central account within %d days, although they were due. "+
						"INSUFFICIENT_DATA: no completed backups of this tier were reported either.", use.Tier.Name, w.ID(), days),
					VaultARN: c.VaultARN(w, use.Tier),
					Days:     days,
				})
			}
		}
	}
	if len(all) == 0 {
		return [][]CopyAlarm{nil}
	}
	return slices.Collect(slices.Chunk(all, MaxCopyAlarms))
}

// AccountEndings splits the metric filters: one pair for each last digit of the account id. With at most
// [MaxFilterVaults] vaults there is one pair for all accounts, "". Ten pairs suffice for about nine
// thousand vaults, if the last digits are evenly spread.
func (c *Config) AccountEndings() []string {
	vaults := 0
	for _, w := range c.Workloads {
		for _, use := range c.TierUses(w) {
			if use.Tier.BackedUp() {
				vaults++
			}
		}
	}
	if vaults <= MaxFilterVaults {
		return []string{""}
	}
	return strings.Split("0123456789", "")
}

// Fleet is what the function that delivers alerts has to know of the names that events mention.
func (c *Config) Fleet() alerting.Fleet {
	f := alerting.Fleet{
		Project: c.Project,
		Central: alerting.Central{Account: c.Central.Account, Region: c.Central.Region},
		Vaults:  map[string]alerting.Owner{},
		Buckets: map[string]alerting.Owner{},
		Alarms:  map[string]alerting.Alarm{},

		DeployRoleARNs: []string{deployRoleARN(Partition(c.Central.Region), alerting.AccountPlaceholder, alerting.RegionPlaceholder)},
	}
	for _, w := range c.Workloads {
		for _, use := range c.TierUses(w) {
			owner := alerting.Owner{Workload: w.ID(), Tier: use.Tier.Name}
			if use.Tier.BackedUp() {
				f.Vaults[alerting.Key(w.Account, w.Region, c.TierName(w, use.Tier))] = owner
			}
			for _, b := range use.Buckets {
				f.Buckets[alerting.Key(w.Account, w.Region, b.Name)] = owner
			}
		}
		for _, a := range c.SilenceAlarms(w) {
			f.Alarms[alerting.Key(w.Account, w.Region, a.Name)] = alerting.Alarm{Vault: a.Vault, Description: a.Description}
		}
	}
	return f
}

// destination is an alert destination with its path in backup.yaml.
type destination struct{ path, kind, name string }

func (a Alerts) destinations() []destination {
	var all []destination
	for i, address := range a.Email {
		all = append(all, destination{fmt.Sprintf("alerts.email[%d]", i), "email", address})
	}
	for i, channel := range a.Slack {
		all = append(all, destination{fmt.Sprintf("alerts.slack[%d].webhook_secret", i), "slack", channel.WebhookSecret})
	}
	for i, service := range a.PagerDuty {
		all = append(all, destination{fmt.Sprintf("alerts.pagerduty[%d].routing_key_secret", i), "pagerduty", service.RoutingKeySecret})
	}
	return all
}
