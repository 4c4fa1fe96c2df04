// Mirrors cloudprovider/aws/auto_scaling_groups.go and cloudprovider/node_group_discovery_options.go of Cluster Autoscaler 1.36.1.
import { tagsOf } from "../aws/tags.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { AutoscalerInstallation } from "./types.ts";

/** Which Auto Scaling groups one CA was told to manage. */
export interface GroupRules {
  /** By name, with the bounds that win over the group's own. */
  readonly named: ReadonlyMap<string, { readonly min: number; readonly max: number }>;
  /** All of these tags; a value when one was given. Empty: no auto-discovery. CA joins several occurrences of the flag into one list. */
  readonly tags: readonly { readonly key: string; readonly value: string | undefined }[];
}

/** Reads `--nodes` and `--node-group-auto-discovery`. */
export function discoveryRules(autoscaler: AutoscalerInstallation): GroupRules {
  const named = new Map<string, { readonly min: number; readonly max: number }>();
  for (const text of autoscaler.flags.get("nodes") ?? []) {
    const match = /^(\d+):(\d+):(.+)$/.exec(text);
    if (match !== null) named.set(match[3] ?? "", { min: Number(match[1]), max: Number(match[2]) });
  }
  const tags = (autoscaler.flags.get("node-group-auto-discovery") ?? []).flatMap((text) => {
    const list = /^asg:tag=(.+)$/.exec(text)?.[1];
    return (list ?? "").split(",").flatMap((one) => {
      const [key = "", ...value] = one.trim().split("=");
      return key === "" ? [] : [{ key, value: value.length === 0 ? undefined : value.join("=") }];
    });
  });
  return { named, tags };
}

/** Whether the rules cover an Auto Scaling group. */
export function coversGroup(rules: GroupRules, group: JsonObject): boolean {
  const name = group["AutoScalingGroupName"];
  if (typeof name === "string" && rules.named.has(name)) return true;
  if (rules.tags.length === 0) return false;
  const tags = tagsOf(group["Tags"]);
  return rules.tags.every(({ key, value }) => tags[key] !== undefined && (value === undefined || tags[key] === value));
}
