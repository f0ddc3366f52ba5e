import { Duration, Tags } from 'aws-cdk-lib';
import { BackupVault, type IBackupVault } from 'aws-cdk-lib/aws-backup';
import {
  AccountPrincipal,
  AnyPrincipal,
  type PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AlertTopic } from './alert-topic';
import { Alerts } from './alerts';
import {
  bucketArn,
  centralKeyArns,
  centralVaultArn,
  recoveryPoints,
  roleArn,
  serviceLinkedRoleArn,
  topicArn,
} from './arns';
import { BackupRole } from './backup-role';
import { BackupStack } from './backup-stack';
import { AccessLogBucket, DataBucket } from './buckets';
import { type Config, type TierUse, tierUses, type Workload } from './config';
import {
  accessLogBucketName,
  backupRoleName,
  clockName,
  copyBackRoleName,
  keyAlias,
  landingVaultName,
  restoreRoleName,
  ruleName,
  rulePrefix,
  silenceAlarmName,
  tierName,
  topicName,
  workloadId,
  workloadStackName,
} from './names';
import { LandingVault } from './landing-vault';
import { useKeyThroughBackup } from './policies';
import { RestoreRole } from './restore-roles';
import { RetainedKey } from './retained-key';
import { FIRST_HOURS, SILENCE_HOURS, type SilenceAlarm } from './silence-alarms';
import { TierBackup } from './tier-backup';
import { bucketKeyName, isBackedUp, isCopied, type Tier } from './tiers';

/** What the backups of all tiers of a workload share. */
interface SharedBackup {
  readonly vaultKey: RetainedKey;
  readonly role: BackupRole;
  readonly centralVault: IBackupVault;
  readonly topic: AlertTopic;
}

/** The buckets of a workload, for every tier that is backed up a vault with a plan, and alerts. */
export class WorkloadStack extends BackupStack {
  private readonly keys = new Map<string, RetainedKey>();

  constructor(
    scope: Construct,
    private readonly config: Config,
    private readonly workload: Workload,
  ) {
    super(scope, workloadStackName(config, workload), {
      account: workload.account,
      region: workload.region,
      description: `S3 buckets of ${workload.name} in ${workload.environment} with their backups`,
    });

    const uses = tierUses(config, workload);
    const accessLogBucket = new AccessLogBucket(this, 'AccessLogs', {
      bucketName: accessLogBucketName(config, workload),
    });
    const topic = new AlertTopic(this, 'AlertTopic', {
      topicName: topicName(config, workloadId(workload)),
    });
    const backup = uses.some(({ tier }) => isBackedUp(tier))
      ? this.sharedBackup(
          topic,
          uses,
          uses.some(({ tier }) => isCopied(tier)),
        )
      : undefined;
    const backups = uses.flatMap(
      (use) => this.addTier(use, accessLogBucket, backup) ?? [],
    );

    const tiers = uses.map(({ tier }) => tier).filter(isBackedUp);
    new Alerts(this, 'Alerts', {
      config,
      about: workloadId(workload),
      topic,
      watched: {
        vaultNames: [
          ...tiers.map((tier) => tierName(config, workload, tier)),
          ...(tiers.some(isCopied) ? [landingVaultName(config, workload)] : []),
        ],
        planIds: backups.map(({ plan }) => plan.backupPlanId),
        keyArns: [
          topic.keyArn,
          ...[...this.keys.values()].map(({ keyArn }) => keyArn),
        ],
        bucketNames: [
          ...workload.buckets.map(({ name }) => name),
          accessLogBucketName(config, workload),
        ],
        // The ARN of a copy that came back does not name its bucket.
        recoveryPoints: tiers.some(isCopied)
          ? [recoveryPoints(this)]
          : workload.buckets.map(({ name }) => recoveryPoints(this, name)),
        alerts: {
          rulePrefix: rulePrefix(workloadStackName(config, workload)),
          alarmPrefixes: [
            `${workloadStackName(config, workload)}-`,
            `${config.project}-${workloadId(workload)}-`,
          ],
          topicArn: topicArn(this, config, workloadId(workload)),
        },
      },
      silenceAlarms: tiers.flatMap((tier) => this.silenceAlarms(tier)),
    });
  }

  private addTier(
    { tier, buckets: entries }: TierUse,
    accessLogBucket: AccessLogBucket,
    backup: SharedBackup | undefined,
  ): TierBackup | undefined {
    const tags = {
      'backup:tier': tier.name,
      'backup:workload': workloadId(this.workload),
    };
    const scope = new Construct(this, tier.name);
    for (const [key, value] of Object.entries(tags)) {
      Tags.of(scope).add(key, value);
    }

    const encryptionKey = this.bucketKey(tier);
    const buckets = entries.map(
      ({ name }) =>
        new DataBucket(scope, name, {
          bucketName: name,
          objectLockDays: tier.objectLockDays,
          encryptionKey,
          accessLogBucket,
        }),
    );

    if (!backup || !isBackedUp(tier)) {
      return undefined;
    }
    return new TierBackup(scope, 'Backup', {
      name: tierName(this.config, this.workload, tier),
      encryptionKey: backup.vaultKey,
      role: backup.role,
      buckets,
      continuous: this.rule(tier, 'continuous', tier.continuousDays),
      snapshot: this.rule(tier, 'snapshot', tier.snapshotDays),
      copy:
        tier.copyDays === undefined
          ? undefined
          : {
              destination: backup.centralVault,
              deleteAfter: Duration.days(tier.copyDays),
            },
      topic: backup.topic,
      recoveryPointTags: tags,
    });
  }

  private rule(
    tier: Tier,
    kind: 'continuous' | 'snapshot',
    days: number | undefined,
  ) {
    return days === undefined
      ? undefined
      : {
          ruleName: ruleName(this.config, this.workload, tier, kind),
          deleteAfter: Duration.days(days),
        };
  }

  private silenceAlarms(tier: Tier): SilenceAlarm[] {
    const alarm = (
      jobs: 'backups' | 'copies',
      metricName: string,
      clockTells: string,
    ) => ({
      alarmName: silenceAlarmName(this.config, this.workload, tier, jobs),
      description: `No ${jobs} of ${tier.name} of ${workloadId(this.workload)} completed within ${SILENCE_HOURS} hours, although they were due. The first ones of a tier may take ${FIRST_HOURS} hours.`,
      vaultName: tierName(this.config, this.workload, tier),
      metricName,
      clockName: clockName(this.config, this.workload, tier, jobs),
      clockTells,
    });
    const backups = alarm(
      'backups',
      'NumberOfBackupJobsCompleted',
      `the alarms on missing backups know how old ${tier.name} is`,
    );
    if (!isCopied(tier)) {
      return [backups];
    }
    const copies = alarm(
      'copies',
      'NumberOfCopyJobsCompleted',
      `the alarm on missing copies knows since when ${tier.name} is copied`,
    );
    return [backups, copies];
  }

  private sharedBackup(
    topic: AlertTopic,
    uses: TierUse[],
    copied: boolean,
  ): SharedBackup {
    const { central, organizationId } = this.config;
    const destinationVaultArn = centralVaultArn(this, central);
    const copyBackRole = {
      StringEquals: { 'aws:PrincipalOrgID': organizationId },
      ArnEquals: {
        'aws:PrincipalArn': roleArn(
          this,
          central.account,
          copyBackRoleName(this.config),
        ),
      },
    };
    const vaultKey = this.newKey(
      'vaults',
      // The role of the central account reads what it copies.
      copied
        ? [
            ...useKeyThroughBackup(
              'CentralAccount',
              [new AccountPrincipal(central.account)],
              {
                StringEquals: { 'aws:PrincipalOrgID': organizationId },
                ArnEquals: {
                  'aws:PrincipalArn': serviceLinkedRoleArn(
                    this,
                    central.account,
                  ),
                },
              },
            ),
            ...useKeyThroughBackup(
              'CopyBack',
              [new AccountPrincipal(central.account)],
              copyBackRole,
            ),
            ...useKeyThroughBackup('AWSBackup', [new AnyPrincipal()], {
              StringEquals: { 'aws:PrincipalAccount': this.workload.account },
              ArnEquals: {
                'aws:PrincipalArn': serviceLinkedRoleArn(
                  this,
                  this.workload.account,
                ),
              },
            }),
          ]
        : [],
    );
    new RestoreRole(this, 'RestoreRole', {
      roleName: restoreRoleName(this.config, this.workload),
      account: this.workload.account,
      vaultKeyArn: vaultKey.keyArn,
    });
    if (copied) {
      new LandingVault(this, 'LandingVault', {
        name: landingVaultName(this.config, this.workload),
        encryptionKey: vaultKey,
        centralAccount: central.account,
        copyBackRole,
        topic,
      });
    }
    return {
      vaultKey,
      role: new BackupRole(this, 'BackupRole', {
        roleName: backupRoleName(this.config, this.workload),
        account: this.workload.account,
        bucketArns: uses
          .filter(({ tier }) => isBackedUp(tier))
          .flatMap(({ buckets }) =>
            buckets.map(({ name }) => bucketArn(this, name)),
          ),
        copy: copied
          ? {
              destinationVaultArn,
              keyArns: [vaultKey.keyArn, centralKeyArns(this, central)],
            }
          : undefined,
      }),
      centralVault: BackupVault.fromBackupVaultArn(
        this,
        'CentralVault',
        destinationVaultArn,
      ),
      topic,
    };
  }

  /** The key of the tier's buckets, which several tiers may share. */
  private bucketKey(tier: Tier): RetainedKey {
    const name = bucketKeyName(tier);
    return this.keys.get(name) ?? this.newKey(name);
  }

  private newKey(name: string, grants?: PolicyStatement[]): RetainedKey {
    const key = new RetainedKey(this, `${name}-key`, {
      alias: keyAlias(this.config, this.workload, name),
      description: `Encrypts the ${name} of ${this.workload.name} in ${this.workload.environment}`,
      grants,
    });
    this.keys.set(name, key);
    return key;
  }
}
