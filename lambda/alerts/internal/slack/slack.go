// Package slack sends alerts to a Slack channel through an incoming webhook (F-EVT-14).
package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/send"
)

// Limits of Slack, in characters unless the name says otherwise.
// https://docs.slack.dev/reference/block-kit/blocks
const (
	maxBlocks  = 50 // blocks in a message
	maxHeader  = 150
	maxSection = 3000
	// maxMessage is the limit of all blocks together. Slack documents none, but answers
	// msg_blocks_too_long above about 13,000, with the JSON around the texts included:
	// https://github.com/slackapi/bolt-js/issues/2509.
	maxMessage = 10_000
	// blockCost is the size of a block without its text.
	blockCost = 100
	// maxMore is the part of maxMessage that is reserved for the summary of the alerts without a section.
	maxMore = 1_500
	// maxValue is the limit of one value, such as AWS's message, and maxName the limit of a name.
	maxValue = 700
	maxName  = 200
	// maxLink is the length, in bytes, from which a link is left out.
	maxLink = 1_000
)

// Messages groups the alerts of a batch into one message, since Slack accepts about one message a second
// per channel (F-EVT-14). A job that succeeds again gives no message: the function keeps no state of
// failed jobs.
func Messages(_ alerting.Destination, alerts []alert.Alert) []send.Message {
	told, places := alert.Told(alerts)
	if len(told) == 0 {
		return nil
	}
	message := compose(told)
	return []send.Message{{
		Alerts:  places,
		Payload: message,
		Post: func(ctx context.Context, with send.Means) error {
			address := with.Keys.Main.Reveal()
			if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
				return errors.New("the secret is not a URL") // the error of package url would show it
			}
			return slack.PostWebhookCustomHTTPContext(ctx, address, with.Client, message)
		},
	}}
}

// compose returns the message: a header, a section for each alert while there is room, and a summary of
// the rest.
func compose(alerts []alert.Alert) *slack.WebhookMessage {
	title := alert.Cut(alert.Title(alerts), maxHeader)
	blocks := []slack.Block{slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, title, true, false))}
	room := maxMessage - maxMore - blockCost - utf8.RuneCountInString(title)
	shown := 0
	for _, a := range alerts {
		text := section(a)
		room -= blockCost + utf8.RuneCountInString(text)
		if shown > 0 && (room < 0 || len(blocks) == maxBlocks-1) {
			break
		}
		blocks = append(blocks, block(text))
		shown++
	}
	if rest := alerts[shown:]; len(rest) > 0 {
		blocks = append(blocks, block(more(rest)))
	}
	return &slack.WebhookMessage{Text: escape(title, maxHeader), Blocks: &slack.Blocks{BlockSet: blocks}}
}

func block(text string) slack.Block {
	// Verbatim: Slack must not turn names in AWS's messages into links or mentions.
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, true), nil, nil)
}

// section returns an alert as mrkdwn. If there is no room for everything, the least important lines are
// left out. The link to the console always stays.
func section(a alert.Alert) string {
	link := ""
	if a.Link != "" && len(a.Link) < maxLink {
		link = "\n<" + a.Link + "|Open in the AWS console>"
	}
	room := maxSection - utf8.RuneCountInString(link)
	var lines []string
	add := func(line string) {
		if room -= utf8.RuneCountInString(line) + 1; room >= 0 {
			lines = append(lines, line)
		}
	}
	addValue := func(name, value string) {
		if value != "" {
			add("*" + escape(name, maxName) + ":* " + escape(value, maxValue))
		}
	}

	add(strings.TrimSpace(symbol(a) + " *" + escape(a.Title, maxValue) + "* " + code(a.Subject())))
	var where []string
	for _, d := range a.Where() {
		where = append(where, d.Name+" "+code(d.Value))
	}
	if len(where) > 0 {
		add(strings.Join(where, " · "))
	}
	addValue("What happened", a.Message)
	addValue("What to do", a.Advice)
	if a.Raw != "" {
		const fences = "```\n\n```"
		add("```\n" + escape(strings.ReplaceAll(a.Raw, "```", "'''"), room-len(fences)-1) + "\n```")
	}
	for _, d := range a.Details {
		addValue(d.Name, d.Value)
	}
	addValue("Time", a.Time)
	return strings.Join(lines, "\n") + link
}

func symbol(a alert.Alert) string {
	switch {
	case a.Test:
		return ":test_tube:"
	case a.Action == alert.Resolve:
		return ":white_check_mark:"
	case a.Action == alert.None, a.Severity == alert.Info:
		return ":information_source:"
	case a.Severity == alert.Warning:
		return ":warning:"
	}
	return ":red_circle:"
}

// more summarizes the alerts without a section of their own, so that none is lost.
func more(rest []alert.Alert) string {
	text := fmt.Sprintf("*and %d more:*", len(rest))
	groups := alert.Count(rest, func(a alert.Alert) string {
		names := []string{escape(a.Title, maxName), code(a.Workload), code(a.Tier)}
		return strings.Join(slices.DeleteFunc(names, func(s string) bool { return s == "" }), " ")
	})
	for i, group := range groups {
		line := "\n• " + group
		if utf8.RuneCountInString(text+line) > maxMore-blockCost {
			return text + fmt.Sprintf("\n• and %d other kinds", len(groups)-i)
		}
		text += line
	}
	return text
}
