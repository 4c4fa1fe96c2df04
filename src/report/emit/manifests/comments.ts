import type { JsonObject, KubeObject } from "../../../kube/objects.ts";
import { printed } from "../../../kube/json.ts";
import { shortField } from "../../field-name.ts";
import { isPool } from "./node-class-of-pool.ts";
import type { Comments } from "../yaml.ts";
import type { FieldFate, Translation } from "../../../translation/types.ts";

const maxFields = 3;

/** Why each part of a manifest is what it is: the fields that it comes from, and what changed on the way. */
export function commentsOn(manifest: KubeObject & JsonObject, translation: Translation): Comments {
  const groups = translation.groups.filter(
    ({ nodePool, nodeClass }) => manifest.metadata.name === (isPool(manifest) ? nodePool : nodeClass).metadata.name,
  );
  const fates = groups.length === 0 ? [] : [...groups.flatMap((group) => group.fates), ...translation.flagFates];
  const byPath = new Map<string, FieldFate[]>();
  for (const fate of fates) {
    const path = fate.fate === "lost" ? undefined : pathIn(manifest, fate.to);
    if (path === undefined) continue;
    byPath.set(path, [...(byPath.get(path) ?? []), fate]);
  }
  const found = new Map([...byPath].map(([path, list]) => [path, lines(list)]));
  for (const [path, line] of defaults) if (!hasBelow(found, path)) found.set(path, [line]);
  return found;
}

/** What stands there without a field of the group to say so. */
const defaults: readonly (readonly [path: string, line: string])[] = [
  [
    "spec.disruption",
    "as Cluster Autoscaler removes nodes: after a wait, ten empty ones and one drained one at a time",
  ],
  [
    "spec.template.spec.expireAfter",
    "Cluster Autoscaler never replaces a node for its age; Karpenter's default would be 720h",
  ],
  ["spec.metadataOptions", "as EKS and eksctl set it for their node groups: IMDSv2, reachable from pods"],
  ["spec.role", "the role that dovetail setup makes"],
];

function hasBelow(found: ReadonlyMap<string, unknown>, path: string): boolean {
  return [...found.keys()].some((key) => key === path || key.startsWith(`${path}.`));
}

// `EC2NodeClass spec.blockDeviceMappings[].ebs.iops` speaks of the list as a whole; `…requirements[key]` of one item.
function pathIn(manifest: KubeObject, to: string): string | undefined {
  const match = /^(\w+) (spec\.[A-Za-z0-9.]+)(\[[^\]]+\])?/.exec(to);
  if (match?.[2] === undefined || match[1] !== manifest.kind) return undefined;
  const isItem = match[2].endsWith("requirements");
  return isItem ? `${match[2]}${match[3] ?? ""}` : match[2];
}

function lines(fates: readonly FieldFate[]): readonly string[] {
  const names = [...new Set(fates.map(nameOf))];
  const more = names.length > maxFields ? ` and ${names.length - maxFields} more` : "";
  const groups = new Set(fates.map((fate) => fate.nodeGroup)).size;
  const of = groups > 1 ? ` of ${groups} node groups` : "";
  const reasons = fates.flatMap((fate) => (fate.fate === "changed" ? [fate.why] : []));
  return [`from ${names.slice(0, maxFields).join(", ")}${more}${of}`, ...new Set(reasons)];
}

function nameOf(fate: FieldFate): string {
  const value = printed(fate.value).replace(/\s+/g, " ");
  return `${shortField(fate.field)}${value.length <= 40 && fate.fate === "changed" ? ` = ${value}` : ""}`;
}
