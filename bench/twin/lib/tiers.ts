/** A data classification tier. */
export interface Tier {
  readonly name: string;
  /** Default retention of object versions under Object Lock in governance mode. */
  readonly objectLockDays: number;
  /** Retention of the continuous backup, for point-in-time recovery. */
  readonly continuousDays?: number;
  /** Retention of daily snapshots. */
  readonly snapshotDays?: number;
  /** Retention of the copies in the central vault. */
  readonly copyDays?: number;
  /** Buckets of the tier have a key of their own. */
  readonly dedicatedKey: boolean;
}

/** A retention without a default, which backup.yaml has to name. */
const SET_BY_THE_BUSINESS = 0;

export const BUILT_IN_TIERS: readonly Tier[] = [
  {
    name: 'standard_data',
    objectLockDays: 15,
    dedicatedKey: false,
  },
  {
    name: 'sensitive_data',
    objectLockDays: 15,
    continuousDays: 15,
    dedicatedKey: true,
  },
  {
    name: 'curated_data',
    objectLockDays: 35,
    continuousDays: 35,
    snapshotDays: 365,
    dedicatedKey: false,
  },
  {
    name: 'curated_sensitive_data',
    objectLockDays: 35,
    continuousDays: 35,
    snapshotDays: 365,
    dedicatedKey: true,
  },
  {
    name: 'critical_data',
    objectLockDays: 35,
    continuousDays: 35,
    copyDays: 1825,
    dedicatedKey: false,
  },
  {
    name: 'critical_sensitive_data',
    objectLockDays: 35,
    continuousDays: 35,
    copyDays: SET_BY_THE_BUSINESS,
    dedicatedKey: true,
  },
];

/** Whether AWS Backup protects the tier; if not, it has Object Lock alone. */
export function isBackedUp(tier: Tier): boolean {
  return tier.continuousDays !== undefined || tier.snapshotDays !== undefined;
}

/** Whether backups of the tier are copied to the central vault. */
export function isCopied(tier: Tier): boolean {
  return tier.copyDays !== undefined;
}

/** The name, within a workload, of the key that the tier's buckets use. */
export function bucketKeyName(tier: Tier): string {
  return tier.dedicatedKey ? `buckets-${tier.name}` : 'buckets';
}
