import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import {
  AccountPrincipal,
  type Conditions,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { VAULT_EVENTS } from './alert-topic';
import { deployRoleArn } from './arns';
import { copyOnlyTo, protectVault } from './policies';

export interface LandingVaultProps {
  readonly name: string;
  readonly encryptionKey: IKey;
  readonly centralAccount: string;
  /** Holds for the role of the central account that copies back. */
  readonly copyBackRole: Conditions;
  readonly topic: ITopic;
}

/** Takes the copies that come back from the central account. */
export class LandingVault extends BackupVault {
  constructor(scope: Construct, id: string, props: LandingVaultProps) {
    super(scope, id, {
      backupVaultName: props.name,
      encryptionKey: props.encryptionKey,
      accessPolicy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            sid: 'CopyBackFromCentralAccount',
            principals: [new AccountPrincipal(props.centralAccount)],
            actions: ['backup:CopyIntoBackupVault'],
            resources: ['*'],
            conditions: props.copyBackRole,
          }),
          ...protectVault(deployRoleArn(Stack.of(scope))),
          ...copyOnlyTo([]),
        ],
      }),
      notificationTopic: props.topic,
      notificationEvents: VAULT_EVENTS,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}
