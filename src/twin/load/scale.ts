import { factorAt, type Swing } from "./plan.ts";

/** How many pods something is scaled between, and how many carry the load of the beginning at its target. */
export interface Scaled {
  readonly base: number;
  readonly min: number;
  readonly max: number;
}

/** `--horizontal-pod-autoscaler-sync-period`. */
export const syncMs = 15_000;
/** `--horizontal-pod-autoscaler-tolerance`. */
const tolerance = 0.1;
/** `--horizontal-pod-autoscaler-downscale-stabilization`. */
const stabilizationMs = 300_000;
const longestMs = 86_400_000;

/**
 * How many replicas the controller wants at a sync (kubernetes 1.35, `pkg/controller/podautoscaler/horizontal.go`, with the defaults of
 * `behavior`): within the tolerance as many as there are; up at once, by at most the double or four; down to the most that it wanted in the
 * last five minutes.
 */
export function wantedReplicas(of: Scaled, current: number, swing: Swing, atMs: number): number {
  const now = recommended(of, current, factorAt(swing, atMs));
  if (now > current) return bounded(of, Math.min(now, Math.max(current * 2, current + 4)));
  let most = now;
  for (let backMs = syncMs; backMs <= stabilizationMs && most < current; backMs += syncMs)
    most = Math.max(most, recommended(of, current, factorAt(swing, atMs - backMs)));
  return bounded(of, Math.min(most, current));
}

/** After how long the answer is another one, in whole syncs; undefined when not within a day. */
export function changesAfterMs(of: Scaled, current: number, swing: Swing, nowMs: number): number | undefined {
  for (let ms = syncMs; ms <= longestMs; ms += syncMs)
    if (wantedReplicas(of, current, swing, nowMs + ms) !== current) return ms;
  return undefined;
}

function recommended(of: Scaled, current: number, factor: number): number {
  const demand = of.base * factor;
  const isNear = current > 0 && Math.abs(demand / current - 1) <= tolerance;
  return bounded(of, isNear ? current : Math.ceil(demand - 1e-9));
}

function bounded({ min, max }: Scaled, replicas: number): number {
  return Math.max(min, Math.min(max, replicas));
}
