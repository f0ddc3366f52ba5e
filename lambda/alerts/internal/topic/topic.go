// Package topic publishes alerts to an SNS topic of one's own (F-EVT-41).
package topic

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"central-s3-backup/internal/alerting"
	"central-s3-backup/lambda/alerts/internal/alert"
	"central-s3-backup/lambda/alerts/internal/send"
	"central-s3-backup/lambda/alerts/internal/webhook"
)

// Limits of SNS (F-EVT-41).
const (
	maxSubject = 99      // characters of ASCII
	maxBytes   = 230_000 // of a message; SNS takes 262,144 with the attributes
)

// Publication is what is published, without the topic.
type Publication struct {
	// Subject of e-mails.
	Subject string
	// Message has two texts: one for people who subscribe with e-mail, and the document of a webhook for all others.
	Message Message
	// Attributes that a subscription can filter by.
	Attributes map[string]string
}

// Message has a text for each protocol. SNS calls the one for all other protocols "default".
type Message struct {
	Default string `json:"default"`
	Email   string `json:"email"`
}

// Messages returns one request for each alert that people are notified of.
func Messages(d alerting.Destination, alerts []alert.Alert) []send.Message {
	told, places := alert.Told(alerts)
	messages := make([]send.Message, len(told))
	for i, a := range told {
		p := newPublication(a)
		messages[i] = send.Message{
			Alerts: []int{places[i]}, Payload: p,
			Post: func(ctx context.Context, with send.Means) error { return p.publish(ctx, with, d.TopicARN) },
		}
	}
	return messages
}

func newPublication(a alert.Alert) Publication {
	p := Publication{Subject: subject(a), Message: newMessage(a), Attributes: map[string]string{}}
	if len(p.Message.json()) > maxBytes {
		a.Details, a.Raw = nil, ""
		p.Message = newMessage(a)
	}
	for name, value := range map[string]string{
		"action": string(a.Action), "kind": a.Kind, "severity": webhook.Severity(a), "workload": a.Workload, "tier": a.Tier,
	} {
		if value != "" { // SNS refuses an empty one
			p.Attributes[name] = value
		}
	}
	return p
}

func newMessage(a alert.Alert) Message {
	return Message{Default: webhook.NewDocument(a).JSON(), Email: text(a)}
}

// json is the message in the form of SNS.
func (m Message) json() string {
	document, _ := json.Marshal(m) // texts have a form in JSON
	return string(document)
}

// publish makes one request. Who calls it repeats it, so the SDK does not.
func (p Publication) publish(ctx context.Context, with send.Means, topicARN string) error {
	client := sns.NewFromConfig(with.AWS, func(o *sns.Options) {
		o.Region = Region(topicARN)
		o.HTTPClient = with.Client
		o.Retryer = aws.NopRetryer{}
	})
	attributes := map[string]types.MessageAttributeValue{}
	for name, value := range p.Attributes {
		attributes[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(value)}
	}
	_, err := client.Publish(ctx, &sns.PublishInput{
		TopicArn: aws.String(topicARN), Subject: aws.String(p.Subject), Message: aws.String(p.Message.json()),
		MessageStructure: aws.String("json"), MessageAttributes: attributes,
	})
	return err
}

var topicARN = regexp.MustCompile(`^arn:aws[a-z-]*:sns:([a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}$`)

// Region is the Region of a topic. Empty: that is not the ARN of a topic.
func Region(arn string) string {
	if match := topicARN.FindStringSubmatch(arn); match != nil {
		return match[1]
	}
	return ""
}

// subject is the alert in one line of ASCII.
func subject(a alert.Alert) string {
	ascii := func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}
	line := strings.Map(ascii, strings.Join(strings.Fields(alert.Title([]alert.Alert{a})), " "))
	if len(line) > maxSubject {
		line = line[:maxSubject-3] + "..."
	}
	return line
}

// maxLine is the limit of one value, in characters.
const maxLine = 2_048

// text is the alert for people.
func text(a alert.Alert) string {
	var b strings.Builder
	b.WriteString(alert.Cut(a.Headline(), maxLine) + "\n")
	for _, d := range a.Where() {
		fmt.Fprintf(&b, "%s: %s\n", d.Name, alert.Cut(d.Value, maxLine))
	}
	details := append([]alert.Detail{{Name: "What happened", Value: a.Message}, {Name: "What to do", Value: a.Advice}}, a.Details...)
	for _, d := range append(details, alert.Detail{Name: "Time", Value: a.Time}, alert.Detail{Name: "AWS console", Value: a.Link}) {
		if d.Value != "" {
			fmt.Fprintf(&b, "\n%s: %s\n", d.Name, alert.Cut(d.Value, maxLine))
		}
	}
	return b.String()
}
