import { Duration, Tags } from 'aws-cdk-lib';
import { BackupVault, type IBackupVault } from 'aws-cdk-lib/aws-backup';
import { AccountPrincipal, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { centralKeyArns, centralVaultArn, serviceLinkedRoleArn } from './arns';
import { BackupRole } from './backup-role';
import { BackupStack } from './backup-stack';
import { AccessLogBucket, DataBucket } from './buckets';
import { type Config, type TierUse, tierUses, type Workload } from './config';
import {
  accessLogBucketName,
  backupRoleName,
  keyAlias,
  ruleName,
  tierName,
  workloadId,
  workloadStackName,
} from './names';
import { useKeyThroughBackup } from './policies';
import { RetainedKey } from './retained-key';
import { TierBackup } from './tier-backup';
import { bucketKeyName, isBackedUp, isCopied, type Tier } from './tiers';

/** What the backups of all tiers of a workload share. */
interface SharedBackup {
  readonly vaultKey: RetainedKey;
  readonly role: BackupRole;
  readonly centralVault: IBackupVault;
}

/** The buckets of a workload and, for every tier that is backed up, a vault with a plan. */
export class WorkloadStack extends BackupStack {
  private readonly bucketKeys = new Map<string, RetainedKey>();

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
    const backup = uses.some(({ tier }) => isBackedUp(tier))
      ? this.sharedBackup(uses.some(({ tier }) => isCopied(tier)))
      : undefined;
    for (const use of uses) {
      this.addTier(use, accessLogBucket, backup);
    }
  }

  private addTier(
    { tier, buckets: entries }: TierUse,
    accessLogBucket: AccessLogBucket,
    backup: SharedBackup | undefined,
  ): void {
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

    if (backup && isBackedUp(tier)) {
      new TierBackup(scope, 'Backup', {
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
        recoveryPointTags: tags,
      });
    }
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

  private sharedBackup(copied: boolean): SharedBackup {
    const { central, organizationId } = this.config;
    const destinationVaultArn = centralVaultArn(this, central);
    const vaultKey = this.newKey(
      'vaults',
      // The role of the central account reads what it copies.
      copied
        ? useKeyThroughBackup(
            'CentralAccount',
            [new AccountPrincipal(central.account)],
            {
              StringEquals: { 'aws:PrincipalOrgID': organizationId },
              ArnEquals: {
                'aws:PrincipalArn': serviceLinkedRoleArn(this, central.account),
              },
            },
          )
        : [],
    );
    return {
      vaultKey,
      role: new BackupRole(this, 'BackupRole', {
        roleName: backupRoleName(this.config, this.workload),
        account: this.workload.account,
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
    };
  }

  /** The key of the tier's buckets, which several tiers may share. */
  private bucketKey(tier: Tier): RetainedKey {
    const name = bucketKeyName(tier);
    const key = this.bucketKeys.get(name) ?? this.newKey(name);
    this.bucketKeys.set(name, key);
    return key;
  }

  private newKey(name: string, grants?: PolicyStatement[]): RetainedKey {
    return new RetainedKey(this, `${name}-key`, {
      alias: keyAlias(this.config, this.workload, name),
      description: `Encrypts the ${name} of ${this.workload.name} in ${this.workload.environment}`,
      grants,
    });
  }
}
