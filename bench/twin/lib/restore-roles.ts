import {
  ManagedPolicy,
  PolicyDocument,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { copyStatements, useVaultKeys } from './policies';

/** AWS Backup, for resources of one account. */
function backupOf(account: string): ServicePrincipal {
  return new ServicePrincipal('backup.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': account } },
  });
}

export interface RestoreRoleProps {
  readonly roleName: string;
  readonly account: string;
  readonly vaultKeyArn: string;
}

/** The role with which AWS Backup restores. */
export class RestoreRole extends Role {
  constructor(scope: Construct, id: string, props: RestoreRoleProps) {
    super(scope, id, {
      roleName: props.roleName,
      description: 'AWS Backup assumes this role to restore S3 buckets',
      assumedBy: backupOf(props.account),
      managedPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName(
          'AWSBackupServiceRolePolicyForS3Restore',
        ),
      ],
      inlinePolicies: {
        UseVaultKeys: new PolicyDocument({
          statements: useVaultKeys([props.vaultKeyArn]),
        }),
      },
    });
  }
}

export interface CopyBackRoleProps {
  readonly roleName: string;
  readonly account: string;
  readonly landingVaultArns: string[];
  readonly keyArns: string[];
}

/** The role with which AWS Backup copies back. */
export class CopyBackRole extends Role {
  constructor(scope: Construct, id: string, props: CopyBackRoleProps) {
    super(scope, id, {
      roleName: props.roleName,
      description:
        'AWS Backup assumes this role to copy backups back to the accounts that they came from',
      assumedBy: backupOf(props.account),
      inlinePolicies: {
        CopyBack: new PolicyDocument({
          statements: copyStatements(
            'LandingVaults',
            props.landingVaultArns,
            props.keyArns,
          ),
        }),
      },
    });
  }
}
