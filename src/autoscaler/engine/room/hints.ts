import type { NodeState } from "../../../kube-scheduler/cluster/node-state.ts";
import type { Pod } from "../../../kube/objects.ts";
import type { PodInfo } from "../../../kube-scheduler/pods/registry.ts";
import type { Hints } from "../memory.ts";
import { HopelessPods, type Likeness } from "../pods/likeness.ts";
import type { Room } from "./room.ts";

/** Where a pod was put. */
export interface Placed {
  readonly pod: Pod;
  readonly node: string;
}

/**
 * Puts pods where they were put the last time, else on any node that takes them (simulator/scheduling/hinting_simulator.go). Remembers
 * where for two rounds.
 */
export class HintingSimulator {
  #current: Map<string, string>;
  #old: Map<string, string>;

  constructor(hints: Hints) {
    this.#current = new Map(Object.entries(hints.current));
    this.#old = new Map(Object.entries(hints.old));
  }

  /** Tries pods in order; with `stopsAtFailure` the first that finds no place ends it. */
  place(
    room: Room,
    pods: readonly Pod[],
    how: {
      readonly likeness: Likeness;
      readonly stopsAtFailure: boolean;
      readonly isAcceptable?: (node: NodeState) => boolean;
    },
  ): readonly Placed[] {
    const hopeless = new HopelessPods(how.likeness);
    const placed: Placed[] = [];
    const { isAcceptable } = how;
    for (const pod of pods) {
      const info = room.unbound(pod);
      const node = this.#byHint(room, info, isAcceptable) ?? this.#anywhere(room, info, { hopeless, isAcceptable });
      if (node !== undefined) placed.push({ pod, node });
      else if (how.stopsAtFailure) break;
    }
    return placed;
  }

  #byHint(room: Room, info: PodInfo, isAcceptable: ((node: NodeState) => boolean) | undefined): string | undefined {
    const key = keyOf(info);
    const hint = this.#current.get(key) ?? this.#old.get(key);
    const node = hint === undefined ? undefined : room.node(hint);
    if (node === undefined || isAcceptable?.(node) === false) return undefined;
    if (room.place(info, node) !== undefined) return undefined;
    this.#current.set(key, node.name);
    return node.name;
  }

  #anywhere(
    room: Room,
    info: PodInfo,
    {
      hopeless,
      isAcceptable,
    }: { readonly hopeless: HopelessPods; readonly isAcceptable: ((node: NodeState) => boolean) | undefined },
  ): string | undefined {
    if (hopeless.has(info.pod)) return undefined;
    const node = room.placeAnywhere(info, isAcceptable);
    if (node === undefined) {
      hopeless.add(info.pod);
      return undefined;
    }
    this.#current.set(keyOf(info), node.name);
    return node.name;
  }

  /** The round is over: what was remembered before it is forgotten after the next. */
  dropOld(): void {
    this.#old = this.#current;
    this.#current = new Map();
  }

  /** What to remember. */
  hints(): Hints {
    return { current: Object.fromEntries(this.#current), old: Object.fromEntries(this.#old) };
  }
}

function keyOf({ pod, name }: PodInfo): string {
  return pod.metadata.uid ?? name;
}
