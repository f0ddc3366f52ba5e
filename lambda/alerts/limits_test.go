package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/internal/fixedseed"
	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/deliver"
)

// TestLimits: for any texts of AWS and any number of alerts in a batch, destinations can read what they
// receive, and Slack's message shows or counts every alert.
func TestLimits(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	text := func() string {
		alphabet := []rune("ab-_*`&<>|\n\"\\é🔥 ")
		length := []int{0, 5, 40, 300, 5000}[random.IntN(5)]
		runes := make([]rune, length)
		for i := range runes {
			runes[i] = alphabet[random.IntN(len(alphabet))]
		}
		return string(runes)
	}
	for range fixedseed.Share(60) {
		alerts := make([]alert.Alert, 1+random.IntN(100))
		for i := range alerts {
			alerts[i] = alert.Alert{
				Kind: []string{"backup job", "API call", "alarm"}[random.IntN(3)], Action: alert.Trigger, Key: "key", Title: "title" + text(),
				Message: text(), Advice: text(), Details: []alert.Detail{{Name: text(), Value: text()}, {Name: "more", Value: text()}},
				Link: "https://example.com/" + strings.Repeat("x", random.IntN(1500)), Raw: text(),
				Workload: text(), Tier: text(), Bucket: "b" + text(), Vault: text(), Account: text(), Region: text(),
			}
		}
		slack := deliver.Messages(alerting.Destination{Kind: "slack"}, alerts)
		if len(slack) != 1 || len(slack[0].Alerts) != len(alerts) {
			t.Fatalf("%d messages for %d alerts", len(slack), len(alerts))
		}
		body, err := json.Marshal(slack[0].Payload)
		if err != nil {
			t.Fatal(err)
		}
		if err := slackTakes(body); err != nil {
			t.Error(err)
		}
		var m slackMessage
		if err := json.Unmarshal(body, &m); err != nil {
			t.Fatal(err)
		}
		known := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "", "|Open in the AWS console>", "", "<https://example.com/", "")
		shown, more := len(m.Blocks)-1, 0
		if _, err := fmt.Sscanf(m.Blocks[len(m.Blocks)-1].Text.Text, "*and %d more:*", &more); err == nil {
			shown--
		}
		if shown+more != len(alerts) {
			t.Errorf("%d alerts are shown and %d counted, of %d", shown, more, len(alerts))
		}
		for _, b := range m.Blocks {
			if raw := known.Replace(b.Text.Text); b.Type == "section" && strings.ContainsAny(raw, "&<>") {
				t.Errorf("Slack would take this for control characters: %s", raw)
			}
		}
		for _, message := range deliver.Messages(alerting.Destination{Kind: "pagerduty"}, alerts[:1]) {
			body, err := json.Marshal(message.Payload)
			if err != nil {
				t.Fatal(err)
			}
			if fault := pagerdutyFault([]byte(strings.Replace(string(body), "[secret]", routingKey, 1))); fault != "" || len(body) > 512<<10 {
				t.Errorf("PagerDuty finds fault with %s in %d bytes", fault, len(body))
			}
		}
	}
}

// TestManyShort: the number of blocks limits a message of short alerts.
func TestManyShort(t *testing.T) {
	for n := range 120 {
		alerts := make([]alert.Alert, n+1)
		for i := range alerts {
			alerts[i].Title = "t"
		}
		body, err := json.Marshal(deliver.Messages(alerting.Destination{Kind: "slack"}, alerts)[0].Payload)
		if err != nil {
			t.Fatal(err)
		}
		if err := slackTakes(body); err != nil {
			t.Errorf("%d alerts: %v", n+1, err)
		}
	}
}

// TestLongEvent: an unknown event of the maximum size of EventBridge is delivered too.
func TestLongEvent(t *testing.T) {
	fleet, err := alert.ReadFleet([]byte(`{"project": "dummy"}`))
	if err != nil {
		t.Fatal(err)
	}
	a := fleet.Read(`{"source": "aws.backup", "detail-type": "New", "detail": {"text": "` + strings.Repeat(`\"<🔥`, 60_000) + `"}}`)
	for _, kind := range []string{"slack", "pagerduty"} {
		messages := deliver.Messages(alerting.Destination{Kind: kind}, []alert.Alert{a})
		body, err := json.Marshal(messages[0].Payload)
		if err != nil || len(messages) != 1 {
			t.Fatal(len(messages), err)
		}
		if !strings.Contains(string(body), `🔥`) || len(body) > 512<<10 {
			t.Errorf("%s gets %d bytes", kind, len(body))
		}
		if kind == "slack" {
			if err := slackTakes(body); err != nil {
				t.Error(err)
			}
		}
	}
}
