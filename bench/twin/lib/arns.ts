import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type { Central, Config } from './config';
import { backupRoleNames, CENTRAL_VAULT } from './names';

export function centralVaultArn(stack: Stack, central: Central): string {
  return stack.formatArn({
    service: 'backup',
    region: central.region,
    account: central.account,
    resource: 'backup-vault',
    resourceName: CENTRAL_VAULT,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Matches the keys of the central account, whose ids are not known before they are deployed. */
export function centralKeyArns(stack: Stack, central: Central): string {
  return stack.formatArn({
    service: 'kms',
    region: central.region,
    account: central.account,
    resource: 'key',
    resourceName: '*',
  });
}

/** Matches the backup roles of all workload accounts. */
export function backupRoleArns(stack: Stack, config: Config): string {
  return roleArn(stack, '*', backupRoleNames(config));
}

/** AWS Backup's service-linked role in an account; '*' matches any account's. */
export function serviceLinkedRoleArn(stack: Stack, account: string): string {
  return roleArn(
    stack,
    account,
    'aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup',
  );
}

function roleArn(stack: Stack, account: string, name: string): string {
  return stack.formatArn({
    service: 'iam',
    region: '',
    account,
    resource: 'role',
    resourceName: name,
  });
}
