import { expect, test } from "vitest";
import { summaryOf } from "./summary.ts";
import type { Played, Rehearsal, RehearsedEnd } from "./types.ts";

function played(usd: number | undefined, broken = 0): Played {
  return {
    measures: {
      fromMs: 0,
      toMs: 1,
      nodes: { atStart: 1, atEnd: 1, mean: usd ?? 0, least: 1, most: 1, came: 0, went: 0 },
      cost: { usd, usdPerHourAtStart: usd, usdPerHourAtEnd: usd, bought: [] },
      pending: {
        placed: 0,
        p50Ms: undefined,
        p95Ms: undefined,
        p99Ms: undefined,
        longestMs: undefined,
        waiting: 0,
        waitingLongestMs: undefined,
      },
      evictions: [],
      budgets: [],
      zones: { nodes: [], inOneZoneAtStart: [], inOneZoneAtEnd: [] },
      series: [],
    },
    checked: { changes: 1, broken, breaches: [] },
  };
}

function run(seed: number, end: RehearsedEnd, usd: number | undefined, broken = 0): Rehearsal {
  const migration = {
    ...played(1),
    end,
    setupMs: 0,
    installMs: 0,
    lengthMs: seed * 1000,
    steps: 1,
    waves: [],
    waits: [],
  };
  const head = {
    schema: "dovetail.rehearsal/1",
    cluster: "c",
    kubernetesVersion: "1.34.0",
    forMs: 1,
    faults: "none",
  } as const;
  return {
    ...head,
    seed,
    load: { kind: "steady", deploys: 0 },
    autoscaler: played(usd, broken),
    migration,
    karpenter: end.kind === "completed" ? played(usd) : undefined,
  };
}

test("what is unknown in a run is left out of the percentiles and said, and broken seeds are named", () => {
  const stopped = { kind: "stopped", code: "migrate.no-room", message: "no room" } as const;
  const all = summaryOf([
    run(1, { kind: "completed" }, 10),
    run(2, stopped, undefined),
    run(3, { kind: "completed" }, 30, 2),
  ]);
  expect(all.autoscaler.usd).toEqual({ runs: 2, p5: 10, p50: 10, p95: 30 });
  expect(all.karpenter.nodesMean.runs).toBe(2);
  expect(all.migrationMs).toEqual({ runs: 2, p5: 1000, p50: 1000, p95: 3000 });
  expect(all.ends).toEqual([
    { end: "completed", seeds: [1, 3] },
    { end: "stopped: no room", seeds: [2] },
  ]);
  expect(all.broken).toEqual([3]);
});
