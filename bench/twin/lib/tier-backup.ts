import { Duration, RemovalPolicy, Stack, TimeZone } from 'aws-cdk-lib';
import {
  BackupPlan,
  type BackupPlanCopyActionProps,
  BackupPlanRule,
  BackupResource,
  BackupVault,
  type IBackupVault,
} from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { type IRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { VAULT_EVENTS } from './alert-topic';
import { deployRoleArn } from './arns';
import { copyOnlyTo, protectVault } from './policies';

/** The two rules of a plan start apart, so that their start windows do not overlap. */
const CONTINUOUS_SCHEDULE = Schedule.cron({ minute: '5', hour: '2' });
const SNAPSHOT_SCHEDULE = Schedule.cron({ minute: '5', hour: '5' });

export interface TierBackupProps {
  /** Name of the vault, the plan and the selection. */
  readonly name: string;
  readonly encryptionKey: IKey;
  readonly role: IRole;
  readonly buckets: IBucket[];
  readonly continuous?: RuleProps;
  readonly snapshot?: RuleProps;
  /** Copies of what the first rule makes. */
  readonly copy?: CopyProps;
  /** Is told of what happens in the vault. */
  readonly topic: ITopic;
  readonly recoveryPointTags: Record<string, string>;
}

export interface RuleProps {
  readonly ruleName: string;
  readonly deleteAfter: Duration;
}

export interface CopyProps {
  readonly destination: IBackupVault;
  readonly deleteAfter: Duration;
}

/** A vault, the plan that fills it, and the selection of the buckets. */
export class TierBackup extends Construct {
  readonly plan: BackupPlan;

  constructor(scope: Construct, id: string, props: TierBackupProps) {
    super(scope, id);

    const vault = new BackupVault(this, 'Vault', {
      backupVaultName: props.name,
      encryptionKey: props.encryptionKey,
      accessPolicy: new PolicyDocument({
        statements: [
          ...protectVault(deployRoleArn(Stack.of(this))),
          ...copyOnlyTo(
            props.copy ? [props.copy.destination.backupVaultArn] : [],
          ),
        ],
      }),
      notificationTopic: props.topic,
      notificationEvents: VAULT_EVENTS,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });

    this.plan = new BackupPlan(this, 'Plan', {
      backupPlanName: props.name,
      backupVault: vault,
      backupPlanRules: rules(props),
    });

    this.plan.addSelection('Selection', {
      backupSelectionName: props.name,
      role: props.role,
      // The default policy is not the one for S3, which the role has already.
      disableDefaultBackupPolicy: true,
      resources: props.buckets.map((bucket) =>
        BackupResource.fromArn(bucket.bucketArn),
      ),
    });
  }
}

function rules(props: TierBackupProps): BackupPlanRule[] {
  const common = {
    scheduleExpressionTimezone: TimeZone.ETC_UTC,
    startWindow: Duration.hours(1),
    completionWindow: Duration.days(7),
    recoveryPointTags: props.recoveryPointTags,
  };
  const copyActions: BackupPlanCopyActionProps[] | undefined = props.copy && [
    {
      destinationBackupVault: props.copy.destination,
      deleteAfter: props.copy.deleteAfter,
    },
  ];
  const list: BackupPlanRule[] = [];
  if (props.continuous) {
    list.push(
      new BackupPlanRule({
        ...common,
        ...props.continuous,
        scheduleExpression: CONTINUOUS_SCHEDULE,
        enableContinuousBackup: true,
        copyActions,
      }),
    );
  }
  if (props.snapshot) {
    list.push(
      new BackupPlanRule({
        ...common,
        ...props.snapshot,
        scheduleExpression: SNAPSHOT_SCHEDULE,
        enableContinuousBackup: false,
        copyActions: props.continuous ? undefined : copyActions,
      }),
    );
  }
  return list;
}
