import { type Config, tierUses } from './config';
import type { CopyAlarm } from './copy-alarms';
import { tierName, workloadId } from './names';
import { COPY_DAYS } from './silence-alarms';
import { isBackedUp, isCopied } from './tiers';

/** As many as a stack of the central account has room for. */
const MAX_ALARMS = 400;
/** Fewer than the thousand with which CloudWatch Logs may disable a filter. */
const MAX_FILTER_VAULTS = 900;

/** The alarms on all vaults that are copied, by the stack that has room for them. */
export function copyAlarms(config: Config): CopyAlarm[][] {
  const all = config.workloads.flatMap((workload) =>
    tierUses(config, workload)
      .filter(({ tier }) => isCopied(tier))
      .map(({ tier }) => ({
        id: `${workloadId(workload)}-${tier.name}`,
        description:
          `No copies of ${tier.name} of ${workloadId(workload)} reached the central account within ${COPY_DAYS} days, although they were due. ` +
          'INSUFFICIENT_DATA: no completed backups of this tier were reported either.',
        vaultArn: `arn:aws:backup:${workload.region}:${workload.account}:backup-vault:${tierName(config, workload, tier)}`,
      })),
  );
  const chunks: CopyAlarm[][] = [];
  for (let from = 0; from === 0 || from < all.length; from += MAX_ALARMS) {
    chunks.push(all.slice(from, from + MAX_ALARMS));
  }
  return chunks;
}

/** The last digits of accounts of which one filter each counts copies; '' for all. */
export function accountEndings(config: Config): string[] {
  const vaults = config.workloads.flatMap((workload) =>
    tierUses(config, workload).filter(({ tier }) => isBackedUp(tier)),
  );
  return vaults.length <= MAX_FILTER_VAULTS ? [''] : [...'0123456789'];
}
