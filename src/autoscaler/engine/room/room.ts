import type { Node, Pod } from "../../../kube/objects.ts";
import { SchedulerCluster } from "../../../kube-scheduler/cluster/cluster.ts";
import type { FactLists } from "../../../kube-scheduler/cluster/facts.ts";
import type { NodeState } from "../../../kube-scheduler/cluster/node-state.ts";
import type { Prefiltered } from "../../../kube-scheduler/cycle/prefiltered.ts";
import { Framework, isRefusal } from "../../../kube-scheduler/framework.ts";
import type { PodInfo, PodRegistry } from "../../../kube-scheduler/pods/registry.ts";

// Objects do not change, so what was read of one stays.
const unboundInfos = new WeakMap<PodInfo, PodInfo>();

/** Why a node does not take a pod: the scheduler plugin that refuses first, and its reasons. */
export interface NoRoom {
  readonly plugin: string;
  readonly reasons: readonly string[];
}

/** What a room begins with. */
export interface RoomInput {
  readonly nodes: readonly Node[];
  readonly pods: readonly { readonly pod: Pod; readonly node: string }[];
  readonly facts: FactLists;
  readonly registry: PodRegistry;
  /** Where the search for a node went on the last time. */
  readonly searchIndex: number;
  /** See `Behaviour.searchStartsBehindLast`. */
  readonly startsBehindLast: boolean;
}

/**
 * The cluster in which Cluster Autoscaler simulates (simulator/clustersnapshot): nodes with their pods, where pods are put as if
 * they were
 * scheduled, and forks that are kept or forgotten. Only filters are asked; nothing is scored.
 */
export class Room {
  readonly cluster: SchedulerCluster;
  readonly #framework: Framework;
  readonly #startsBehindLast: boolean;
  /** Goes on from search to search, also over a fork that is reverted. */
  searchIndex: number;

  constructor(input: RoomInput) {
    const { nodes, pods, facts, registry } = input;
    this.cluster = new SchedulerCluster({ nodes, facts, registry });
    for (const { pod, node } of pods) this.cluster.addInfo(registry.infoOf(pod), node);
    this.#framework = new Framework({ cluster: this.cluster });
    this.searchIndex = input.searchIndex;
    this.#startsBehindLast = input.startsBehindLast;
  }

  /** A pod as the scheduler would see it while it is on no node. */
  unbound(pod: Pod): PodInfo {
    const info = this.cluster.registry.infoOf(pod);
    if (pod.spec.nodeName === undefined) return info;
    const known = unboundInfos.get(info);
    if (known !== undefined) return known;
    const { nodeName: _, ...spec } = pod.spec;
    const made = { ...info, pod: { ...pod, spec } };
    unboundInfos.set(info, made);
    return made;
  }

  /** A node by name. */
  node(name: string): NodeState | undefined {
    return this.cluster.node(name);
  }

  /** Adds a node with pods that are on it from the start. `like` differs from it in nothing but the name. */
  addNode(node: Node, pods: readonly PodInfo[], like?: NodeState): NodeState {
    const state = this.cluster.putNode(node, like);
    for (const info of pods) this.cluster.addInfo(info, state.name);
    return state;
  }

  /** Why a node does not take a pod; undefined when it does. */
  refusalOn(info: PodInfo, node: NodeState): NoRoom | undefined {
    const asked = this.#framework.prefilterInfo(info);
    if (!asked.ok)
      return "refusal" in asked ? asked.refusal : { plugin: asked.error.plugin, reasons: [asked.error.message] };
    const { onlyNodes } = asked.value;
    if (onlyNodes !== undefined && !onlyNodes.has(node.name)) return { plugin: "NodeAffinity", reasons: [] };
    return this.#refusal(asked.value, node);
  }

  /** Puts a pod on a node if the node takes it; why not, if it does not. */
  place(info: PodInfo, node: NodeState): NoRoom | undefined {
    const refusal = this.refusalOn(info, node);
    if (refusal === undefined) this.cluster.addInfo(info, node.name);
    return refusal;
  }

  /**
   * Puts a pod on the first node that takes it, in cyclic order from where the last search ended; cordoned nodes are left out.
   * Undefined when
   * no node does, and then the place of the search stays.
   */
  placeAnywhere(info: PodInfo, isAcceptable?: (node: NodeState) => boolean): NodeState | undefined {
    return this.#search(info, 0, isAcceptable);
  }

  /** The same among the nodes from a position on. */
  placeFrom(info: PodInfo, from: number): NodeState | undefined {
    return this.#search(info, from, undefined);
  }

  #search(
    info: PodInfo,
    from: number,
    isAcceptable: ((node: NodeState) => boolean) | undefined,
  ): NodeState | undefined {
    const asked = this.#framework.prefilterInfo(info);
    if (!asked.ok) return undefined;
    const { nodes } = this.cluster;
    const count = nodes.length;
    if (count <= from) return undefined;
    const start = (this.searchIndex + (this.#startsBehindLast ? 1 : 0)) % count;
    const first = Math.max(start, from);
    for (let step = 0; step < count - from; step++) {
      const at = first + step < count ? first + step : from + (first + step - count);
      const node = nodes[at];
      if (node === undefined || node.isUnschedulable || isAcceptable?.(node) === false) continue;
      if (asked.value.onlyNodes?.has(node.name) === false) continue;
      if (this.#refusal(asked.value, node) !== undefined) continue;
      this.searchIndex = this.#startsBehindLast ? at : (at + 1) % count;
      this.cluster.addInfo(info, node.name);
      return node;
    }
    return undefined;
  }

  #refusal(asked: Prefiltered, node: NodeState): NoRoom | undefined {
    const answer = this.#framework.filter(asked, node);
    if (answer === undefined) return undefined;
    return isRefusal(answer) ? answer : { plugin: answer.plugin, reasons: [answer.message] };
  }

  /** Marks this point. */
  fork(): void {
    this.cluster.fork();
  }

  /** Goes back to the last mark. */
  revert(): void {
    this.cluster.revert();
  }

  /** Keeps what came after the last mark. */
  commit(): void {
    this.cluster.commit();
  }
}
