// Evaluates each decision of testdata/decisions.yaml with the policies of synthesized templates, as IAM would, and
// fails where one is another than the file says.
//
//   node decide.mjs DECISIONS NAME=ASSEMBLY...
import { readFileSync } from 'node:fs';
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate';
import { parse } from 'yaml';
import { managed, readAssembly } from './assembly.mjs';

const [decisionsFile, ...assemblies] = process.argv.slice(2);
const { principals, resources, decisions } = parse(readFileSync(decisionsFile, 'utf8'));

const found = Object.fromEntries(
  assemblies.map((argument) => {
    const [name, folder] = argument.split('=');
    return [name, readAssembly(folder)];
  }),
);

let wrong = 0;
for (const [i, row] of decisions.entries()) {
  const got = await decide(row).catch((error) => String(error));
  if (got !== row.decision) {
    wrong++;
    console.error(`decision ${i + 1}: ${row.who} ${row.action} ${row.on}: got ${got}; want ${row.decision}: ${row.why}`);
  }
}
console.log(`${decisions.length} decisions, ${wrong} wrong`);
process.exit(wrong > 0 ? 1 : 0);

async function decide({ who, action, on, with: more = {}, in: assembly = 'fleet' }) {
  const principal = known(principals, who);
  const resource = known(resources, on);
  const { policies, roles } = known(found, assembly);
  const policyOf = resource.policy_of ?? resource.arn;
  // What has no policy of its own names its account.
  const owner = resource.account ? { account: resource.account } : known(policies, policyOf);
  const isAnonymous = principal.anonymous === true;
  const role = principal.arn && roles[principal.arn];
  if (principal.policies === undefined && principal.service === undefined && !isAnonymous && !role) {
    throw new Error(`${who}: no such role in ${assembly}, and no policies`);
  }
  const identityPolicies = isAnonymous || principal.service
    ? []
    : [...(role ?? []), ...(principal.policies ?? []).map(managed)];
  const { overallResult, errors } = await runSimulation(
    {
      request: {
        principal: isAnonymous ? anonymousPrincipal : (principal.service ?? principal.arn),
        action,
        resource: { resource: resource.arn, accountId: owner.account },
        contextVariables: { 'aws:SecureTransport': 'true', ...principalContext(principal), ...more },
      },
      identityPolicies,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: owner.policy,
    },
    {},
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return overallResult === 'Allowed' ? 'allowed' : 'denied';
}

/** What AWS puts into the context of a request by itself (F-IAM-11). An anonymous request has none of it. */
function principalContext(principal) {
  if (principal.anonymous) return {};
  if (principal.service) {
    return { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': principal.service };
  }
  const context = {
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalArn': principal.arn,
    'aws:PrincipalAccount': principal.arn.split(':')[4],
  };
  if (principal.organization) {
    context['aws:PrincipalOrgID'] = principal.organization.split('/')[0];
    context['aws:PrincipalOrgPaths'] = [principal.organization];
  }
  return context;
}

function known(map, key) {
  if (map[key] === undefined) throw new Error(`there is no ${key}`);
  return map[key];
}
