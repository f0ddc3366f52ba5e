package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestSilenceHours: missing backups are noticed by the schedule and the recovery point objective of the tier, not by
// its completion window, which counts for the first backup alone. Copies are noticed by the rule that copies.
func TestSilenceHours(t *testing.T) {
	for _, test := range []struct {
		what, keys                        string
		backups, copies, first, firstCopy int
	}{
		{"daily", "", 50, 50, 168, 168},
		{"daily, a day to lose", "rpo_minutes: 1440", 26, 26, 168, 168},
		{"daily, two days to lose", "rpo_minutes: 2880", 48, 48, 168, 168},
		{"daily, a week to lose", "rpo_minutes: 10080", 50, 50, 168, 168},
		{"daily, completed within a day", "schedule: {completion_window_minutes: 1440}", 49, 49, 50, 50},
		{"hourly", "schedule: {cron: cron(5 * * * ? *)}", 4, 4, 168, 168},
		{"hourly, an hour to lose", "rpo_minutes: 60, schedule: {cron: cron(5 * * * ? *)}", 3, 3, 168, 168},
		{"hourly, completed within two", "schedule: {cron: cron(5 * * * ? *), completion_window_minutes: 120}", 4, 4, 5, 5},
		{"every six hours", "schedule: {cron: cron(5 0/6 * * ? *)}", 14, 14, 168, 168},
		{"every three days", "schedule: {cron: 'cron(5 2 ? * MON,THU,SAT *)'}", 146, 146, 168, 168},
		{"every six days", "schedule: {cron: 'cron(5 2 ? * SUN,MON *)'}", 168, 168, 168, 168},
		{"weekly", "schedule: {cron: cron(5 2 ? * SUN *)}", 0, 0, 168, 168},
		{"monthly", "schedule: {cron: cron(5 2 1 * ? *)}", 0, 0, 168, 168},
		{"copied every week, snapshots every day",
			"schedule: {cron: cron(5 2 ? * SUN *)}, snapshot_backup: {delete_after_days: 60, schedule: cron(5 5 * * ? *)}", 50, 0, 168, 168},
		{"copied every day, snapshots every hour, completed within two", "schedule: {completion_window_minutes: 120}, " +
			"snapshot_backup: {delete_after_days: 60, schedule: cron(5 * * * ? *)}", 4, 27, 5, 28},
	} {
		cfg := load(t, minimal+"\ntiers: [{name: critical_data, "+test.keys+"}]\n")
		tier := cfg.Tiers.find("critical_data")
		got := silence{cfg.SilenceHours(tier), cfg.CopySilenceHours(tier), cfg.FirstSilenceHours(tier), cfg.FirstCopySilenceHours(tier)}
		if want := (silence{test.backups, test.copies, test.first, test.firstCopy}); got != want {
			t.Errorf("%s: %+v hours, want %+v", test.what, got, want)
		}
	}
}

// TestAlarmsOfTags: the alarms of a tier that is selected by tag alone say that the tag may be missing.
func TestAlarmsOfTags(t *testing.T) {
	cfg := load(t, strings.TrimRight(minimal, "\n")+"\n    select_tagged: [critical_data, curated_data]\n")
	for _, a := range cfg.SilenceAlarms(cfg.Workloads[0]) {
		said := strings.Contains(a.Description, "if no bucket has the tag")
		if want := a.Tier == "curated_data"; said != want {
			t.Errorf("%s: %s", a.Name, a.Description)
		}
	}
	cfg = load(t, strings.TrimRight(minimal, "\n")+"\n    select_tagged: [{tier: curated_data, tag: {team: lake}}]\n")
	for _, a := range cfg.SilenceAlarms(cfg.Workloads[0]) {
		said := strings.Contains(a.Description, "if no bucket has the tags that select_tagged selects")
		if want := a.Tier == "curated_data"; said != want {
			t.Errorf("%s: %s", a.Name, a.Description)
		}
	}
}

// TestCopyWindowAdvice: a window that a warning on late copy alarms asks for ends it, gives no other, and is the longest
// that does. There is no advice where no window is both short enough and long enough for a first backup.
func TestCopyWindowAdvice(t *testing.T) {
	checks := []string{"copy-alarm-late", "silence-after-rpo", "completion-within-a-day", "completion-soon-after-start"}
	advice := regexp.MustCompile(`a completion_window_minutes of at most (\d+)`)
	for _, test := range []struct {
		rpo, cron string
		longest   int // zero: no advice
	}{
		{"", "cron(5 * * * ? *)", 0},
		{"", "cron(5 0/8 * * ? *)", 0},
		{"", "cron(5 0/11 * * ? *)", 2145},
		{"rpo_minutes: 1560, ", "cron(5 2 * * ? *)", 0},
		{"rpo_minutes: 2880, ", "cron(5 2 * * ? *)", 2805},
		{"rpo_minutes: 180, ", "cron(5 * * * ? *)", 0},
		{"rpo_minutes: 60, ", "cron(5 * * * ? *)", 0},
	} {
		warned := func(window int) (texts []string) {
			keys := fmt.Sprintf("%sschedule: {cron: '%s', completion_window_minutes: %d}", test.rpo, test.cron, window)
			for _, p := range load(t, minimal+"\ntiers: [{name: critical_data, "+keys+"}]\n").Warnings {
				if slices.Contains(checks, p.Check) {
					texts = append(texts, p.String())
				}
			}
			return texts
		}
		for _, window := range []int{10080, 10079, 4320} {
			before := warned(window)
			if len(before) != 1 || !strings.Contains(before[0], "if copies stop") {
				t.Fatalf("%s%s with %d: %q", test.rpo, test.cron, window, before)
			}
			found := advice.FindStringSubmatch(before[0])
			if test.longest == 0 {
				if found != nil {
					t.Errorf("%s%s: advises %s", test.rpo, test.cron, found)
				}
				continue
			}
			if found == nil || found[1] != strconv.Itoa(test.longest) {
				t.Errorf("%s%s: advises %q, want %d", test.rpo, test.cron, found, test.longest)
			}
			if after := warned(test.longest); after != nil {
				t.Errorf("%s%s: as advised, there is %q", test.rpo, test.cron, after)
			}
			if after := warned(test.longest + 1); len(after) != 1 {
				t.Errorf("%s%s: with one minute more, there is %q", test.rpo, test.cron, after)
			}
		}
	}
}

// TestReceivers: a function for Slack or PagerDuty alone is described as it always was, since that is in templates.
func TestReceivers(t *testing.T) {
	for want, a := range map[string]Alerts{
		"":                                     {Email: []string{"a@example.com"}},
		"Slack and PagerDuty":                  {Slack: []Slack{{"s"}}},
		"Slack, PagerDuty and webhooks":        {PagerDuty: []PagerDuty{{RoutingKeySecret: "p"}}, Webhook: []Webhook{{"h", ""}}},
		"topics":                               {Topics: []Topic{{"t"}}},
		"Microsoft Teams, webhooks and topics": {Topics: []Topic{{"t"}}, Teams: []Teams{{"t"}}, Webhook: []Webhook{{"h", ""}}},
	} {
		if got := a.Receivers("and"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestSecretsOfDestinations: the function reads the secrets of headers too, and publishes to each topic once.
func TestSecretsOfDestinations(t *testing.T) {
	a := Alerts{
		Slack: []Slack{{"s"}}, Teams: []Teams{{"t"}}, Webhook: []Webhook{{"h", "header"}, {"other", ""}},
		Topics: []Topic{{"arn:1"}, {"arn:2"}, {"arn:1"}},
	}
	if got := strings.Join(a.Secrets(), " ") + ", " + strings.Join(a.TopicARNs(), " "); got != "s t h header other, arn:1 arn:2" {
		t.Error(got)
	}
}

// TestPagerDutyEndpoint: an account in the EU has its own endpoint, and the usual one needs no word in the templates.
func TestPagerDutyEndpoint(t *testing.T) {
	a := Alerts{PagerDuty: []PagerDuty{{RoutingKeySecret: "us", Endpoint: "us"}, {RoutingKeySecret: "eu", Endpoint: "eu"}}}
	var got []string
	for _, d := range a.Delivered() {
		got = append(got, d.Secret+" "+d.Endpoint)
	}
	if want := []string{"us ", "eu https://events.eu.pagerduty.com"}; !slices.Equal(got, want) {
		t.Errorf("%q; want %q", got, want)
	}
}

// TestRolesUnwatched: one warning where calls on a backup role reach no rule, and none where they do, or where nothing
// but e-mails would be sent.
func TestRolesUnwatched(t *testing.T) {
	const slack = "alerts: {email: [a@example.com], slack: [{webhook_secret: s}]}"
	for _, test := range []struct {
		alerts, regions, want string
	}{
		{slack, "us-east-1", ""},
		{slack, "eu-west-1", "workloads[0].region: 1 workload elsewhere"},
		{slack, "us-east-1 eu-west-1 eu-central-1", "workloads[1].region: 2 workloads elsewhere"},
		{"alerts: {email: [a@example.com]}", "eu-west-1", ""},
	} {
		text := "version: 1\nproject: acme\norganization: {id: o-a1b2c3d4e5}\ncentral: {account: \"111111111111\", region: us-east-1}\n" +
			test.alerts + "\nworkloads:\n"
		for i, region := range strings.Fields(test.regions) {
			text += fmt.Sprintf(
				"  - {name: w%d, environment: dev, account: \"222222222222\", region: %s, buckets: [{name: acme-w%[1]d, tier: critical_data}]}\n",
				i,
				region,
			)
		}
		var got []string
		for _, p := range load(t, text).Warnings {
			if p.Check == "roles-unwatched" {
				got = append(got, p.Path+": "+p.Got)
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s, %s: %q; want %q", test.alerts, test.regions, got, test.want)
		}
	}
}
