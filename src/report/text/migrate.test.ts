import { expect, test } from "vitest";
import type { MigrationStatus } from "../../app/migrate/status.ts";
import type { Verification } from "../../app/verify/verify.ts";
import type { JournalEntry, JournalEvent } from "../../migration/journal.ts";
import { progressOf } from "../../migration/progress.ts";
import { type Step } from "../../migration/step.ts";
import { migrationEndText, migrationPlanText, rollbackText } from "./migrate.ts";
import { statusText } from "./status.ts";
import { verifyText } from "./verify.ts";
import type { Stage } from "../../migration/plan.ts";
import { drainStepOf, migrationPlanOf, podsGateOf, someStep } from "../../../test/support/plans.ts";

const step = (id: string, title: string): Step => someStep(id, title, `nodegroup/${id}`);
const gate = podsGateOf();
const stages: readonly Stage[] = [
  { id: "hand-over", title: "hand over to Karpenter", steps: [step("h", "scale CA to zero")], gates: [] },
  {
    id: "shift/batch",
    title: "shift batch",
    steps: [
      step("o", "stop the rebalancing of batch"),
      drainStepOf("1/drain", "evict 4 pods", ["n1"]),
      drainStepOf("2/drain", "evict 5 pods", ["n2"]),
    ],
    gates: [gate],
  },
  { id: "retire", title: "retire the node groups", steps: [step("r", "leave batch at 0 nodes")], gates: [] },
];
const plan = migrationPlanOf(stages, {
  id: "migrate-prod-eu-20261125",
  cluster: "prod-eu",
  context: {
    groups: [
      {
        name: "batch",
        kind: "managed",
        rationale: "spot, no volumes",
        nodes: 3,
        pods: 9,
        waves: [1, 1],
        kept: [{ name: "ip-10-0-1-7", because: "shop/lonely: no controller makes it again (--move-bare)" }],
      },
    ],
    leftOut: [{ group: "gpu", reason: "Cluster Autoscaler does not manage it" }],
  },
});
const did = (id: string): readonly JournalEvent[] => [
  { type: "intent", step: id, before: null },
  { type: "done", step: id, after: null },
];
const entries = (events: readonly JournalEvent[]): readonly JournalEntry[] =>
  events.map((event, i) => ({ seq: i + 1, at: `2026-11-25T10:0${i}:00Z`, planId: plan.id, by: "anna", ...event }));

test("the plan shows stages, groups with the reason for their order, what stays and what is left out", () => {
  expect(migrationPlanText(plan, { columns: 100, words: "--context prod" })).toMatchInlineSnapshot(`
    "prod-eu   eu-west-1   account 111122223333   plan migrate-prod-eu-20261125

       node group  kind     nodes  waves  stay  pods  why in this order
    1  batch       managed      3      2     1     9  spot, no volumes

    stages
      1  hand over to Karpenter   1 step
      2  shift batch             3 steps
      3  retire the node groups   1 step

    nodes that stay
      ip-10-0-1-7  batch  shop/lonely: no controller makes it again (--move-bare)

    node groups left out
      gpu  Cluster Autoscaler does not manage it

    each wave: surge on Karpenter's nodes, cordon, evict within PodDisruptionBudgets, terminate
    each gate: no pod pending, no workload short of replicas, beyond what is so now
    every step: --all
    way back at any point: dovetail rollback --context prod
    next: dovetail migrate --context prod
    "
  `);
});

test("status shows what is done, what is waited for and the way back", () => {
  const journal = entries([
    ...did("h"),
    ...did("o"),
    ...did("1/drain"),
    { type: "intent", step: "2/drain", before: null },
  ]);
  const status: MigrationStatus = {
    progress: progressOf(plan, journal),
    now: "2026-11-25T10:08:00Z",
    waiting: ["payments/queue-worker-1 — PDB queue allows 0 of 1"],
    drained: { done: 1, of: 2 },
  };
  expect(statusText(status, { words: "", columns: 80 })).toMatchInlineSnapshot(`
    "prod-eu   plan migrate-prod-eu-20261125
    stage 2 of 3   shift batch   started 10:02, 6 min ago

      ✓  done  1  hand over to Karpenter
      ▸  now   2  shift batch             1 of 2 nodes drained
      ·  next  3  retire the node groups
      step        evict 5 pods
      waiting     payments/queue-worker-1 — PDB queue allows 0 of 1

    gate: no pod pending
    go on: dovetail resume
    undo: dovetail rollback
    "
  `);
});

test("a closed gate names what it found and both ways on", () => {
  const [, stage = stages[0]] = stages;
  if (stage === undefined) throw new Error("no stage");
  const reasons = ["Deployment/shop/cart: 1 not ready"];
  expect(migrationEndText({ kind: "gate-closed", closed: { stage, gate, reasons } }, plan)).toMatchInlineSnapshot(`
    "gate closed after: shift batch
      wanted   no pod pending
      found    Deployment/shop/cart: 1 not ready

    the migration stands still; mend it and go on, or undo it
    go on: dovetail resume
    undo:  dovetail rollback
    "
  `);
});

test("a rollback names what it left", () => {
  const [stage] = stages;
  const [first] = stage?.steps ?? [];
  if (first === undefined) throw new Error("no step");
  const left = [{ step: first, reason: "its maximum was changed from 4 to 9 since" }];
  expect(
    rollbackText({ kind: "rolled-back", plan, plans: [plan], left, undone: 3, problem: undefined }, "dovetail status"),
  ).toBe(
    "undid 3 steps of prod-eu, newest first, to the recorded values\n" +
      "left as it is: nodegroup/h: its maximum was changed from 4 to 9 since\nsee: dovetail status\n",
  );
});

test("verify puts before, forecast and fact side by side, and unknown stays unknown", () => {
  const seen: Verification = {
    plan: { ...plan, context: { ...plan.context, forecast: { nodes: 9, usdPerHour: null } } },
    end: "completed",
    nodes: { before: 12, forecast: 9, now: 9 },
    usdPerHour: { before: 2, forecast: undefined, now: undefined },
    zones: { "eu-west-1a": { before: undefined, forecast: 5, now: 4, range: { low: 4, high: 6 } } },
    missed: [],
    priceSources: [],
    unknownPrices: ["x9.large"],
    fargateNodes: 0,
    karpenterNodes: 7,
    evictions: 65,
    minutes: 12,
    pending: { pods: 90, longestSeconds: 8, overOneMinute: 0 },
    wrong: ["Deployment/shop/cart: 1 not ready"],
    notes: [],
  };
  expect(verifyText(seen, { words: "", columns: 80 })).toMatchInlineSnapshot(`
    "no: 1 thing not as before
      Deployment/shop/cart: 1 not ready
    yes: the forecast held

    prod-eu   eu-west-1   migrated in 12 min

                          before  forecast      now  now - before
    nodes                     12         9        9            -3
    machines, USD/month  1460.00   unknown  unknown       unknown

    nodes of Karpenter      7 nodes of 9
    evictions               65 pods in 12 min
    pending time            90 new pods, longest 8 s, 0 over 60 s
    zones                   eu-west-1a 4 of 4 to 6
    no price for            x9.large
    "
  `);
});
