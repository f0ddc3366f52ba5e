#!/usr/bin/env node
import { App } from 'aws-cdk-lib';
import { CentralStack } from '../lib/central-stack';
import { loadConfig } from '../lib/config';
import { copyAlarms } from '../lib/copied-vaults';
import { CopyAlarmsStack } from '../lib/copy-alarms-stack';
import { WorkloadStack } from '../lib/workload-stack';

const config = loadConfig(process.env.BACKUP_YAML ?? 'backup.yaml');

const app = new App({
  analyticsReporting: false,
  treeMetadata: false,
  outdir: process.env.CDK_OUTDIR ?? 'cdk.out',
  // The CDK CLI asks for this by itself; without the CLI nobody would.
  autoSynth: true,
  // After the CLI's context, so that templates are the same with and without it.
  postCliContext: {
    'aws:cdk:enable-path-metadata': false,
    '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
    '@aws-cdk/core:enablePartitionLiterals': true,
  },
});

const [first = [], ...others] = copyAlarms(config);
new CentralStack(app, config, first);
others.forEach((alarms, i) => {
  new CopyAlarmsStack(app, config, i + 2, alarms);
});
for (const workload of config.workloads) {
  new WorkloadStack(app, config, workload);
}
