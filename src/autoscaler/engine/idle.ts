// Our own: the real program has no such file.
import { isNodeReady } from "../../kube/node.ts";
import type { LoopResult } from "./loop.ts";
import type { Memory } from "./memory.ts";
import type { Settings } from "./settings.ts";
import type { View } from "./view.ts";

/** Even where nothing is due, a loop is run this often. */
const longestMs = 3_600_000;

/**
 * Until when loops over a cluster that does not change would decide what this one decided, and do nothing; undefined when the next one may
 * do more. A loop that did nothing, told nothing and found the same nodes unneeded as the one before it has nothing to wait for but its
 * timers.
 *
 * Nodes that a simulation could not remove are asked again when `--unremovable-node-recheck-timeout` is over: the same cluster gives the
 * same answer, so that is not waited for.
 */
export function idleUntilMs(view: View, of: IdleQuestion): number | undefined {
  const { before, result, settings } = of;
  const { memory } = result;
  if (!isStill(before, result) || view.nodes.some((node) => !isNodeReady(node))) return undefined;
  const later = timersOf(view, memory, settings).filter((atMs) => atMs >= view.nowMs);
  return Math.min(view.nowMs + longestMs, ...later);
}

/** A loop: what it began with, what came of it, and what it was told to do. */
export interface IdleQuestion {
  readonly before: Memory;
  readonly result: LoopResult;
  readonly settings: Settings;
}

function isStill(before: Memory, { acts, events, decision, memory }: LoopResult): boolean {
  if (before.isFirstLoop || acts.length > 0 || events.length > 0) return false;
  if ((decision.podsToHelp ?? []).length > 0 || memory.deletions.length > 0 || before.finished.length > 0) return false;
  const isEmpty = (record: object): boolean => Object.keys(record).length === 0;
  if (!isEmpty(memory.requests) || !isEmpty(memory.unregisteredSinceMs) || !isEmpty(memory.wrongSizes)) return false;
  if (!isEmpty(memory.failedInstances)) return false;
  const names = ({ unneeded }: Memory): string => unneeded.map(({ node }) => node).join(" ");
  return names(before) === names(memory);
}

// A moment after each limit: some are compared with `>=`.
function timersOf(view: View, memory: Memory, settings: Settings): readonly number[] {
  const waits = new Set([
    settings.of("scale-down-unneeded-time"),
    settings.of("scale-down-unready-time"),
    ...view.groups.flatMap(({ options }) =>
      [options?.scaleDownUnneededMs ?? [], options?.scaleDownUnreadyMs ?? []].flat(),
    ),
  ]);
  const since = new Set(memory.unneeded.map(({ sinceMs }) => sinceMs));
  const systemMs = settings.of("blocking-system-pod-distruption-timeout");
  const system = view.pods.filter(({ metadata }) => metadata.namespace === "kube-system");
  return [
    ...[...since].flatMap((atMs) => [...waits].map((wait) => atMs + wait)),
    memory.lastScaleUpMs + settings.of("scale-down-delay-after-add"),
    memory.lastScaleDownDeleteMs + settings.of("scale-down-delay-after-delete"),
    memory.lastScaleDownFailMs + settings.of("scale-down-delay-after-failure"),
    ...[memory.grewMs, memory.shrankMs, memory.failedToShrinkMs].flatMap((times) =>
      Object.values(times).flatMap((atMs) => [
        atMs + settings.of("scale-down-delay-after-add"),
        atMs + settings.of("scale-down-delay-after-delete"),
        atMs + settings.of("scale-down-delay-after-failure"),
      ]),
    ),
    ...Object.values(memory.backoffs).flatMap(({ untilMs }) => untilMs),
    ...memory.scaleDowns.map(({ expectedMs }) => expectedMs),
    ...system.map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? "") + systemMs).filter(Number.isFinite),
  ];
}
