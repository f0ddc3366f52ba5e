import { Duration } from 'aws-cdk-lib';
import {
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** As far as an alarm can look back. The first backup may take so long, and the first copy. */
export const FIRST_HOURS = 168;
/** Two days, the start window and the delay of the counts: a daily job and as long again. */
export const SILENCE_HOURS = 50;
/** The central account cannot tell a first copy from others. */
export const COPY_DAYS = 7;

export interface SilenceAlarmsProps {
  readonly topic: ITopic;
  readonly alarms: SilenceAlarm[];
}

/** An alarm on a vault in which no job completed. */
export interface SilenceAlarm {
  readonly alarmName: string;
  /** Name of the rule that triggers every hour, as long as there are such jobs. */
  readonly clockName: string;
  /** What that rule tells. */
  readonly clockTells: string;
  readonly description: string;
  readonly vaultName: string;
  /** AWS Backup's count of the jobs. */
  readonly metricName: string;
}

/**
 * Alarms on jobs that do not come, of which no event tells. They stay in OK while the tier waits for the
 * first one.
 */
export class SilenceAlarms extends Construct {
  constructor(scope: Construct, id: string, props: SilenceAlarmsProps) {
    super(scope, id);
    const tell = new SnsAction(props.topic);
    for (const about of props.alarms) {
      const { alarmName, clockName, description } = about;
      const waits = new MathExpression({
        expression: `FILL(hours, 0) + ${FIRST_HOURS} * FILL(jobs, 0)`,
        usingMetrics: {
          hours: sum('AWS/Events', 'TriggeredRules', { RuleName: clockName }, Duration.hours(FIRST_HOURS)),
          jobs: jobs(about, Duration.hours(FIRST_HOURS)),
        },
        period: Duration.hours(FIRST_HOURS),
      }).createAlarm(this, `${alarmName}-waits`, {
        alarmDescription: `Part of ${alarmName}: the tier waits for its first one, for at most ${FIRST_HOURS} hours`,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        threshold: FIRST_HOURS - 1,
        evaluationPeriods: 1,
        datapointsToAlarm: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      // Hours without a count would be bridged by what was before them.
      const none = new MathExpression({
        expression: 'FILL(jobs, 0)',
        usingMetrics: { jobs: jobs(about, Duration.hours(1)) },
        period: Duration.hours(1),
      }).createAlarm(this, `${alarmName}-metric`, {
        alarmDescription: `Part of ${alarmName}`,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        threshold: 1,
        evaluationPeriods: SILENCE_HOURS,
        datapointsToAlarm: SILENCE_HOURS,
        treatMissingData: TreatMissingData.BREACHING,
      });
      const alarm = new CompositeAlarm(this, alarmName, {
        compositeAlarmName: alarmName,
        alarmDescription: description,
        alarmRule: AlarmRule.allOf(
          AlarmRule.fromAlarm(none, AlarmState.ALARM),
          AlarmRule.fromAlarm(waits, AlarmState.OK),
        ),
      });
      alarm.addAlarmAction(tell);
    }
  }
}

function jobs({ metricName, vaultName }: SilenceAlarm, period: Duration): Metric {
  return sum('AWS/Backup', metricName, { BackupVaultName: vaultName }, period);
}

function sum(
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  period: Duration,
): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic: Stats.SUM, period });
}
