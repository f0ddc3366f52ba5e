import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { BUILT_IN_TIERS, type Tier } from './tiers';

export interface Config {
  readonly project: string;
  readonly organizationId: string;
  readonly central: Central;
  /** The built-in tiers with what backup.yaml changes. */
  readonly tiers: Tier[];
  readonly workloads: Workload[];
}

export interface Central {
  readonly account: string;
  readonly region: string;
}

export interface Workload {
  readonly name: string;
  readonly environment: string;
  readonly account: string;
  readonly region: string;
  readonly buckets: BucketEntry[];
}

export interface BucketEntry {
  readonly name: string;
  readonly tier: string;
}

/** What a workload entrusts to one tier. */
export interface TierUse {
  readonly tier: Tier;
  readonly buckets: BucketEntry[];
}

/** The part of backup.yaml that is read here. */
interface BackupFile {
  readonly project: string;
  readonly organization: { readonly id: string };
  readonly central: Central;
  readonly tiers?: TierOverride[];
  readonly workloads: Workload[];
}

interface TierOverride {
  readonly name: string;
  readonly copy_to_central: { readonly delete_after_days: number };
}

export function loadConfig(path: string): Config {
  const file = load(readFileSync(path, 'utf8')) as BackupFile;
  return {
    project: file.project,
    organizationId: file.organization.id,
    central: file.central,
    tiers: BUILT_IN_TIERS.map((tier) => withOverride(tier, file.tiers ?? [])),
    workloads: file.workloads,
  };
}

function withOverride(tier: Tier, overrides: TierOverride[]): Tier {
  const override = overrides.find(({ name }) => name === tier.name);
  return override
    ? { ...tier, copyDays: override.copy_to_central.delete_after_days }
    : tier;
}

/** The tiers that a workload uses, in the order of the tier table. */
export function tierUses(config: Config, workload: Workload): TierUse[] {
  return config.tiers
    .map((tier) => ({
      tier,
      buckets: workload.buckets.filter((bucket) => bucket.tier === tier.name),
    }))
    .filter(({ buckets }) => buckets.length > 0);
}

/** The retentions of the copies that arrive in the central vault. */
export function copyRetentions(config: Config): number[] {
  const used = new Set(
    config.workloads.flatMap(({ buckets }) => buckets.map(({ tier }) => tier)),
  );
  return config.tiers
    .filter(({ name }) => used.has(name))
    .flatMap(({ copyDays }) => copyDays ?? []);
}
