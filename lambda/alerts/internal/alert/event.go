package alert

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// event is the envelope of an EventBridge event. One that was forwarded keeps the account and the
// Region in which it arose.
type event struct {
	DetailType text            `json:"detail-type"` //nolint:tagliatelle // the name is EventBridge's
	Source     text            `json:"source"`
	Account    text            `json:"account"`
	Region     text            `json:"region"`
	Time       text            `json:"time"`
	Resources  []text          `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// detailTypes is the table of the events that are known. A reader returns false where the detail
// says nothing that it knows, and the event is told as it is.
var detailTypes = []struct {
	source     string // empty: any
	detailType string
	read       func(event, *Estate) (Alert, bool)
}{
	{"aws.backup", "Backup Job State Change", backupJob.read},
	{"aws.backup", "Copy Job State Change", copyJob.read},
	{"aws.backup", "Restore Job State Change", restoreJob.read},
	{"aws.backup", "Recovery Point State Change", readRecoveryPoint},
	{"aws.backup", "Backup Vault State Change", readVault},
	{"aws.backup", "Backup Plan State Change", readPlan},
	{"aws.backup", "Region Setting State Change", readRegionSetting},
	{"aws.cloudwatch", "CloudWatch Alarm State Change", readAlarm},
	{"", "AWS API Call via CloudTrail", readCall},
	{"central-s3-backup", "Alert Test", readTest},
}

// Read says what an event means. It takes anything: what is not known is told as it is, since what
// was thought worth forwarding must not be lost to a change of AWS's.
func (e *Estate) Read(body string) Alert {
	var ev event
	if !decode([]byte(body), &ev) {
		return e.unknown(ev, "A message that is no JSON", body)
	}
	for _, row := range detailTypes {
		if row.detailType != string(ev.DetailType) || row.source != "" && row.source != string(ev.Source) {
			continue
		}
		if a, known := row.read(ev, e); known {
			return a
		}
	}
	var indented bytes.Buffer
	_ = json.Indent(&indented, []byte(body), "", "  ") // it is JSON
	return e.unknown(ev, "An event that is not known", indented.String())
}

func (e *Estate) unknown(ev event, title, raw string) Alert {
	a := ev.alert("unknown event")
	a.Action = Trigger
	a.Severity = Warning
	a.Title = title
	if ev.DetailType != "" {
		a.Title += ": " + ev.DetailType.String()
	}
	a.Advice = "Read it below. Nothing says whether it is trouble."
	a.Raw = strings.TrimSpace(raw)
	a.Key = key(a.Account, a.Kind, ev.Source.String(), ev.DetailType.String())
	e.own(&a)
	return a
}

// alert starts the alert of an event.
func (ev event) alert(kind string) Alert {
	a := Alert{Kind: kind, Action: None, Account: ev.Account.String(), Region: ev.Region.String()}
	if _, err := time.Parse(time.RFC3339, ev.Time.String()); err == nil { // destinations refuse others
		a.Time = ev.Time.String()
	}
	return a
}

// resource is the first resource of the event, empty without one.
func (ev event) resource() text {
	if len(ev.Resources) == 0 {
		return ""
	}
	return ev.Resources[0]
}

// key names an incident.
func key(parts ...string) string { return strings.Join(parts, "/") }

// readTest reads the drill of `backupctl alert-test`.
func readTest(ev event, e *Estate) (Alert, bool) {
	var detail struct{ Marker text }
	decode(ev.Detail, &detail)
	a := ev.alert("alert test")
	a.Test = true
	a.Action = Trigger
	a.Severity = Info
	a.Title = "TEST of the alerts: nothing is wrong"
	a.Message = "Somebody tried whether alerts arrive here. They do."
	a.Resource = detail.Marker.String()
	a.Key = key("alert-test", detail.Marker.String())
	e.own(&a)
	return a, true
}
