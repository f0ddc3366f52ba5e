import { RemovalPolicy } from 'aws-cdk-lib';
import {
  Effect,
  ManagedPolicy,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { copyStatements } from './policies';

export interface BackupRoleProps {
  readonly roleName: string;
  readonly account: string;
  /** The only buckets that the role reads. */
  readonly bucketArns: string[];
  /** Lets the role copy to one vault of another account. */
  readonly copy?: CopyPermissions;
}

export interface CopyPermissions {
  readonly destinationVaultArn: string;
  /** Keys of the source vaults and of the destination vault. */
  readonly keyArns: string[];
}

/** AWS Backup deletes expired recovery points with the role that made them, so it is retained. */
export class BackupRole extends Role {
  constructor(scope: Construct, id: string, props: BackupRoleProps) {
    super(scope, id, {
      roleName: props.roleName,
      description: 'AWS Backup assumes this role to back up S3 buckets',
      assumedBy: new ServicePrincipal('backup.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': props.account } },
      }),
      managedPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName(
          'AWSBackupServiceRolePolicyForS3Backup',
        ),
      ],
      inlinePolicies: {
        OwnBuckets: ownBuckets(props),
        ...(props.copy && { CopyToCentralVault: copyPolicy(props.copy) }),
      },
    });
    this.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  }
}

function ownBuckets({
  account,
  bucketArns,
}: BackupRoleProps): PolicyDocument {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'OwnBuckets',
        effect: Effect.DENY,
        actions: [
          's3:GetBucket*',
          's3:GetInventoryConfiguration',
          's3:GetObject*',
          's3:ListBucket*',
          's3:ListTagsForResource',
          's3:PutBucketNotification',
          's3:PutInventoryConfiguration',
        ],
        conditions: {
          StringEqualsIfExists: { 'aws:ResourceAccount': account },
        },
        notResources: bucketArns.flatMap((arn) => [arn, `${arn}/*`]),
      }),
    ],
  });
}

function copyPolicy(copy: CopyPermissions): PolicyDocument {
  return new PolicyDocument({
    statements: copyStatements(
      'CentralVault',
      [copy.destinationVaultArn],
      copy.keyArns,
    ),
  });
}
