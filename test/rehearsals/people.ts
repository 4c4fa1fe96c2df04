import type { JsonObject } from "../../src/kube/objects.ts";
import type { World } from "../../src/ports/world.ts";
import type { RunEvent } from "../../src/ports/run-event.ts";
import type { Twin } from "../../src/twin/world/twin.ts";
import type { AuditEntry } from "../../src/twin/world/state.ts";
import { str } from "../../src/twin/store/objects.ts";
import { openTwin } from "../../src/adapters/sandbox/open.ts";
import { MemoryJournal } from "../../src/adapters/disk/journal-memory.ts";
import { defaultOptions, type MigrationOptions } from "../../src/migration/shift/options.ts";
import type { MigrationPlan } from "../../src/migration/plan.ts";
import { prepareMigration, readMigrationFacts } from "../../src/app/migrate/prepare.ts";
import { clusterName, open, readyState } from "./small.ts";

/** Bounds that keep a rehearsal short where something never comes. */
export const short: MigrationOptions = {
  ...defaultOptions,
  timeouts: { handOverMs: 60_000, surgeMs: 180_000, drainMs: 180_000, capacityMs: 300_000, gateMs: 60_000 },
};

/** A small cluster about to be migrated, and everybody who may meddle with it. */
export interface Scene {
  readonly sandbox: Twin;
  readonly journal: MemoryJournal;
  readonly told: RunEvent[];
  readonly world: World;
  /** A process that has just been started. */
  readonly again: () => World;
}

export async function scene(seed = 1): Promise<Scene> {
  const sandbox = openTwin(await readyState(seed));
  const journal = new MemoryJournal();
  const told: RunEvent[] = [];
  return { sandbox, journal, told, world: open(sandbox, journal, told), again: () => open(sandbox, journal, told) };
}

export async function planOf(world: World, options: MigrationOptions = short): Promise<MigrationPlan> {
  return prepareMigration(world, await readMigrationFacts(world, clusterName), options);
}

/** The same world, in which somebody does something at the first such news. */
export function meddledWith(world: World, at: (event: RunEvent) => boolean, meddle: (event: RunEvent) => void): World {
  let isDone = false;
  const tell = (event: RunEvent): void => {
    world.host.tell(event);
    if (isDone || !at(event)) return;
    isDone = true;
    meddle(event);
  };
  return { ...world, host: { ...world.host, tell } };
}

/** A person's call in the account. */
export function person(sandbox: Twin, operation: string, input: JsonObject): JsonObject {
  return sandbox.account.call("a person", operation, input);
}

export function groupOf(sandbox: Twin, prefix: string): JsonObject {
  const all = Object.values(sandbox.account.table("autoscaling.groups"));
  const found = all.find((one) => str(one["AutoScalingGroupName"]).includes(prefix));
  if (found === undefined) throw new Error(`no group ${prefix}`);
  return found;
}

export function sizesOf(sandbox: Twin, prefix: string): readonly unknown[] {
  const { MinSize, DesiredCapacity, MaxSize } = groupOf(sandbox, prefix);
  return [MinSize, DesiredCapacity, MaxSize];
}

/** What Auto Scaling ended by its own choice since then. */
export function endedByAws(audit: readonly AuditEntry[]): readonly string[] {
  return audit
    .filter((entry) => entry.actor === "auto-scaling" && entry.operation.includes("Terminate"))
    .map((entry) => entry.operation);
}

/** Dovetail's own calls of the account that name sizes. */
export function sizeCalls(
  audit: readonly AuditEntry[],
): readonly { readonly operation: string; readonly detail: unknown }[] {
  return audit
    .filter((entry) => entry.actor === "dovetail")
    .filter((entry) => /SetDesiredCapacity|UpdateAutoScalingGroup|UpdateNodegroupConfig/.test(entry.operation))
    .map(({ operation, detail }) => ({ operation, detail }));
}
