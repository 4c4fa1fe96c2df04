import type { Volume } from "../../kube/objects.ts";
import type { Framework } from "../framework.ts";
import type { PodInfo } from "../pods/registry.ts";
import { isRefusal } from "../framework.ts";
import type { Decision } from "./decide.ts";
import type { Prefiltered } from "./prefiltered.ts";

/** What a pod asks for as far as it may share a ranking with others; equal texts may (`fwk.PodSignature`). */
type Signature = string;

/** A ranking from which equal pods in a row may take the next node. */
export interface SavedBatch {
  readonly signature: Signature;
  /** Names of nodes not taken yet, best first. */
  readonly nodes: readonly string[];
  readonly madeAtMs: number;
  /** The attempt that last took a node, and which. */
  readonly lastCycle: number;
  readonly lastNode: string;
}

const longestMs = 500;

/**
 * Opportunistic batching (runtime/batch.go, kubernetes 1.35): a pod like the one scheduled right before it, which the node just taken now
 * refuses, tries the next node of the old ranking first and takes it unscored.
 */
export class Batch {
  #saved: SavedBatch | undefined;

  /** The node to try first for a pod, taken from the ranking; undefined when there is no ranking for it. */
  hint(framework: Framework, asked: Prefiltered, { cycle, nowMs }: BatchTime): string | undefined {
    const saved = this.#saved;
    if (saved === undefined || saved.nodes.length === 0 || saved.lastCycle + 1 !== cycle) return undefined;
    if (saved.signature !== signatureOf(framework, asked.info) || nowMs > saved.madeAtMs + longestMs) return undefined;
    const last = framework.cluster.node(saved.lastNode);
    const answer = last === undefined ? undefined : framework.filter(asked, last);
    if (answer === undefined || !isRefusal(answer)) return undefined;
    const [next, ...nodes] = saved.nodes;
    this.#saved = { ...saved, nodes };
    return next;
  }

  /** Notes what was decided, for the next pod. */
  note(framework: Framework, info: PodInfo, decided: DecidedNode, { cycle, nowMs }: BatchTime): void {
    const { decision, hinted } = decided;
    const lastNode = decision.node.name;
    if (hinted === lastNode) {
      if (this.#saved !== undefined) this.#saved = { ...this.#saved, lastCycle: cycle, lastNode };
      return;
    }
    const signature = signatureOf(framework, info);
    const nodes = signature === undefined ? [] : othersByRank(decision);
    this.#saved =
      signature === undefined || nodes.length === 0
        ? undefined
        : { signature, nodes, madeAtMs: nowMs, lastCycle: cycle, lastNode };
  }

  /** The ranking there is, to go on from with `restore`; undefined for none. */
  save(): SavedBatch | undefined {
    return this.#saved;
  }

  /** Takes over what `save` told. */
  restore(saved: SavedBatch | undefined): void {
    this.#saved = saved;
  }
}

/** Which attempt it is, and when. */
export interface BatchTime {
  readonly cycle: number;
  readonly nowMs: number;
}

/** Where a pod went, and which node had been hinted. */
export interface DecidedNode {
  readonly decision: Extract<Decision, { readonly kind: "node" }>;
  readonly hinted: string | undefined;
}

function othersByRank({ node, feasible, table }: DecidedNode["decision"]): readonly string[] {
  if (table === undefined) return [];
  return feasible
    .map((one, at) => ({ name: one.name, total: table.totals[at] ?? 0 }))
    .filter(({ name }) => name !== node.name)
    .toSorted((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

// SignPod: undefined for a pod whose place depends on where others are.
function signatureOf({ profile }: Framework, { pod, shape }: PodInfo): Signature | undefined {
  const reads = (plugin: "InterPodAffinity" | "PodTopologySpread"): boolean =>
    profile.filters.has(plugin) || profile.scores.some((one) => one.plugin === plugin);
  if ((pod.spec.resourceClaims ?? []).length > 0) return undefined;
  if (reads("InterPodAffinity") && shape.hasPodAffinity) return undefined;
  if (reads("PodTopologySpread") && (shape.spreadConstraints.length > 0 || profile.defaultConstraints.length > 0))
    return undefined;
  const { wanted } = shape.requests;
  const sorted = (list: readonly unknown[] | undefined): string[] =>
    (list ?? []).map((one) => JSON.stringify(one)).toSorted();
  const affinity = pod.spec.affinity?.nodeAffinity;
  return JSON.stringify([
    pod.spec.schedulerName,
    [wanted.milliCpu, wanted.memoryBytes, wanted.storageBytes, sorted([...(wanted.scalars ?? [])])],
    sorted(pod.spec.tolerations),
    sorted(affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms),
    sorted(affinity?.preferredDuringSchedulingIgnoredDuringExecution),
    sorted(Object.entries(pod.spec.nodeSelector ?? {})),
    [...new Set(shape.ports.map(({ protocolPort }) => protocolPort))].toSorted(),
    sorted(shape.volumes.map(withoutName)),
    [...new Set(shape.images)].toSorted(),
    reads("InterPodAffinity") && !profile.ignorePreferredTermsOfExistingPods
      ? sorted(Object.entries(shape.labels))
      : [],
  ]);
}

function withoutName(volume: Volume): unknown {
  const { name: _, ...source } = volume;
  return source;
}
