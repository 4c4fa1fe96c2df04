import type { Twin } from "../../src/twin/world/twin.ts";
import { openTwin } from "../../src/adapters/sandbox/open.ts";
import { expect, test } from "vitest";
import { MemoryJournal } from "../../src/adapters/disk/journal-memory.ts";
import { nobodyInCharge, twoInCharge } from "../../src/twin/checkers/charge.ts";
import {
  podsDeletedDirectly,
  restorable,
  unexplainedWrites,
  unreadyWorkloads,
} from "../../src/twin/checkers/invariants.ts";
import { nodeClaims, nodePools } from "../../src/twin/actors/karpenter/objects.ts";
import type { NodeClaim } from "../../src/karpenter/api.ts";
import { conditionOf } from "../../src/kube/conditions.ts";
import { migrate, rollback } from "../../src/app/migrate/migrate.ts";
import { readMigrationFacts } from "../../src/app/migrate/prepare.ts";
import { defaultOptions } from "../../src/migration/shift/options.ts";
import type { JsonObject } from "../../src/kube/objects.ts";
import type { ObjectRef } from "../../src/kube/requests.ts";
import { by } from "../support/migration.ts";
import { clusterName, open, readyState } from "./small.ts";

function patch({ store }: Twin, ref: ObjectRef, body: JsonObject): void {
  store.patch("someone-else", ref, { type: "merge", body });
}

/** How many pods the shop wants of each workload that is scaled here. */
function scale(sandbox: Twin, replicas: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(replicas))
    patch(sandbox, { resource: "deployments", namespace: "shop", name }, { spec: { replicas: count } });
}

test("Karpenter consolidates only once the pools are released, and a rollback from the middle of it restores all", async () => {
  // Not seed 1: there a pod that must spread over zones waits for one in which Cluster Autoscaler's group never promises a node.
  const sandbox = openTwin(await readyState(2));
  // Whatever could be consolidated would be at once, if it were not held.
  for (const { metadata } of nodePools(sandbox))
    patch(
      sandbox,
      { resource: "nodepools", name: metadata.name },
      { spec: { disruption: { consolidateAfter: "0s" } } },
    );
  const before = restorable(sandbox);
  const audited = sandbox.audit.length;
  const journal = new MemoryJournal();
  const world = open(sandbox, journal);
  const facts = await readMigrationFacts(world, clusterName);
  const { end } = await migrate(world, facts, { by, options: defaultOptions });
  expect(end.kind).toBe("completed");
  const removed = /^kube:delete nodeclaims$/;
  expect(sandbox.audit.slice(audited).filter(({ operation }) => removed.test(operation))).toEqual([]);

  scale(sandbox, { web: 1, cart: 1 });
  const going = (): readonly NodeClaim[] =>
    nodeClaims(sandbox).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  for (let seconds = 0; seconds < 300 && going().length === 0; seconds++) sandbox.advance(1000);
  expect(going().map((claim) => conditionOf(claim, "DisruptionReason")?.reason)).toContain("Underutilized");

  const back = await rollback(world, { by });
  expect(back).toMatchObject({ kind: "rolled-back", left: [] });
  scale(sandbox, { web: 3, cart: 2 });
  expect(restorable(sandbox)).toBe(before);
  sandbox.advance(3 * 60_000);
  const audit = sandbox.audit.slice(audited);
  // So it is written down when it does: what was looked for above was not there.
  expect(audit.filter(({ operation }) => removed.test(operation)).length).toBeGreaterThan(0);
  const { entries } = await journal.read();
  expect(podsDeletedDirectly(audit)).toEqual([]);
  expect(twoInCharge(audit)).toEqual([]);
  expect(nobodyInCharge(audit, 3 * 60_000)).toEqual([]);
  expect(unexplainedWrites(audit, entries)).toEqual([]);
  expect(unreadyWorkloads(sandbox)).toEqual([]);
}, 60_000);
