package config

import (
	"fmt"
	"slices"
	"strings"

	"central-s3-backup/internal/estate"
)

// AlertDestination is where the function of the central account delivers alerts.
type AlertDestination struct {
	// Kind is slack or pagerduty.
	Kind string `json:"kind"`
	// Secret is the name, in the central account's Secrets Manager, of what the destination is reached with.
	Secret string `json:"secret"`
	// Severity of PagerDuty's incidents. Empty for others.
	Severity string `json:"severity,omitempty"`
}

// Delivered lists the destinations that alerts are delivered to by the function, in file order.
// Amazon SNS writes e-mails by itself.
func (a Alerts) Delivered() []AlertDestination {
	var all []AlertDestination
	for _, channel := range a.Slack {
		all = append(all, AlertDestination{Kind: "slack", Secret: channel.WebhookSecret})
	}
	for _, service := range a.PagerDuty {
		all = append(all, AlertDestination{Kind: "pagerduty", Secret: service.RoutingKeySecret, Severity: service.Severity})
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

// SilenceAlarm is an alarm on jobs of a tier that do not come.
type SilenceAlarm struct {
	// Name of the alarm, and what it means.
	Name, Description string
	// Tier and Vault that it watches.
	Tier, Vault string
	// Jobs are Backups or Copies.
	Jobs string
	// Days without one after which it rings.
	Days int
}

// Jobs that may be silent.
const (
	Backups = "backups"
	Copies  = "copies"
)

// SilenceAlarms lists those of a workload.
func (c *Config) SilenceAlarms(w Workload) []SilenceAlarm {
	var alarms []SilenceAlarm
	add := func(t *Tier, jobs string, days int) {
		if days > 0 {
			alarms = append(alarms, SilenceAlarm{
				Name:        c.SilenceAlarmName(w, t, jobs),
				Description: fmt.Sprintf("No %s of %s of %s have completed for %d days or longer, though they were due. Of a tier that was added to the stack since, the first are still due.", jobs, t.Name, w.ID(), days),
				Tier:        t.Name,
				Vault:       c.TierName(w, t),
				Jobs:        jobs,
				Days:        days,
			})
		}
	}
	for _, use := range c.TierUses(w) {
		add(use.Tier, Backups, c.SilenceDays(use.Tier))
		add(use.Tier, Copies, c.CopySilenceDays(use.Tier))
	}
	return alarms
}

// silence is after how many days without a job something is wrong with a tier.
type silence struct{ backups, copies int }

// SilenceDays is after how many days without a backup job that completed something is wrong with a
// tier in use: the longest time between two runs of its most frequent rule, plus its windows, but not
// more than an alarm can look back. Zero: it runs too seldom for an alarm, or is not backed up.
func (c *Config) SilenceDays(t *Tier) int { return c.silences[t.Name].backups }

// CopySilenceDays is the same for copy jobs, which run as often as the rule that has the copy action.
func (c *Config) CopySilenceDays(t *Tier) int { return c.silences[t.Name].copies }

// silencesOfTiers computes both for each tier in use, once: a schedule is looked through day by day.
func (c *Config) silencesOfTiers() map[string]silence {
	silences := map[string]silence{}
	for ref := range c.tierReferences() {
		t := c.tier(ref.tier)
		if t == nil {
			continue // reported where the tier is named
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

// Reached says whether events of a workload's account reach the central account. Nothing crosses partitions.
func (c *Config) Reached(w Workload) bool { return Partition(w.Region) == Partition(c.Central.Region) }

// CopyAlarm is an alarm of the central account on a tier of a workload whose copies do not come.
type CopyAlarm struct {
	// Workload is its NAME-ENV, and Tier the name of the tier.
	Workload, Tier string
	// Description is what it means.
	Description string
	// VaultARN is the ARN of the vault that is copied.
	VaultARN string
	// Days without a copy after which it rings.
	Days int
}

// CopyAlarms lists those of all workloads by the stack of the central account that has room for them,
// the central stack first. There is always that one.
func (c *Config) CopyAlarms() [][]CopyAlarm {
	var all []CopyAlarm
	for _, w := range c.Workloads {
		for _, use := range c.TierUses(w) {
			if days := c.CopySilenceDays(use.Tier); days > 0 {
				all = append(all, CopyAlarm{
					Workload: w.ID(), Tier: use.Tier.Name,
					Description: fmt.Sprintf("No copies of %s of %s have reached the central account for %d days or longer, though they were due. "+
						"With insufficient data, none of its backups is heard to complete any more, or not yet.", use.Tier.Name, w.ID(), days),
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

// AccountEndings are last digits of accounts, each for a filter on the events of accounts that end so:
// one that is empty, for all of them, as long as there are at most [MaxFilterVaults] vaults, or else all
// ten. That suffices for accounts whose last digits are spread and some nine thousand vaults.
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

// Estate is what the function that delivers alerts has to know of the names that events mention.
func (c *Config) Estate() estate.Estate {
	e := estate.Estate{
		Project: c.Project,
		Central: estate.Central{Account: c.Central.Account, Region: c.Central.Region},
		Vaults:  map[string]estate.Owner{},
		Buckets: map[string]estate.Owner{},
		Alarms:  map[string]estate.Alarm{},

		DeployRoleARNs: []string{c.DeployRoleARNs()},
	}
	for _, w := range c.Workloads {
		for _, use := range c.TierUses(w) {
			owner := estate.Owner{Workload: w.ID(), Tier: use.Tier.Name}
			if use.Tier.BackedUp() {
				e.Vaults[estate.Key(w.Account, w.Region, c.TierName(w, use.Tier))] = owner
			}
			for _, b := range use.Buckets {
				e.Buckets[estate.Key(w.Account, w.Region, b.Name)] = owner
			}
		}
		for _, a := range c.SilenceAlarms(w) {
			e.Alarms[estate.Key(w.Account, w.Region, a.Name)] = estate.Alarm{Vault: a.Vault, Description: a.Description}
		}
	}
	return e
}

// destination is where alerts go, with its place in backup.yaml.
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
