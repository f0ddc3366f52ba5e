import { EventField, Match } from 'aws-cdk-lib/aws-events';
import type { AlertRule } from './alert-rules';

/** What must not be touched unnoticed. */
export interface Protected {
  readonly vaultNames: string[];
  readonly planIds: string[];
  readonly keyArns: string[];
  readonly bucketNames: string[];
  readonly alerts: AlertParts;
}

/** What tells of it, and could be taken away. */
export interface AlertParts {
  /** What the names of rules start with. */
  readonly rulePrefix: string;
  /** What the names of alarms start with. */
  readonly alarmPrefixes: string[];
  readonly topicArn: string;
  readonly eventBusName?: string;
  readonly logGroupName?: string;
}

/** What is written about a call on what that path has. */
const email = (on: string) =>
  `${EventField.fromPath('$.detail.userIdentity.arn')} called ${EventField.fromPath('$.detail.eventName')}` +
  ` on ${EventField.fromPath(`$.detail.${on}`)}` +
  ` in account ${EventField.account}, ${EventField.region}, at ${EventField.time},` +
  ` from ${EventField.fromPath('$.detail.sourceIPAddress')}.` +
  ` Error, if AWS refused it: ${EventField.fromPath('$.detail.errorCode')}.` +
  ' If none of you deployed or intended this, somebody is changing or deleting your backups.';

/** Rules on the calls that touch it, as CloudTrail records them. */
export function tamperingRules(on: Protected): AlertRule[] {
  const rules: AlertRule[] = [alertRule(on.alerts)];
  if (on.vaultNames.length > 0) {
    rules.push({
      id: 'VaultCalls',
      description:
        'Calls that change or delete a vault, its lock, its policy or its recovery points',
      eventPattern: call(
        'backup',
        [
          'DeleteBackupVault',
          'DeleteBackupVaultAccessPolicy',
          'DeleteBackupVaultLockConfiguration',
          'DeleteBackupVaultNotifications',
          'DeleteRecoveryPoint',
          'DisassociateRecoveryPoint',
          'PutBackupVaultAccessPolicy',
          'PutBackupVaultLockConfiguration',
          'PutBackupVaultNotifications',
          'UpdateRecoveryPointLifecycle',
        ],
        { requestParameters: { backupVaultName: on.vaultNames } },
      ),
      email: email('requestParameters.backupVaultName'),
    });
  }
  if (on.planIds.length > 0) {
    rules.push({
      id: 'PlanCalls',
      description: 'Calls that change or delete a plan or its selection',
      eventPattern: call(
        'backup',
        ['DeleteBackupPlan', 'DeleteBackupSelection', 'UpdateBackupPlan'],
        { requestParameters: { backupPlanId: on.planIds } },
      ),
      email: email('requestParameters.backupPlanId'),
    });
  }
  if (on.keyArns.length > 0) {
    rules.push({
      id: 'KeyCalls',
      description: 'Calls that disable or delete a key, or change its policy',
      eventPattern: call(
        'kms',
        ['DisableKey', 'PutKeyPolicy', 'ScheduleKeyDeletion'],
        { resources: { ARN: on.keyArns } },
      ),
      email: email('requestParameters.keyId'),
    });
  }
  if (on.bucketNames.length > 0) {
    rules.push({
      id: 'BucketCalls',
      description:
        "Calls that change a bucket's Object Lock, versioning or notifications, or delete it",
      eventPattern: call(
        's3',
        [
          'DeleteBucket',
          'PutBucketNotification',
          'PutBucketNotificationConfiguration',
          'PutBucketObjectLockConfiguration',
          'PutBucketVersioning',
        ],
        { requestParameters: { bucketName: on.bucketNames } },
      ),
      email: email('requestParameters.bucketName'),
    });
  }
  return rules;
}

function alertRule(parts: AlertParts): AlertRule {
  const ours = Match.prefix(parts.rulePrefix);
  const alarms = parts.alarmPrefixes.flatMap((prefix) => Match.prefix(prefix));
  const either: object[] = [];
  const on = (requestParameters: object, ...eventName: string[]) =>
    either.push({ eventName, requestParameters });
  on({ name: ours }, 'DeleteRule', 'DisableRule');
  on({ name: ours, state: ['DISABLED'] }, 'PutRule');
  on({ rule: ours }, 'RemoveTargets');
  on({ alarmNames: alarms }, 'DeleteAlarms', 'DisableAlarmActions');
  on({ topicArn: [parts.topicArn] }, 'DeleteTopic');
  on(
    { subscriptionArn: Match.prefix(`${parts.topicArn}:`) },
    'Unsubscribe',
  );
  if (parts.eventBusName) {
    on({ name: [parts.eventBusName] }, 'DeleteEventBus');
  }
  if (parts.logGroupName) {
    on(
      { logGroupName: [parts.logGroupName] },
      'DeleteLogGroup',
      'DeleteMetricFilter',
    );
  }
  return {
    id: 'AlertCalls',
    description: 'Calls that delete these alerts or turn them off',
    eventPattern: {
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['events', 'logs', 'monitoring', 'sns'].map(
          (service) => `${service}.amazonaws.com`,
        ),
        $or: either,
      },
    },
    email: email('eventSource'),
  };
}

function call(
  service: string,
  eventName: string[],
  on: Record<string, Record<string, string[]>>,
) {
  return {
    source: [`aws.${service}`],
    detailType: ['AWS API Call via CloudTrail'],
    detail: { eventSource: [`${service}.amazonaws.com`], eventName, ...on },
  };
}
