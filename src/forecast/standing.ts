import { launchAllocatable } from "../karpenter/aws/launch-type.ts";
import type { NodeClaim, NodePool } from "../karpenter/api.ts";
import type { InstanceType, RequirementSpec } from "../karpenter/instance-type.ts";
import { labelKeys } from "../karpenter/labels.ts";
import type { Labels, Node, Pod } from "../kube/objects.ts";
import { formatDecimal } from "../kube/quantity.ts";
import type { PlannedNodeClaim } from "../scheduling/types.ts";
import type { FleetNode } from "./types.ts";

/** A planned node as it would stand in the cluster once it is up and its start-up taints are gone. */
export interface StandingNode {
  readonly node: Node;
  readonly claim: NodeClaim;
}

/** What a planned node becomes. `zone` is where EC2 would put it, `readAt` the instant that all its conditions date from. */
export function standing(
  planned: { readonly claim: PlannedNodeClaim; readonly node: FleetNode; readonly type: InstanceType },
  place: { readonly pool: NodePool; readonly zone: string; readonly readAt: string },
): StandingNode {
  const { claim, node, type } = planned;
  const labels = labelsOf(planned, place.zone);
  const { spec: template } = place.pool.spec.template;
  const { capacity } = type;
  const allocatable = Object.fromEntries(
    Array.from(launchAllocatable(type), ([name, amount]) => [name, formatDecimal(amount)]),
  );
  const since = (types: readonly string[]) =>
    types.map((one) => ({ type: one, status: "True", reason: one, lastTransitionTime: place.readAt }));
  const providerID = `planned:///${place.zone}/${node.name}`;
  return {
    claim: {
      apiVersion: "karpenter.sh/v1",
      kind: "NodeClaim",
      metadata: { name: node.name, labels, annotations: claim.annotations, creationTimestamp: place.readAt },
      spec: { ...template, requirements: claim.requirements, resources: { requests: claim.requests } },
      status: {
        nodeName: node.name,
        providerID,
        capacity: { ...capacity },
        allocatable,
        conditions: since(["Launched", "Registered", "Initialized", "Ready", "Consolidatable"]),
      },
    },
    node: {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: node.name,
        labels: {
          ...labels,
          [labelKeys.registered]: "true",
          [labelKeys.initialized]: "true",
          [labelKeys.hostname]: node.name,
        },
        annotations: claim.annotations,
        creationTimestamp: place.readAt,
      },
      spec: { providerID, taints: [...(template.taints ?? [])] },
      status: { capacity, allocatable, conditions: since(["Ready"]) },
    },
  };
}

/** The claim's labels, and what its type and place leave no choice about. */
function labelsOf({ claim, node, type }: Parameters<typeof standing>[0], zone: string): Labels {
  const offering = type.offerings.find(
    ({ requirements }) =>
      onlyValue(requirements, labelKeys.zone) === zone &&
      onlyValue(requirements, labelKeys.capacityType) === node.capacityType,
  );
  return { ...settled(type.requirements), ...settled(offering?.requirements ?? []), ...claim.labels };
}

function settled(requirements: readonly RequirementSpec[]): Labels {
  const labels: Record<string, string> = {};
  for (const { key } of requirements) {
    const value = onlyValue(requirements, key);
    if (value !== undefined) labels[key] = value;
  }
  return labels;
}

function onlyValue(requirements: readonly RequirementSpec[], key: string): string | undefined {
  const found = requirements.find((one) => one.key === key && one.operator === "In");
  return found?.values?.length === 1 ? found.values[0] : undefined;
}

/** The pod as it would run there. */
export function running(pod: Pod, nodeName: string, readAt: string): Pod {
  return {
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { ...pod.status, phase: "Running", startTime: readAt, conditions: [{ type: "Ready", status: "True" }] },
  };
}
