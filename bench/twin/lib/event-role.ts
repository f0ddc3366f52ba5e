import { Stack } from 'aws-cdk-lib';
import {
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface EventRoleProps {
  readonly roleName: string;
  readonly eventBusArn: string;
}

/** Can do nothing but send events to one bus. */
export class EventRole extends Role {
  constructor(scope: Construct, id: string, props: EventRoleProps) {
    super(scope, id, {
      roleName: props.roleName,
      description:
        'EventBridge assumes this role to send events about backups to the central account',
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
        },
      }),
      inlinePolicies: {
        PutEvents: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: 'CentralBus',
              actions: ['events:PutEvents'],
              resources: [props.eventBusArn],
            }),
          ],
        }),
      },
    });
  }
}
