package alerting

import "strings"

// Outcome is what became of an alert at one destination, as the alert function writes it to its log.
// backupctl reads it there, also in the log of a function that an earlier version deployed.
type Outcome string

const (
	// Delivered means that the destination accepted the alert.
	Delivered Outcome = "told"
	// DeliveredBefore means that the destination had accepted it when the queue delivered it earlier.
	DeliveredBefore Outcome = "told before"
	// NotSent means that the destination does not receive alerts of this kind.
	NotSent Outcome = "nothing to tell"
)

const failed = "failed: "

// Failed is the outcome of an alert that the destination did not accept.
func Failed(reason string) Outcome { return Outcome(failed + reason) }

// Reason says why an alert did not arrive.
func (o Outcome) Reason() string { return strings.TrimPrefix(string(o), failed) }

// Arrived says whether the destination has accepted the alert.
func (o Outcome) Arrived() bool { return o == Delivered || o == DeliveredBefore }

// The keys of [LogLine].
const (
	ResourceKey     = "resource"
	DestinationsKey = "destinations"
)

// LogLine is what backupctl reads of a line that the alert function writes about an alert.
type LogLine struct {
	// Resource that the alert is about: the marker of a test event.
	Resource string `json:"resource"`
	// Destinations by their names: see [Destination.String].
	Destinations map[string]Outcome `json:"destinations"`
}
