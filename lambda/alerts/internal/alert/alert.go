// Package alert reads what an EventBridge event means to whoever is to hear of it.
package alert

// Action is what an alert does to the incident of its [Alert.Key].
type Action string

const (
	// None leaves incidents alone.
	None Action = "none"
	// Trigger opens the incident, or adds to it.
	Trigger Action = "trigger"
	// Resolve ends the incident, if there is one.
	Resolve Action = "resolve"
)

// Severities that an alert may have whatever its destination is set to.
const (
	// Warning is for what was attempted in vain, and for what nobody foresaw.
	Warning = "warning"
	// Info is for tests, and for changes that a deployment made.
	Info = "info"
)

// Alert is what one event means. Fields that the event says nothing of are empty.
type Alert struct {
	// Kind of thing that the event is about, such as "backup job". Alerts are counted by it.
	Kind string
	// Action on the incident.
	Action Action
	// Quiet is an event of ordinary life, which people are not to read about.
	Quiet bool
	// Test is a drill: nothing is wrong.
	Test bool
	// Severity in place of the destination's own. Empty: the destination's own.
	Severity string
	// Key names the incident. No state is kept: what ends an incident computes the same key from
	// its own event.
	Key string

	// Title is what happened, in a few words.
	Title string
	// Message is what AWS says of it.
	Message string
	// Advice is what to do now.
	Advice string
	// Details are further facts, in the order in which they are worth reading.
	Details []Detail
	// Link opens it in the AWS console, for whoever is signed in to the account.
	Link string
	// Raw is the event as it came, indented: of events that are not known, which are told as they are.
	Raw string

	// Project is the prefix of the product's names.
	Project string
	// Workload and Tier that the vault or the bucket belongs to, where the estate knows it.
	Workload, Tier string
	// Bucket is its name.
	Bucket string
	// Vault is its name.
	Vault string
	// Resource is what the event is about where that is no bucket: a name or an ARN.
	Resource string
	// Account and Region in which it happened.
	Account, Region string
	// Time of the event, as AWS writes it (RFC 3339).
	Time string
}

// Detail is a fact with its name.
type Detail struct{ Name, Value string }

// Subject is what the alert is about: a bucket, or else whatever there is.
func (a Alert) Subject() string {
	for _, name := range []string{a.Bucket, a.Resource, a.Vault} {
		if name != "" {
			return name
		}
	}
	return a.Account
}

// Headline is the alert in a line.
func (a Alert) Headline() string {
	if subject := a.Subject(); subject != "" {
		return a.Title + ": " + subject
	}
	return a.Title
}

// add adds a detail that is not empty.
func (a *Alert) add(name, value string) {
	if value != "" {
		a.Details = append(a.Details, Detail{name, value})
	}
}
