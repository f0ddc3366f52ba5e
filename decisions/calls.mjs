// Evaluates the calls that tests record (actions.txt in testdata of cmd/backupctl and lambda/validate) with the policies of the
// roles that make them, as IAM would. Each must be allowed, and nothing else but what uncalled.yaml names. Actions that only
// OTHERS have, such as those of preflight, count as called.
//
//   node calls.mjs CALLS[,OTHERS] ASSEMBLY ACCOUNT=ROLE...
import { readFileSync } from 'node:fs';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { parse } from 'yaml';
import { readAssembly } from './assembly.mjs';

const [callsFiles, assembly, ...roleOf] = process.argv.slice(2);
const [callsFile, ...others] = callsFiles.split(',');
const { roles } = readAssembly(assembly);
const roleOfAccount = Object.fromEntries(roleOf.map((argument) => argument.split('=')));
const read = (file) => readFileSync(file, 'utf8').trim().split('\n');
const calls = read(callsFile);
const called = [...calls, ...others.flatMap(read)].map((call) => call.split(' ')[1].toLowerCase());
const uncalled = parse(readFileSync(new URL('uncalled.yaml', import.meta.url), 'utf8'));

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
let more = 0;
for (const arn of Object.entries(roleOfAccount).map(([account, role]) => `arn:aws:iam::${account}:role/${role}`)) {
  for (const action of roles[arn].flatMap(allowed)) {
    const matches = new RegExp(`^${action.toLowerCase().replaceAll('*', '.*')}$`);
    if (!uncalled[action] && !called.some((call) => matches.test(call))) {
      more++;
      console.error(`allowed to ${arn}, and nothing calls it: ${action}`);
    }
  }
}
console.log(`${calls.length} calls of ${callsFile}, ${denied} denied, ${more} allowed for nothing`);
process.exit(denied + more > 0 ? 1 : 0);

/** The actions that a policy allows. */
function allowed({ policy }) {
  return policy.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
}
