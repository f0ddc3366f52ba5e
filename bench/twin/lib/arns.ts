import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type { Central, Config } from './config';
import {
  CENTRAL_VAULT,
  centralBusName,
  eventLogGroup,
  topicName,
} from './names';

export function centralVaultArn(stack: Stack, central: Central): string {
  return vaultArn(stack, CENTRAL_VAULT, central);
}

/** The ARN of a vault, by default one of the stack's account. */
export function vaultArn(stack: Stack, name: string, at?: Central): string {
  return stack.formatArn({
    service: 'backup',
    region: at?.region,
    account: at?.account,
    resource: 'backup-vault',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

export function bucketArn(stack: Stack, name: string): string {
  return stack.formatArn({
    service: 's3',
    region: '',
    account: '',
    resource: name,
  });
}

/** The ARN of the event bus that takes the events of all accounts. */
export function centralBusArn(stack: Stack, config: Config): string {
  return stack.formatArn({
    service: 'events',
    region: config.central.region,
    account: config.central.account,
    resource: 'event-bus',
    resourceName: centralBusName(config),
  });
}

/** The ARN of the log group of what arrives on that bus. */
export function eventLogGroupArn(stack: Stack, config: Config): string {
  return stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: eventLogGroup(config),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** The ARN of the topic for e-mails in the stack's account. */
export function topicArn(stack: Stack, config: Config, about: string): string {
  return stack.formatArn({ service: 'sns', resource: topicName(config, about) });
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

/** Matches the roles with which CloudFormation deploys the stack for the CDK CLI. */
export function deployRoleArn(stack: Stack): string {
  return roleArn(
    stack,
    stack.account,
    `cdk-*-cfn-exec-role-${stack.account}-${stack.region}`,
  );
}

/** The start of the ARNs of the recovery points of a bucket, or of all. */
export function recoveryPoints(stack: Stack, bucketName?: string): string {
  return stack.formatArn({
    service: 'backup',
    resource: 'recovery-point',
    resourceName: bucketName ? `${bucketName}-` : '',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** AWS Backup's service-linked role in an account; '*' matches any account's. */
export function serviceLinkedRoleArn(stack: Stack, account: string): string {
  return roleArn(
    stack,
    account,
    'aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup',
  );
}

export function roleArn(stack: Stack, account: string, name: string): string {
  return stack.formatArn({
    service: 'iam',
    region: '',
    account,
    resource: 'role',
    resourceName: name,
  });
}
