import type { Pod } from "../../../kube/objects.ts";
import type { NodeState } from "../../../kube-scheduler/cluster/node-state.ts";
import type { PodInfo } from "../../../kube-scheduler/pods/registry.ts";
import { renamed } from "../cloud/templates.ts";
import type { NodeTemplate } from "../cloud/template.ts";
import type { Room } from "../room/room.ts";
import type { Settings } from "../settings.ts";
import { amountsIn, requestedBy } from "./amounts.ts";
import { bestForFastPath, type PackedGroup } from "./fast-path.ts";
import type { Limiter } from "./limiter.ts";

/** How many nodes of a template take how many pods. */
export interface Estimate {
  readonly nodes: number;
  readonly pods: readonly Pod[];
}

/** What an estimate needs beside the pods. */
export interface EstimateInput {
  readonly room: Room;
  readonly template: NodeTemplate;
  readonly limiter: Limiter;
  readonly settings: Settings;
}

/**
 * The binpacking estimator (estimator/binpacking_estimator.go): groups of alike pods, largest first, on nodes made up so far, then on new
 * ones while the limiter permits. Leaves the room as it was, but not the place of its search.
 */
export function estimateNodes(groups: readonly PackedGroup[], input: EstimateInput): Estimate {
  const { settings, template, room } = input;
  let ordered = largestFirst(groups, template, settings);
  const fast = settings.of("fastpath-binpacking-enabled") ? bestForFastPath(ordered, template.node) : undefined;
  if (fast !== undefined) ordered = [...ordered.filter((one) => one !== fast), fast];
  const packer = new Packer(input);
  room.fork();
  try {
    if (!settings.behaviour.estimatesByGroup) packer.packPods(ordered.flatMap(({ infos }) => infos));
    else packer.packGroups(ordered, fast);
  } finally {
    room.revert();
  }
  return { nodes: packer.used.size, pods: packer.helped };
}

/** Shares of the template's cpu and memory that the first pod of a group asks for, summed up (decreasing_pod_orderer.go). */
function largestFirst(
  groups: readonly PackedGroup[],
  template: NodeTemplate,
  settings: Settings,
): readonly PackedGroup[] {
  const { milliCpu = 0, memoryBytes = 0 } = amountsIn(template.node.status?.allocatable);
  const scoreOf = ({ infos }: PackedGroup): number => {
    const [info] = infos;
    if (info === undefined) return 0;
    const request = requestedBy(info, settings.behaviour.countsWholeRequests);
    return (milliCpu > 0 ? request.milliCpu / milliCpu : 0) + (memoryBytes > 0 ? request.memoryBytes / memoryBytes : 0);
  };
  const scored = groups.map((group) => ({ group, score: scoreOf(group) }));
  return scored.toSorted((a, b) => b.score - a.score).map(({ group }) => group);
}

class Packer {
  /** Names of nodes that got a pod. A pod's spread may put it on a real node, which then counts as a new one. */
  readonly used = new Set<string>();
  readonly helped: Pod[] = [];
  readonly #input: EstimateInput;
  readonly #templatePods: readonly PodInfo[];
  readonly #firstNew: number;
  #last: NodeState | undefined;
  #made = 0;

  constructor(input: EstimateInput) {
    this.#input = input;
    const { registry } = input.room.cluster;
    this.#templatePods = input.template.pods.map((pod) => registry.infoOf(pod));
    this.#firstNew = input.room.cluster.nodes.length;
  }

  packGroups(groups: readonly PackedGroup[], fast: PackedGroup | undefined): void {
    const { limitEndsEstimate } = this.#input.settings.behaviour;
    let mayAdd = true;
    for (const group of groups) {
      const rest = this.#onNodesMade(group.infos);
      if (!mayAdd) continue;
      const isPermitted = group === fast ? this.#fastPath(rest) : this.#onNewNodes(rest);
      if (!isPermitted && limitEndsEstimate) mayAdd = false;
    }
  }

  /**
   * Pod by pod, as releases up to 1.29 do: any node made so far, else a new one; the limiter is asked before it is known to be
   * needed.
   */
  packPods(infos: readonly PodInfo[]): void {
    const { room, limiter } = this.#input;
    for (const info of infos) {
      const node = room.placeFrom(info, this.#firstNew);
      if (node !== undefined) {
        this.#note(info, node);
        continue;
      }
      if (!limiter.permit()) return;
      if (this.#last !== undefined && !this.used.has(this.#last.name)) continue;
      const added = this.#addNode();
      if (room.place(info, added) === undefined) this.#note(info, added);
    }
  }

  #onNodesMade(infos: readonly PodInfo[]): readonly PodInfo[] {
    const { room } = this.#input;
    for (let at = 0; at < infos.length; at++) {
      const info = infos[at];
      if (info === undefined) break;
      const node = room.placeFrom(info, this.#firstNew);
      if (node === undefined) return infos.slice(at);
      this.#note(info, node);
    }
    return [];
  }

  /** False when the limiter refused. */
  #onNewNodes(infos: readonly PodInfo[]): boolean {
    const { room, limiter } = this.#input;
    for (const info of infos) {
      if (this.#onLastNode(info)) continue;
      if (this.#last !== undefined && !this.used.has(this.#last.name)) return true;
      if (!limiter.permit()) return false;
      const node = this.#addNode();
      // A pod that does not fit an empty node leaves one behind that does not count.
      if (room.place(info, node) !== undefined) break;
      this.#note(info, node);
    }
    return true;
  }

  #onLastNode(info: PodInfo): boolean {
    const last = this.#last;
    if (last === undefined) return false;
    const { room, settings } = this.#input;
    const refusal = room.place(info, last);
    if (refusal === undefined) {
      this.#note(info, last);
      return true;
    }
    const isSkewed = refusal.reasons.includes("node(s) didn't match pod topology spread constraints");
    if (!settings.behaviour.retriesHostSpread || !isSkewed || !spreadsOverHosts(info.pod)) return false;
    const other = room.placeAnywhere(info, (node) => node !== last);
    if (other === undefined) return false;
    this.#note(info, other);
    return true;
  }

  /** Fills one node for real and the others by arithmetic. */
  #fastPath(infos: readonly PodInfo[]): boolean {
    const { room, limiter } = this.#input;
    if (infos.length === 0) return true;
    if (!limiter.permit()) return false;
    const node = this.#addNode();
    let at = 0;
    for (; at < infos.length; at++) {
      const info = infos[at];
      if (info === undefined || room.place(info, node) !== undefined) break;
      this.#note(info, node);
    }
    const perNode = at;
    if (perNode === 0) return true;
    const nodes = Math.ceil(infos.length / perNode);
    for (let more = 1; more < nodes; more++) {
      if (!limiter.permit()) return false;
      const share = infos.slice(at, at + perNode);
      this.used.add(`${node.name}-fake-${more}`);
      this.helped.push(...share.map(({ pod }) => pod));
      at += share.length;
    }
    return true;
  }

  #addNode(): NodeState {
    const { room, template } = this.#input;
    const node = room.addNode(
      renamed(template.node, `${template.node.metadata.name}-e-${this.#made}`),
      this.#templatePods,
      this.#last,
    );
    this.#made += 1;
    this.#last = node;
    return node;
  }

  #note({ pod }: PodInfo, node: NodeState): void {
    this.used.add(node.name);
    this.helped.push(pod);
  }
}

function spreadsOverHosts(pod: Pod): boolean {
  return (pod.spec.topologySpreadConstraints ?? []).some((one) => one.topologyKey === "kubernetes.io/hostname");
}
