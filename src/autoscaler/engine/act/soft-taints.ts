import type { Node } from "../../../kube/objects.ts";
import type { LoopState } from "../loop-state.ts";
import { deletionCandidate, hasTaint, toBeDeleted } from "../state/taints.ts";

/** How long CA waits when a node has changed under its hands, before it reads it again. */
const conflictMs = 750;

/**
 * Marks unneeded nodes so that the scheduler prefers others, and takes the mark off nodes that are needed again, as many calls a loop as
 * `--max-bulk-soft-taint-count` allows (actuation/softtaint.go). A node that was marked for deletion in this very loop has
 * changed since CA
 * read it: its mark comes late, and the time counts.
 */
export function updateSoftTaints(loop: LoopState, nodes: readonly Node[]): void {
  const { settings, memory, cloud, calls, luck, view } = loop;
  let left = settings.of("max-bulk-soft-taint-count");
  const limitMs = settings.of("max-bulk-soft-taint-time");
  if (left === 0 || limitMs <= 0) return;
  const unneeded = new Set(memory.unneeded.map(({ node }) => node));
  const ours = nodes.filter((node) => cloud.groupOf(node) !== undefined && !hasTaint(node, toBeDeleted));
  for (const node of ours) {
    if (unneeded.has(node.metadata.name) || !hasTaint(node, deletionCandidate) || left <= 0) continue;
    left -= 1;
    calls.make({ act: "untaint", node: node.metadata.name, key: deletionCandidate });
  }
  const changed = new Set(
    calls.acts.flatMap((one) => (one.act === "taint" && one.key === toBeDeleted && one.ok ? [one.node] : [])),
  );
  const value = String(Math.floor(view.nowMs / 1000));
  for (const node of luck.order("marks", ours, (one) => one.metadata.name)) {
    if (!unneeded.has(node.metadata.name) || hasTaint(node, deletionCandidate) || left <= 0) continue;
    if (calls.waitedMs >= limitMs) break;
    left -= 1;
    const { name } = node.metadata;
    if (changed.has(name)) calls.wait(conflictMs);
    calls.make({ act: "taint", node: name, key: deletionCandidate, effect: "PreferNoSchedule", value });
  }
}
