import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { BackupStack } from './backup-stack';
import type { Config } from './config';
import { type CopyAlarm, CopyAlarms } from './copy-alarms';
import {
  CENTRAL_ID,
  copyAlarmsStackName,
  metricNamespace,
  topicName,
} from './names';

/** Alarms on copies that the central stack has no room for. */
export class CopyAlarmsStack extends BackupStack {
  constructor(
    scope: Construct,
    config: Config,
    number: number,
    alarms: CopyAlarm[],
  ) {
    super(scope, copyAlarmsStackName(config, number), {
      account: config.central.account,
      region: config.central.region,
      description: `Central backup account of ${config.project}: further alarms on copies that do not come`,
    });
    const topicArn = this.formatArn({
      service: 'sns',
      resource: topicName(config, CENTRAL_ID),
    });
    new CopyAlarms(this, 'Copies', {
      topic: Topic.fromTopicArn(this, 'Topic', topicArn),
      metricNamespace: metricNamespace(config),
      alarms,
    });
  }
}
