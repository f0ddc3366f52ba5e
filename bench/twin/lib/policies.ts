import type { Stack } from 'aws-cdk-lib';
import {
  AccountPrincipal,
  AnyPrincipal,
  type Conditions,
  Effect,
  type IPrincipal,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';

/** What AWS Backup needs of the keys of the vaults that it copies between. */
export const USE_KEY = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncrypt*',
  'kms:GenerateDataKey*',
  'kms:DescribeKey',
];

/** Holds for requests that AWS Backup makes for the principal. */
export const VIA_BACKUP = { 'kms:ViaService': 'backup.*.amazonaws.com' };

/** Holds for people and roles, and not for an AWS service that acts by itself. */
export const EXCEPT_SERVICES = {
  Bool: { 'aws:PrincipalIsAWSService': 'false' },
};

/** Room in a policy for a list of accounts. */
const MAX_LISTED_BYTES = 16 * 1024;

export function protectRecoveryPoints(
  ...moreActions: string[]
): PolicyStatement {
  return new PolicyStatement({
    sid: 'ProtectRecoveryPoints',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [
      'backup:DeleteRecoveryPoint',
      'backup:UpdateRecoveryPointLifecycle',
      ...moreActions,
    ],
    resources: ['*'],
    conditions: EXCEPT_SERVICES,
  });
}

/** Lets principals use a key through AWS Backup, and pass that on to AWS Backup alone. */
export function useKeyThroughBackup(
  sid: string,
  principals: IPrincipal[],
  conditions: Conditions,
): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: `${sid}Use`,
      principals,
      actions: USE_KEY,
      resources: ['*'],
      conditions: { ...conditions, StringLike: VIA_BACKUP },
    }),
    new PolicyStatement({
      sid: `${sid}Grant`,
      principals,
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: {
        ...conditions,
        StringLike: VIA_BACKUP,
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
      },
    }),
  ];
}

/**
 * Statements for the listed accounts or, where these make a policy too large,
 * for whoever meets the statements' conditions.
 */
export function forAccounts(
  stack: Stack,
  accounts: string[],
  statements: (principals: IPrincipal[]) => PolicyStatement[],
): PolicyStatement[] {
  const listed = statements(
    accounts.map((account) => new AccountPrincipal(account)),
  );
  const document = new PolicyDocument({ statements: listed });
  return JSON.stringify(stack.resolve(document)).length <= MAX_LISTED_BYTES
    ? listed
    : statements([new AnyPrincipal()]);
}
