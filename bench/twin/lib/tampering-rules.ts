import { EventField, Match } from 'aws-cdk-lib/aws-events';
import type { AlertRule } from './alert-rules';

/** What must not be touched unnoticed. */
export interface Protected {
  readonly vaultNames: string[];
  readonly planIds: string[];
  readonly keyArns: string[];
  readonly bucketNames: string[];
  /** What the ARNs of their recovery points start with. */
  readonly recoveryPoints: string[];
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
  readonly logPolicyName?: string;
}

const at = (path: string) => EventField.fromPath(`$.detail.${path}`);
const parameter = (name: string) => at(`requestParameters.${name}`);

/** What is written about a call on that. */
const email = (on: string) =>
  `${EventField.fromPath('$.detail.userIdentity.arn')} called ${EventField.fromPath('$.detail.eventName')}` +
  ` on ${on}` +
  ` in account ${EventField.account}, ${EventField.region}, at ${EventField.time},` +
  ` from ${EventField.fromPath('$.detail.sourceIPAddress')}.` +
  ` Called through (empty: directly): ${EventField.fromPath('$.detail.userIdentity.invokedBy')}.` +
  ` Error, if AWS refused it: ${EventField.fromPath('$.detail.errorCode')}.` +
  ' It is a deployment by the CDK if it was called through cloudformation.amazonaws.com' +
  ` with the role cdk-...-cfn-exec-role-${EventField.account}-${EventField.region}.` +
  ' If none of you deployed or intended this, somebody is changing, reading or deleting your backups.';

const CLOUDFORMATION = 'cloudformation.amazonaws.com';

const notInvokedBy = (...services: string[]) => [
  { exists: false },
  { 'anything-but': services },
];

const sessionIssuer = (issuer: object) => ({
  sessionContext: { sessionIssuer: issuer },
});

/** A rule for people, and one that writes nothing for deployments. */
function byCaller(rule: AlertRule, deployRole: string): AlertRule[] {
  const detail = rule.eventPattern?.detail ?? {};
  const [start = '', userName] = deployRole.split(':role/');
  const account = start.slice(start.lastIndexOf(':') + 1);
  const withPath = { wildcard: `${start}:role/*/*` };
  const of = (userIdentity: object) => ({
    ...rule.eventPattern,
    detail: { ...detail, userIdentity },
  });
  return [
    {
      ...rule,
      description: `${rule.description}, not made by a deployment`,
      eventPattern: of({
        $or: [
          { invokedBy: notInvokedBy(CLOUDFORMATION) },
          sessionIssuer({
            accountId: [{ exists: false }, { 'anything-but': [account] }],
          }),
          sessionIssuer({
            userName: [
              { exists: false },
              { 'anything-but': { wildcard: userName } },
            ],
          }),
          sessionIssuer({ arn: [{ exists: false }, withPath] }),
        ],
      }),
    },
    {
      ...rule,
      id: `${rule.id}Deployed`,
      description: `${rule.description}, made by a deployment`,
      email: undefined,
      eventPattern: of({
        invokedBy: [CLOUDFORMATION],
        ...sessionIssuer({
          accountId: [account],
          userName: [{ wildcard: userName }],
          arn: [{ 'anything-but': withPath }],
        }),
      }),
    },
  ];
}

/** Rules on the calls that touch it, as CloudTrail records them. */
export function tamperingRules(
  on: Protected,
  deployRole: string,
): AlertRule[] {
  const rules: AlertRule[] = [
    alertRule(on.alerts),
    alertSettingRule(on.alerts),
    ...byCaller(alarmSettingRule(on.alerts), deployRole),
    accountRule(),
  ];
  if (on.vaultNames.length > 0) {
    rules.push({
      id: 'VaultCalls',
      description:
        'Calls that change or delete a vault, its lock, its policy or its recovery points',
      eventPattern: call(
        'backup',
        [
          'AssociateBackupVaultMpaApprovalTeam',
          'DeleteBackupVault',
          'DeleteBackupVaultAccessPolicy',
          'DeleteBackupVaultLockConfiguration',
          'DeleteBackupVaultNotifications',
          'DeleteRecoveryPoint',
          'DisassociateBackupVaultMpaApprovalTeam',
          'DisassociateRecoveryPoint',
          'PutBackupVaultAccessPolicy',
          'PutBackupVaultLockConfiguration',
          'PutBackupVaultNotifications',
          'UpdateRecoveryPointLifecycle',
        ],
        { requestParameters: { backupVaultName: on.vaultNames } },
      ),
      email: email(parameter('backupVaultName')),
    });
  }
  if (on.vaultNames.length > 0) {
    rules.push(
      {
        id: 'RecoveryPointCalls',
        description:
          'Copies, restores and access points of recovery points that a person starts',
        eventPattern: {
          source: ['aws.backup'],
          detailType: ['AWS API Call via CloudTrail'],
          detail: {
            eventSource: ['backup.amazonaws.com'],
            userIdentity: { invokedBy: notInvokedBy('backup.amazonaws.com') },
            $or: [
              {
                eventName: ['StartCopyJob'],
                requestParameters: { sourceBackupVaultName: on.vaultNames },
              },
              {
                eventName: ['CreateBackupAccessPoint', 'StartRestoreJob'],
                requestParameters: {
                  recoveryPointArn: on.recoveryPoints.map((prefix) => ({
                    prefix,
                  })),
                },
              },
            ],
          },
        },
        email: email(parameter('recoveryPointArn')),
      },
    );
  }
  if (on.planIds.length > 0) {
    rules.push({
      id: 'PlanCalls',
      description: 'Calls that change or delete a plan or its selection',
      eventPattern: call(
        'backup',
        [
          'CreateBackupSelection',
          'DeleteBackupPlan',
          'DeleteBackupSelection',
          'UpdateBackupPlan',
        ],
        { requestParameters: { backupPlanId: on.planIds } },
      ),
      email: email(parameter('backupPlanId')),
    });
  }
  if (on.keyArns.length > 0) {
    rules.push({
      id: 'KeyCalls',
      description:
        'Calls that disable or delete a key, change its policy, or give or take its use',
      eventPattern: {
        source: ['aws.kms'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['kms.amazonaws.com'],
          resources: { ARN: on.keyArns },
          $or: [
            {
              eventName: [
                'CancelKeyDeletion',
                'DisableKey',
                'DisableKeyRotation',
                'EnableKey',
                'PutKeyPolicy',
                'RevokeGrant',
                'ScheduleKeyDeletion',
              ],
            },
            {
              eventName: ['CreateGrant', 'RetireGrant'],
              userIdentity: {
                invokedBy: notInvokedBy(
                  'backup.amazonaws.com',
                  'backup-storage.amazonaws.com',
                ),
              },
            },
          ],
        },
      },
      email: email(at('resources[0].ARN')),
    });
  }
  if (on.bucketNames.length > 0) {
    rules.push({
      id: 'BucketCalls',
      description:
        'Calls that delete a bucket or its protection, or change its Object Lock, versioning or notifications',
      eventPattern: call(
        's3',
        [
          'DeleteBucket',
          'DeleteBucketEncryption',
          'DeleteBucketOwnershipControls',
          'DeleteBucketPolicy',
          'DeleteBucketPublicAccessBlock',
          'PutBucketNotification',
          'PutBucketNotificationConfiguration',
          'PutBucketObjectLockConfiguration',
          'PutBucketVersioning',
        ],
        { requestParameters: { bucketName: on.bucketNames } },
      ),
      email: email(parameter('bucketName')),
    });
    const settings = {
      id: 'BucketSettingCalls',
      description: 'Calls that change the settings of a bucket',
      eventPattern: call(
        's3',
        [
          'PutBucketAcl',
          'PutBucketEncryption',
          'PutBucketLifecycle',
          'PutBucketLifecycleConfiguration',
          'PutBucketLogging',
          'PutBucketOwnershipControls',
          'PutBucketPolicy',
          'PutBucketPublicAccessBlock',
          'PutBucketReplication',
          'DeleteBucketTagging',
          'PutBucketTagging',
        ],
        { requestParameters: { bucketName: on.bucketNames } },
      ),
      email: email(parameter('bucketName')),
    };
    rules.push(...byCaller(settings, deployRole));
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
    on({ eventBusName: [parts.eventBusName] }, 'RemovePermission');
  }
  if (parts.logGroupName) {
    on(
      { logGroupName: [parts.logGroupName] },
      'DeleteLogGroup',
      'DeleteLogStream',
      'DeleteMetricFilter',
    );
  }
  if (parts.logPolicyName) {
    on({ policyName: [parts.logPolicyName] }, 'DeleteResourcePolicy');
  }
  return partRule(
    'AlertCalls',
    'Calls that delete these alerts or turn them off',
    ALERT_SERVICES,
    onAlerts(),
    either,
  );
}

function alertSettingRule(parts: AlertParts): AlertRule {
  const ours = Match.prefix(parts.rulePrefix);
  const either: object[] = [];
  const on = (requestParameters: object, ...eventName: string[]) =>
    either.push({ eventName, requestParameters });
  const state = [{ exists: false }, { 'anything-but': ['DISABLED'] }];
  on({ name: ours, state }, 'PutRule');
  on({ rule: ours }, 'PutTargets');
  on(
    { topicArn: [parts.topicArn] },
    'AddPermission',
    'RemovePermission',
    'SetTopicAttributes',
  );
  on({ resourceArn: [parts.topicArn] }, 'PutDataProtectionPolicy');
  on(
    { subscriptionArn: Match.prefix(`${parts.topicArn}:`) },
    'SetSubscriptionAttributes',
  );
  if (parts.eventBusName) {
    on({ eventBusName: [parts.eventBusName] }, 'PutPermission');
    on({ name: [parts.eventBusName] }, 'UpdateEventBus');
  }
  if (parts.logGroupName) {
    on(
      { logGroupName: [parts.logGroupName] },
      'AssociateKmsKey',
      'DisassociateKmsKey',
      'PutRetentionPolicy',
    );
    on(
      { resourceIdentifier: Match.suffix(`:log-group:${parts.logGroupName}`) },
      'AssociateKmsKey',
      'DisassociateKmsKey',
    );
  }
  if (parts.logPolicyName) {
    on({ policyName: [parts.logPolicyName] }, 'PutResourcePolicy');
  }
  return partRule(
    'AlertSettingCalls',
    'Calls that change the settings of these alerts',
    ALERT_SERVICES,
    onAlerts() + (parts.logGroupName ? parameter('resourceIdentifier') : ''),
    either,
  );
}

function alarmSettingRule(parts: AlertParts): AlertRule {
  const alarms = parts.alarmPrefixes.flatMap((prefix) => Match.prefix(prefix));
  const either: object[] = [
    {
      eventName: ['PutCompositeAlarm', 'PutMetricAlarm', 'SetAlarmState'],
      requestParameters: { alarmName: alarms },
    },
  ];
  if (parts.logGroupName) {
    either.push({
      eventName: ['PutMetricFilter'],
      requestParameters: { logGroupName: [parts.logGroupName] },
    });
  }
  return partRule(
    'AlarmSettingCalls',
    'Calls that change the settings of the alarms of these alerts',
    parts.logGroupName ? ['logs', 'monitoring'] : ['monitoring'],
    parameter('alarmName') +
      (parts.logGroupName ? parameter('logGroupName') : ''),
    either,
  );
}

/** Calls on the whole account and Region. */
function accountRule(): AlertRule {
  return {
    id: 'AccountCalls',
    description:
      'Calls that stop or change a trail, mute alarms, opt S3 out of AWS Backup, or delete a backup access point',
    eventPattern: {
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        $or: [
          {
            eventSource: ['cloudtrail.amazonaws.com'],
            eventName: [
              'DeleteTrail',
              'PutEventSelectors',
              'StopLogging',
              'UpdateTrail',
            ],
          },
          {
            eventSource: ['monitoring.amazonaws.com'],
            eventName: ['PutAlarmMuteRule'],
          },
          {
            eventSource: ['backup.amazonaws.com'],
            eventName: ['DeleteBackupAccessPoint'],
          },
          {
            eventSource: ['backup.amazonaws.com'],
            eventName: ['UpdateRegionSettings'],
            requestParameters: { resourceTypeOptInPreference: { S3: [false] } },
          },
        ],
      },
    },
    email: email(
      parameter('name') + parameter('trailName') + parameter('accessPointArn'),
    ),
  };
}

const ALERT_SERVICES = ['events', 'logs', 'monitoring', 'sns'];

const onAlerts = () =>
  `${parameter('eventBusName')} ` +
  [
    'name',
    'rule',
    'alarmNames[0]',
    'topicArn',
    'subscriptionArn',
    'resourceArn',
    'logGroupName',
    'policyName',
  ]
    .map(parameter)
    .join('');

function partRule(
  id: string,
  description: string,
  services: string[],
  on: string,
  either: object[],
) {
  return {
    id,
    description,
    eventPattern: {
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: services.map((service) => `${service}.amazonaws.com`),
        $or: either,
      },
    },
    email: email(on),
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
