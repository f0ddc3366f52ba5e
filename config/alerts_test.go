package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestSilenceHours: missing backups are noticed by the schedule and the recovery point objective of the tier, not by
// its completion window, which counts for the first backup alone. Copies are noticed by the rule that copies.
func TestSilenceHours(t *testing.T) {
	for _, test := range []struct {
		what, keys             string
		backups, copies, first int
	}{
		{"daily", "", 50, 50, 168},
		{"daily, a day to lose", "rpo_minutes: 1440", 26, 26, 168},
		{"daily, two days to lose", "rpo_minutes: 2880", 48, 48, 168},
		{"daily, a week to lose", "rpo_minutes: 10080", 50, 50, 168},
		{"daily, completed within a day", "schedule: {completion_window_minutes: 1440}", 49, 49, 50},
		{"hourly", "schedule: {cron: cron(5 * * * ? *)}", 4, 4, 168},
		{"hourly, an hour to lose", "rpo_minutes: 60, schedule: {cron: cron(5 * * * ? *)}", 3, 3, 168},
		{"hourly, completed within two", "schedule: {cron: cron(5 * * * ? *), completion_window_minutes: 120}", 4, 4, 5},
		{"every six hours", "schedule: {cron: cron(5 0/6 * * ? *)}", 14, 14, 168},
		{"every three days", "schedule: {cron: 'cron(5 2 ? * MON,THU,SAT *)'}", 146, 146, 168},
		{"every six days", "schedule: {cron: 'cron(5 2 ? * SUN,MON *)'}", 168, 168, 168},
		{"weekly", "schedule: {cron: cron(5 2 ? * SUN *)}", 0, 0, 168},
		{"monthly", "schedule: {cron: cron(5 2 1 * ? *)}", 0, 0, 168},
		{"copied every week, snapshots every day",
			"schedule: {cron: cron(5 2 ? * SUN *)}, snapshot_backup: {delete_after_days: 60, schedule: cron(5 5 * * ? *)}", 50, 0, 168},
	} {
		cfg := load(t, minimal+"\ntiers: [{name: critical_data, "+test.keys+"}]\n")
		tier := cfg.Tiers.find("critical_data")
		got := silence{cfg.SilenceHours(tier), cfg.CopySilenceHours(tier), cfg.FirstSilenceHours(tier)}
		if want := (silence{test.backups, test.copies, test.first}); got != want {
			t.Errorf("%s: %+v hours, want %+v", test.what, got, want)
		}
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
			text += fmt.Sprintf("  - {name: w%d, environment: dev, account: \"222222222222\", region: %s, buckets: [{name: acme-w%[1]d, tier: critical_data}]}\n",
				i, region)
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
