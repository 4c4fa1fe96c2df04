import type { CaEvent, LoopDecision, ScaleUp, Unhelped, MadeAct } from "../../src/autoscaler/engine/decision.ts";
import type { Memory } from "../../src/autoscaler/engine/memory.ts";
import { startMs } from "./world.ts";

/** A decision in the form in which those of the real program are written down: empty fields left out, what has no order sorted. */
export type Told = Readonly<Record<string, unknown>>;

type Fields = Readonly<Record<string, unknown>>;

/** Leaves out what is undefined or empty. */
function present(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => {
      if (value === undefined) return false;
      if (Array.isArray(value)) return value.length > 0;
      return typeof value !== "object" || value === null || Object.keys(value).length > 0;
    }),
  );
}

function seconds(ms: number): number {
  return (ms - startMs) / 1000;
}

function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}

/** The decision of a loop. */
export function decisionTold(decision: LoopDecision, memory: Memory): Told {
  const { scaleDown } = decision;
  return {
    ...present({
      error: decision.error,
      placed: Object.fromEntries(decision.placed),
      moreScaleUps: decision.moreScaleUps.map(scaleUpTold),
      backoffs: decision.backoffs
        .map(({ group, untilMs, error }) => ({
          group,
          until: seconds(untilMs),
          class: error.class === "outOfResources" ? "OutOfResource" : "Other",
          code: error.code,
        }))
        .toSorted((a, b) => (a.group < b.group ? -1 : 1)),
      upcoming: decision.upcoming,
      notStarted: Object.fromEntries(
        Object.entries(decision.notStarted).map(([group, nodes]) => [group, [...nodes].sort()]),
      ),
      clusterHealthy: decision.isClusterHealthy ? undefined : false,
    }),
    ...(decision.podsToHelp === undefined ? {} : { podsToHelp: decision.podsToHelp }),
    scaleUp: scaleUpTold(decision.scaleUp),
    scaleDown: {
      result: scaleDown.result,
      ...present({
        unneeded: scaleDown.unneeded
          // No recording counts the pods of a node that must end by themselves, though the README names a field for it.
          .map(({ node, sinceMs, moves, isRisky }) =>
            present({ node, since: seconds(sinceMs), moves, risky: isRisky ? true : undefined }),
          )
          .toSorted(byNode),
        unremovable: scaleDown.unremovable.map((one) => present({ ...one })).toSorted(byNode),
        utilization: Object.fromEntries(
          Array.from(scaleDown.utilization, ([node, { cpu, memory: used, gpu, utilization, by }]) => [
            node,
            {
              cpu: rounded(cpu),
              memory: rounded(used),
              ...(gpu === 0 ? {} : { gpu: rounded(gpu) }),
              utilization: rounded(utilization),
              by,
            },
          ]),
        ),
        deleting: scaleDown.deleting
          .map(({ node, group, kind, evicts }) => present({ node, group, kind, evicts: [...evicts].sort() }))
          .toSorted(byNode),
        finished: Object.fromEntries(scaleDown.finished.map(({ node, result }) => [node, result])),
      }),
    },
    groups: Object.fromEntries(
      Object.entries(decision.groups).map(([name, { target, isBackedOff, isHealthy }]) => [
        name,
        { target, ...(isBackedOff ? { backedOff: true } : {}), ...(isHealthy ? {} : { healthy: false }) },
      ]),
    ),
    memory: {
      lastScaleUp: seconds(memory.lastScaleUpMs),
      lastScaleDownDelete: seconds(memory.lastScaleDownDeleteMs),
      lastScaleDownFail: seconds(memory.lastScaleDownFailMs),
    },
  };
}

function byNode(a: Fields, b: Fields): number {
  return String(a["node"]) < String(b["node"]) ? -1 : 1;
}

function scaleUpTold(status: ScaleUp): Fields {
  return {
    result: status.result,
    ...present({
      chosen: status.chosen,
      error: status.error,
      failedResize: status.failedResize === undefined ? undefined : [...status.failedResize].sort(),
      options: status.options.map(({ group, nodes, pods, similar }) =>
        present({ group, nodes, pods: [...pods].sort(), similar }),
      ),
      increases: status.increases,
      triggered: [...status.triggered].sort(),
      awaiting: [...status.awaiting].sort(),
      unhelped: Object.fromEntries(status.unhelped.map((one) => [one.pod, unhelpedTold(one)])),
    }),
  };
}

function unhelpedTold({ groups }: Unhelped): Fields {
  return groups;
}

/** An act as it is written down, without its time. */
export function actTold(act: MadeAct): Fields {
  switch (act.act) {
    case "evict":
      return { act: act.act, pod: act.pod, ok: act.ok, ...(act.ok ? { grace: act.graceSeconds } : {}) };
    case "deleteNodes":
      return { act: act.act, group: act.group, nodes: [...act.nodes].sort(), ok: act.ok };
    case "taint":
      return { act: act.act, node: act.node, key: act.key, ok: act.ok, ...(act.ok ? { effect: act.effect } : {}) };
    case "increase":
    case "decrease":
      return { act: act.act, group: act.group, delta: act.delta, ok: act.ok };
    case "untaint":
      return { act: act.act, node: act.node, key: act.key };
    default:
      return { act: act.act, node: act.node };
  }
}

/** An event as it is written down. */
export function eventTold(t: number, { reason, kind, object, afterMs = 0 }: CaEvent): readonly unknown[] {
  return [t + afterMs / 1000, reason, kind, object];
}
