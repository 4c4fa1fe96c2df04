import type { AwsAccount } from "./account.ts";
import { validation } from "./errors.ts";
import type { Row } from "./state.ts";

/** The row of an Auto Scaling group by its name. */
export function groupRow(aws: AwsAccount, name: string): Row {
  const group = aws.table("autoscaling.groups")[name];
  if (group === undefined) throw validation(`AutoScalingGroup name not found - AutoScalingGroup: ${name} not found`);
  return group;
}
