package alert

// alarmState is the detail of a CloudWatch alarm's change of state.
type alarmState struct {
	AlarmName     text
	State         struct{ Value, Reason text }
	PreviousState struct{ Value text }
	Configuration struct {
		Description text
		Metrics     []struct {
			MetricStat struct {
				Metric struct {
					Namespace  text
					Dimensions struct{ BackupVaultName text }
				}
			}
		}
	}
}

func readAlarm(ev event, e *Estate) (Alert, bool) {
	var s alarmState
	decode(ev.Detail, &s)
	a := ev.alert("alarm")
	silence := false
	for _, m := range s.Configuration.Metrics {
		silence = silence || m.MetricStat.Metric.Namespace == "AWS/Backup"
		a.Vault = first(text(a.Vault), m.MetricStat.Metric.Dimensions.BackupVaultName)
	}
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
	a.Message = first(s.Configuration.Description, s.State.Reason)
	if s.Configuration.Description != "" {
		a.add("CloudWatch says", s.State.Reason.String())
	}
	a.add("State", s.State.Value.String())
	a.Link = console(a.Region, "cloudwatch", "alarmsV2:alarm", a.Resource)
	a.Key = key(a.Account, a.Region, a.Resource, a.Kind)
	e.own(&a)
	return a, true
}
