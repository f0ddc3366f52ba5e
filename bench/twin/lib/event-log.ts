import { RemovalPolicy } from 'aws-cdk-lib';
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  FilterPattern,
  LogGroup,
  MetricFilter,
  ResourcePolicy,
  RetentionDays,
} from 'aws-cdk-lib/aws-logs';
import { Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { NOT_TICKS } from './event-patterns';

export interface EventLogProps {
  readonly logGroupName: string;
  readonly logGroupArn: string;
  readonly policyName: string;
  readonly eventBus: IEventBus;
  readonly metricNamespace: string;
  /** The last digits of the accounts of which one filter each makes counts; '' for all. */
  readonly accountEndings: string[];
}

/** What the copies of a vault are counted as. */
export const COPIES = {
  metricName: 'CopyJobsCompleted',
  dimension: 'BackupVaultArn',
} as const;

/** The log of what arrives on a bus, and counts of the copies of each vault. */
export class EventLog extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: EventLogProps,
  ) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Group', {
      logGroupName: props.logGroupName,
      retention: RetentionDays.THIRTEEN_MONTHS,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    new Rule(this, 'Rule', {
      description:
        'Logs the events of the bus, except scheduled and replayed ones',
      eventBus: props.eventBus,
      eventPattern: NOT_TICKS,
      // Not the target of L2, which makes the policy by a custom resource.
      targets: [{ bind: () => ({ arn: props.logGroupArn }) }],
    });
    new ResourcePolicy(this, 'Policy', {
      resourcePolicyName: props.policyName,
      policyStatements: [
        new PolicyStatement({
          sid: 'EventBridge',
          principals: [
            new ServicePrincipal('events.amazonaws.com'),
            new ServicePrincipal('delivery.logs.amazonaws.com'),
          ],
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [`${props.logGroupArn}:*`],
        }),
      ],
    });
    for (const ending of props.accountEndings) {
      this.count(
        logGroup,
        ending,
        'Copy Job State Change',
        '1',
        '$.detail.sourceBackupVaultArn',
      );
      this.count(
        logGroup,
        ending,
        'Backup Job State Change',
        '0',
        '$.detail.backupVaultArn',
      );
    }
  }

  private count(
    logGroup: LogGroup,
    ending: string,
    detailType: string,
    metricValue: string,
    vault: string,
  ) {
    const account = ending === '' ? '' : ` && $.account = "*${ending}"`;
    new MetricFilter(this, `${detailType}${ending}`, {
      logGroup,
      filterPattern: FilterPattern.literal(
        `{ $.source = "aws.backup" && $.detail-type = "${detailType}" && $.detail.state = "COMPLETED"${account} }`,
      ),
      metricNamespace: this.props.metricNamespace,
      metricName: COPIES.metricName,
      metricValue,
      unit: Unit.COUNT,
      dimensions: { [COPIES.dimension]: vault },
    });
  }
}
