// Package pagerduty triggers and resolves incidents through PagerDuty's Events API v2 (F-EVT-13).
package pagerduty

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/PagerDuty/go-pagerduty"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/secret"
	"central-s3-backup/lambda/alerts/internal/send"
)

// Limits of the API, in characters (F-EVT-13).
const (
	maxSummary  = 1024
	maxDedupKey = 255
	// maxRaw is the limit of one value, so that an unknown event fits into the 512 KB of a request.
	maxRaw = 64 << 10
)

const (
	product         = "central-s3-backup"
	defaultSeverity = "critical"
)

// Severities lists the severities that PagerDuty knows.
var Severities = []string{"critical", "error", "warning", "info"}

const (
	trigger = "trigger"
	resolve = "resolve"
)

// Messages returns the events, one per request. They are in the order of the alerts, so that the event
// that resolves an incident comes after the one that triggered it. An alert without an incident, such
// as a modified plan, gives no event.
func Messages(d alerting.Destination, alerts []alert.Alert) []send.Message {
	var options []pagerduty.ClientOptions
	if d.Endpoint != "" {
		options = append(options, pagerduty.WithV2EventsAPIEndpoint(d.Endpoint))
	}
	var messages []send.Message
	add := func(place int, event pagerduty.V2Event) {
		messages = append(messages, send.Message{
			Alerts:  []int{place},
			Payload: event,
			Post: func(ctx context.Context, with send.Means) error {
				api := pagerduty.NewClient("", options...) // events need no token of the account
				api.HTTPClient = with.Client
				keyed := event
				keyed.RoutingKey = with.Keys.Main.Reveal()
				_, err := api.ManageEventWithContext(ctx, &keyed)
				return err
			},
		})
	}
	for i, a := range alerts {
		switch {
		case a.Action == alert.Trigger && a.Test:
			add(i, opening(d, a))
			add(i, ending(a))
		case a.Action == alert.Trigger:
			add(i, opening(d, a))
		case a.Action == alert.Resolve:
			add(i, ending(a))
		}
	}
	return messages
}

type link struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

func opening(d alerting.Destination, a alert.Alert) pagerduty.V2Event {
	summary := a.Headline()
	if a.Workload != "" {
		summary += " (" + a.Workload + ")"
	}
	event := pagerduty.V2Event{
		RoutingKey: secret.Secret{}.String(),
		Action:     trigger,
		DedupKey:   dedupKey(a.Key),
		Client:     product,
		ClientURL:  a.Link,
		Payload: &pagerduty.V2Payload{
			Summary:   alert.Cut(summary, maxSummary),
			Source:    cmp.Or(alert.Cut(a.Subject(), maxSummary), product),
			Severity:  cmp.Or(a.Severity, d.Severity, defaultSeverity),
			Timestamp: a.Time,
			Component: a.Vault,
			Group:     a.Workload,
			Class:     a.Kind,
			Details:   details(a),
		},
	}
	if a.Link != "" {
		event.Links = []any{link{a.Link, "AWS console"}}
	}
	return event
}

func ending(a alert.Alert) pagerduty.V2Event {
	return pagerduty.V2Event{RoutingKey: secret.Secret{}.String(), Action: resolve, DedupKey: dedupKey(a.Key)}
}

// details has everything that is known, for people who open the incident.
func details(a alert.Alert) map[string]string {
	all := map[string]string{}
	for _, d := range append([]alert.Detail{
		{Name: "What happened", Value: a.Message}, {Name: "What to do", Value: a.Advice},
		{Name: "Project", Value: a.Project}, {Name: "Workload", Value: a.Workload}, {Name: "Tier", Value: a.Tier},
		{Name: "Bucket", Value: a.Bucket}, {Name: "Vault", Value: a.Vault}, {Name: "Resource", Value: a.Resource},
		{Name: "Account", Value: a.Account}, {Name: "Region", Value: a.Region},
		{Name: "Event", Value: a.Raw},
	}, a.Details...) {
		if d.Value != "" {
			all[d.Name] = alert.Cut(d.Value, maxRaw)
		}
	}
	return all
}

// dedupKey returns the key of an incident. It returns a hash of a key that is too long for PagerDuty.
func dedupKey(key string) string {
	if len(key) <= maxDedupKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}
