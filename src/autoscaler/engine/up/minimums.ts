import type { Node } from "../../../kube/objects.ts";
import type { ScaleUp } from "../decision.ts";
import type { LoopState } from "../loop-state.ts";
import type { RegistryState } from "../state/registry.ts";
import type { Growth } from "./balance.ts";
import { execute } from "./execute.ts";
import { maximumsLeft } from "./quotas.ts";
import { cappedByTotal, restReason } from "./scale-up.ts";

const nothing = { options: [], increases: [], triggered: [], awaiting: [], unhelped: [] };

/**
 * Raises groups to their minimum (orchestrator.go, `ScaleUpToNodeGroupMinSize`). The cap on all nodes is held against the group's
 * own target, as it is there.
 */
export function raiseToMinimums(loop: LoopState, state: RegistryState, nodes: readonly Node[]): ScaleUp {
  const quota = maximumsLeft(loop, nodes);
  const growths = loop.cloud.groups.flatMap((group): readonly Growth[] => {
    const { target, min, max } = group;
    if (target >= min || restReason(loop, state, group) !== undefined) return [];
    const node = loop.templates.get(group.name)?.node;
    if (node === undefined || quota.check(node, 1).exceeded.length > 0) return [];
    const allowed = quota.check(node, min - target).allowed;
    const count = cappedByTotal(loop, allowed, target);
    return count < 1 && count !== allowed ? [] : [{ group, from: target, to: target + count, max }];
  });
  if (growths.length === 0) return { ...nothing, result: "notNeeded" };
  const failed = execute(loop, state, growths);
  if (failed.length > 0) return { ...nothing, result: "error", error: "cloudProviderError", failedResize: failed };
  const increases = growths
    .map(({ group, from, to, max }) => ({ group: group.name, from, to, max }))
    .toSorted((a, b) => (a.group < b.group ? -1 : 1));
  return { ...nothing, result: "successful", increases };
}
