import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BackupVault, type LockConfiguration } from 'aws-cdk-lib/aws-backup';
import {
  AnyPrincipal,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { AlertTopic, VAULT_EVENTS } from './alert-topic';
import { Alerts } from './alerts';
import {
  backupRoleArns,
  eventLogGroupArn,
  eventRoleArns,
  recoveryPoints,
  serviceLinkedRoleArn,
  topicArn,
} from './arns';
import { BackupDashboard } from './backup-dashboard';
import { BackupStack } from './backup-stack';
import { CentralBus } from './central-bus';
import { type Config, copyRetentions } from './config';
import { accountEndings } from './copied-vaults';
import { type CopyAlarm, CopyAlarms } from './copy-alarms';
import { EventLog } from './event-log';
import {
  CENTRAL_ID,
  CENTRAL_KEY_ALIAS,
  CENTRAL_VAULT,
  centralBusName,
  centralStackName,
  copyAlarmPrefixes,
  dashboardName,
  eventLogGroup,
  metricNamespace,
  rulePrefix,
  topicName,
} from './names';
import {
  forAccounts,
  protectRecoveryPoints,
  useKeyThroughBackup,
} from './policies';
import { RetainedKey } from './retained-key';

const MIN_RETENTION_DAYS = 15;

/** The key and the locked vault that all copies go to, and the bus for the events of all accounts. */
export class CentralStack extends BackupStack {
  constructor(scope: Construct, config: Config, alarms: CopyAlarm[]) {
    super(scope, centralStackName(config), {
      account: config.central.account,
      region: config.central.region,
      description: `Central backup account of ${config.project}: key, vault and lock for copies of S3 backups, and alerts`,
    });

    const accounts = [...new Set(config.workloads.map((w) => w.account))];
    const fromOrganization = { 'aws:PrincipalOrgID': config.organizationId };
    const backupRoles = backupRoleArns(this, config);

    const topic = new AlertTopic(this, 'AlertTopic', {
      topicName: topicName(config, CENTRAL_ID),
    });
    const key = new RetainedKey(this, 'Key', {
      alias: CENTRAL_KEY_ALIAS,
      description:
        'Encrypts the copies of S3 backups in the central backup account',
      grants: [
        ...forAccounts(this, accounts, (principals) =>
          useKeyThroughBackup('WorkloadAccounts', principals, {
            StringEquals: fromOrganization,
            ArnLike: {
              'aws:PrincipalArn': [
                backupRoles,
                serviceLinkedRoleArn(this, '*'),
              ],
            },
          }),
        ),
        // It makes the copies that arrive here.
        ...useKeyThroughBackup('AWSBackup', [new AnyPrincipal()], {
          StringEquals: { 'aws:PrincipalAccount': config.central.account },
          ArnEquals: {
            'aws:PrincipalArn': serviceLinkedRoleArn(
              this,
              config.central.account,
            ),
          },
        }),
      ],
    });

    new BackupVault(this, 'Vault', {
      backupVaultName: CENTRAL_VAULT,
      encryptionKey: key,
      lockConfiguration: vaultLock(copyRetentions(config)),
      accessPolicy: new PolicyDocument({
        statements: [
          ...forAccounts(this, accounts, (principals) => [
            new PolicyStatement({
              sid: 'CopyFromWorkloadAccounts',
              principals,
              actions: ['backup:CopyIntoBackupVault'],
              resources: ['*'],
              conditions: {
                StringEquals: fromOrganization,
                ArnLike: { 'aws:PrincipalArn': [backupRoles] },
              },
            }),
          ]),
          protectRecoveryPoints('backup:DeleteBackupVaultLockConfiguration'),
        ],
      }),
      notificationTopic: topic,
      notificationEvents: VAULT_EVENTS,
      removalPolicy: RemovalPolicy.RETAIN,
    });

    const eventBus = new CentralBus(this, 'Bus', {
      eventBusName: centralBusName(config),
      organizationId: config.organizationId,
      senderRoleArns: eventRoleArns(this, config),
    });
    new Alerts(this, 'Alerts', {
      config,
      about: CENTRAL_ID,
      topic,
      outOfVaults: true,
      watched: {
        vaultNames: [CENTRAL_VAULT],
        planIds: [],
        keyArns: [key.keyArn, topic.keyArn],
        bucketNames: [],
        recoveryPoints: [recoveryPoints(this)],
        alerts: {
          rulePrefix: rulePrefix(centralStackName(config)),
          alarmPrefixes: [
            ...copyAlarmPrefixes(config),
            centralBusName(config),
          ],
          topicArn: topicArn(this, config, CENTRAL_ID),
          eventBusName: centralBusName(config),
          logGroupName: eventLogGroup(config),
          logPolicyName: centralBusName(config),
        },
      },
      alarmPrefixes: alarms.length > 0 ? copyAlarmPrefixes(config) : undefined,
    });
    new EventLog(this, 'EventLog', {
      logGroupName: eventLogGroup(config),
      logGroupArn: eventLogGroupArn(this, config),
      policyName: centralBusName(config),
      eventBus,
      metricNamespace: metricNamespace(config),
      accountEndings: accountEndings(config),
    });
    new CopyAlarms(this, 'Copies', {
      topic,
      metricNamespace: metricNamespace(config),
      alarms,
    });
    new BackupDashboard(this, 'Dashboard', {
      dashboardName: dashboardName(config),
      project: config.project,
      logGroupName: eventLogGroup(config),
    });
  }
}

/** A governance lock that every copy fits into. */
function vaultLock(retentions: number[]): LockConfiguration {
  const min = Math.min(MIN_RETENTION_DAYS, ...retentions);
  return {
    minRetention: Duration.days(min),
    maxRetention:
      retentions.length > 0
        ? Duration.days(Math.max(min, ...retentions))
        : undefined,
  };
}
