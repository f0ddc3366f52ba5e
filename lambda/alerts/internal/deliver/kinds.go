package deliver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/pagerduty"
	"central-s3-backup/lambda/alerts/internal/send"
	"central-s3-backup/lambda/alerts/internal/slack"
	"central-s3-backup/lambda/alerts/internal/teams"
	"central-s3-backup/lambda/alerts/internal/topic"
	"central-s3-backup/lambda/alerts/internal/webhook"
)

// kind is a kind of destination.
type kind struct {
	name string
	// every is the minimum time between two requests. Zero: no minimum.
	every time.Duration
	// messages returns the messages of a destination for these alerts.
	messages func(alerting.Destination, []alert.Alert) []send.Message
}

// kinds is the table of destinations. To add a kind, add a row and the function that returns its messages.
var kinds = []kind{
	{alerting.PagerDuty, 0, pagerduty.Messages},
	{alerting.Slack, time.Second, slack.Messages}, // F-EVT-14
	{alerting.Teams, time.Second, teams.Messages}, // F-EVT-40
	{alerting.Topic, 0, topic.Messages},
	{alerting.Webhook, 0, webhook.Messages},
}

func kindOf(d alerting.Destination) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == d.Kind })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// Parse reads the list of destinations, as JSON.
func Parse(list string) ([]alerting.Destination, error) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(list)))
	decoder.DisallowUnknownFields()
	var destinations []alerting.Destination
	if err := decoder.Decode(&destinations); err != nil {
		return nil, fmt.Errorf("want a JSON list of destinations: %w", err)
	}
	if len(destinations) == 0 {
		return nil, errors.New("no destination")
	}
	for i, d := range destinations {
		if err := check(d); err != nil {
			return nil, fmt.Errorf("[%d].%w", i, err)
		}
	}
	return destinations, nil
}

func check(d alerting.Destination) error {
	if _, known := kindOf(d); !known {
		var names []string
		for _, k := range kinds {
			names = append(names, k.name)
		}
		return fmt.Errorf("kind: got %q; want %s", d.Kind, strings.Join(names, " or "))
	}
	if d.Kind != alerting.Topic && d.Secret == "" {
		return errors.New("secret: is missing; want its Secrets Manager name")
	}
	if d.Kind == alerting.Topic && topic.Region(d.TopicARN) == "" {
		return fmt.Errorf("topic_arn: got %q; want the ARN of an SNS topic", d.TopicARN)
	}
	if d.Severity != "" && !slices.Contains(pagerduty.Severities, d.Severity) {
		return fmt.Errorf("severity: got %q; want %s", d.Severity, strings.Join(pagerduty.Severities, ", "))
	}
	return nil
}

// Messages returns the messages of a destination without sending them.
func Messages(d alerting.Destination, alerts []alert.Alert) []send.Message {
	k, _ := kindOf(d) // Parse has checked it
	return k.messages(d, alerts)
}
