// Evaluates the calls that tests record (actions.txt in testdata of cmd/backupctl and lambda/validate) with the policies of the
// roles that make them, as IAM would. Each must be allowed.
//
//   node calls.mjs CALLS ASSEMBLY ACCOUNT=ROLE...
import { readFileSync } from 'node:fs';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { readAssembly } from './assembly.mjs';

const [callsFile, assembly, ...roleOf] = process.argv.slice(2);
const { roles } = readAssembly(assembly);
const roleOfAccount = Object.fromEntries(roleOf.map((argument) => argument.split('=')));
const calls = readFileSync(callsFile, 'utf8').trim().split('\n');

let denied = 0;
for (const call of calls) {
  const [account, action, resource] = call.split(' ');
  const arn = `arn:aws:iam::${account}:role/${roleOfAccount[account]}`;
  if (!roles[arn]) throw new Error(`${call}: there is no role ${arn}`);
  const { overallResult, errors } = await runSimulation(
    {
      request: {
        principal: arn,
        action,
        // What has an id in the place of * is not known before it exists.
        resource: { resource: resource === '*' ? '*' : resource.replaceAll('*', 'x'), accountId: account },
        contextVariables: {
          'aws:SecureTransport': 'true',
          'aws:PrincipalArn': arn,
          'aws:PrincipalAccount': account,
          'aws:ResourceAccount': account,
          ...(action === 'iam:PassRole' ? { 'iam:PassedToService': 'backup.amazonaws.com' } : {}),
        },
      },
      identityPolicies: roles[arn],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      // The bucket policies of the app deny, and let no other account in.
      resourcePolicy: undefined,
    },
    {},
  );
  if (errors) throw new Error(`${call}: ${JSON.stringify(errors)}`);
  if (overallResult !== 'Allowed') {
    denied++;
    console.error(`denied to ${arn}: ${action} on ${resource}`);
  }
}
console.log(`${calls.length} calls of ${callsFile}, ${denied} denied`);
process.exit(denied > 0 ? 1 : 0);
