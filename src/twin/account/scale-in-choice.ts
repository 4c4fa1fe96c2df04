import type { JsonObject } from "../../kube/objects.ts";
import { str } from "../store/objects.ts";
import { type AwsAccount, object, texts } from "./account.ts";
import type { Row } from "./state.ts";

type Narrow = (members: readonly JsonObject[]) => readonly JsonObject[];

/**
 * The instance that Auto Scaling ends when it scales in (AWS, "How the default termination policy works"): among those that are not
 * protected one of the fullest zone, then what the group's policies say in their order, then the first by id. Undefined when all are
 * protected.
 */
export function scaleInChoice(aws: AwsAccount, group: Row, members: readonly JsonObject[]): string | undefined {
  const free = members.filter((one) => one["ProtectedFromScaleIn"] !== true);
  const load = (zone: unknown): number => members.filter((one) => one["AvailabilityZone"] === zone).length;
  const fullest = Math.max(0, ...free.map((one) => load(one["AvailabilityZone"])));
  const start = free.filter((one) => load(one["AvailabilityZone"]) === fullest);
  const policies = texts(group["TerminationPolicies"]);
  const order = (policies.length === 0 ? ["Default"] : policies).flatMap((name) => narrows(aws, group, name));
  let left: readonly JsonObject[] = start;
  for (const narrow of order) if (left.length > 1) left = narrow(left);
  return left.map((one) => str(one["InstanceId"])).toSorted()[0];
}

function narrows(aws: AwsAccount, group: Row, policy: string): readonly Narrow[] {
  const byLaunch = (sign: 1 | -1): Narrow => least((one) => sign * Date.parse(launchTime(aws, one)));
  const byTemplate = least((one) => Number(object(one["LaunchTemplate"])["Version"] ?? 0));
  const byHour: Narrow = least((one) => 3_600_000 - ((aws.nowMs - Date.parse(launchTime(aws, one))) % 3_600_000));
  switch (policy) {
    case "OldestInstance":
      return [byLaunch(1)];
    case "NewestInstance":
      return [byLaunch(-1)];
    case "OldestLaunchTemplate":
    case "OldestLaunchConfiguration":
      return [byTemplate];
    case "ClosestToNextInstanceHour":
      return [byHour];
    case "Default":
      return [byTemplate, byHour];
    default:
      // AllocationStrategy: groups of one purchase option and one price order have nothing to align.
      return [];
  }
}

function least(of: (member: JsonObject) => number): Narrow {
  return (members) => {
    const best = Math.min(...members.map(of));
    return members.filter((one) => of(one) === best);
  };
}

function launchTime(aws: AwsAccount, member: JsonObject): string {
  return str(aws.table("ec2.instances")[str(member["InstanceId"])]?.["LaunchTime"] ?? "");
}
