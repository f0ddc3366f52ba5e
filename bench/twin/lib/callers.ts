import type { Stack } from 'aws-cdk-lib';
import {
  AccountPrincipal,
  AnyPrincipal,
  type Conditions,
  type IPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { roleArn } from './arns';
import type { Config } from './config';

/** A role of an account. */
export interface Caller {
  readonly account: string;
  readonly roleName: string;
}

/** Bytes of a policy, of what does not depend on its callers, and the statements that name them. */
export interface PolicyRoom {
  readonly limit: number;
  readonly rest: number;
  readonly statements: number;
}

export interface Callers {
  readonly principals: IPrincipal[];
  /** Holds for the callers, and in their accounts for roles with the other ARNs. */
  conditions(...others: string[]): Conditions;
}

/** Names the callers, or their accounts where there is no room for them, or nobody. */
export function callers(
  stack: Stack,
  config: Config,
  roles: Caller[],
  pattern: string,
  room: PolicyRoom,
): Callers {
  const accounts = [...new Set(roles.map(({ account }) => account))];
  const roleArns = roles.map(({ account, roleName }) =>
    roleArn(stack, account, roleName),
  );
  const fits = (values: string[]) =>
    room.rest +
      room.statements *
        values.reduce((bytes, value) => bytes + value.length + 3, 0) <=
    room.limit;
  const organization = { 'aws:PrincipalOrgID': config.organizationId };
  const roots = accounts.map((account) => roleArn(stack, account, ''));
  const limited = { ...organization, 'aws:PrincipalAccount': accounts };
  // The ARN of an account's root is a byte shorter than that of a role without a name.
  if (fits([...roleArns, ...roots.map((arn) => arn.slice(1))])) {
    return {
      principals: accounts.map((account) => new AccountPrincipal(account)),
      conditions: (...others) => ({
        StringEquals: organization,
        ArnLike: { 'aws:PrincipalArn': [...roleArns, ...others] },
      }),
    };
  }
  if (fits([...roleArns, ...accounts])) {
    return {
      principals: [new AnyPrincipal()],
      conditions: (...others) => ({
        StringEquals: limited,
        ArnLike: { 'aws:PrincipalArn': [...roleArns, ...others] },
      }),
    };
  }
  const any = roleArn(stack, '*', pattern);
  return {
    principals: [new AnyPrincipal()],
    conditions: (...others) => ({
      StringEquals: fits(accounts) ? limited : organization,
      ArnLike: { 'aws:PrincipalArn': [any, ...others] },
      ArnNotLike: { 'aws:PrincipalArn': [`${any}/*`] },
    }),
  };
}
