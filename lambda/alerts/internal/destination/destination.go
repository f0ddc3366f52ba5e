// Package destination has what a destination of alerts is told and how.
package destination

import (
	"context"
	"net/http"

	"central-s3-backup/lambda/alerts/internal/secret"
)

// Destination is one place where alerts go, as the environment names it.
type Destination struct {
	// Kind is that of a row of the table of kinds.
	Kind string `json:"kind"`
	// Secret is the Secrets Manager name of the webhook's URL or of the routing key.
	Secret string `json:"secret"`
	// Severity of incidents, of PagerDuty alone. Empty: critical.
	Severity string `json:"severity"`
	// Endpoint in place of the service's usual one, of PagerDuty alone: its customers in the EU have
	// https://events.eu.pagerduty.com. Empty: the usual one.
	Endpoint string `json:"endpoint"`
}

// String names it in logs.
func (d Destination) String() string { return d.Kind + " " + d.Secret }

// Message is one request to a destination.
type Message struct {
	// Alerts that it tells, by their place in what was to be told. One that is in no message is not
	// for this destination.
	Alerts []int
	// Payload is what is posted, without the secret.
	Payload any
	// Post makes the request, one and no more, with a client that may not be used for anything else.
	// The error need not say what was answered, nor need it keep the secret.
	Post func(ctx context.Context, client *http.Client, key secret.Secret) error
}
