package alert

import "central-s3-backup/internal/estate"

// alarmState is the detail of a CloudWatch alarm's change of state. Of a composite alarm, as the alarms
// on silence are, it has neither a metric nor a description: those are in the estate.
type alarmState struct {
	AlarmName     text
	State         struct{ Value, Reason text }
	PreviousState struct{ Value text }
	Configuration struct{ Description text }
}

func readAlarm(ev event, e *Estate) (Alert, bool) {
	var s alarmState
	decode(ev.Detail, &s)
	a := ev.alert("alarm")
	known, silence := e.Alarms[estate.Key(a.Account, a.Region, s.AlarmName.String())]
	a.Vault = known.Vault
	description := first(text(known.Description), s.Configuration.Description)
	switch s.State.Value {
	case "ALARM":
		a.Action = Trigger
		a.Title = "Alarm"
		if silence {
			a.Title = "Silence" // nothing failed, since nothing ran (F-EVT-12)
			a.Advice = "See in the vault's jobs when the last one ran, and whether the plan, its selection and the role are still there. Then start an on-demand backup."
		}
	case "OK":
		a.Action = Resolve
		// Only an alarm that rang is worth a word. After INSUFFICIENT_DATA it is one that was just made.
		a.Quiet = s.PreviousState.Value != "ALARM"
		a.Title = "Alarm is over"
	case "INSUFFICIENT_DATA":
		// The alarms of this app take missing data for trouble, so one in this state was just made
		// or changed and has not looked yet, or CloudWatch cannot. That opens no incident and ends
		// none, but whoever reads along should know that the alarm watches nothing.
		a.Title = "Alarm cannot tell"
		a.Advice = "Nothing, if the alarm was just deployed. Otherwise see that its metric still exists."
	default:
		return Alert{}, false
	}
	a.Resource = s.AlarmName.String()
	a.Message = first(text(description), s.State.Reason)
	if description != "" {
		a.add("CloudWatch says", s.State.Reason.String())
	}
	a.add("State", s.State.Value.String())
	a.Link = console(a.Region, "cloudwatch", "alarmsV2:alarm", a.Resource)
	a.Key = key(a.Account, a.Region, a.Resource, a.Kind)
	e.own(&a)
	return a, true
}
