package alert

import "central-s3-backup/internal/alerting"

// alarmState is the detail of a CloudWatch alarm's change of state. The detail of a composite alarm has
// no metric and no description. The alarms on missing backups in a workload account are composite alarms,
// so the fleet has their vault and description. The copy alarms of the central account are metric alarms:
// their metric names the vault.
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

// copied returns the ARN of the vault whose copies the alarm watches. Empty: it watches something else.
func (s alarmState) copied() string {
	if len(s.Configuration.Metrics) == 0 {
		return ""
	}
	return s.Configuration.Metrics[0].MetricStat.Metric.Dimensions.BackupVaultARN.String()
}

func readAlarm(ev event, f *Fleet) (Alert, bool) {
	var s alarmState
	decode(ev.Detail, &s)
	a := ev.alert("alarm")
	known, silence := f.Alarms[alerting.Key(a.Account, a.Region, s.AlarmName.String())]
	copied := s.copied()
	a.Vault = first(text(known.Vault), text(vaultOf(copied)))
	description := first(text(known.Description), s.Configuration.Description)
	switch s.State.Value {
	case "ALARM":
		a.Action = Trigger
		a.Title = "Alarm"
		if silence {
			a.Title = "No job completed" // of backups or copies: nothing failed, because nothing ran (F-EVT-12)
			a.Advice = "Check in the vault's jobs when the last job ran. Check that the plan, its selection and the backup role " +
				"still exist. Then start an on-demand backup."
		}
		if copied != "" {
			a.Title = "No copy completed"
			a.Advice = "Check in the workload account whether copy jobs fail or do not start, and whether the plan still has its " +
				"copy action. Then copy the latest recovery point on demand."
		}
	case "OK":
		a.Action = Resolve
		// People read only about an alarm that was in ALARM before. After INSUFFICIENT_DATA, the alarm was
		// just created, or copies complete again.
		a.Quiet = s.PreviousState.Value != "ALARM"
		a.Title = "Alarm returned to OK"
		a.Message = s.State.Reason.String()
	case "INSUFFICIENT_DATA":
		if copied != "" { // there were events to count, and there are none now
			a.Action = Trigger
			a.Title = "No backup or copy events received"
			a.Message = "For longer than the alarm looks back, the central account has received no event of a completed backup " +
				"or copy of this vault."
			a.Advice = "Check in the workload account whether backups run and complete, and whether the EventBridge rules and " +
				"the role that send events to the central account still exist. If a person deleted them, look for other changes " +
				"by that person."
			break
		}
		// The other alarms of this app treat missing data as breaching. One in this state was just created
		// or changed and has not been evaluated yet, or CloudWatch cannot evaluate it. That neither opens
		// nor resolves an incident, but readers should know that the alarm watches nothing now.
		a.Title = "Alarm has insufficient data"
		a.Message = s.State.Reason.String()
		a.Advice = "No action is needed if the alarm was just deployed. Otherwise check that its metric still exists."
	default:
		return Alert{}, false
	}
	if copied == "" { // CloudFormation generates the names of copy alarms, so their vault says more
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
	f.own(&a, copied)
	return a, true
}
