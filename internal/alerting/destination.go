package alerting

// The kinds of destinations.
const (
	Slack     = "slack"
	PagerDuty = "pagerduty"
)

// DestinationsVariable is the environment variable of the alert function that has its destinations, as a
// JSON list of [Destination].
const DestinationsVariable = "DESTINATIONS"

// Destination is a place to which the alert function delivers alerts.
type Destination struct {
	// Kind is [Slack] or [PagerDuty].
	Kind string `json:"kind"`
	// Secret is the name of the secret in Secrets Manager that has the webhook's URL or the routing key.
	Secret string `json:"secret"`
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

// String names the destination in the function's log.
func (d Destination) String() string { return d.Kind + " " + d.Secret }
