// Our own: the real program has no such file.
import type { Pod } from "../../kube/objects.ts";
import { nameOf } from "../../kube/pod.ts";
import type { LoopDecision, ScaleDown, ScaleUp } from "./decision.ts";
import { isBackedOff, type LoopState } from "./loop-state.ts";
import type { Placed } from "./room/hints.ts";
import { isClusterHealthy, isGroupHealthy, upcomingNodes } from "./state/cluster-state.ts";
import type { RegistryState } from "./state/registry.ts";

/** What a loop has to tell when it is over. */
export interface Told {
  readonly error: string | undefined;
  /** Undefined when the loop ended before it looked. */
  readonly state: RegistryState | undefined;
  readonly podsToHelp: readonly Pod[] | undefined;
  readonly placed: readonly Placed[];
  /** Upcoming nodes by the name that they have in the simulation. */
  readonly upcomingNames: ReadonlyMap<string, string>;
  readonly scaleUps: readonly ScaleUp[];
  readonly down: Pick<ScaleDown, "result" | "deleting">;
}

/** A scale-up in which nothing happened. */
export function noScaleUp(result: ScaleUp["result"]): ScaleUp {
  return { result, options: [], increases: [], triggered: [], awaiting: [], unhelped: [] };
}

/** Everything that explains a loop. */
export function decisionOf(loop: LoopState, told: Told): LoopDecision {
  const { memory } = loop;
  const { error, state, podsToHelp, placed, upcomingNames, down } = told;
  const upcoming = state === undefined ? undefined : upcomingNodes(loop, state);
  const [scaleUp = noScaleUp("notTried"), ...moreScaleUps] = told.scaleUps;
  return {
    ...(error === undefined ? {} : { error }),
    ...(podsToHelp === undefined ? {} : { podsToHelp: podsToHelp.map(nameOf) }),
    placed: new Map(placed.map(({ pod, node }) => [nameOf(pod), upcomingNames.get(node) ?? node])),
    scaleUp,
    moreScaleUps,
    scaleDown: {
      ...down,
      unneeded: memory.unneeded,
      unremovable: memory.unremovable,
      utilization: new Map(Object.entries(memory.utilization)),
      finished: memory.finished,
    },
    backoffs: loop.backoffs,
    upcoming: Object.fromEntries(upcoming?.counts ?? []),
    notStarted: Object.fromEntries([...(upcoming?.notStarted ?? [])].filter(([, nodes]) => nodes.length > 0)),
    groups: groupsOf(loop, state),
    isClusterHealthy: state === undefined || isClusterHealthy(loop, state),
  };
}

function groupsOf(loop: LoopState, state: RegistryState | undefined): LoopDecision["groups"] {
  return Object.fromEntries(
    loop.cloud.groups.map(({ name, target, instances }) => [
      name,
      {
        target,
        instances: instances.length,
        isBackedOff: isBackedOff(loop, name),
        isHealthy: state !== undefined && isGroupHealthy(loop, state, name),
        template: loop.templates.get(name)?.source,
        offers: loop.templates.get(name)?.node.status?.allocatable,
      },
    ]),
  );
}
