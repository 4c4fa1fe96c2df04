import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryJournal } from "../../adapters/disk/journal-memory.ts";
import { type JournalEntry, stepStateOf } from "../../migration/journal.ts";
import { type Step } from "../../migration/step.ts";
import { Fault } from "../../fault/fault.ts";
import type { Host } from "../../ports/host.ts";
import type { Journal } from "../../ports/journal.ts";
import type { World } from "../../ports/world.ts";
import type { Handlers, StepHandler } from "./handler.ts";
import { handlers } from "../handlers.ts";
import { runSteps } from "./run-steps.ts";
import { undoSteps } from "./undo-steps.ts";
import { JournalWriter } from "./writer.ts";
import { type Plan, planSchema } from "../../migration/plan.ts";

/** The process died: not a fault that anybody handles. */
class Killed extends Error {}

/** A world of named numbers. Every touch counts down to a kill, before or after its effect. */
class Numbers {
  readonly values = new Map<string, number>();
  readonly journal = new MemoryJournal();
  touches = 0;
  killAt = Number.POSITIVE_INFINITY;
  isInterrupted = new AbortController();
  nowMs = 0;

  touch(effect: () => void): void {
    if (++this.touches === this.killAt) throw new Killed();
    effect();
    if (++this.touches === this.killAt) throw new Killed();
  }

  world(): World {
    const { journal } = this;
    const counting: Journal = {
      where: "memory",
      read: () => journal.read(),
      acquire: (holder) => journal.acquire(holder),
      append: async (entry) => {
        this.touch(() => undefined);
        await journal.append(entry);
        this.touch(() => undefined);
      },
    };
    const host: Host = {
      tell: () => undefined,
      confirm: () => Promise.resolve(true),
      interrupted: this.isInterrupted.signal,
    };
    const sleep = (ms: number): Promise<void> => {
      this.nowMs += ms;
      return Promise.resolve();
    };
    return { journal: counting, host, clock: { nowMs: () => this.nowMs, sleep } } as unknown as World;
  }
}

/** Tags stand for any value in the world: one handler, written down as text. */
function setter(numbers: Numbers): StepHandler<"ec2-tags"> {
  const read = (name: string): string | null => numbers.values.get(name)?.toString() ?? null;
  return {
    observe: ({ target, params }) => {
      numbers.touch(() => undefined);
      const isSo = read(target) === params.value;
      return Promise.resolve(
        isSo
          ? { state: "done", after: { [target]: read(target) }, detail: "so" }
          : { state: "pending", detail: "not so" },
      );
    },
    record: ({ target }) => Promise.resolve({ [target]: read(target) }),
    act: ({ target, params }) => {
      numbers.touch(() => numbers.values.set(target, Number(params.value)));
      return Promise.resolve();
    },
    undo: ({ target }, before) => {
      numbers.touch(() => {
        const had = before[target] ?? null;
        if (had === null) numbers.values.delete(target);
        else numbers.values.set(target, Number(had));
      });
      return Promise.resolve({ kind: "undone" });
    },
  };
}

function handlersWith(setting: StepHandler<"ec2-tags">): Handlers {
  return { ...handlers, "ec2-tags": setting };
}

// Several steps on one name: only the right order of undoing restores the first value.
function planOf(changes: readonly (readonly [name: string, value: number])[]): Plan {
  const steps = changes.map(
    ([name, value], i): Step => ({
      id: `step-${i}`,
      kind: "ec2-tags",
      action: "change",
      title: `set ${name} to ${value}`,
      why: "test",
      target: name,
      params: { resources: [name], key: "value", value: String(value), what: "subnet" },
      calls: [],
      undo: "restore",
    }),
  );
  return {
    schema: planSchema,
    id: "plan",
    command: "install",
    cluster: { name: "c", region: "r", accountId: "1", server: "s" },
    madeAt: "2026-11-25T10:00:00Z",
    stages: [{ id: "only", title: "only", steps, gates: [] }],
    context: { kind: "canary", nodeClass: "test" },
  };
}

const plan = planOf([
  ["a", 1],
  ["b", 2],
  ["a", 3],
  ["c", 7],
  ["b", 5],
]);
const steps = plan.stages[0]?.steps ?? [];
const start = (): Numbers => {
  const numbers = new Numbers();
  numbers.values.set("a", 10).set("c", 7);
  return numbers;
};
const end = { a: 3, b: 5, c: 7 };
const recorded = { a: 10, c: 7 };

/** The journal with the plan in it, as every command begins. */
function planned(world: World): Promise<JournalWriter> {
  return JournalWriter.open(world, plan, "anna@one");
}

async function run(numbers: Numbers): Promise<void> {
  const world = numbers.world();
  await runSteps(steps, handlersWith(setter(numbers)), world, await planned(world));
}

async function undo(numbers: Numbers): Promise<void> {
  const world = numbers.world();
  await undoSteps(handlersWith(setter(numbers)), world, await planned(world));
}

async function killedAt(numbers: Numbers, touch: number, what: (numbers: Numbers) => Promise<void>): Promise<boolean> {
  numbers.touches = 0;
  numbers.killAt = touch;
  try {
    await what(numbers);
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  } finally {
    numbers.killAt = Number.POSITIVE_INFINITY;
  }
}

describe("a run that is killed", () => {
  test("at any touch of the world or the journal ends the same when it is resumed", async () => {
    for (let touch = 1; ; touch++) {
      const numbers = start();
      const wasKilled = await killedAt(numbers, touch, run);
      await run(numbers);
      expect(Object.fromEntries(numbers.values), `killed at touch ${touch}`).toEqual(end);
      if (!wasKilled) {
        expect(touch).toBeGreaterThan(20);
        break;
      }
    }
  });

  test("at any touch is rolled back to what was recorded, also when the rollback is killed at any touch", async () => {
    for (let touch = 1; touch < 60; touch += 1) {
      for (let undoTouch = 1; ; undoTouch += 3) {
        const numbers = start();
        await killedAt(numbers, touch, run);
        const wasKilled = await killedAt(numbers, undoTouch, undo);
        await undo(numbers);
        expect(Object.fromEntries(numbers.values), `killed at ${touch}, then at ${undoTouch}`).toEqual(recorded);
        if (!wasKilled) break;
      }
    }
  });
});

test("any story of runs, kills and rollbacks ends where its last whole command says", async () => {
  const command = fc.oneof(
    fc.record({ what: fc.constant("run" as const), killAt: fc.option(fc.integer({ min: 1, max: 60 })) }),
    fc.record({ what: fc.constant("undo" as const), killAt: fc.option(fc.integer({ min: 1, max: 40 })) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 6 }), fc.boolean(), async (story, isRun) => {
      const numbers = start();
      for (const { what, killAt } of story) {
        await killedAt(numbers, killAt ?? Number.POSITIVE_INFINITY, what === "run" ? run : undo);
      }
      await (isRun ? run : undo)(numbers);
      expect(Object.fromEntries(numbers.values)).toEqual(isRun ? end : recorded);
      explains((await numbers.journal.read()).entries);
    }),
    { numRuns: 300 },
  );
});

/** No act without an intent before it: what is done was intended, and what is undone was meant to be. */
function explains(entries: readonly JournalEntry[]): void {
  for (const [i, entry] of entries.entries()) {
    const state = "step" in entry ? stepStateOf(entry.step, plan.id, entries.slice(0, i)) : undefined;
    if (entry.type === "done") expect(["interrupted", "failed"]).toContain(state);
    if (entry.type === "undone") expect(state).toBe("undoing");
  }
}

test("a passing fault is tried again within a bound, a lasting one is written down", async () => {
  const numbers = start();
  const handler = setter(numbers);
  let refusals = 3;
  const throttled: StepHandler<"ec2-tags"> = {
    ...handler,
    act: (step, before, world) => {
      if (refusals-- > 0) return Promise.reject(new Fault("aws.ThrottlingException", "slow down", { retry: "later" }));
      return handler.act(step, before, world);
    },
  };
  const world = numbers.world();
  const journal = await planned(world);
  await runSteps(steps, handlersWith(throttled), world, journal);
  expect(Object.fromEntries(numbers.values)).toEqual(end);
  expect(numbers.nowMs).toBeGreaterThan(10_000);

  const broken = start();
  const denied: StepHandler<"ec2-tags"> = {
    ...setter(broken),
    act: () => Promise.reject(new Fault("aws.AccessDenied", "not allowed")),
  };
  const second = broken.world();
  const writer = await planned(second);
  await expect(runSteps(steps, handlersWith(denied), second, writer)).rejects.toMatchObject({
    code: "aws.AccessDenied",
  });
  expect(writer.entries.at(-1)).toMatchObject({ type: "failed", step: "step-0", code: "aws.AccessDenied" });
});

test("Ctrl-C stops between two steps and names the next", async () => {
  const numbers = start();
  const handler = setter(numbers);
  const stopping: StepHandler<"ec2-tags"> = {
    ...handler,
    act: (step, before, world) => {
      if (step.id === "step-1") numbers.isInterrupted.abort();
      return handler.act(step, before, world);
    },
  };
  const world = numbers.world();
  const journal = await planned(world);
  const outcome = await runSteps(steps, handlersWith(stopping), world, journal);
  expect(outcome).toMatchObject({ kind: "interrupted", next: { id: "step-2" } });
  expect(journal.entries.at(-1)).toMatchObject({ type: "done", step: "step-1" });
});
