import { hostPortsOf, portsConflict } from "../kube/host-ports.ts";
import { allocatableOf } from "../kube/node.ts";
import type { Node, Pod, Taint } from "../kube/objects.ts";
import { controllerOf } from "../kube/pod.ts";
import { podRequests } from "../kube/pod-requests.ts";
import { addInto, type ResourceList, subtract } from "../kube/resource-list.ts";
import { untolerated } from "../kube/taint.ts";
import type { Volumes } from "../kube/volumes.ts";
import { compileNodeTerm, selectsNode } from "../kube/node-selector.ts";
import { type Place, podTopology, type TopologyView } from "./topology.ts";

/** Where kube-scheduler puts a pod, or how many nodes refused it for which reason. */
export type Placement =
  | { readonly kind: "node"; readonly node: string }
  | { readonly kind: "none"; readonly reasons: ReadonlyMap<string, number> };

/** The cluster that pods are placed in. */
export interface PlacerInput {
  readonly nodes: readonly Node[];
  /** Pods bound to nodes, ended ones left out. */
  readonly bound: readonly Pod[];
  readonly volumes: Volumes;
}

interface Spot extends Place {
  readonly node: Node;
  readonly total: ResourceList;
  readonly used: Map<string, bigint>;
  readonly pods: Pod[];
}

const unschedulable: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
const none: ResourceList = new Map();

/**
 * One pass of kube-scheduler's default profile over one view of the cluster: its filters as they are, its scores simplified to least
 * allocated, preferred affinity, spreading of equals and soft taints. No preemption. Ties go to the first name.
 */
export class Placer {
  readonly #spots: Spot[] = [];
  readonly #byName = new Map<string, Spot>();
  readonly #volumes: Volumes;

  constructor(input: PlacerInput) {
    for (const node of input.nodes.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) this.addNode(node);
    this.#volumes = input.volumes;
    for (const pod of input.bound) this.assume(pod, pod.spec.nodeName ?? "");
  }

  /** One more node, empty, after those that are there. */
  addNode(node: Node): void {
    const allocatable = allocatableOf(node);
    const total = allocatable.ok ? allocatable.value : none;
    const spot = { node, labels: node.metadata.labels ?? {}, total, used: new Map<string, bigint>(), pods: [] };
    this.#spots.push(spot);
    this.#byName.set(node.metadata.name, spot);
  }

  place(pod: Pod): Placement {
    const requests = requestsOf(pod);
    const topology = podTopology(pod, this.#view(pod));
    const reasons = new Map<string, number>();
    let best: Spot | undefined;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const spot of this.#spots) {
      const reason = this.#refusal(pod, spot, requests) ?? topology.refusal(spot);
      if (reason !== undefined) {
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        continue;
      }
      const score = scoreOf(pod, spot, requests) + topology.score(spot);
      if (score > bestScore) {
        best = spot;
        bestScore = score;
      }
    }
    return best === undefined ? { kind: "none", reasons } : { kind: "node", node: best.node.metadata.name };
  }

  /** Whether the pod may run on this one node. */
  fits(pod: Pod, node: string): boolean {
    return this.why(pod, node) === undefined;
  }

  /** Why the pod may not run on this one node; undefined when it may. */
  why(pod: Pod, node: string): string | undefined {
    const spot = this.#byName.get(node);
    if (spot === undefined) return "no such node";
    return this.#refusal(pod, spot, requestsOf(pod)) ?? podTopology(pod, this.#view(pod)).refusal(spot);
  }

  /** Counts a pod on a node for the placements that follow. */
  assume(pod: Pod, node: string): void {
    const spot = this.#byName.get(node);
    if (spot === undefined) return;
    addInto(spot.used, requestsOf(pod));
    spot.pods.push(pod);
  }

  #view(pod: Pod): TopologyView {
    return { places: this.#spots, isEligible: (place) => this.#isEligible(pod, place) };
  }

  // Nodes that the pod's own selectors exclude do not count for its spread.
  #isEligible(pod: Pod, place: Place): boolean {
    const spot = place as Spot;
    return selectsNode(pod.spec, spot.node);
  }

  #refusal(pod: Pod, spot: Spot, requests: ResourceList): string | undefined {
    const { node } = spot;
    if (!selectsNode(pod.spec, node)) return "node(s) didn't match Pod's node affinity/selector";
    if (node.spec?.unschedulable === true && untolerated([unschedulable], pod.spec.tolerations) !== undefined) {
      return "node(s) were unschedulable";
    }
    const taint = untolerated(node.spec?.taints, pod.spec.tolerations);
    if (taint !== undefined) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`;
    for (const [name, amount] of requests) {
      if (amount > 0n && amount > (spot.total.get(name) ?? 0n) - (spot.used.get(name) ?? 0n)) {
        return name === "pods" ? "Too many pods" : `Insufficient ${name}`;
      }
    }
    const zones = this.#volumes.zonesOf(pod);
    if (zones !== undefined && !zones.includes(spot.labels["topology.kubernetes.io/zone"] ?? "")) {
      return "node(s) had volume node affinity conflict";
    }
    const ports = hostPortsOf(pod);
    if (ports.length > 0 && spot.pods.some((other) => portsConflict(ports, hostPortsOf(other)))) {
      return "node(s) didn't have free ports for the requested pod ports";
    }
    return undefined;
  }
}

const requestCache = new WeakMap<Pod, ResourceList>();

/** What the pod asks for; a pod whose quantities cannot be read asks for nothing but its place. */
export function requestsOf(pod: Pod): ResourceList {
  const known = requestCache.get(pod);
  if (known !== undefined) return known;
  const parsed = podRequests(pod);
  const value = parsed.ok ? parsed.value : new Map([["pods", 1_000_000_000n]]);
  requestCache.set(pod, value);
  return value;
}

function scoreOf(pod: Pod, spot: Spot, requests: ResourceList): number {
  const free = subtract(subtract(spot.total, spot.used), requests);
  const share = (name: string): number =>
    Number(free.get(name) ?? 0n) / Math.max(1, Number(spot.total.get(name) ?? 1n));
  const leastAllocated = (share("cpu") + share("memory")) * 50;
  const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const affinity = preferred.reduce(
    (sum, term) =>
      sum + (compileNodeTerm(term.preference).matches(spot.labels, spot.node.metadata.name) ? term.weight : 0),
    0,
  );
  const softTaints = (spot.node.spec?.taints ?? []).filter((taint) => taint.effect === "PreferNoSchedule");
  const soft =
    untolerated(
      softTaints.map((taint) => ({ ...taint, effect: "NoSchedule" })),
      pod.spec.tolerations,
    ) === undefined
      ? 0
      : -100;
  const owner = controllerOf(pod)?.uid;
  const equals = owner === undefined ? 0 : spot.pods.filter((other) => controllerOf(other)?.uid === owner).length;
  return leastAllocated + affinity * 2 + soft * 3 - equals * 40;
}
