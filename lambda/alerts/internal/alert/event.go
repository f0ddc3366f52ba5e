package alert

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"central-s3-backup/internal/alerting"
)

// event is the envelope of an EventBridge event. A forwarded event keeps the account and the Region
// of its origin.
type event struct {
	DetailType text            `json:"detail-type"` //nolint:tagliatelle // the name is EventBridge's
	Source     text            `json:"source"`
	Account    text            `json:"account"`
	Region     text            `json:"region"`
	Time       text            `json:"time"`
	Resources  []text          `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// callDetailType is the detail type of an API call that CloudTrail records.
const callDetailType = "AWS API Call via CloudTrail"

// detailTypes is the table of the known events. A reader returns false if it does not know the detail.
// The alert then contains the event itself.
var detailTypes = []struct {
	source     string // empty: any
	detailType string
	read       func(event, *Fleet) (Alert, bool)
}{
	{"aws.backup", "Backup Job State Change", backupJob.read},
	{"aws.backup", "Copy Job State Change", copyJob.read},
	{"aws.backup", "Restore Job State Change", restoreJob.read},
	{"aws.backup", "Recovery Point State Change", readRecoveryPoint},
	{"aws.backup", "Scan Job State Change", readScan},
	{"aws.backup", "Backup Vault State Change", readVault},
	{"aws.backup", "Backup Plan State Change", readPlan},
	{"aws.backup", "Region Setting State Change", readRegionSetting},
	{"aws.cloudwatch", "CloudWatch Alarm State Change", readAlarm},
	{"", callDetailType, readCall}, // a source for each service: see fromAWS
	{alerting.TestSource, alerting.TestDetailType, readTest},
	{alerting.TestSource, alerting.RestoreTestDetailType, readRestoreTest},
}

// Read turns an event into an alert. It accepts any text: the alert of an unknown event contains the
// event itself, so that no event is lost if AWS changes its form.
func (f *Fleet) Read(body string) Alert {
	var ev event
	if !decode([]byte(body), &ev) {
		return f.unknown(ev, "Message that is not JSON", body)
	}
	if ev.Source == "" { // not even an event: EventBridge gives each a source
		return f.unknown(ev, "Unknown event", indented(body))
	}
	if !ev.fromAWS() && !ev.isTest() && !f.isRestoreTest(ev) {
		return f.foreign(ev, body)
	}
	for _, row := range detailTypes {
		if row.detailType != string(ev.DetailType) || row.source != "" && row.source != string(ev.Source) {
			continue
		}
		if a, known := row.read(ev, f); known {
			return a
		}
	}
	return f.unknown(ev, "Unknown event", indented(body))
}

func indented(body string) string {
	var text bytes.Buffer
	_ = json.Indent(&text, []byte(body), "", "  ") // it is JSON
	return text.String()
}

// fromAWS says whether AWS sent the event. Nobody else can put one onto a bus with a source that starts with aws.
// (F-EVT-15), and the queue takes messages of EventBridge alone. The sources of partners start with aws.partner/, and
// the partners write the events (F-EVT-25). The event of a call also names the service and the account; another service or
// account in it is nothing that AWS writes.
func (ev event) fromAWS() bool {
	service, is := strings.CutPrefix(ev.Source.String(), "aws.")
	if !is || strings.HasPrefix(service, "partner/") {
		return false
	}
	if ev.DetailType != callDetailType {
		return true
	}
	var c struct{ EventSource, RecipientAccountID text }
	decode(ev.Detail, &c)
	return c.EventSource == text(service+".amazonaws.com") && (c.RecipientAccountID == "" || c.RecipientAccountID == ev.Account)
}

// isTest says whether backupctl alert-test may have sent the event. Whoever may send events can send one, so the
// alert shows nothing of it but a marker of the right form.
func (ev event) isTest() bool {
	var detail alerting.TestDetail
	decode(ev.Detail, &detail)
	return ev.Source == alerting.TestSource && ev.DetailType == alerting.TestDetailType && alerting.IsMarker(detail.Marker)
}

// foreign returns the alert of an event that AWS did not send. It shows nothing of the event but the event itself,
// so that nobody takes a made-up alert for a real one. All of an account are one incident.
func (f *Fleet) foreign(ev event, body string) Alert {
	a := ev.alert("event not from AWS")
	a.Action = Trigger
	a.Severity = Warning
	a.Title = "Event that is not from AWS"
	a.Message = "Somebody in account " + first(
		ev.Account,
		"unknown",
	) + " put an event onto the bus for alerts that neither AWS nor this app " +
		"sends. What it says is made up, or nobody knows whether it is true."
	a.Advice = "Do not act on the event below. EventBridge itself writes the account into an event: find out who used the role for " +
		"events in that account, and what they wanted to hide or provoke."
	a.Raw = strings.TrimSpace(indented(body))
	a.Key = key(a.Account, a.Kind)
	f.own(&a)
	return a
}

func (f *Fleet) unknown(ev event, title, raw string) Alert {
	a := ev.alert("unknown event")
	a.Action = Trigger
	a.Severity = Warning
	a.Title = title
	if ev.DetailType != "" {
		a.Title += ": " + ev.DetailType.String()
	}
	a.Advice = "Read the event below. This version of the app does not know whether it reports a problem."
	a.Raw = strings.TrimSpace(raw)
	a.Key = key(a.Account, a.Kind, ev.Source.String(), ev.DetailType.String())
	f.own(&a)
	return a
}

// alert returns a new alert with what the envelope says.
func (ev event) alert(kind string) Alert {
	a := Alert{Kind: kind, Action: None, Account: ev.Account.String(), Region: ev.Region.String()}
	if _, err := time.Parse(time.RFC3339, ev.Time.String()); err == nil { // destinations refuse other forms
		a.Time = ev.Time.String()
	}
	return a
}

// resource returns the first resource of the event. Empty: there is none.
func (ev event) resource() text {
	if len(ev.Resources) == 0 {
		return ""
	}
	return ev.Resources[0]
}

// key joins the parts of an incident's key.
func key(parts ...string) string { return strings.Join(parts, "/") }

// readTest reads the test event of backupctl alert-test.
func readTest(ev event, f *Fleet) (Alert, bool) {
	var detail alerting.TestDetail
	decode(ev.Detail, &detail)
	a := ev.alert("alert test")
	a.Test = true
	a.Action = Trigger
	a.Severity = Info
	a.Title = "TEST of the alerts: nothing is wrong"
	a.Message = "A person ran backupctl alert-test to check that alerts arrive here. This one did."
	a.Resource = detail.Marker
	a.Key = key("alert-test", detail.Marker)
	f.own(&a)
	return a, true
}
