import { EventField, Match } from 'aws-cdk-lib/aws-events';
import type { AlertRule } from './alert-rules';

/** COMPLETED may come with a message, which is trouble, and ends an incident. */
const JOB_ENDS = ['COMPLETED', 'FAILED', 'ABORTED', 'EXPIRED', 'PARTIAL'];

const ISSUES_EMAIL =
  `A backup of ${EventField.fromPath('$.detail.resourceArn')} completed with issues` +
  ` in account ${EventField.account}, ${EventField.region}, at ${EventField.time}.` +
  ' Objects or point-in-time recovery may be missing; the job has the details.' +
  ` Vault ${EventField.fromPath('$.detail.backupVaultName')},` +
  ` job ${EventField.fromPath('$.detail.backupJobId')}.`;

/** Rules on the events of AWS Backup, each about its own vaults alone. */
export function backupRules(
  vaultNames: string[],
  vaultArns: string[],
): AlertRule[] {
  if (vaultNames.length === 0) {
    return [];
  }
  return [
    {
      id: 'BackupJobs',
      description: 'Backup jobs that ended',
      eventPattern: backupEvent('Backup Job State Change', {
        backupVaultName: vaultNames,
        state: JOB_ENDS,
      }),
    },
    {
      id: 'CopyJobs',
      description: 'Copy jobs that ended',
      eventPattern: backupEvent('Copy Job State Change', {
        sourceBackupVaultArn: vaultArns,
        state: JOB_ENDS,
      }),
    },
    {
      id: 'RestoreJobs',
      description: 'Restore jobs of S3 that ended',
      // One that failed does not say from which vault.
      eventPattern: backupEvent('Restore Job State Change', {
        status: JOB_ENDS,
        resourceType: ['S3'],
      }),
    },
    {
      id: 'RecoveryPoints',
      description:
        'Recovery points with a problem, such as a stopped continuous backup or a failed deletion, and those that have none any more',
      eventPattern: backupEvent('Recovery Point State Change', {
        backupVaultName: vaultNames,
        status: [
          'PARTIAL',
          'STOPPED',
          'EXPIRED',
          'COMPLETED',
          'AVAILABLE',
          'DELETING',
          'DELETED',
        ],
      }),
    },
    {
      id: 'Vaults',
      description: 'Vaults that were deleted or changed',
      eventPattern: backupEvent('Backup Vault State Change', {
        backupVaultName: vaultNames,
        state: ['DELETED', 'MODIFIED'],
      }),
    },
    {
      id: 'Settings',
      description:
        'Resource types that were opted in or out of AWS Backup; S3 may be among them',
      eventPattern: backupEvent('Region Setting State Change'),
    },
    {
      id: 'BackupIssues',
      description:
        'Backup jobs that completed with issues, which the notifications of a vault do not tell',
      eventPattern: backupEvent('Backup Job State Change', {
        backupVaultName: vaultNames,
        state: ['COMPLETED'],
        statusMessage: Match.anythingBut(''),
      }),
      email: ISSUES_EMAIL,
      emailOnly: true,
    },
  ];
}

const COPY_OUT_EMAIL =
  `A copy of a backup of ${EventField.fromPath('$.detail.resourceArn')}` +
  ` out of the vault ${EventField.fromPath('$.detail.sourceBackupVaultArn')} completed` +
  ` in account ${EventField.account}, ${EventField.region}, at ${EventField.time}.` +
  ` It went to ${EventField.fromPath('$.detail.destinationBackupVaultArn')},` +
  ` with the role ${EventField.fromPath('$.detail.iamRoleArn')}.` +
  ' The lock and the policy of the vault do not protect the copy.' +
  ' No action is needed if your team copies the backup back.' +
  ' If none of you started this copy, somebody is taking data away:' +
  ' find the caller of StartCopyJob in CloudTrail, and take their permissions.' +
  ` Job ${EventField.fromPath('$.detail.copyJobId')}.`;

const RESTORE_OUT_EMAIL =
  `A restore of a backup of ${EventField.fromPath('$.detail.sourceResourceArn')} completed` +
  ` in account ${EventField.account}, ${EventField.region}, at ${EventField.time}.` +
  ` It wrote to ${EventField.fromPath('$.detail.createdResourceArn')},` +
  ` with the role ${EventField.fromPath('$.detail.iamRoleArn')}.` +
  ` Restore testing plan, if it was a test: ${EventField.fromPath('$.detail.restoreTestingPlanArn')}.` +
  ' No action is needed for a test of yours, or if your team restored the backup.' +
  ' If none of you started this restore, somebody is reading your data:' +
  ' find the caller of StartRestoreJob in CloudTrail, take their permissions, and lock or delete the bucket.' +
  ` Recovery point ${EventField.fromPath('$.detail.recoveryPointArn')},` +
  ` job ${EventField.fromPath('$.detail.restoreJobId')}.`;

/** Rules that write of jobs that took data out of vaults. */
export function outOfVaultRules(vaultArns: string[]): AlertRule[] {
  return [
    {
      id: 'CopiesOut',
      description: 'Completed copies out of the vault',
      eventPattern: backupEvent('Copy Job State Change', {
        sourceBackupVaultArn: vaultArns,
        state: ['COMPLETED'],
      }),
      email: COPY_OUT_EMAIL,
      emailOnly: true,
    },
    {
      id: 'RestoresOut',
      description: 'Completed restores of S3',
      eventPattern: backupEvent('Restore Job State Change', {
        status: ['COMPLETED'],
        resourceType: ['S3'],
      }),
      email: RESTORE_OUT_EMAIL,
      emailOnly: true,
    },
  ];
}

function backupEvent(detailType: string, detail?: Record<string, string[]>) {
  return { source: ['aws.backup'], detailType: [detailType], detail };
}
