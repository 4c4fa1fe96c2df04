import type { AwsAccount } from "./account.ts";
import { awsError, noSuchEntity } from "./errors.ts";
import type { Row } from "./state.ts";

/** The row of a role by its name. */
export function roleRow(aws: AwsAccount, name: string): Row {
  const role = aws.table("iam.roles")[name];
  if (role === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

/** IAM gives policy documents out URL-encoded. */
export function encoded(document: string): string {
  try {
    JSON.parse(document);
  } catch {
    throw awsError("MalformedPolicyDocument", "This policy contains invalid Json");
  }
  return encodeURIComponent(document);
}
