import { EventBus, EventBusPolicy } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface CentralBusProps {
  readonly eventBusName: string;
  readonly organizationId: string;
  /** Matches the roles that may send. */
  readonly senderRoleArns: string;
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
        principals: [new AnyPrincipal()],
        actions: ['events:PutEvents'],
        resources: [this.eventBusArn],
        conditions: {
          StringEquals: { 'aws:PrincipalOrgID': props.organizationId },
          ArnLike: { 'aws:PrincipalArn': [props.senderRoleArns] },
        },
      }).toJSON(),
    });
  }
}
