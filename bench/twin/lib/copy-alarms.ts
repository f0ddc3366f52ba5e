import { Duration } from 'aws-cdk-lib';
import {
  ComparisonOperator,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { COPIES } from './event-log';
import { COPY_DAYS } from './silence-alarms';

export interface CopyAlarmsProps {
  readonly topic: ITopic;
  readonly metricNamespace: string;
  readonly alarms: CopyAlarm[];
}

/** An alarm on a vault of which no copies come. */
export interface CopyAlarm {
  readonly id: string;
  readonly description: string;
  readonly vaultArn: string;
}

/** Alarms of the central account. Without data, nothing is heard of the vault. */
export class CopyAlarms extends Construct {
  constructor(scope: Construct, id: string, props: CopyAlarmsProps) {
    super(scope, id);
    const tell = new SnsAction(props.topic);
    for (const about of props.alarms) {
      const alarm = new Metric({
        namespace: props.metricNamespace,
        metricName: COPIES.metricName,
        dimensionsMap: { [COPIES.dimension]: about.vaultArn },
        statistic: Stats.SUM,
        period: Duration.days(1),
      }).createAlarm(this, about.id, {
        alarmDescription: about.description,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        threshold: 1,
        evaluationPeriods: COPY_DAYS,
        datapointsToAlarm: COPY_DAYS,
        treatMissingData: TreatMissingData.MISSING,
      });
      alarm.addAlarmAction(tell);
      alarm.addInsufficientDataAction(tell);
    }
  }
}
