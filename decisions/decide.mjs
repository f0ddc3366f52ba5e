// Evaluates each decision of testdata/decisions.yaml with the policies of synthesized templates and of files, as IAM would, and
// fails where one is another than the file says.
//
//   node decide.mjs DECISIONS NAME=FOLDER...
//
// A FOLDER is a cloud assembly, or has policies.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate';
import { parse } from 'yaml';
import { managed, policyFiles, readAssembly } from './assembly.mjs';

const [decisionsFile, ...named] = process.argv.slice(2);
const { principals, resources, decisions } = parse(readFileSync(decisionsFile, 'utf8'));

const folders = Object.fromEntries(named.map((argument) => argument.split('=')));
const found = Object.fromEntries(
  Object.entries(folders)
    .filter(([, folder]) => existsSync(join(folder, 'manifest.json')))
    .map(([name, folder]) => [name, readAssembly(folder)]),
);

// The simulator drops condition keys that it does not know for an action, and of tokens it knows `aud` and `sub` of some issuers alone.
const issuer = 'token.actions.githubusercontent.com';
const knownIssuer = 'accounts.google.com';

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
  // What is not in a template names its account, and its policy if it has one.
  const owner = resource.account ? { account: resource.account, policy: trustOf(resource) } : known(policies, policyOf);
  const isAnonymous = principal.anonymous === true;
  const role = principal.arn && roles[principal.arn];
  if (principal.policies === undefined && principal.service === undefined && !principal.token && !isAnonymous && !role) {
    throw new Error(`${who}: no such role in ${assembly}, and no policies`);
  }
  const identityPolicies = isAnonymous || principal.service
    ? []
    : [...(role ?? []), ...(principal.policies ?? []).flatMap(policiesOf)];
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

/** The policies of AWS by their name, those of files by NAME/FILE, in which a star stands for the numbers of several. */
function policiesOf(name) {
  return name.endsWith('.json') ? policyFiles(folders, name) : [managed(name)];
}

/** The policy of a role that is in no template: that of a file, or the one that cdk bootstrap --trust gives. */
function trustOf({ trust, trusts }) {
  if (trust) return JSON.parse(JSON.stringify(policyFiles(folders, trust)[0].policy).replaceAll(`"${issuer}:`, `"${knownIssuer}:`));
  if (!trusts) return undefined;
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: trusts }, Action: 'sts:AssumeRole' }] };
}

/** What AWS puts into the context of a request by itself (F-IAM-11). An anonymous request has none of it. */
function principalContext(principal) {
  if (principal.anonymous) return {};
  if (principal.service) {
    return { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': principal.service };
  }
  if (principal.token) {
    return { [`${knownIssuer}:aud`]: 'sts.amazonaws.com', [`${knownIssuer}:sub`]: principal.token };
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
