import type { NodeState } from "../cluster/node-state.ts";
import type { NodeRequirement, NodeTerm } from "../../kube/node-selector.ts";
import type { Shape } from "../pods/shape.ts";
import type { Profile } from "../profile.ts";
import { type PluginRefusal, refusal } from "../refusal.ts";
import { cordonTaint, hasUntoleratedTaint, isTolerated, untoleratedSoftTaints } from "./taint-toleration.ts";

const unschedulable = refusal("NodeUnschedulable", "node(s) were unschedulable", true);
const wrongName = refusal("NodeName", "node(s) didn't match the requested node name", true);
const untolerated = refusal("TaintToleration", "node(s) had untolerated taint(s)", true);
const notEnforced = refusal("NodeAffinity", "node(s) didn't match scheduler-enforced node affinity", true);
const noMatch = refusal("NodeAffinity", "node(s) didn't match Pod's node affinity/selector", true);

/** Verdicts by number: those that many nodes share are remembered by their class. */
const refusals: readonly (PluginRefusal | undefined)[] = [
  undefined,
  undefined,
  unschedulable,
  untolerated,
  notEnforced,
  noMatch,
];
const unknown = 0;
const passes = 1;

/** Affinity that the profile adds to every pod's (`addedAffinity`), compiled. */
export interface AddedAffinity {
  readonly required: NodeRequirement | undefined;
  readonly preferences: readonly { readonly term: NodeTerm; readonly weight: number }[] | undefined;
}

/**
 * What NodeUnschedulable, NodeName, TaintToleration and NodeAffinity say of nodes to one shape of pods. They read nothing but the node's
 * spec and labels, so nodes of one class get one answer, unless the pod looks at the host name.
 */
export class NodeVerdicts {
  readonly #shape: Shape;
  readonly #filters: ReadonlySet<string>;
  readonly #added: AddedAffinity | undefined;
  readonly #isShared: boolean;
  #byClass = new Uint8Array(32);
  #softTaintsByClass = new Int32Array(32).fill(-1);

  constructor(shape: Shape, profile: Pick<Profile, "filters">, added: AddedAffinity | undefined) {
    this.#shape = shape;
    this.#filters = profile.filters;
    this.#added = added;
    this.#isShared = isShared(shape.requirement) && isShared(added?.required);
  }

  /** The refusal of the first of them; undefined when all let the pod pass. */
  refusalOf(node: NodeState, wantedNode: string | undefined): PluginRefusal | undefined {
    const verdict = this.#isShared ? this.#shared(node) : this.#judge(node);
    if (wantedNode !== undefined && wantedNode !== node.name && this.#filters.has("NodeName") && verdict !== 2)
      return wrongName;
    return refusals[verdict];
  }

  /** Soft taints that the pod does not tolerate. */
  softTaintsOn(node: NodeState): number {
    const { id } = node.nodeClass;
    if (id >= this.#softTaintsByClass.length) this.#softTaintsByClass = grownTo(this.#softTaintsByClass, id);
    let count = this.#softTaintsByClass[id] ?? -1;
    if (count < 0) {
      count = untoleratedSoftTaints(node.taints, this.#shape.tolerations);
      this.#softTaintsByClass[id] = count;
    }
    return count;
  }

  /** Weights of preferred node affinity terms that match, the profile's included. */
  preferenceFor(node: NodeState): number {
    let sum = 0;
    for (const { term, weight } of this.#added?.preferences ?? [])
      if (term.matches(node.labels, node.name)) sum += weight;
    for (const { term, weight } of this.#shape.preferences ?? [])
      if (term.matches(node.labels, node.name)) sum += weight;
    return sum;
  }

  #shared(node: NodeState): number {
    const { id } = node.nodeClass;
    if (id >= this.#byClass.length) {
      const next = new Uint8Array(id * 2);
      next.set(this.#byClass);
      this.#byClass = next;
    }
    let verdict = this.#byClass[id] ?? unknown;
    if (verdict === unknown) {
      verdict = this.#judge(node);
      this.#byClass[id] = verdict;
    }
    return verdict;
  }

  #judge(node: NodeState): number {
    const { tolerations, requirement } = this.#shape;
    const filters = this.#filters;
    if (node.isUnschedulable && filters.has("NodeUnschedulable") && !isTolerated(cordonTaint, tolerations)) return 2;
    if (filters.has("TaintToleration") && hasUntoleratedTaint(node.taints, tolerations)) return 3;
    if (!filters.has("NodeAffinity")) return passes;
    if (this.#added?.required !== undefined && !this.#added.required.matches(node.labels, node.name)) return 4;
    if (requirement !== undefined && !requirement.matches(node.labels, node.name)) return 5;
    return passes;
  }
}

function isShared(requirement: NodeRequirement | undefined): boolean {
  return requirement === undefined || (!requirement.readsName && !requirement.keys.has("kubernetes.io/hostname"));
}

function grownTo(array: Int32Array, id: number): Int32Array<ArrayBuffer> {
  const next = new Int32Array(id * 2).fill(-1);
  next.set(array);
  return next;
}
