import type { AwsAccount } from "./account.ts";
import { notFound } from "./errors.ts";
import type { Row } from "./state.ts";

/** The row of a cluster by its name. */
export function clusterRow(aws: AwsAccount, name: string): Row {
  const cluster = aws.table("eks.clusters")[name];
  if (cluster === undefined) throw notFound(`No cluster found for name: ${name}.`);
  return cluster;
}
