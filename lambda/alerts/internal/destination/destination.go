// Package destination describes a destination of alerts and the messages that it receives.
package destination

import (
	"context"
	"net/http"

	"central-s3-backup/lambda/alerts/internal/secret"
)

// Destination is a place where alerts go, as the environment variable DESTINATIONS describes it.
type Destination struct {
	// Kind names a row of the table of kinds.
	Kind string `json:"kind"`
	// Secret is the name, in Secrets Manager, of the webhook's URL or of the routing key.
	Secret string `json:"secret"`
	// Severity of incidents, for PagerDuty only. Empty: critical.
	Severity string `json:"severity"`
	// Endpoint replaces the usual endpoint, for PagerDuty only: customers in the EU use
	// https://events.eu.pagerduty.com. Empty: the usual endpoint.
	Endpoint string `json:"endpoint"`
}

// String returns the name of the destination in logs.
func (d Destination) String() string { return d.Kind + " " + d.Secret }

// Message is one request to a destination.
type Message struct {
	// Alerts has the indexes of the alerts in this message. An alert that is in no message is not for
	// this destination.
	Alerts []int
	// Payload is the body of the request, without the secret.
	Payload any
	// Post makes exactly one request, with a client that is used for nothing else. Its error need not
	// contain the answer, and may contain the secret.
	Post func(ctx context.Context, client *http.Client, key secret.Secret) error
}
