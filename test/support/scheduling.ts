import { defaultRelease } from "../../src/karpenter/releases.ts";
import type { NodePool } from "../../src/karpenter/api.ts";
import type { InstanceType, Offering } from "../../src/karpenter/instance-type.ts";
import type { Labels, Node, Pod, PodSpec, Taint } from "../../src/kube/objects.ts";
import type { SolveInput, SolveOptions } from "../../src/scheduling/types.ts";

/** Builders for what the solver reads: what does not matter to a test does not appear in it. */

export const zones = ["zone-a", "zone-b", "zone-c"];

export interface TypeWish {
  readonly name: string;
  readonly cpu: string;
  readonly memory: string;
  readonly price?: number;
  readonly zones?: readonly string[];
  readonly capacityTypes?: readonly string[];
}

/** An instance type with one offering for each zone and capacity type. */
export function instanceType(wish: TypeWish): InstanceType {
  const { name, cpu, memory, price = 1, capacityTypes = ["on-demand"] } = wish;
  const offered = wish.zones ?? zones;
  const offerings: Offering[] = offered.flatMap((zone) =>
    capacityTypes.map((capacityType) => offering(zone, capacityType, price)),
  );
  return {
    name,
    requirements: [
      { key: "node.kubernetes.io/instance-type", operator: "In", values: [name] },
      { key: "topology.kubernetes.io/zone", operator: "In", values: offered },
      { key: "karpenter.sh/capacity-type", operator: "In", values: capacityTypes },
      { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
    ],
    offerings,
    capacity: { cpu, memory, pods: "20" },
  };
}

export function offering(zone: string, capacityType: string, price: number): Offering {
  return {
    requirements: [
      { key: "topology.kubernetes.io/zone", operator: "In", values: [zone] },
      { key: "karpenter.sh/capacity-type", operator: "In", values: [capacityType] },
    ],
    price,
    available: true,
  };
}

export interface PoolWish {
  readonly name?: string;
  readonly weight?: number;
  readonly taints?: readonly Taint[];
  readonly labels?: Labels;
  readonly limits?: Readonly<Record<string, string>>;
  readonly requirements?: NonNullable<NodePool["spec"]["template"]["spec"]["requirements"]>;
}

/** A ready pool. */
export function readyPool({
  name = "general",
  weight,
  taints,
  labels,
  limits,
  requirements = [],
}: PoolWish = {}): NodePool {
  const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name },
    spec: {
      ...(weight === undefined ? {} : { weight }),
      ...(limits === undefined ? {} : { limits }),
      template: {
        ...(labels === undefined ? {} : { metadata: { labels } }),
        spec: { requirements, nodeClassRef, ...(taints === undefined ? {} : { taints }) },
      },
    },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
}

export interface WaitingPod extends Partial<PodSpec> {
  readonly name: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly labels?: Labels;
}

/** A pod that the scheduler gave up on. */
export function waitingPod({ name, cpu = "1", memory = "1Gi", labels = {}, ...spec }: WaitingPod): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: name, labels },
    spec: { containers: [{ name: "main", resources: { requests: { cpu, memory } } }], ...spec },
    status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
  };
}

/** A node that nobody manages. */
export function plainNode(
  name: string,
  allocatable: { readonly cpu: string; readonly memory: string },
  zone = "zone-a",
): Node {
  const resources = { ...allocatable, pods: "20" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone } },
    spec: {},
    status: { capacity: resources, allocatable: resources, conditions: [{ type: "Ready", status: "True" }] },
  };
}

export interface WorldWish {
  readonly pods: readonly Pod[];
  readonly types?: readonly InstanceType[];
  readonly pools?: readonly NodePool[];
  readonly nodes?: readonly Node[];
  readonly options?: SolveOptions;
}

const smallTypes = [
  instanceType({ name: "small", cpu: "2", memory: "4Gi", price: 0.1 }),
  instanceType({ name: "large", cpu: "8", memory: "32Gi", price: 0.4 }),
];

/** A provisioning pass over these. */
export function world({
  pods,
  types = smallTypes,
  pools = [readyPool()],
  nodes = [],
  options = {},
}: WorldWish): SolveInput {
  return {
    nowMs: Date.parse("2026-09-14T10:00:00Z"),
    objects: { pods, nodes, nodepools: pools },
    instanceTypes: new Map([["*", types]]),
    wellKnownLabels: "fake",
    behaviour: defaultRelease.behaviour,
    options,
  };
}
