import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { topicArn } from './arns';
import { BackupStack } from './backup-stack';
import type { Config } from './config';
import { type CopyAlarm, CopyAlarms } from './copy-alarms';
import {
  CENTRAL_ID,
  copyAlarmsStackName,
  metricNamespace,
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
      description: `Central backup account of ${config.project}: further alarms on missing copies`,
    });
    new CopyAlarms(this, 'Copies', {
      topic: Topic.fromTopicArn(
        this,
        'Topic',
        topicArn(this, config, CENTRAL_ID),
      ),
      metricNamespace: metricNamespace(config),
      alarms,
    });
  }
}
