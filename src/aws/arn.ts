/** Whose account it is, as far as ARNs say it. */
export interface ArnAccount {
  readonly id: string;
  readonly partition: string;
}

/** ARN of a role, policy or provider of this account without a path: `iamArn(account, "role/karpenter")`. */
export function iamArn(account: ArnAccount, what: string): string {
  return `arn:${account.partition}:iam::${account.id}:${what}`;
}

/** ARN of a cluster's OIDC provider in IAM. `issuer` is its URL, with or without the scheme. */
export function oidcArn(account: ArnAccount, issuer: string): string {
  return iamArn(account, `oidc-provider/${issuer.replace(/^https:\/\//, "")}`);
}

/** The partition of an ARN and its DNS suffix; that of the public regions when the text is no ARN. */
export function partitionOf(arn: string): { readonly partition: string; readonly dnsSuffix: string } {
  const partition = arn.split(":")[1] ?? "aws";
  return { partition, dnsSuffix: partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com" };
}

/** The last part of an ARN's path, or the name as it is. */
export function nameOfArn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
