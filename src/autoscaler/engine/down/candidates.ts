import { goSort } from "../../../kube/go-sort.ts";
import type { Node } from "../../../kube/objects.ts";
import type { LoopState } from "../loop-state.ts";
import type { Room } from "../room/room.ts";
import { occupancyOf } from "./drain-rules.ts";

/**
 * Nodes that may go, first those that need no pod moved, then those that were candidates before
 * (scale_down_candidates_sorting_processor.go):
 * nodes of groups above their minimum. With local delays, groups that changed of late are left out
 * (scale_down_candidates_delay_processor.go).
 */
export function candidatesOf(loop: LoopState, room: Room, nodes: readonly Node[]): readonly Node[] {
  const { cloud, memory } = loop;
  const candidates = nodes.filter((node) => {
    const group = cloud.groupOf(node);
    return group !== undefined && group.target > group.min;
  });
  const before = new Set(memory.candidates);
  const ranked = new Map(candidates.map((node) => [node, rankOf(loop, room, node)]));
  const rank = (node: Node): number => ranked.get(node) ?? 0;
  const wasBefore = (node: Node): number => (before.has(node.metadata.name) ? 0 : 1);
  goSort(candidates, (a, b) => (rank(a) === rank(b) ? wasBefore(a) < wasBefore(b) : rank(a) < rank(b)));
  if (!loop.settings.of("scale-down-delay-type-local")) return candidates;
  return candidates.filter((node) => !isDelayed(loop, cloud.groupOf(node)?.name ?? ""));
}

function isDelayed({ memory, view, settings }: LoopState, group: string): boolean {
  const isRecent = (when: number | undefined, delayMs: number): boolean =>
    when !== undefined && when + delayMs > view.nowMs;
  return (
    isRecent(memory.grewMs[group], settings.of("scale-down-delay-after-add")) ||
    isRecent(memory.shrankMs[group], settings.of("scale-down-delay-after-delete")) ||
    isRecent(memory.failedToShrinkMs[group], settings.of("scale-down-delay-after-failure"))
  );
}

const ranks = { empty: 0, waiting: 1, "in use": 2 } as const;

// 0 empty, 1 empty but for pods that must end by themselves, 2 the others. Neither controllers nor budgets are asked here.
function rankOf({ settings, view }: LoopState, room: Room, node: Node): number {
  const state = room.node(node.metadata.name);
  if (state === undefined) return 2;
  const context = { settings, nowMs: view.nowMs, controllers: undefined, budgets: undefined };
  return ranks[occupancyOf(state.pods, context)];
}
