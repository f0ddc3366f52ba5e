package config

import (
	"slices"
	"testing"
)

// TestCopyAlarmDays: the days of a copy alarm follow from the rule that copies, not from a more frequent rule.
func TestCopyAlarmDays(t *testing.T) {
	cfg := load(t, minimal+`
tiers:
  - name: critical_data
    schedule: {cron: cron(5 2 */3 * ? *), start_window_minutes: 60, completion_window_minutes: 2880}
    snapshot_backup: {delete_after_days: 60, schedule: cron(5 5 * * ? *)}
`)
	alarms := cfg.CopyAlarms()
	if len(alarms) != 1 || len(alarms[0]) != 1 || alarms[0][0].Days != 6 {
		t.Errorf("alarms %+v, want one of 6 days", alarms)
	}
	if days := cfg.SilenceDays(cfg.Tiers.find("critical_data")); days != 4 {
		t.Errorf("backups have %d days, want 4", days)
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
