package config

import (
	"slices"
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
