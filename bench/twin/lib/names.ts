import { createHash } from 'node:crypto';
import type { Config, Workload } from './config';
import type { Tier } from './tiers';

const MAX_VAULT_NAME = 50;
const MAX_RULE_NAME = 50;
const MAX_ROLE_NAME = 64;
const MAX_EVENT_RULE_NAME = 64;
const MAX_BUCKET_NAME = 63;

export const CENTRAL_VAULT = 'central-aws-vault-S3';
export const CENTRAL_KEY_ALIAS = 'alias/aws-backup-kms';
/** Stands for the central account where workloads are named. */
export const CENTRAL_ID = 'central';

export function workloadId(workload: Workload): string {
  return `${workload.name}-${workload.environment}`;
}

export function centralStackName(config: Config): string {
  return `${config.project}-backup-central`;
}

export function workloadStackName(config: Config, workload: Workload): string {
  return `${config.project}-backup-${workloadId(workload)}`;
}

/** The name of a tier's vault, plan and selection. */
export function tierName(
  config: Config,
  workload: Workload,
  tier: Tier,
): string {
  return shorten(`${prefix(config, workload)}-${tier.name}`, MAX_VAULT_NAME);
}

export function ruleName(
  config: Config,
  workload: Workload,
  tier: Tier,
  kind: 'continuous' | 'snapshot',
): string {
  // Names of rules have no underscores.
  const name = `${prefix(config, workload)}-${tier.name}`.replaceAll('_', '-');
  return `${shorten(name, MAX_RULE_NAME - kind.length - 1)}-${kind}`;
}

export function backupRoleName(config: Config, workload: Workload): string {
  return shorten(workloadStackName(config, workload), MAX_ROLE_NAME);
}

/** The name of the role with which AWS Backup restores. */
export function restoreRoleName(config: Config, workload: Workload): string {
  return shorten(
    `${config.project}-restore-${workloadId(workload)}`,
    MAX_ROLE_NAME,
  );
}

/** The name of the role of the central account with which AWS Backup copies back. */
export function copyBackRoleName(config: Config): string {
  return `${config.project}-copy-back`;
}

/** The name of the vault for copies that come back. */
export function landingVaultName(config: Config, workload: Workload): string {
  const ending = '-landing';
  return (
    shorten(prefix(config, workload), MAX_VAULT_NAME - ending.length) + ending
  );
}

/** Matches the names of the backup roles of all workloads. */
export function backupRoleNames(config: Config): string {
  return `${config.project}-backup-*`;
}

/** The name of the role that sends events about a workload, or the central account, to the bus. */
export function eventRoleName(config: Config, about: string): string {
  return shorten(`${config.project}-events-${about}`, MAX_ROLE_NAME);
}

/** Matches the names of the roles that send events to the bus. */
export function eventRoleNames(config: Config): string {
  return `${config.project}-events-*`;
}

export function centralBusName(config: Config): string {
  return `${config.project}-backup-alerts`;
}

export function eventLogGroup(config: Config): string {
  return `/aws/events/${centralBusName(config)}`;
}

/** The namespace of the counts of copies. */
export function metricNamespace(config: Config): string {
  return `${config.project}-backup`;
}

export function dashboardName(config: Config): string {
  return `${config.project}-backup`;
}

export function copyAlarmsStackName(config: Config, number: number): string {
  return `${config.project}-copy-alarms-${number}`;
}

/** As much of a stack's name as is left of it in the names of its rules. */
export function rulePrefix(stackName: string): string {
  return stackName.slice(0, 20);
}

/** What the names of all alarms on copies start with. */
export function copyAlarmPrefixes(config: Config): string[] {
  return [`${centralStackName(config)}-`, `${config.project}-copy-alarms-`];
}

/** The name of the topic for e-mails about a workload, or the central account. */
export function topicName(config: Config, about: string): string {
  return `${config.project}-${about}-alerts`;
}

export function clockName(
  config: Config,
  workload: Workload,
  tier: Tier,
  jobs: 'backups' | 'copies',
): string {
  const ending = jobs === 'copies' ? 'clock-copies' : 'clock';
  return shorten(
    `${workloadStackName(config, workload)}-${tier.name}-${ending}`,
    MAX_EVENT_RULE_NAME,
  );
}

export function silenceAlarmName(
  config: Config,
  workload: Workload,
  tier: Tier,
  jobs: 'backups' | 'copies',
): string {
  return `${config.project}-${workloadId(workload)}-${tier.name}-no-${jobs}`;
}

export function accessLogBucketName(
  config: Config,
  workload: Workload,
): string {
  return shorten(
    `${prefix(config, workload)}-access-logs-${workload.account}`,
    MAX_BUCKET_NAME,
  );
}

export function keyAlias(
  config: Config,
  workload: Workload,
  key: string,
): string {
  return `alias/${prefix(config, workload)}-${key}`;
}

function prefix(config: Config, workload: Workload): string {
  return `${config.project}-${workloadId(workload)}`;
}

/** Cuts a long name and marks it with a hash, so that different names stay different. */
function shorten(name: string, length: number): string {
  if (name.length <= length) {
    return name;
  }
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const cut = name.slice(0, length - hash.length - 1).replace(/[-_]+$/, '');
  return `${cut}-${hash}`;
}
