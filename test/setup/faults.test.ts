import { describe, expect, test } from "vitest";
import { MemoryJournal } from "../../src/adapters/disk/journal-memory.ts";
import { type FaultRule, Killed } from "../../src/twin/faults/faults.ts";
import { openSandbox, type OpenSandbox, openState } from "../../src/adapters/sandbox/open.ts";
import { setupChange, setup } from "../../src/app/setup/setup.ts";
import { undoSetup } from "../../src/app/setup/undo.ts";
import { Fault } from "../../src/fault/fault.ts";
import type { World } from "../../src/ports/world.ts";
import { accountOf } from "../support/account-of.ts";
import { changesOf } from "../../src/migration/plan.ts";

const options = { by: "tester@here" };

interface Rig {
  readonly open: OpenSandbox;
  readonly journal: MemoryJournal;
}

async function rig(): Promise<Rig> {
  const journal = new MemoryJournal();
  return { open: await openSandbox({ name: "clean", journal }), journal };
}

async function undo(world: World): Promise<void> {
  await undoSetup(world, options);
}

/** Runs against a faulty world until it dies or fails, then again in a new process without the fault. */
async function twice(
  one: Rig,
  rule: FaultRule,
  run: (world: World) => Promise<unknown>,
): Promise<"died" | "failed" | "passed"> {
  const { sandbox } = one.open;
  sandbox.faults.add(rule);
  let end: "died" | "failed" | "passed" = "passed";
  try {
    await run(one.open.world);
  } catch (error) {
    if (error instanceof Killed) end = "died";
    else if (error instanceof Fault) end = "failed";
    else throw error;
  }
  sandbox.faults.clear();
  await run(openState(sandbox, { journal: one.journal }).world);
  return end;
}

/** The calls that a clean run makes, in order, and the account before and after it. */
async function baseline(): Promise<{ before: string; after: string; writes: number; operations: readonly string[] }> {
  const { open } = await rig();
  const before = accountOf(open.sandbox);
  const { plan } = await setupChange(options).prepare(open.world);
  const start = open.sandbox.faults.writes;
  await setup(open.world, options);
  const writes = open.sandbox.faults.writes - start;
  const operations = changesOf(plan).flatMap((step) => step.calls.map((call) => call.operation));
  return { before, after: accountOf(open.sandbox), writes, operations: [...new Set(operations)] };
}

const base = await baseline();
const points = Array.from({ length: base.writes }, (_, i) => i + 1);

describe("setup on the sandbox", () => {
  test("makes only the calls of its plan", () => {
    expect(base.writes).toBe(32);
    expect(base.operations.length).toBeGreaterThanOrEqual(8);
  });

  test.each(["before", "after"] as const)(
    "killed %s every writing call, a rerun ends in the same state",
    async (when) => {
      for (const atWrite of points) {
        const one = await rig();
        expect(await twice(one, { kind: "kill", atWrite, when }, (world) => setup(world, options))).toBe("died");
        expect(accountOf(one.open.sandbox), `killed ${when} write ${atWrite}`).toBe(base.after);
      }
    },
  );

  test.each(["before", "after"] as const)("undo killed %s every writing call ends where setup began", async (when) => {
    for (const atWrite of points) {
      const one = await rig();
      await setup(one.open.world, options);
      const from = one.open.sandbox.faults.writes;
      const end = await twice(one, { kind: "kill", atWrite: from + atWrite, when }, undo);
      if (end !== "died") break;
      expect(accountOf(one.open.sandbox), `killed ${when} write ${atWrite} of undo`).toBe(base.before);
    }
  });

  test.each(["throttle", "lost-answer"] as const)("%s of every operation is survived by the same run", async (kind) => {
    for (const match of base.operations) {
      const one = await rig();
      expect(await twice(one, { kind, match, times: 1 }, (world) => setup(world, options))).toBe("passed");
      expect(accountOf(one.open.sandbox), `${kind} ${match}`).toBe(base.after);
    }
  });

  test("every operation denied is named, and a rerun with the permission completes", async () => {
    for (const match of base.operations) {
      const one = await rig();
      expect(await twice(one, { kind: "forbidden", match }, (world) => setup(world, options))).toBe("failed");
      expect(accountOf(one.open.sandbox), `forbidden ${match}`).toBe(base.after);
    }
  });
});
