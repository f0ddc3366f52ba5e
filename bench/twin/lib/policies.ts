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

/** Denies copies out of a vault to any other than the destinations. */
export function copyOnlyTo(destinationVaultArns: string[]): PolicyStatement[] {
  const deny = (sid: string, conditions: Conditions) =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['backup:CopyFromBackupVault'],
      resources: ['*'],
      conditions,
    });
  return destinationVaultArns.length === 0
    ? [deny('NoCopies', EXCEPT_SERVICES)]
    : [
        deny('CopyOnlyToApprovedVaults', {
          'ForAnyValue:ArnNotLike': {
            'backup:CopyTargets': destinationVaultArns,
          },
        }),
        deny('CopyOnlyToNamedVaults', {
          Null: { 'backup:CopyTargets': 'true' },
        }),
      ];
}

/** Lets a role use the keys of vaults through AWS Backup, and pass that on to AWS Backup alone. */
export function useVaultKeys(keyArns: string[]): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'UseVaultKeys',
      actions: USE_KEY,
      resources: keyArns,
      conditions: { StringLike: VIA_BACKUP },
    }),
    new PolicyStatement({
      sid: 'GrantVaultKeysToAWSBackup',
      actions: ['kms:CreateGrant'],
      resources: keyArns,
      conditions: {
        StringLike: VIA_BACKUP,
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
      },
    }),
  ];
}

/** Lets a role copy to some vaults and nowhere else. */
export function copyStatements(
  of: string,
  destinationVaultArns: string[],
  keyArns: string[],
): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: `CopyInto${of}`,
      actions: ['backup:CopyIntoBackupVault', 'backup:DescribeBackupVault'],
      resources: destinationVaultArns,
    }),
    new PolicyStatement({
      sid: `CopyTo${of}Only`,
      actions: ['backup:CopyFromBackupVault'],
      resources: ['*'],
      conditions: {
        'ForAllValues:ArnLike': { 'backup:CopyTargets': destinationVaultArns },
        Null: { 'backup:CopyTargets': 'false' },
      },
    }),
    ...useVaultKeys(keyArns),
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
