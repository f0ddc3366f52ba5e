import { Stack } from 'aws-cdk-lib';
import { BackupVaultEvents } from 'aws-cdk-lib/aws-backup';
import {
  AnyPrincipal,
  Effect,
  Grant,
  type IGrantable,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { WITHOUT_TLS } from './policies';
import { RetainedKey } from './retained-key';

const PUBLISHERS = [
  new ServicePrincipal('backup.amazonaws.com'),
  new ServicePrincipal('cloudwatch.amazonaws.com'),
];

const KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey*'];

/** What a vault tells its topic; AWS Backup no longer sends most of the other events. */
export const VAULT_EVENTS: BackupVaultEvents[] = [
  BackupVaultEvents.BACKUP_JOB_COMPLETED,
  // The enum lacks it.
  'CONTINUOUS_BACKUP_INTERRUPTED' as BackupVaultEvents,
  BackupVaultEvents.COPY_JOB_FAILED,
  BackupVaultEvents.RESTORE_JOB_COMPLETED,
  BackupVaultEvents.S3_BACKUP_OBJECT_FAILED,
  BackupVaultEvents.S3_RESTORE_OBJECT_FAILED,
];

export interface AlertTopicProps {
  readonly topicName: string;
}

/** Writes e-mails. Its key is its own, since services cannot publish with the one that AWS manages. */
export class AlertTopic extends Topic {
  readonly keyArn: string;

  constructor(scope: Construct, id: string, props: AlertTopicProps) {
    const masterKey = new RetainedKey(scope, `${id}Key`, {
      alias: `alias/${props.topicName}`,
      description: 'Encrypts alerts about backups',
      grants: [
        allowPublishers(scope, KEY_ACTIONS, '*'),
        allowEventBridge(KEY_ACTIONS, '*'),
      ],
    });
    super(scope, id, { topicName: props.topicName, masterKey });
    this.keyArn = masterKey.keyArn;
    this.addToResourcePolicy(
      allowPublishers(this, ['sns:Publish'], this.topicArn),
    );
    this.addToResourcePolicy(allowEventBridge(['sns:Publish'], this.topicArn));
    // Unlike enforceSSL, exempts AWS services.
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TLSOnly',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: WITHOUT_TLS,
      }),
    );
  }

  /** Vaults and rules would add services for any account, while the policy has them for this one. */
  override grantPublish(grantee: IGrantable): Grant {
    return Grant.drop(grantee, 'publish to a topic that allows it already');
  }
}

/** Lets the services act for the account of the scope alone. */
function allowPublishers(
  scope: Construct,
  actions: string[],
  resource: string,
): PolicyStatement {
  return new PolicyStatement({
    sid: 'Publishers',
    principals: PUBLISHERS,
    actions,
    resources: [resource],
    conditions: {
      StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
    },
  });
}

/** EventBridge does not tell SNS and its key for which account it acts. */
function allowEventBridge(
  actions: string[],
  resource: string,
): PolicyStatement {
  return new PolicyStatement({
    sid: 'EventBridge',
    principals: [new ServicePrincipal('events.amazonaws.com')],
    actions,
    resources: [resource],
  });
}
