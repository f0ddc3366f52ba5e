import { Duration } from 'aws-cdk-lib';
import {
  type AlarmProps,
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
import type { IRule } from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** As far as an alarm can look back: a daily job may take longer, with its windows. */
export const SILENCE_DAYS = 7;

export interface SilenceAlarmsProps {
  readonly topic: ITopic;
  /** A rule that triggers several times a day, as long as there is the stack. */
  readonly clock: IRule;
  readonly alarms: SilenceAlarm[];
}

/** An alarm on a vault in which no job completed. */
export interface SilenceAlarm {
  readonly alarmName: string;
  readonly description: string;
  readonly vaultName: string;
  /** AWS Backup's count of the jobs. */
  readonly metricName: string;
}

/**
 * Alarms on jobs that do not come, of which no event tells. They keep quiet until the stack is as
 * old as they look back: before, there is nothing to count.
 */
export class SilenceAlarms extends Construct {
  constructor(scope: Construct, id: string, props: SilenceAlarmsProps) {
    super(scope, id);
    const young = dailyCount('AWS/Events', 'TriggeredRules', {
      RuleName: props.clock.ruleName,
    }).createAlarm(this, 'Young', {
      ...BELOW_ONE,
      alarmDescription: `The stack is younger than ${SILENCE_DAYS} days, so the alarms on missing backups stay in OK`,
      datapointsToAlarm: 1,
    });
    const tell = new SnsAction(props.topic);
    for (const { alarmName, ...about } of props.alarms) {
      const jobs = dailyCount('AWS/Backup', about.metricName, {
        BackupVaultName: about.vaultName,
      });
      // Days without a count would be bridged by what was before them.
      const none = new MathExpression({
        expression: 'FILL(jobs, 0)',
        usingMetrics: { jobs },
        period: Duration.days(1),
      }).createAlarm(this, `${alarmName}-metric`, {
        ...BELOW_ONE,
        alarmDescription: `Part of ${alarmName}`,
        datapointsToAlarm: SILENCE_DAYS,
      });
      const alarm = new CompositeAlarm(this, alarmName, {
        compositeAlarmName: alarmName,
        alarmDescription: about.description,
        alarmRule: AlarmRule.allOf(
          AlarmRule.fromAlarm(none, AlarmState.ALARM),
          AlarmRule.fromAlarm(young, AlarmState.OK),
        ),
      });
      alarm.addAlarmAction(tell);
    }
  }
}

/** No count at all is none. */
const BELOW_ONE = {
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  threshold: 1,
  evaluationPeriods: SILENCE_DAYS,
  treatMissingData: TreatMissingData.BREACHING,
} satisfies Partial<AlarmProps>;

function dailyCount(
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
): Metric {
  return new Metric({
    namespace,
    metricName,
    dimensionsMap,
    statistic: Stats.SUM,
    period: Duration.days(1),
  });
}
