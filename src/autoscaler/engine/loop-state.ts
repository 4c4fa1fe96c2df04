// Our own: the real program has no such file.
import type { PodRegistry } from "../../kube-scheduler/pods/registry.ts";
import type { Node } from "../../kube/objects.ts";
import { Calls, type RefusedCall } from "./act/calls.ts";
import { WorkingCloud } from "./cloud/cloud.ts";
import type { BackoffBegun } from "./decision.ts";
import { Dice, type Luck } from "./luck.ts";
import type { Memory, MemoryDraft } from "./memory.ts";
import type { Likeness } from "./pods/likeness.ts";
import type { Settings } from "./settings.ts";
import type { View } from "./view.ts";
import { backedOff, isResting } from "./state/backoff.ts";
import type { NodeTemplate } from "./cloud/template.ts";
import type { LaunchError } from "./view.ts";

/** One loop's working state: what it sees, what it was told, what it has done so far. */
export interface LoopState {
  readonly view: View;
  readonly settings: Settings;
  readonly memory: MemoryDraft;
  readonly cloud: WorkingCloud;
  readonly calls: Calls;
  readonly likeness: Likeness;
  readonly registry: PodRegistry;
  readonly luck: Luck;
  readonly backoffs: BackoffBegun[];
  /** What one more node of each group would be. */
  templates: ReadonlyMap<string, NodeTemplate>;
  /** Nodes as CA sees them. */
  nodes: readonly Node[];
}

/** A loop that has not begun. */
export function beginLoop(input: {
  readonly view: View;
  readonly memory: Memory;
  readonly settings: Settings;
  readonly likeness: Likeness;
  readonly registry: PodRegistry;
  readonly refused: readonly RefusedCall[];
  readonly luck?: Luck;
}): LoopState {
  const { view, memory, settings, likeness, registry, refused } = input;
  const draft: MemoryDraft = { ...memory };
  const about = `${settings.of("namespace")}/${settings.of("status-config-map-name")}`;
  return {
    view,
    settings,
    memory: draft,
    cloud: new WorkingCloud(view.groups),
    calls: new Calls(refused, about),
    likeness,
    registry,
    luck: input.luck ?? new Dice(draft),
    backoffs: [],
    templates: new Map(),
    nodes: [],
  };
}

/** The instant that a loop has come to: its own, and what it had to wait. */
export function nowOf({ view, calls }: LoopState): number {
  return view.nowMs + calls.waitedMs;
}

/** A group failed: it rests. Groups without a template cannot be put to rest (clusterstate.go, `backoffNodeGroup`). */
export function backOff(loop: LoopState, group: string, error: LaunchError): void {
  if (!loop.templates.has(group)) return;
  const { memory, settings } = loop;
  const made = backedOff(memory.backoffs[group], error, nowOf(loop), settings);
  memory.backoffs = { ...memory.backoffs, [group]: made };
  loop.backoffs.push({ group, untilMs: made.untilMs, error });
}

/** Whether a group rests now. */
export function isBackedOff(loop: LoopState, group: string): boolean {
  return loop.templates.has(group) && isResting(loop.memory.backoffs[group], nowOf(loop));
}
