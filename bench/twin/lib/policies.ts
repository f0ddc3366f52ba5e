import {
  AnyPrincipal,
  type Conditions,
  Effect,
  type IPrincipal,
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

/** Holds for people, roles and anonymous requests, and not for an AWS service that acts by itself. */
export const EXCEPT_SERVICES = {
  BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
};

/** Denies without TLS what a policy allows. */
export const WITHOUT_TLS = {
  Bool: { 'aws:SecureTransport': 'false' },
  ...EXCEPT_SERVICES,
};

/** Keeps recovery points, the vault, and a vault that has no compliance lock without one. */
export function protectVault(
  deployRoleArn: string,
  ...moreActions: string[]
): PolicyStatement[] {
  const deny = (sid: string, conditions: Conditions, ...actions: string[]) =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions,
      resources: ['*'],
      conditions,
    });
  const others = { ArnNotLike: { 'aws:PrincipalArn': deployRoleArn } };
  return [
    deny(
      'ProtectRecoveryPoints',
      EXCEPT_SERVICES,
      'backup:DeleteRecoveryPoint',
      'backup:DisassociateRecoveryPoint',
      'backup:UpdateRecoveryPointLifecycle',
      ...moreActions,
    ),
    deny(
      'KeepVault',
      { ...EXCEPT_SERVICES, ...others },
      'backup:DeleteBackupVault',
    ),
    deny(
      'NoComplianceLock',
      { Null: { 'backup:ChangeableForDays': 'false' }, ...others },
      'backup:PutBackupVaultLockConfiguration',
    ),
  ];
}

/** Denies copies out of a vault to any other than the destination. */
export function copyOnlyTo(destinationVaultArn?: string): PolicyStatement[] {
  const deny = (sid: string, conditions: Conditions) =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['backup:CopyFromBackupVault'],
      resources: ['*'],
      conditions,
    });
  return destinationVaultArn === undefined
    ? [deny('NoCopies', EXCEPT_SERVICES)]
    : [
        deny('CopyOnlyToApprovedVaults', {
          'ForAnyValue:ArnNotLike': {
            'backup:CopyTargets': [destinationVaultArn],
          },
        }),
        deny('CopyOnlyToNamedVaults', {
          Null: { 'backup:CopyTargets': 'true' },
        }),
      ];
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
