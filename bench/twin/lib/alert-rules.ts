import {
  EventBus,
  type EventPattern,
  type IRuleTarget,
  Rule,
  RuleTargetInput,
  type Schedule,
} from 'aws-cdk-lib/aws-events';
import {
  EventBus as EventBusTarget,
  SnsTopic,
} from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { live } from './event-patterns';
import { EventRole } from './event-role';

export interface AlertRulesProps {
  /** Name of the role that sends events to the bus. */
  readonly roleName: string;
  readonly eventBusArn: string;
  readonly topic: ITopic;
}

/** A rule on the events of an account, or one that makes an event by a schedule. */
export interface AlertRule {
  readonly id: string;
  readonly ruleName?: string;
  readonly description: string;
  readonly eventPattern?: EventPattern;
  readonly schedule?: Schedule;
  /** What is written by e-mail about an event; without it, the bus alone hears of it. */
  readonly email?: string;
  /** The bus has the event from another rule. */
  readonly emailOnly?: boolean;
}

/** Rules that send events to the central account and, some of them, by e-mail. */
export class AlertRules extends Construct {
  private readonly bus: IRuleTarget;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: AlertRulesProps,
  ) {
    super(scope, id);
    const role = new EventRole(this, 'Role', props);
    this.bus = new EventBusTarget(
      EventBus.fromEventBusArn(this, 'Bus', props.eventBusArn),
      // The role has this permission already.
      { role: role.withoutPolicyUpdates() },
    );
  }

  add({ id, email, emailOnly, eventPattern, ...rule }: AlertRule): Rule {
    const targets = emailOnly ? [] : [this.bus];
    const made = new Rule(this, id, {
      ...rule,
      eventPattern: eventPattern && live(eventPattern),
      targets,
    });
    if (email !== undefined) {
      const message = RuleTargetInput.fromText(email);
      made.addTarget(new SnsTopic(this.props.topic, { message }));
    }
    return made;
  }
}
