import { MemoryJournal } from "../../../src/adapters/disk/journal-memory.ts";
import { openState } from "../../../src/adapters/sandbox/open.ts";
import { install } from "../../../src/app/install/install.ts";
import { migrate, resume, rollback } from "../../../src/app/migrate/migrate.ts";
import { readMigrationFacts } from "../../../src/app/migrate/prepare.ts";
import { Fault } from "../../../src/fault/fault.ts";
import { defaultOptions, type MigrationOptions } from "../../../src/migration/shift/options.ts";
import type { MigrationEnd } from "../../../src/app/migrate/run.ts";
import type { RunEvent } from "../../../src/ports/run-event.ts";
import type { World } from "../../../src/ports/world.ts";
import { Killed } from "../../../src/twin/faults/faults.ts";
import { Random } from "../../../src/twin/time/random.ts";
import type { Twin } from "../../../src/twin/world/twin.ts";
import { by } from "../../support/migration.ts";
import { doDeed } from "./deeds.ts";
import type { Ledger } from "./ledger.ts";
import { watchedCloud } from "./ports.ts";
import type { Ready } from "./ready.ts";
import type { PlannedKill, Story } from "./story.ts";
import type { Watch } from "./watch.ts";

/** Bounds that keep a rehearsal short where something never comes. */
const options: MigrationOptions = {
  ...defaultOptions,
  timeouts: { handOverMs: 120_000, surgeMs: 300_000, drainMs: 300_000, capacityMs: 300_000, gateMs: 180_000 },
};

/** What one life is given besides its command. */
export interface LifeChoices {
  readonly kill?: PlannedKill | undefined;
  readonly groups?: readonly string[] | undefined;
  /** Workloads whose lost zones are accepted by now. */
  readonly accept?: readonly string[];
}

export type Command = "migrate" | "resume" | "rollback" | "install";

/** How one life of the process ended. */
export type LifeEnd =
  | {
      readonly kind: "completed" | "interrupted" | "paused" | "gate-closed" | "installed" | "killed";
      readonly why: string;
    }
  | { readonly kind: "rolled-back"; readonly left: readonly string[]; readonly why: string }
  | { readonly kind: "fault"; readonly fault: Fault; readonly why: string };

function whyOf(end: MigrationEnd): string {
  return end.kind === "gate-closed" ? end.closed.reasons.join("; ") : "";
}

/** A program that is started again and again on one cluster, among people who do as they please. */
export class Process {
  readonly journal = new MemoryJournal();
  readonly #twin: Twin;
  readonly #ready: Ready;
  readonly #story: Story;
  readonly #about: { readonly watch: Watch; readonly ledger: Ledger };
  #news = 0;
  lives = 0;

  constructor(twin: Twin, ready: Ready, story: Story, about: { readonly watch: Watch; readonly ledger: Ledger }) {
    this.#twin = twin;
    this.#ready = ready;
    this.#story = story;
    this.#about = about;
  }

  get news(): number {
    return this.#news;
  }

  /** Runs a command in a new process, to its end or to the kill. */
  async live(command: Command, { kill, groups, accept = [] }: LifeChoices = {}): Promise<LifeEnd> {
    const { faults } = this.#twin;
    const { watch } = this.#about;
    this.lives += 1;
    watch.newRun();
    watch.isBack = command === "rollback";
    const rule =
      kill === undefined
        ? undefined
        : ({ kind: "kill", atWrite: faults.writes + kill.atWrite, when: kill.when } as const);
    if (rule !== undefined) faults.add(rule);
    try {
      return await this.#run(command, this.#open(), { groups, accept });
    } catch (error) {
      if (error instanceof Killed) return { kind: "killed", why: error.message };
      if (!(error instanceof Fault)) throw error;
      return {
        kind: "fault",
        fault: error,
        why: `${error.code}: ${error.message}; ${error.why ?? ""}; ${error.hint ?? ""}`,
      };
    } finally {
      if (rule !== undefined) faults.remove(rule);
    }
  }

  async #run(
    command: Command,
    world: World,
    { groups, accept = [] }: Pick<LifeChoices, "groups" | "accept">,
  ): Promise<LifeEnd> {
    switch (command) {
      case "migrate": {
        const facts = await readMigrationFacts(world, this.#ready.name);
        const chosen = groups === undefined ? options : { ...options, groups };
        const { end } = await migrate(world, facts, { by, options: chosen });
        return { kind: end.kind, why: whyOf(end) };
      }
      case "resume": {
        const { end } = await resume(world, {
          by,
          accept: accept.map((name) => ({ code: "ZONES", name, reason: "a rehearsal" })),
        });
        return { kind: end.kind, why: whyOf(end) };
      }
      case "rollback": {
        const end = await rollback(world, { by });
        const left = [...end.left.map(({ reason }) => reason), ...(end.problem === undefined ? [] : [end.problem])];
        const why = left.join("; ");
        if (end.kind === "interrupted") return { kind: "interrupted", why };
        return { kind: "rolled-back", left, why };
      }
      case "install": {
        const { manifests, name } = this.#ready;
        await install(world, { by, cluster: name, manifests });
        return { kind: "installed", why: "" };
      }
    }
  }

  #open(): World {
    const { watch } = this.#about;
    const stop = new AbortController();
    const host = {
      tell: (event: RunEvent) => this.#hear(event, stop),
      confirm: () => Promise.resolve(true),
      interrupted: stop.signal,
    };
    const { world } = openState(this.#twin, { host, journal: this.journal });
    return { ...world, cloud: watchedCloud(world.cloud, watch, { twin: this.#twin, staleMs: this.#story.staleMs }) };
  }

  #hear(_event: RunEvent, stop: AbortController): void {
    this.#news += 1;
    if (this.#story.stops.includes(this.#news)) stop.abort();
    for (const { atNews, deed, dice } of this.#story.deeds) {
      if (atNews === this.#news) doDeed(deed, { twin: this.#twin, dice: Random.of(dice), ledger: this.#about.ledger });
    }
  }
}
