// Package alert turns an EventBridge event into an alert for people.
package alert

// Action says what an alert does to the incident of its [Alert.Key].
type Action string

const (
	// None does not change any incident.
	None Action = "none"
	// Trigger opens the incident, or adds to an open one.
	Trigger Action = "trigger"
	// Resolve resolves the incident, if there is one.
	Resolve Action = "resolve"
)

// Severities that replace the severity of the destination.
const (
	// Warning is for calls that AWS refused, and for events that this version does not know.
	Warning = "warning"
	// Info is for tests, and for changes by a deployment.
	Info = "info"
)

// Alert is one event for people to read. A field is empty if the event has no value for it.
type Alert struct {
	// Kind of event, such as "backup job". Messages count alerts by kind, and Key contains it.
	Kind string
	// Action on the incident.
	Action Action
	// Quiet marks an event of normal operation. People are not notified of it.
	Quiet bool
	// Test marks the event of backupctl alert-test: nothing is wrong.
	Test bool
	// Severity replaces the severity of the destination. Empty: it does not.
	Severity string
	// Key identifies the incident. The function keeps no state: the event that resolves an incident
	// has the same key.
	Key string

	// Title is what happened, in a few words.
	Title string
	// Message is what AWS says about it.
	Message string
	// Advice is what to do now.
	Advice string
	// Details are further facts, the most useful first.
	Details []Detail
	// Link opens the resource in the AWS console, for people who are signed in to the account.
	Link string
	// Raw is the indented JSON of an event that this version does not know. Empty for all others.
	Raw string

	// Project is the prefix of the product's names.
	Project string
	// Workload and Tier that the vault or the bucket belongs to. Empty: the fleet does not have it.
	Workload, Tier string
	// Bucket is the name of the bucket.
	Bucket string
	// Vault is the name of the backup vault.
	Vault string
	// Resource is the name or the ARN of what the event is about, if that is not a bucket.
	Resource string
	// Account and Region of the event.
	Account, Region string
	// Time of the event, as AWS writes it (RFC 3339).
	Time string
}

// Detail is a fact with its name.
type Detail struct{ Name, Value string }

// Subject returns what the alert is about: the bucket, or else the resource, the vault or the account.
func (a Alert) Subject() string {
	for _, name := range []string{a.Bucket, a.Resource, a.Vault} {
		if name != "" {
			return name
		}
	}
	return a.Account
}

// Headline returns the alert in one line.
func (a Alert) Headline() string {
	if subject := a.Subject(); subject != "" {
		return a.Title + ": " + subject
	}
	return a.Title
}

// add adds a detail, unless its value is empty.
func (a *Alert) add(name, value string) {
	if value != "" {
		a.Details = append(a.Details, Detail{name, value})
	}
}
