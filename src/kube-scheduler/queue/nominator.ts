import type { Pod } from "../../kube/objects.ts";
import { isBound } from "../../kube/pod.ts";

/**
 * What becomes of a nomination: taken from the pod's status, or overridden; an empty name takes it away (`fwk.NominatingInfo`).
 */
export type Nomination = { readonly mode: "as-in-status" } | { readonly mode: "override"; readonly nodeName: string };

/** The nomination a pod's own status tells. */
export const asInStatus: Nomination = { mode: "as-in-status" };

/** No node any more. */
export const cleared: Nomination = { mode: "override", nodeName: "" };

/**
 * Which pods are nominated to which node, as the scheduler itself holds it: it knows of a nomination before the API server does
 * (backend/queue/nominator.go).
 */
export class Nominator {
  readonly #byNode = new Map<string, string[]>();
  readonly #nodeOf = new Map<string, string>();
  readonly #latest: (name: string) => Pod | undefined;

  constructor(latest: (name: string) => Pod | undefined) {
    this.#latest = latest;
  }

  /** Whether nobody is nominated anywhere. */
  get isEmpty(): boolean {
    return this.#nodeOf.size === 0;
  }

  /** Names of pods nominated to a node, in the order in which they were. */
  namesAt(nodeName: string): readonly string[] {
    return this.#byNode.get(nodeName) ?? none;
  }

  /** The node a pod is nominated to; undefined for none. */
  nodeOf(name: string): string | undefined {
    return this.#nodeOf.get(name);
  }

  /** Nominates a pod anew. One that is gone or has a node already is not nominated. */
  add(name: string, status: Pod["status"], nomination: Nomination): void {
    this.delete(name);
    const nodeName = nomination.mode === "override" ? nomination.nodeName : (status?.nominatedNodeName ?? "");
    if (nodeName === "") return;
    const latest = this.#latest(name);
    if (latest === undefined || isBound(latest)) return;
    this.#nodeOf.set(name, nodeName);
    const names = this.#byNode.get(nodeName) ?? [];
    this.#byNode.set(nodeName, names);
    names.push(name);
  }

  /** The pod's object changed. A nomination of which its status says nothing, before and after, stays. */
  update(before: Pod | undefined, name: string, after: Pod): void {
    const held = this.#nodeOf.get(name);
    const isUntold =
      before !== undefined &&
      (before.status?.nominatedNodeName ?? "") === "" &&
      (after.status?.nominatedNodeName ?? "") === "";
    this.add(name, after.status, isUntold && held !== undefined ? { mode: "override", nodeName: held } : asInStatus);
  }

  /** The pod is nominated no more. */
  delete(name: string): void {
    const nodeName = this.#nodeOf.get(name);
    if (nodeName === undefined) return;
    const names = this.#byNode.get(nodeName)?.filter((other) => other !== name) ?? [];
    if (names.length === 0) this.#byNode.delete(nodeName);
    else this.#byNode.set(nodeName, names);
    this.#nodeOf.delete(name);
  }

  /** Pairs of pod and node, node by node in order. */
  entries(): readonly (readonly [name: string, nodeName: string])[] {
    return [...this.#byNode].flatMap(([nodeName, names]) => names.map((name) => [name, nodeName] as const));
  }

  /** Takes over pairs of `entries`. */
  restore(entries: readonly (readonly [name: string, nodeName: string])[]): void {
    for (const [name, nodeName] of entries) {
      this.#nodeOf.set(name, nodeName);
      const names = this.#byNode.get(nodeName) ?? [];
      this.#byNode.set(nodeName, names);
      names.push(name);
    }
  }
}

const none: readonly string[] = [];
