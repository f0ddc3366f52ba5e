package alert

import "central-s3-backup/internal/estate"

// alarmState is the detail of a CloudWatch alarm's change of state. Of a composite alarm, as the alarms
// on silence in a workload's account are, it has neither a metric nor a description: those are in the
// estate. The alarms on copies in the central account say by their metric which vault is not copied.
type alarmState struct {
	AlarmName     text
	State         struct{ Value, Reason text }
	PreviousState struct{ Value text }
	Configuration struct {
		Description text
		Metrics     []struct {
			MetricStat struct {
				Metric struct {
					Dimensions struct{ BackupVaultARN text }
				}
			}
		}
	}
}

// copied is the ARN of the vault whose copies the alarm watches, empty where it watches something else.
func (s alarmState) copied() string {
	if len(s.Configuration.Metrics) == 0 {
		return ""
	}
	return s.Configuration.Metrics[0].MetricStat.Metric.Dimensions.BackupVaultARN.String()
}

func readAlarm(ev event, e *Estate) (Alert, bool) {
	var s alarmState
	decode(ev.Detail, &s)
	a := ev.alert("alarm")
	known, silence := e.Alarms[estate.Key(a.Account, a.Region, s.AlarmName.String())]
	copied := s.copied()
	a.Vault = first(text(known.Vault), text(vaultOf(copied)))
	description := first(text(known.Description), s.Configuration.Description)
	switch s.State.Value {
	case "ALARM":
		a.Action = Trigger
		a.Title = "Alarm"
		if silence {
			a.Title = "Silence" // nothing failed, since nothing ran (F-EVT-12)
			a.Advice = "See in the vault's jobs when the last one ran, and whether the plan, its selection and the role are still there. Then start an on-demand backup."
		}
		if copied != "" {
			a.Title = "Silence"
			a.Advice = "See in the workload's account whether its copy jobs fail or do not start, and whether the plan still has its copy action. Then start a copy of the latest recovery point."
		}
	case "OK":
		a.Action = Resolve
		// Only an alarm that rang is worth a word. After INSUFFICIENT_DATA it is one that was just made,
		// or one on copies that come again.
		a.Quiet = s.PreviousState.Value != "ALARM"
		a.Title = "Alarm is over"
		a.Message = s.State.Reason.String()
	case "INSUFFICIENT_DATA":
		if copied != "" { // there was something to count, and there no longer is
			a.Action = Trigger
			a.Title = "Nothing is heard any more"
			a.Message = "No backup and no copy of the vault has been heard to complete for longer than the alarm looks back."
			a.Advice = "See in the workload's account whether its backups fail or no longer run, and whether the rules and the role are there that send its events here. Whoever took them away may have taken more."
			break
		}
		// Other alarms of this app take missing data for trouble, so one in this state was just made
		// or changed and has not looked yet, or CloudWatch cannot. That opens no incident and ends
		// none, but whoever reads along should know that the alarm watches nothing.
		a.Title = "Alarm cannot tell"
		a.Message = s.State.Reason.String()
		a.Advice = "Nothing, if the alarm was just deployed. Otherwise see that its metric still exists."
	default:
		return Alert{}, false
	}
	if copied == "" { // their vault says more than their name, which CloudFormation made
		a.Resource = s.AlarmName.String()
	}
	a.add("Vault", copied)
	a.Message = first(text(a.Message), text(description), s.State.Reason)
	if reason := s.State.Reason.String(); a.Message != reason {
		a.add("CloudWatch says", reason)
	} else {
		a.add("Alarm", description)
	}
	a.add("State", s.State.Value.String())
	a.Link = console(a.Region, "cloudwatch", "alarmsV2:alarm", s.AlarmName.String())
	a.Key = key(a.Account, a.Region, s.AlarmName.String(), a.Kind)
	e.own(&a, copied)
	return a, true
}
