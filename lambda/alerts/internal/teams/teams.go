// Package teams sends alerts to Microsoft Teams, through a workflow that posts an Adaptive Card (F-EVT-40).
package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/send"
	"central-s3-backup/lambda/alerts/internal/webhook"
)

// Limits, in characters unless the name says otherwise.
const (
	// maxBytes is the limit of a message. Teams takes about 28 KB (F-EVT-40). The workflow answers before it posts, so
	// nobody would notice a message that is too large.
	maxBytes = 20_000
	// maxMoreBytes is the part of it that is reserved for the summary of the alerts without a part of their own.
	maxMoreBytes = 2_000
	maxTitle     = 200
	maxValue     = 700
	maxRaw       = 2_000
	maxLink      = 1_000
	// maxLines is the number of details of an alert.
	maxLines = 20
)

// Messages groups the alerts of a batch into one message. As in Slack, a job that succeeds again gives none.
func Messages(_ alerting.Destination, alerts []alert.Alert) []send.Message {
	told, places := alert.Told(alerts)
	if len(told) == 0 {
		return nil
	}
	message := compose(told)
	return []send.Message{{
		Alerts: places, Payload: message,
		Post: func(ctx context.Context, with send.Means) error {
			address, err := webhook.Address(with)
			if err != nil {
				return err
			}
			if strings.HasSuffix(address.Hostname(), ".webhook.office.com") {
				return errors.New("the secret is the URL of an Office 365 connector, which Microsoft has retired; want that of a workflow")
			}
			return webhook.Post(ctx, with, message)
		},
	}}
}

// compose returns the message: a title, a part for each alert while there is room, and a summary of the rest.
func compose(alerts []alert.Alert) message {
	title := text(alert.Cut(alert.Title(alerts), maxTitle))
	title.Inlines[0].Size, title.Inlines[0].Weight = "Large", "Bolder"
	body := []any{title}
	room := maxBytes - maxMoreBytes - size(newMessage(body))
	shown := 0
	for _, a := range alerts {
		part := newContainer(a)
		room -= size(part) + 1
		if shown > 0 && room < 0 {
			break
		}
		body = append(body, part)
		shown++
	}
	if rest := alerts[shown:]; len(rest) > 0 {
		body = append(body, more(rest))
	}
	return newMessage(body)
}

// newContainer returns the part of one alert. Values are no Markdown, so that nothing in them becomes a link.
func newContainer(a alert.Alert) container {
	heading := text(alert.Cut(strings.TrimSpace(a.Title+" "+a.Subject()), maxValue))
	heading.Inlines[0].Weight, heading.Inlines[0].Color = "Bolder", color(a)
	c := container{Type: "Container", Separator: true, Items: []any{heading}}
	var where []string
	for _, d := range a.Where() {
		where = append(where, d.Name+" "+alert.Cut(d.Value, maxTitle))
	}
	if len(where) > 0 {
		c.Items = append(c.Items, text(strings.Join(where, " · ")))
	}
	lines := append([]alert.Detail{{Name: "What happened", Value: a.Message}, {Name: "What to do", Value: a.Advice}}, a.Details...)
	lines = append(lines[:min(len(lines), maxLines)], alert.Detail{Name: "Time", Value: a.Time})
	for _, d := range lines {
		if d.Value != "" {
			c.Items = append(c.Items, named(alert.Cut(d.Name, maxTitle), alert.Cut(d.Value, maxValue)))
		}
	}
	if a.Raw != "" {
		c.Items = append(c.Items, named("Event", alert.Cut(a.Raw, maxRaw)))
	}
	if a.Link != "" && len(a.Link) < maxLink {
		c.Items = append(c.Items, actionSet{"ActionSet", []action{{"Action.OpenUrl", "Open in the AWS console", a.Link}}})
	}
	for size(c) > maxBytes-2*maxMoreBytes { // an alert alone: its least important lines are left out
		at := len(c.Items) - 1
		if _, isLink := c.Items[at].(actionSet); isLink {
			at--
		}
		c.Items = slices.Delete(c.Items, at, at+1)
	}
	return c
}

func color(a alert.Alert) string {
	switch {
	case a.Action == alert.Resolve:
		return "Good"
	case a.Test, a.Action == alert.None, a.Severity == alert.Info:
		return "Accent"
	case a.Severity == alert.Warning:
		return "Warning"
	}
	return "Attention"
}

// more summarizes the alerts without a part of their own, so that none is lost.
func more(rest []alert.Alert) richText {
	line := fmt.Sprintf("and %d more: ", len(rest))
	groups := alert.Count(rest, func(a alert.Alert) string {
		return strings.Join(strings.Fields(alert.Cut(a.Title, maxTitle)+" "+a.Workload+" "+a.Tier), " ")
	})
	for i, group := range groups {
		if size(text(line+group)) > maxMoreBytes-200 {
			return text(line + fmt.Sprintf("and %d other kinds", len(groups)-i))
		}
		line += group + "; "
	}
	return text(strings.TrimSuffix(line, "; "))
}

// size is the number of bytes in a message.
func size(part any) int {
	document, _ := json.Marshal(part) // texts have a form in JSON; what is sent is shorter, since it does not escape HTML
	return len(document)
}
