// Mirrors utils/backoff/exponential_backoff.go of Cluster Autoscaler 1.36.1.
import type { Backoff, Memory } from "../memory.ts";
import type { Settings } from "../settings.ts";
import type { LaunchError } from "../view.ts";

/**
 * A failure of a group (utils/backoff/exponential_backoff.go): the first time it rests for the initial duration; a failure after
 * the rest is
 * over doubles it, up to the maximum; a failure while it rests begins the same rest anew.
 */
export function backedOff(before: Backoff | undefined, error: LaunchError, nowMs: number, settings: Settings): Backoff {
  let durationMs = settings.of("initial-node-group-backoff-duration");
  if (before !== undefined) {
    const isOver = before.untilMs < nowMs;
    durationMs = isOver
      ? Math.min(2 * before.durationMs, settings.of("max-node-group-backoff-duration"))
      : before.durationMs;
  }
  return { durationMs, untilMs: nowMs + durationMs, lastFailureMs: nowMs, error };
}

/** Whether a group rests: until the very end of its time. */
export function isResting(backoff: Backoff | undefined, nowMs: number): boolean {
  return backoff !== undefined && backoff.untilMs >= nowMs;
}

/** Back-offs whose last failure is not too long ago. */
export function withoutStale(backoffs: Memory["backoffs"], nowMs: number, settings: Settings): Memory["backoffs"] {
  const timeoutMs = settings.of("node-group-backoff-reset-timeout");
  const isStale = (one: Backoff): boolean => one.lastFailureMs + timeoutMs < nowMs;
  if (!Object.values(backoffs).some(isStale)) return backoffs;
  return Object.fromEntries(Object.entries(backoffs).filter(([, one]) => !isStale(one)));
}
