import type { NodePool } from "../../karpenter/api.ts";
import { allocatableOf } from "../../karpenter/aws/launch-type.ts";
import type { InstanceType } from "../../karpenter/instance-type.ts";
import { awsLabels, labelKeys } from "../../karpenter/labels.ts";
import { podRequirements } from "../../karpenter/pod-requirements.ts";
import { requirementText } from "../../karpenter/requirement.ts";
import {
  compatible,
  conflict,
  disjoint,
  fromLabels,
  fromSpecs,
  type Requirements,
  together,
} from "../../karpenter/requirements.ts";
import { toleratesAll } from "../../karpenter/taints.ts";
import type { Pod, Workload } from "../../kube/objects.ts";
import { podRequests, withLimitsAsRequests } from "../../kube/pod-requests.ts";
import { merge, type ResourceList } from "../../kube/resource-list.ts";
import type { Rejection } from "./types.ts";

/** What a type is judged by: the pool's requirements, those asked on top, and the amounts asked for. */
export interface Demand {
  readonly pool: Requirements;
  /** Of the pod, or of the pods of a node together. */
  readonly pods: Requirements;
  readonly requests: ResourceList;
  /** DaemonSets that may run there. */
  readonly daemons: readonly DaemonShape[];
}

/** A DaemonSet as it weighs on new nodes. */
export interface DaemonShape {
  readonly requirements: Requirements;
  readonly requests: ResourceList;
}

/** Room that a type lacks. */
export interface Shortage {
  readonly resource: string;
  readonly missing: bigint;
  readonly have: bigint;
}

/** Why one type does not do. `shortages`, one or more, where only room is missing. */
export interface TypeReason {
  readonly rule: string;
  readonly shortages?: readonly Shortage[];
}

/** Requirements of a pool with its template labels. */
export function poolRequirements(pool: NodePool): Requirements {
  const { metadata, spec } = pool.spec.template;
  const { group, kind, name } = spec.nodeClassRef;
  const labels = {
    ...metadata?.labels,
    [labelKeys.nodePool]: pool.metadata.name,
    [`${group}/${kind.toLowerCase()}`]: name,
  };
  return together(fromSpecs(spec.requirements ?? [], awsLabels), fromLabels(labels, awsLabels));
}

/** DaemonSets whose pods tolerate the pool's taints and may lie in it. */
export function daemonsOf(pool: NodePool, daemonsets: readonly Workload[]): readonly DaemonShape[] {
  const requirements = poolRequirements(pool);
  return daemonsets.flatMap((set) => {
    const { spec } = set.spec.template;
    const tolerations = [...(spec.tolerations ?? []), { operator: "Exists", effect: "PreferNoSchedule" }];
    if (!toleratesAll(pool.spec.template.spec.taints ?? [], tolerations)) return [];
    const own = podRequirements(spec, awsLabels, true);
    if (!compatible(requirements, own, awsLabels.wellKnown)) return [];
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: set.metadata,
      spec: { ...spec, containers: spec.containers.map(withLimitsAsRequests) },
    };
    const parsed = podRequests(pod);
    return [{ requirements: own, requests: parsed.ok ? parsed.value : new Map() }];
  });
}

/** Why the type does not do for the demand; undefined when it does. The order is the engine's: labels, then room, then offerings. */
export function reasonAgainst(type: InstanceType, demand: Demand): TypeReason | undefined {
  const own = fromSpecs(type.requirements, awsLabels);
  const byPool = disjoint(own, demand.pool);
  if (byPool !== undefined) return { rule: `NodePool requires ${requirementText(demandOf(byPool.key, demand.pool))}` };
  const byPod = disjoint(own, demand.pods);
  if (byPod !== undefined) return { rule: `pods require ${requirementText(demandOf(byPod.key, demand.pods))}` };
  const overhead = demand.daemons.filter((daemon) => disjoint(own, daemon.requirements) === undefined);
  const need = merge(demand.requests, ...overhead.map((daemon) => daemon.requests));
  const room = allocatableOf(type);
  const shortages = Array.from(new Set(["memory", "cpu", "pods", ...need.keys()])).flatMap((resource) => {
    const [asked, have] = [need.get(resource) ?? 0n, room.get(resource) ?? 0n];
    return asked > have ? [{ resource, missing: asked - have, have }] : [];
  });
  if (shortages[0] !== undefined) return { rule: `too little ${shortages[0].resource}`, shortages };
  return offeringReason(type, together(demand.pool, demand.pods));
}

function demandOf(key: string, requirements: Requirements): Parameters<typeof requirementText>[0] {
  return requirements.get(key) ?? { key, complement: true, values: new Set() };
}

function offeringReason(type: InstanceType, demand: Requirements): TypeReason | undefined {
  let isPriced = false;
  let isAdmitted = false;
  for (const offering of type.offerings) {
    const admits = compatible(demand, fromSpecs(offering.requirements, awsLabels), awsLabels.wellKnown);
    if (admits && offering.available) return undefined;
    isAdmitted ||= admits;
    isPriced ||= offering.isPriceKnown !== false;
  }
  if (!isAdmitted) return { rule: "no offering in the zones and capacity types asked for" };
  return {
    rule: isPriced
      ? "not sold in any subnet's zone, or not for this node class"
      : "no price is known, so Karpenter would not launch it",
  };
}

/** Counts reasons by rule, most types first. */
export function countRejections(
  types: readonly InstanceType[],
  demand: Demand,
): { readonly rejections: readonly Rejection[]; readonly left: readonly InstanceType[] } {
  const byRule = new Map<string, { types: string[]; offerings: number }>();
  const left: InstanceType[] = [];
  for (const type of types) {
    const reason = reasonAgainst(type, demand);
    if (reason === undefined) {
      left.push(type);
      continue;
    }
    const entry = byRule.get(reason.rule) ?? { types: [], offerings: 0 };
    entry.types.push(type.name);
    entry.offerings += type.offerings.length;
    byRule.set(reason.rule, entry);
  }
  const rejections = Array.from(byRule, ([rule, entry]) => ({
    rule,
    instanceTypes: entry.types.length,
    offerings: entry.offerings,
    examples: entry.types.slice(0, 3),
  })).toSorted((a, b) => b.instanceTypes - a.instanceTypes || (a.rule < b.rule ? -1 : 1));
  return { rejections, left };
}

/** Why a pool refuses a pod whatever the type; undefined when it comes down to types. */
export function poolRefusal(pool: NodePool, pod: Pod): string | undefined {
  const taints = pool.spec.template.spec.taints ?? [];
  const tolerations = [...(pod.spec.tolerations ?? []), { operator: "Exists", effect: "PreferNoSchedule" }];
  const taint = taints.find((one) => !toleratesAll([one], tolerations));
  if (taint !== undefined)
    return `the pod does not tolerate ${taint.key}${taint.value === undefined ? "" : `=${taint.value}`}:${taint.effect}`;
  const found = conflict(poolRequirements(pool), podRequirements(pod.spec, awsLabels, true), awsLabels.wellKnown);
  if (found === undefined) return undefined;
  if (found.kind === "undefined") return `no node of it carries the label ${found.key}`;
  return `it allows ${requirementText(found.existing)}, the pod asks for ${requirementText(found.incoming)}`;
}
