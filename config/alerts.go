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
	for _, channel := range a.Teams {
		all = append(all, alerting.Destination{Kind: alerting.Teams, Secret: channel.WebhookSecret})
	}
	for _, hook := range a.Webhook {
		all = append(all, alerting.Destination{Kind: alerting.Webhook, Secret: hook.URLSecret, HeaderSecret: hook.HeaderSecret})
	}
	for _, topic := range a.Topics {
		all = append(all, alerting.Destination{Kind: alerting.Topic, TopicARN: topic.ARN})
	}
	return all
}

// Secrets lists the names of the secrets that the function reads, each once for each destination, in file order.
func (a Alerts) Secrets() []string {
	var names []string
	for _, d := range a.Delivered() {
		for _, name := range []string{d.Secret, d.HeaderSecret} {
			if name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// TopicARNs lists the topics that the function publishes to, each once.
func (a Alerts) TopicARNs() []string {
	var arns []string
	for _, topic := range a.Topics {
		if !slices.Contains(arns, topic.ARN) {
			arns = append(arns, topic.ARN)
		}
	}
	return arns
}

// Receivers names the kinds of destinations that the function delivers to, joined by a word: "Slack and PagerDuty". These
// two are named together: most have one of them, and their names are in templates.
func (a Alerts) Receivers(word string) string {
	var names []string
	if len(a.Slack)+len(a.PagerDuty) > 0 {
		names = []string{"Slack", "PagerDuty"}
	}
	for _, kind := range []struct {
		name  string
		count int
	}{{"Microsoft Teams", len(a.Teams)}, {"webhooks", len(a.Webhook)}, {"topics", len(a.Topics)}} {
		if kind.count > 0 {
			names = append(names, kind.name)
		}
	}
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " " + word + " " + names[last]
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
	// AirGappedVault is the vault that takes the tier's backups in place of Vault. Empty: there is none.
	AirGappedVault string
	// Jobs are Backups or Copies.
	Jobs string
	// Hours without a job after which the alarm goes into ALARM.
	Hours int
	// ClockName is the name of the rule that tells for how long there have been such jobs.
	ClockName string
	// FirstHours is how long the first job may take, in hours.
	FirstHours int
}

// Kinds of jobs.
const (
	Backups = "backups"
	Copies  = "copies"
)

// SilenceAlarms lists the alarms for missing backups and copies of a workload, by tier.
func (c *Config) SilenceAlarms(w Workload) []SilenceAlarm {
	var alarms []SilenceAlarm
	for _, use := range c.TierUses(w) {
		t, s := use.Tier, c.silences[use.Tier.Name]
		untagged := ""
		if len(use.Buckets) == 0 {
			untagged = " There are none either if no bucket has the tag."
			if slices.ContainsFunc(use.Tagged, func(s TagSelection) bool { return !s.OfTier() }) {
				untagged = " There are none either if no bucket has the tags that select_tagged selects."
			}
		}
		airGapped := ""
		if t.hasAirGapped() {
			airGapped = c.AirGappedVaultName(w, t)
		}
		add := func(jobs string, hours, first int) {
			if hours > 0 {
				alarms = append(alarms, SilenceAlarm{
					Name: c.SilenceAlarmName(w, t, jobs),
					Description: fmt.Sprintf("No %s of %s of %s completed within %d hours, although they were due. "+
						"The first ones of a tier may take %d hours.%s", jobs, t.Name, w.ID(), hours, first, untagged),
					Tier:           t.Name,
					Vault:          c.TierName(w, t),
					AirGappedVault: airGapped,
					Jobs:           jobs,
					Hours:          hours,
					ClockName:      c.ClockRuleName(w, t, jobs),
					FirstHours:     first,
				})
			}
		}
		add(Backups, s.backups, s.first)
		add(Copies, s.copies, s.firstCopy)
	}
	return alarms
}

// silence holds what silence computes for a tier, in hours.
type silence struct{ backups, copies, first, firstCopy int }

// SilenceHours is the number of hours within which a backup of a tier in use must complete after the one before.
// Zero: there is no alarm, because the tier runs too seldom or has no backups.
func (c *Config) SilenceHours(t *Tier) int { return c.silences[t.Name].backups }

// CopySilenceHours is the same for copies. They run as often as the most frequent rule with a copy action.
func (c *Config) CopySilenceHours(t *Tier) int { return c.silences[t.Name].copies }

// FirstSilenceHours is the number of hours within which the first backup of a tier in use must complete.
func (c *Config) FirstSilenceHours(t *Tier) int { return c.silences[t.Name].first }

// FirstCopySilenceHours is the same for its first copy.
func (c *Config) FirstCopySilenceHours(t *Tier) int { return c.silences[t.Name].firstCopy }

// silencesOfTiers computes these numbers once for each tier in use, because a schedule is computed day by day.
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
	rule, interval := mostFrequent(t.Rules())
	s := silence{backups: t.silenceHours(rule, interval), first: t.firstHours(rule, interval)}
	if copied := t.CopiedRules(); len(copied) > 0 {
		rule, interval = mostFrequent(copied)
		s.copies, s.firstCopy = t.silenceHours(rule, interval), t.firstHours(rule, interval)
	}
	return s
}

// copyDays is how long no copies may reach the central account, in days. There the first copy cannot be told
// from later ones, so the time is that of the first. Zero: there is no alarm.
func (s silence) copyDays() int {
	if s.copies == 0 {
		return 0
	}
	return (s.firstCopy + 23) / 24
}

// silenceHours is how long no job may complete, in hours, with so many minutes between two runs of a rule. The next run
// comes after the interval and begins within the start window. Its job may then last as long as the interval,
// or to the end of the completion window (F-SCH-4), or as long as the recovery point objective lets it. Later
// backups are incremental: the long completion window is for the first one (F-S3-19).
func (t *Tier) silenceHours(r Rule, interval int) int {
	begun := interval + r.StartWindowMinutes
	least := hours(begun + MetricDelayMinutes)
	if interval == 0 || least > MaxAlarmHours {
		return 0
	}
	most := hours(interval + min(r.CompletionWindowMinutes, begun) + MetricDelayMinutes)
	if t.RPOMinutes > 0 {
		most = min(most, t.RPOMinutes/60)
	}
	return min(MaxAlarmHours, max(least, most))
}

// firstHours is how long the first job of a new tier may take, in hours: the first run comes within the interval.
func (t *Tier) firstHours(r Rule, interval int) int {
	return min(MaxAlarmHours, hours(interval+r.StartWindowMinutes+r.CompletionWindowMinutes+MetricDelayMinutes))
}

// hours is a number of minutes in hours, rounded up.
func hours(minutes int) int { return (minutes + 59) / 60 }

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
	// Count is the id of the [CopyCount] that the alarm looks at. Empty: all copies but second ones into an air-gapped vault.
	Count string
	// Second: the alarm is for the second of two central vaults.
	Second bool
	// Days without a copy after which the alarm goes into ALARM.
	Days int
}

// CopyAlarms lists the copy alarms of all workloads, by stack of the central account: for each tier one, or one for each of
// two central vaults. The central stack comes first; it is in the list even if it has no copy alarms.
func (c *Config) CopyAlarms() [][]CopyAlarm {
	var all []CopyAlarm
	for _, w := range c.Workloads {
		for _, use := range c.TierUses(w) {
			days := c.silences[use.Tier.Name].copyDays()
			if days == 0 {
				continue
			}
			alarm := func(where string) CopyAlarm {
				return CopyAlarm{
					Workload: w.ID(), Tier: use.Tier.Name,
					Description: fmt.Sprintf("No copies of %s of %s reached %s within %d days, although they were due. "+
						"INSUFFICIENT_DATA: no completed backups of this tier were reported either.", use.Tier.Name, w.ID(), where, days),
					VaultARN: c.copiedVaultARN(w, use.Tier),
					Days:     days,
				}
			}
			two := c.vaultsOfTwo(w, use.Tier)
			if two == nil {
				all = append(all, alarm("the central account"))
			}
			for i, v := range two {
				a := alarm(fmt.Sprintf("the central vault %s in %s", v.Name, v.Region))
				a.Count, a.Second = v.countID(), i > 0
				all = append(all, a)
			}
		}
	}
	if len(all) == 0 {
		return [][]CopyAlarm{nil}
	}
	return slices.Collect(slices.Chunk(all, MaxCopyAlarms))
}

// copiedVaultARN is the ARN of the vault that a tier's copies come from (F-LAG-2).
func (c *Config) copiedVaultARN(w Workload, t *Tier) string {
	if t.hasAirGapped() {
		return c.AirGappedVaultARN(w, t)
	}
	return c.VaultARN(w, t)
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
			if use.Tier.hasAirGapped() {
				vaults++
			}
		}
	}
	return accountEndings(vaults)
}

func accountEndings(vaults int) []string {
	if vaults <= MaxFilterVaults {
		return []string{""}
	}
	return strings.Split("0123456789", "")
}

// Fleet is what the function that delivers alerts has to know of the names that events mention.
func (c *Config) Fleet() alerting.Fleet {
	f := alerting.Fleet{
		Project: c.Project,
		Central: alerting.Central{Account: c.Central.Account, Region: c.Central.Region, VaultRegions: c.CentralRegions()[1:]},
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
			if use.Tier.hasAirGapped() {
				f.Vaults[alerting.Key(w.Account, w.Region, c.AirGappedVaultName(w, use.Tier))] = owner
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

// secretMeant implements secretKeeper for the URL of the webhook.
func (s *Slack) secretMeant(key string) (meant, secret string) {
	if slices.Contains([]string{"webhook_url", "webhook", "url", "webhookUrl", "webhookURL"}, key) {
		return "webhook_secret", "the URL of the webhook"
	}
	return "", ""
}

// secretMeant implements secretKeeper for the routing key, which PagerDuty also calls the integration key.
func (p *PagerDuty) secretMeant(key string) (meant, secret string) {
	if slices.Contains([]string{"routing_key", "integration_key", "key", "routingKey"}, key) {
		return "routing_key_secret", "the routing key"
	}
	return "", ""
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
	for i, channel := range a.Teams {
		all = append(all, destination{fmt.Sprintf("alerts.teams[%d].webhook_secret", i), "teams", channel.WebhookSecret})
	}
	for i, hook := range a.Webhook {
		all = append(all, destination{fmt.Sprintf("alerts.webhook[%d].url_secret", i), "webhook", hook.URLSecret})
	}
	for i, topic := range a.Topics {
		all = append(all, destination{topicPath(i), "topic", topic.ARN})
	}
	return all
}

func topicPath(i int) string { return fmt.Sprintf("alerts.topics[%d].arn", i) }

// pagerDutyRegionMeant returns the service region that people mean who write a continent, a Region of AWS or the URL of the
// API, or "" (F-EVT-20).
func pagerDutyRegionMeant(value string) string {
	value = strings.ToLower(value)
	words := strings.FieldsFunc(value, func(r rune) bool { return r < 'a' || r > 'z' })
	switch {
	case slices.Contains(words, alerting.EndpointEU) || strings.HasPrefix(value, "euro"):
		return alerting.EndpointEU
	case slices.Contains(words, alerting.EndpointUS) || slices.Contains(words, "usa") || slices.Contains(words, "pagerduty"):
		return alerting.EndpointUS
	}
	return ""
}
