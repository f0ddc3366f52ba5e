import { Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  LogQueryVisualizationType,
  LogQueryWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export interface BackupDashboardProps {
  readonly dashboardName: string;
  readonly project: string;
  readonly logGroupName: string;
}

/** Queries of the log of all accounts' events. It names no workload: each is a row. */
export class BackupDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: BackupDashboardProps) {
    super(scope, id, { dashboardName: props.dashboardName, start: '-P30D' });
    const query = (
      title: string,
      width: number,
      height: number,
      view: LogQueryVisualizationType,
      queryLines: string[],
    ) =>
      new LogQueryWidget({
        title,
        width,
        height,
        view,
        region: Stack.of(scope).region,
        logGroupNames: [props.logGroupName],
        queryLines,
      });
    const { TABLE, BAR } = LogQueryVisualizationType;
    this.addWidgets(
      new TextWidget({
        width: 24,
        height: 3,
        markdown: introduction(props.project, props.logGroupName),
      }),
    );
    this.addWidgets(
      query('Alarms that are not OK', 12, 8, TABLE, RINGING),
      query('Jobs a day', 12, 8, BAR, DAILY),
    );
    this.addWidgets(
      query('Age of the last success, the oldest first', 24, 10, TABLE, AGES),
    );
    this.addWidgets(
      query('Jobs by vault, failures first', 24, 10, TABLE, JOBS),
    );
    this.addWidgets(query('Problems, the latest first', 24, 10, TABLE, TROUBLE));
  }
}

function introduction(project: string, logGroupName: string): string {
  return `# Backups of ${project}
This dashboard shows the events of all accounts in \`${logGroupName}\`, within the time range chosen above. Times are UTC. A vault is named after its workload and its tier; a long name is shortened and ends with a hash.

**A vault without a row had no job in that time. A vault without a row in the table of ages had no completed job.** An alarm that went into ALARM before that time is not listed. Alarms notify you of missing backups: those of the workload's account, and those of this account for copies.`;
}

const FAILED = '"FAILED", "ABORTED", "EXPIRED", "PARTIAL"';

/** Jobs that ended, with the vault that they are of. */
const OF_JOBS = [
  `filter source = "aws.backup" and \`detail-type\` in ["Backup Job State Change", "Copy Job State Change"] and detail.state in ["COMPLETED", ${FAILED}]`,
  'parse detail.sourceBackupVaultArn "*:backup-vault:*" as before, copied',
  'fields coalesce(detail.backupVaultName, copied) as vault, strcontains(`detail-type`, "Copy") as copy, strcontains(detail.state, "COMPLETED") as completed',
];

const DAILY = [
  ...OF_JOBS,
  'fields 1 - completed as failed',
  'stats sum(completed) as jobs_completed, sum(failed) as jobs_failed by bin(1d)',
];

const AGES = [
  ...OF_JOBS,
  'filter completed = 1',
  'fields replace(`detail-type`, " Job State Change", "") as job, floor((now() * 1000 - toMillis(@timestamp)) / 3600000) as age',
  'stats min(age) as hours_since_last_success, latest(time) as last_success by job, vault, account, region',
  'sort hours_since_last_success desc',
  'limit 10000',
];

const JOBS = [
  ...OF_JOBS,
  'fields 1 - completed as failed, completed * (1 - copy) as backup_completed, (1 - completed) * (1 - copy) as backup_failed, completed * copy as copy_completed, (1 - completed) * copy as copy_failed',
  'stats sum(failed) as all_failed, sum(backup_failed) as backups_failed, sum(copy_failed) as copies_failed, sum(backup_completed) as backups_completed, sum(copy_completed) as copies_completed, count(detail.statusMessage) as with_message by vault, account, region',
  'sort all_failed desc',
  'limit 10000',
];

const RINGING = [
  'filter `detail-type` = "CloudWatch Alarm State Change"',
  'fields detail.alarmName as alarm',
  'stats latest(detail.state.value) as state, latest(time) as since, latest(detail.configuration.description) as means by alarm, account, region',
  'filter state != "OK"',
  'sort since asc',
];

const TROUBLE = [
  `filter detail.state in [${FAILED}] or detail.status in [${FAILED}, "STOPPED"] or detail.state.value in ["ALARM", "INSUFFICIENT_DATA"] or ispresent(detail.eventName)`,
  'fields time, account, region, replace(`detail-type`, " State Change", "") as event, coalesce(detail.state, detail.status, detail.state.value, detail.eventName) as what',
  'fields coalesce(detail.resourceArn, detail.sourceResourceArn, detail.recoveryPointArn, detail.alarmName, detail.requestParameters.backupVaultName, detail.requestParameters.bucketName, detail.requestParameters.keyId, detail.requestParameters.backupPlanId) as about, coalesce(detail.statusMessage, detail.configuration.description, detail.state.reason, detail.userIdentity.arn) as says',
  'sort @timestamp desc',
  'display time, account, region, event, what, about, says',
  'limit 200',
];
