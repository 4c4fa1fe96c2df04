import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import { textOf } from "../../translation/json.ts";
import type { FieldFate, Translation } from "../../translation/types.ts";

/** Comment lines by the path of the key that they stand above: `spec.limits`, `spec.template.spec.requirements[kubernetes.io/arch]`. */
export type Comments = ReadonlyMap<string, readonly string[]>;

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
  const several = groups.flatMap((group) => group.nodeGroups).length > 1;
  return new Map([...byPath].map(([path, list]) => [path, lines(list, several)]));
}

function isPool(manifest: KubeObject): boolean {
  return manifest.kind === "NodePool" || manifest.kind === "Provisioner";
}

// `EC2NodeClass spec.blockDeviceMappings[].ebs.iops` speaks of the list as a whole; `…requirements[key]` of one item.
function pathIn(manifest: KubeObject, to: string): string | undefined {
  const match = new RegExp(`^${manifest.kind} (spec\\.[A-Za-z0-9.]+)(\\[[^\\]]+\\])?`).exec(to);
  if (match?.[1] === undefined) return undefined;
  const isItem = match[1].endsWith("requirements");
  return isItem ? `${match[1]}${match[2] ?? ""}` : match[1];
}

function lines(fates: readonly FieldFate[], several: boolean): readonly string[] {
  const names = [...new Set(fates.map((fate) => nameOf(fate, several)))];
  const more = names.length > maxFields ? ` and ${names.length - maxFields} more` : "";
  const from = `from ${names.slice(0, maxFields).join(", ")}${more}`;
  const reasons = fates.flatMap((fate) => (fate.fate === "changed" ? [fate.why] : []));
  return [from, ...new Set(reasons)];
}

function nameOf(fate: FieldFate, several: boolean): string {
  const group = several && fate.nodeGroup !== undefined ? `${fate.nodeGroup} ` : "";
  const value = textOf(fate.value).replace(/\s+/g, " ");
  return `${group}${fate.field}${value.length <= 40 && fate.fate === "changed" ? ` = ${value}` : ""}`;
}
