import { DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface BackupStackProps {
  readonly account: string;
  readonly region: string;
  readonly description: string;
}

/** What all stacks have in common. */
export class BackupStack extends Stack {
  constructor(scope: Construct, name: string, props: BackupStackProps) {
    super(scope, name, {
      env: { account: props.account, region: props.region },
      description: props.description,
      terminationProtection: true,
      // Templates hold no assets, and deploy to accounts that are not bootstrapped.
      synthesizer: new DefaultStackSynthesizer({
        generateBootstrapVersionRule: false,
      }),
    });
  }
}
