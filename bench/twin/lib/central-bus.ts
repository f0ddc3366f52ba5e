import { EventBus, EventBusPolicy } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Callers } from './callers';

export interface CentralBusProps {
  readonly eventBusName: string;
  readonly senders: Callers;
}

/** Takes the events of all accounts of the organization. */
export class CentralBus extends EventBus {
  constructor(scope: Construct, id: string, props: CentralBusProps) {
    super(scope, id, { eventBusName: props.eventBusName });
    // Not by addToResourcePolicy, which puts "cdk-" before the statement's id.
    new EventBusPolicy(this, 'Policy', {
      eventBus: this,
      statementId: 'Organization',
      statement: new PolicyStatement({
        sid: 'Organization',
        principals: props.senders.principals,
        actions: ['events:PutEvents'],
        resources: [this.eventBusArn],
        conditions: {
          ...props.senders.conditions(),
          'ForAllValues:StringLike': {
            'events:source': ['aws.*', 'central-s3-backup'],
          },
        },
      }).toJSON(),
    });
  }
}
