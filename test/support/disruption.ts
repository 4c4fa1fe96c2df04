import type { NodeClaim } from "../../src/karpenter/api.ts";
import type { InstanceType } from "../../src/karpenter/instance-type.ts";
import type { Node, Pod } from "../../src/kube/objects.ts";

/** Builders for nodes of Karpenter's own and the pods on them. */

export interface ManagedNode {
  readonly name: string;
  readonly type?: string;
  readonly zone?: string;
  readonly capacityType?: string;
  /** True conditions besides those of a node that is up and quiet. */
  readonly conditions?: readonly string[];
  /** Since when all conditions hold. */
  readonly readyAt?: string;
}

/** A node of the pool `general` that is up, initialized and quiet, with its NodeClaim. */
export function managedNode(
  wish: ManagedNode,
  types: readonly InstanceType[],
): { readonly node: Node; readonly claim: NodeClaim } {
  const { name, type = types[0]?.name ?? "", zone = "zone-a", capacityType = "on-demand" } = wish;
  const since = wish.readyAt ?? "2026-01-05T09:00:00Z";
  const capacity = { ...types.find((one) => one.name === type)?.capacity };
  const labels = {
    "karpenter.sh/nodepool": "general",
    "karpenter.sh/capacity-type": capacityType,
    "node.kubernetes.io/instance-type": type,
    "topology.kubernetes.io/zone": zone,
  };
  const providerID = `aws:///${zone}/${name}`;
  const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };
  const held = ["Launched", "Registered", "Initialized", "Consolidatable", ...(wish.conditions ?? [])];
  const conditions = held.map((one) => ({ type: one, status: "True", lastTransitionTime: since }));
  return {
    claim: {
      apiVersion: "karpenter.sh/v1",
      kind: "NodeClaim",
      metadata: { name, labels, creationTimestamp: since },
      spec: { nodeClassRef },
      status: { nodeName: name, providerID, capacity, allocatable: capacity, conditions },
    },
    node: {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        creationTimestamp: since,
        labels: {
          ...labels,
          "kubernetes.io/hostname": name,
          "karpenter.sh/registered": "true",
          "karpenter.sh/initialized": "true",
        },
      },
      spec: { providerID },
      status: { capacity, allocatable: capacity, conditions: [{ type: "Ready", status: "True" }] },
    },
  };
}

/** A pod of a ReplicaSet that runs on a node. */
export function runningPod(
  name: string,
  nodeName: string,
  { cpu = "1", memory = "1Gi" }: { readonly cpu?: string; readonly memory?: string } = {},
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: name,
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "web", controller: true }],
    },
    spec: { nodeName, containers: [{ name: "main", resources: { requests: { cpu, memory } } }] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  };
}
