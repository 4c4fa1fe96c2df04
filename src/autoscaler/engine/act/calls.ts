// Mirrors cloudprovider/aws/aws_cloud_provider.go of Cluster Autoscaler 1.36.1.
import type { Act, CaEvent, MadeAct } from "../decision.ts";
import type { WorkingGroup } from "../cloud/cloud.ts";

/** An act that the world is known to refuse, by its place among the step's acts. */
export interface RefusedCall {
  readonly at: number;
  /** What the API or the cloud said. */
  readonly message: string;
  /** HTTP status of a refused eviction. */
  readonly status?: number;
}

/** How a call ended. */
export type CallAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string; readonly status?: number };

const fine: CallAnswer = { ok: true };
const statusMap = "kube-system/cluster-autoscaler-status";

/**
 * The calls and events of one step, in order. A call is taken to succeed unless the step was told otherwise: whoever carries a
 * step out and
 * is refused runs it again with the refusal, gets the same acts up to there, and goes on with the rest.
 */
export class Calls {
  readonly acts: MadeAct[] = [];
  readonly events: CaEvent[] = [];
  readonly #refused: ReadonlyMap<number, RefusedCall>;
  /** The status ConfigMap, about which CA writes what concerns no object. */
  readonly #about: string;
  /** How long the step has waited so far. */
  waitedMs = 0;

  constructor(refused: readonly RefusedCall[] = [], about = statusMap) {
    this.#refused = new Map(refused.map((one) => [one.at, one]));
    this.#about = about;
  }

  /** The step has to wait: all that follows comes later. */
  wait(ms: number): void {
    this.waitedMs += ms;
  }

  #late(): { readonly afterMs?: number } {
    return this.waitedMs === 0 ? {} : { afterMs: this.waitedMs };
  }

  /** Makes a call. */
  make(act: Act): CallAnswer {
    const refused = this.#refused.get(this.acts.length);
    this.acts.push({ ...act, ok: refused === undefined, ...this.#late() });
    if (refused === undefined) return fine;
    const { message, status } = refused;
    return status === undefined ? { ok: false, message } : { ok: false, message, status };
  }

  /** A call that CA's provider refuses by itself. */
  refuse(act: Act, message: string): CallAnswer {
    this.acts.push({ ...act, ok: false, ...this.#late() });
    return { ok: false, message };
  }

  /** An event about the autoscaler and its groups. */
  tell(reason: string, message: string, type: CaEvent["type"] = "Normal"): void {
    this.events.push({ reason, type, kind: "ConfigMap", object: this.#about, message, ...this.#late() });
  }

  /** An event about a node or a pod. */
  tellOf(
    kind: "Node" | "Pod",
    object: string,
    event: Pick<CaEvent, "reason" | "message"> & { readonly type?: CaEvent["type"] },
  ): void {
    this.events.push({ type: "Normal", ...event, kind, object, ...this.#late() });
  }
}

/** Asks for more nodes (aws_cloud_provider.go, `IncreaseSize`). */
export function increaseSize(calls: Calls, group: WorkingGroup, delta: number): CallAnswer {
  const act: Act = { act: "increase", group: group.name, delta };
  if (group.target + delta > group.max)
    return calls.refuse(act, `size increase too large - desired:${group.target + delta} max:${group.max}`);
  const answer = calls.make(act);
  if (answer.ok) group.target += delta;
  return answer;
}

/** Lowers a target without removing a node: never below what exists, placeholders included (`DecreaseTargetSize`). */
export function decreaseTarget(calls: Calls, group: WorkingGroup, delta: number): CallAnswer {
  const act: Act = { act: "decrease", group: group.name, delta };
  if (group.target + delta < group.instances.length)
    return calls.refuse(
      act,
      `attempt to delete existing nodes targetSize:${group.target} delta:${delta} existingNodes: ${group.instances.length}`,
    );
  const answer = calls.make(act);
  if (answer.ok) group.target += delta;
  return answer;
}

/** Removes nodes or placeholders of a group (`DeleteNodes`); ids are those of the instances, names those to tell. */
export function deleteNodes(
  calls: Calls,
  group: WorkingGroup,
  nodes: readonly { readonly name: string; readonly id: string }[],
): CallAnswer {
  const act: Act = { act: "deleteNodes", group: group.name, nodes: nodes.map(({ name }) => name) };
  if (group.target <= group.min) return calls.refuse(act, "min size reached, nodes will not be deleted");
  const answer = calls.make(act);
  if (!answer.ok) return answer;
  const ids = new Set(nodes.map(({ id }) => id));
  const isPlaceholder = new Set(group.instances.filter((one) => one.isPlaceholder === true).map(({ id }) => id));
  // Placeholders are not removed: the target is set to what really exists.
  if (nodes.some(({ id }) => isPlaceholder.has(id)))
    group.target = group.instances.filter((one) => one.isPlaceholder !== true).length;
  group.target -= nodes.filter(({ id }) => !isPlaceholder.has(id)).length;
  group.instances = group.instances.filter(({ id }) => !ids.has(id));
  return answer;
}
