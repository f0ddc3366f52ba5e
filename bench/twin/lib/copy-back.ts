import type { Stack } from 'aws-cdk-lib';
import { centralKeyArns, vaultArn } from './arns';
import { type Config, tierUses } from './config';
import { landingVaultName } from './names';
import { isCopied } from './tiers';

const ROLE_POLICY_BYTES = 10_240;

/** The vaults that copies go back to and their keys, or patterns where a role has no room for them. */
export function copyBackTargets(
  stack: Stack,
  config: Config,
): { vaultArns: string[]; keyArns: string[] } {
  const copied = config.workloads.filter((workload) =>
    tierUses(config, workload).some(({ tier }) => isCopied(tier)),
  );
  const vaultArns = copied.map((workload) =>
    vaultArn(stack, landingVaultName(config, workload), workload),
  );
  const keyArns = [
    ...new Set(copied.map((workload) => centralKeyArns(stack, workload))),
  ];
  const bytes = [...vaultArns, ...keyArns].reduce(
    (sum, arn) => sum + 2 * (arn.replace(/\$\{Token[^}]*\}/, 'aws').length + 3),
    1500,
  );
  if (copied.length === 0 || bytes <= ROLE_POLICY_BYTES) {
    return { vaultArns, keyArns };
  }
  const anywhere = { account: '*', region: '*' };
  return {
    vaultArns: [vaultArn(stack, `${config.project}-*-landing`, anywhere)],
    keyArns: [centralKeyArns(stack, anywhere)],
  };
}
