package alerting

import "cmp"

// The kinds of destinations.
const (
	Slack     = "slack"
	PagerDuty = "pagerduty"
	Teams     = "teams"
	Webhook   = "webhook"
	Topic     = "topic"
)

// DestinationsVariable is the environment variable of the alert function that has its destinations, as a
// JSON list of [Destination].
const DestinationsVariable = "DESTINATIONS"

// Destination is a place to which the alert function delivers alerts.
type Destination struct {
	// Kind is [Slack], [PagerDuty], [Teams], [Webhook] or [Topic].
	Kind string `json:"kind"`
	// Secret is the name of the secret in Secrets Manager that has the webhook's URL or the routing key. Empty for a topic.
	Secret string `json:"secret,omitempty"`
	// HeaderSecret is the name of the secret with a header of a webhook's requests. Empty: no further header.
	HeaderSecret string `json:"header_secret,omitempty"` //nolint:tagliatelle // as backup.yaml names things
	// TopicARN is the ARN of an SNS topic. Empty for the other kinds.
	TopicARN string `json:"topic_arn,omitempty"` //nolint:tagliatelle // as backup.yaml names things
	// Severity of PagerDuty incidents. Empty for Slack. Empty for PagerDuty: critical.
	Severity string `json:"severity,omitempty"`
	// Endpoint of PagerDuty's API: customers in the EU have https://events.eu.pagerduty.com. Empty: the
	// usual endpoint.
	Endpoint string `json:"endpoint,omitempty"`
}

// The service regions of PagerDuty, as backup.yaml names them (F-EVT-20).
const (
	EndpointUS = "us"
	EndpointEU = "eu"
)

// Endpoint returns the value of [Destination.Endpoint] for a service region.
func Endpoint(serviceRegion string) string {
	if serviceRegion == EndpointEU {
		return "https://events.eu.pagerduty.com"
	}
	return ""
}

// Address is the name of the secret, or the topic's ARN.
func (d Destination) Address() string { return cmp.Or(d.Secret, d.TopicARN) }

// String names the destination in the function's log.
func (d Destination) String() string { return d.Kind + " " + d.Address() }
