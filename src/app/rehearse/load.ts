import { spotInterruptions } from "../../twin/actors/ec2/spot.ts";
import { shortages } from "../../twin/faults/shortages.ts";
import type { FaultRule } from "../../twin/faults/faults.ts";
import { loadActors } from "../../twin/load/actors.ts";
import type { LoadPlan } from "../../twin/load/plan.ts";
import type { Actor } from "../../twin/world/actor.ts";
import type { Twin } from "../../twin/world/twin.ts";
import type { FaultLevel, LoadChoice, LoadPlayed } from "./types.ts";

const dayMs = 86_400_000;
/** What a daily curve swings by where HorizontalPodAutoscalers tell that the load moves and nobody says how much. */
const usualShare = 0.3;
/** EC2 publishes that fewer than 5 % of spot instances are interrupted in a month, on average. */
const spotPercentADay = 0.17;
const harshSpotPercentADay = 10;

/** The load of a rehearsal as the world is given it, and what is said of it. */
export interface LoadOf {
  readonly plan: LoadPlan;
  readonly played: LoadPlayed;
}

/** What load is played: a trace, else a swing that was asked for or that HorizontalPodAutoscalers tell of, else deploys alone. */
export function loadToPlay(choice: LoadChoice, twin: Twin): LoadOf {
  const { store, nowMs } = twin;
  const deployed = [...store.all("deployments"), ...store.all("statefulsets")].filter(
    ({ metadata }) => metadata.namespace !== "kube-system",
  ).length;
  if (choice.kind === "trace")
    return {
      plan: { deployEveryMs: dayMs, swing: undefined },
      played: { kind: "trace", name: choice.name, arrivals: 0 },
    };
  const scalers = store.all("horizontalpodautoscalers").length;
  if (choice.kind === "own" && scalers === 0)
    return { plan: { deployEveryMs: dayMs, swing: undefined }, played: { kind: "steady", deploys: deployed } };
  const share = choice.kind === "swing" ? choice.share : usualShare;
  const scales = scalers > 0 ? "autoscaled" : "all";
  const scaled = scalers > 0 ? scalers : deployed;
  return {
    plan: { deployEveryMs: dayMs, swing: { share, periodMs: dayMs, originMs: nowMs, scales } },
    played: { kind: "swing", share, scales, scaled },
  };
}

/** Whoever acts in a rehearsed world beside the cluster itself. */
export function extrasOf(plan: LoadPlan, faults: FaultLevel): readonly Actor[] {
  const load = loadActors(plan);
  if (faults === "none") return load;
  if (faults === "default") return [...load, spotInterruptions(spotPercentADay)];
  return [
    ...load,
    spotInterruptions(harshSpotPercentADay),
    shortages({ meanMs: 8 * 3_600_000, lengthMs: 30 * 60_000 }),
  ];
}

/** What goes wrong between Dovetail and the world. */
export function rulesOf(faults: FaultLevel): readonly FaultRule[] {
  if (faults !== "harsh") return [];
  return [
    { kind: "throttle", match: "kube:evict", times: 5 },
    { kind: "throttle", match: "autoscaling:", times: 3 },
    { kind: "conflict", match: "kube:patch nodes", times: 3 },
    { kind: "lost-answer", match: "kube:create", times: 1 },
    { kind: "throttle", match: "eks:", times: 3 },
  ];
}
