import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Schedule } from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlertRule, AlertRules } from './alert-rules';
import { centralBusArn, deployRoleArn, vaultArn } from './arns';
import { backupRules, outOfVaultRules } from './backup-rules';
import type { Config } from './config';
import { eventRoleName } from './names';
import { SilenceAlarms, type SilenceAlarm } from './silence-alarms';
import { type Protected, tamperingRules } from './tampering-rules';

export interface AlertsProps {
  readonly config: Config;
  /** Id of the workload, or of the central account. */
  readonly about: string;
  readonly topic: ITopic;
  readonly watched: Protected;
  /** Jobs that take data out of the vaults are written of. */
  readonly outOfVaults?: boolean;
  readonly silenceAlarms?: SilenceAlarm[];
  /** What the names of other alarms start with that are told of. */
  readonly alarmPrefixes?: string[];
}

/** What notices failures, silence and tampering in an account. */
export class Alerts extends Construct {
  constructor(scope: Construct, id: string, props: AlertsProps) {
    super(scope, id);
    const { config, about, topic, watched, silenceAlarms = [] } = props;
    const stack = Stack.of(this);
    const rules = new AlertRules(this, 'Rules', {
      roleName: eventRoleName(config, about),
      eventBusArn: centralBusArn(stack, config),
      topic,
    });

    const vaultArns = watched.vaultNames.map((name) => vaultArn(stack, name));
    for (const rule of [
      ...tamperingRules(watched, deployRoleArn(stack)),
      ...backupRules(watched.vaultNames, vaultArns),
      ...(props.outOfVaults ? outOfVaultRules(vaultArns) : []),
      testRule(about),
    ]) {
      rules.add(rule);
    }

    if (props.alarmPrefixes) {
      rules.add(
        alarmRule(props.alarmPrefixes.flatMap((start) => Match.prefix(start))),
      );
    }
    if (silenceAlarms.length > 0) {
      rules.add(alarmRule(silenceAlarms.map((a) => a.alarmName)));
      for (const alarm of silenceAlarms) {
        rules.add(clock(alarm));
      }
      new SilenceAlarms(this, 'Silence', { topic, alarms: silenceAlarms });
    }
  }
}

function clock({ clockName, clockTells }: SilenceAlarm): AlertRule {
  return {
    id: clockName,
    ruleName: clockName,
    description: `Triggers every hour, so that ${clockTells}`,
    schedule: Schedule.rate(Duration.hours(1)),
  };
}

function alarmRule(alarmNames: string[]): AlertRule {
  return {
    id: 'Alarms',
    description: 'Alarms that go into ALARM or return to OK',
    eventPattern: {
      source: ['aws.cloudwatch'],
      detailType: ['CloudWatch Alarm State Change'],
      detail: { alarmName: alarmNames },
    },
  };
}

function testRule(about: string): AlertRule {
  return {
    id: 'Tests',
    description: 'Test events of backupctl alert-test',
    eventPattern: {
      source: ['central-s3-backup'],
      detailType: ['Alert Test'],
      detail: { workload: [about] },
    },
  };
}
