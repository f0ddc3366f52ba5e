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
  deployRoleArn,
  eventLogGroupArn,
  recoveryPoints,
  serviceLinkedRoleArn,
  topicArn,
} from './arns';
import { BackupDashboard } from './backup-dashboard';
import { BackupStack } from './backup-stack';
import { CentralBus } from './central-bus';
import { callers, type PolicyRoom } from './callers';
import { type Config, copyRetentions, tierUses } from './config';
import { accountEndings } from './copied-vaults';
import { type CopyAlarm, CopyAlarms } from './copy-alarms';
import { copyBackTargets } from './copy-back';
import { EventLog } from './event-log';
import {
  backupRoleName,
  backupRoleNames,
  CENTRAL_ID,
  CENTRAL_KEY_ALIAS,
  CENTRAL_VAULT,
  centralBusName,
  centralStackName,
  copyAlarmPrefixes,
  copyBackRoleName,
  dashboardName,
  eventLogGroup,
  eventRoleName,
  eventRoleNames,
  metricNamespace,
  rulePrefix,
  topicName,
  workloadId,
} from './names';
import { copyOnlyTo, protectVault, useKeyThroughBackup } from './policies';
import { CopyBackRole } from './restore-roles';
import { RetainedKey } from './retained-key';
import { isCopied } from './tiers';

const MIN_RETENTION_DAYS = 15;

/** The key and the locked vault that all copies go to, and the bus for the events of all accounts. */
export class CentralStack extends BackupStack {
  constructor(scope: Construct, config: Config, alarms: CopyAlarm[]) {
    super(scope, centralStackName(config), {
      account: config.central.account,
      region: config.central.region,
      description: `Central backup account of ${config.project}: key, vault and lock for copies of S3 backups, and alerts`,
    });

    const copying = config.workloads
      .filter((workload) =>
        tierUses(config, workload).some(({ tier }) => isCopied(tier)),
      )
      .map((workload) => ({
        account: workload.account,
        roleName: backupRoleName(config, workload),
      }));
    const sources = (room: PolicyRoom) =>
      callers(this, config, copying, backupRoleNames(config), room);
    const keyUsers = sources({ limit: 32 * 1024, rest: 2700, statements: 2 });
    const landing = copyBackTargets(this, config);
    const copiers = sources({
      limit: 20 * 1024,
      rest: landing.vaultArns.reduce((bytes, arn) => bytes + arn.length + 3, 2700),
      statements: 1,
    });
    const senders = callers(
      this,
      config,
      [
        {
          account: config.central.account,
          roleName: eventRoleName(config, CENTRAL_ID),
        },
        ...config.workloads.map((workload) => ({
          account: workload.account,
          roleName: eventRoleName(config, workloadId(workload)),
        })),
      ],
      eventRoleNames(config),
      { limit: 10 * 1024, rest: 1000, statements: 1 },
    );

    const topic = new AlertTopic(this, 'AlertTopic', {
      topicName: topicName(config, CENTRAL_ID),
    });
    const key = new RetainedKey(this, 'Key', {
      alias: CENTRAL_KEY_ALIAS,
      description:
        'Encrypts the copies of S3 backups in the central backup account',
      grants: [
        ...useKeyThroughBackup(
          'WorkloadAccounts',
          keyUsers.principals,
          keyUsers.conditions(serviceLinkedRoleArn(this, '*')),
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
          new PolicyStatement({
            sid: 'CopyFromWorkloadAccounts',
            principals: copiers.principals,
            actions: ['backup:CopyIntoBackupVault'],
            resources: ['*'],
            conditions: copiers.conditions(),
          }),
          ...protectVault(
            deployRoleArn(this),
            'backup:DeleteBackupVaultLockConfiguration',
          ),
          ...copyOnlyTo(landing.vaultArns),
        ],
      }),
      notificationTopic: topic,
      notificationEvents: VAULT_EVENTS,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });

    if (landing.vaultArns.length > 0) {
      new CopyBackRole(this, 'CopyBackRole', {
        roleName: copyBackRoleName(config),
        account: config.central.account,
        landingVaultArns: landing.vaultArns,
        keyArns: [key.keyArn, ...landing.keyArns],
      });
    }

    const eventBus = new CentralBus(this, 'Bus', {
      eventBusName: centralBusName(config),
      senders,
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
