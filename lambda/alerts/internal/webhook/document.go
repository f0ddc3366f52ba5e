package webhook

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"central-s3-backup/lambda/alerts/internal/alert"
)

// Version of the documents. A field that is added does not change it.
const Version = 1

// Limits of values, in characters, so that a document stays far below the limits of those who receive it.
const (
	maxName  = 200
	maxValue = 2_048
	maxRaw   = 8_192
)

// defaultSeverity is that of an alert which has none of its own: something is wrong.
const defaultSeverity = "critical"

// Document is an alert for programs. docs/alert.schema.json describes each field. A field that has no value is left out.
type Document struct {
	Version  int      `json:"schemaVersion"`
	Project  string   `json:"project,omitempty"`
	Kind     string   `json:"kind"`
	Action   string   `json:"action"`
	Severity string   `json:"severity"`
	Test     bool     `json:"test"`
	Key      string   `json:"key"`
	Title    string   `json:"title"`
	Message  string   `json:"message,omitempty"`
	Advice   string   `json:"advice,omitempty"`
	Details  []Detail `json:"details,omitempty"`
	Link     string   `json:"link,omitempty"`
	Event    string   `json:"event,omitempty"`
	Workload string   `json:"workload,omitempty"`
	Tier     string   `json:"tier,omitempty"`
	Bucket   string   `json:"bucket,omitempty"`
	Vault    string   `json:"vault,omitempty"`
	Resource string   `json:"resource,omitempty"`
	Account  string   `json:"account,omitempty"`
	Region   string   `json:"region,omitempty"`
	Time     string   `json:"time,omitempty"`
}

// Detail is a further fact.
type Detail struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// NewDocument returns the document of an alert.
func NewDocument(a alert.Alert) Document {
	value := func(text string) string { return alert.Cut(text, maxValue) }
	d := Document{
		Version: Version, Project: a.Project, Kind: a.Kind, Action: string(a.Action), Severity: Severity(a), Test: a.Test,
		Key: value(a.Key), Title: value(a.Title), Message: value(a.Message), Advice: value(a.Advice), Link: a.Link,
		Event: alert.Cut(a.Raw, maxRaw), Workload: a.Workload, Tier: a.Tier, Bucket: value(a.Bucket), Vault: value(a.Vault),
		Resource: value(a.Resource), Account: value(a.Account), Region: value(a.Region), Time: value(a.Time),
	}
	for _, detail := range a.Details {
		d.Details = append(d.Details, Detail{alert.Cut(detail.Name, maxName), value(detail.Value)})
	}
	return d
}

// JSON returns the document in one line.
func (d Document) JSON() string { return plainJSON(d) }

// plainJSON does not escape what is special in HTML alone: that would make a text several times as long.
func plainJSON(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // texts have a form in JSON
	return strings.TrimSuffix(b.String(), "\n")
}

// Severity of an alert: critical, warning or info.
func Severity(a alert.Alert) string {
	if a.Action == alert.Resolve || a.Action == alert.None {
		return cmp.Or(a.Severity, alert.Info)
	}
	return cmp.Or(a.Severity, defaultSeverity)
}
