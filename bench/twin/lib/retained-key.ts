import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  AnyPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { EXCEPT_SERVICES } from './policies';

export interface RetainedKeyProps {
  readonly alias: string;
  readonly description: string;
  /** Statements for others than the key's own account. */
  readonly grants?: PolicyStatement[];
}

/** A KMS key that outlives its stack: without it all that it encrypted is lost. */
export class RetainedKey extends Key {
  constructor(scope: Construct, id: string, props: RetainedKeyProps) {
    super(scope, id, {
      alias: props.alias,
      description: props.description,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
      policy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            sid: 'Account',
            principals: [new AccountRootPrincipal()],
            actions: ['kms:*'],
            resources: ['*'],
          }),
          new PolicyStatement({
            sid: 'KeepKey',
            effect: Effect.DENY,
            principals: [new AnyPrincipal()],
            actions: ['kms:ScheduleKeyDeletion'],
            resources: ['*'],
            conditions: EXCEPT_SERVICES,
          }),
          ...(props.grants ?? []),
        ],
      }),
    });
  }
}
