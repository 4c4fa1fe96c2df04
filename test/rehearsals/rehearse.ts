import type { Twin } from "../../src/twin/world/twin.ts";
import { openTwin } from "../../src/adapters/sandbox/open.ts";
import { MemoryJournal } from "../../src/adapters/disk/journal-memory.ts";
import { type FaultRule, Killed } from "../../src/twin/faults/faults.ts";
import { nobodyInCharge, twoInCharge } from "../../src/twin/checkers/charge.ts";
import {
  barePods,
  podsDeletedDirectly,
  restorable,
  unexplainedWrites,
  unreadyWorkloads,
} from "../../src/twin/checkers/invariants.ts";
import { nodePools } from "../../src/twin/actors/karpenter/objects.ts";
import { migrate, resume, rollback } from "../../src/app/migrate/migrate.ts";
import { readMigrationFacts } from "../../src/app/migrate/prepare.ts";
import { defaultOptions } from "../../src/migration/shift/options.ts";
import { Fault } from "../../src/fault/fault.ts";
import type { World } from "../../src/ports/world.ts";
import { Random } from "../../src/twin/time/random.ts";
import { by } from "../support/migration.ts";
import { clusterName, open, readyState } from "./small.ts";

/** What happens in one rehearsal: all of it follows from the seed. */
export interface Story {
  readonly clusterSeed: number;
  /** Lives of the process while it goes forward; each but the last ends in a kill. */
  readonly kills: readonly FaultRule[];
  readonly faults: readonly FaultRule[];
  /** Where it ends: all the way there, or back again. */
  readonly goal: "migrate" | "rollback";
  readonly rollbackKills: readonly FaultRule[];
}

/** How one rehearsal ended. `wrong` is empty when every invariant held. */
export interface Outcome {
  readonly story: Story;
  readonly wrong: readonly string[];
  /** What a finished migration comes to, without names that chance chose. */
  readonly end: string;
  readonly writes: number;
  readonly lives: number;
}

const faultable = [
  "kube:list pods",
  "kube:patch nodes",
  "kube:create pods",
  "kube:evict",
  "kube:patch deployments",
  "kube:patch nodepools",
  "autoscaling:TerminateInstanceInAutoScalingGroup",
  "autoscaling:SetDesiredCapacity",
  "autoscaling:UpdateAutoScalingGroup",
  "autoscaling:SuspendProcesses",
  "eks:UpdateNodegroupConfig",
  "eks:DescribeUpdate",
] as const;

/** The story of a seed. */
export function storyOf(seed: number): Story {
  const random = Random.of(`rehearsal ${seed}`);
  const kill = (most: number): FaultRule => ({
    kind: "kill",
    atWrite: random.integer(1, most),
    when: random.integer(0, 1) === 0 ? "before" : "after",
  });
  const kills = Array.from({ length: random.integer(1, 3) }, () => kill(40));
  const faults = Array.from({ length: random.integer(0, 3) }, (): FaultRule => {
    const match = faultable[random.integer(0, faultable.length - 1)] ?? "kube:evict";
    const kind = (["throttle", "lost-answer", "conflict"] as const)[random.integer(0, 2)] ?? "throttle";
    return { kind, match, times: random.integer(1, 3) };
  });
  const goal = random.integer(0, 1) === 0 ? "migrate" : "rollback";
  return {
    clusterSeed: random.integer(1, 2),
    kills,
    faults,
    goal,
    rollbackKills: goal === "migrate" ? [] : Array.from({ length: random.integer(0, 2) }, () => kill(25)),
  };
}

/** Lives through a story and checks every invariant. */
export async function rehearse(story: Story): Promise<Outcome> {
  const sandbox = openTwin(await readyState(story.clusterSeed));
  const journal = new MemoryJournal();
  const process = new Process(sandbox, journal);
  const before = {
    restorable: restorable(sandbox),
    bare: barePods(sandbox).join("\n"),
    audit: sandbox.audit.length,
  };
  sandbox.faults.add(...story.faults);
  const writesBefore = sandbox.faults.writes;
  for (const kill of story.kills) await process.live(forward, kill);
  if (story.goal === "rollback") {
    for (const kill of story.rollbackKills) await process.live(back, kill);
    await process.untilDone(back);
  } else await process.untilDone(forward);
  // Compared at once: afterwards whoever is in charge does as it sees fit.
  const changed = story.goal === "rollback" ? differences(before.restorable, restorable(sandbox)) : [];
  sandbox.advance(3 * 60_000);
  const audit = sandbox.audit.slice(before.audit);
  const { entries } = await journal.read();
  const wrong = [
    ...process.wrong,
    ...podsDeletedDirectly(audit).map((breach) => breach.what),
    ...twoInCharge(audit).map((breach) => breach.what),
    ...nobodyInCharge(audit, 3 * 60_000).map((breach) => breach.what),
    ...unexplainedWrites(audit, entries).map((breach) => `nothing in the journal explains ${breach.what}`),
    ...unreadyWorkloads(sandbox).filter((name) => !isAutoscaler(name) || story.goal === "rollback"),
    ...(barePods(sandbox).join("\n") === before.bare ? [] : ["a bare pod was moved"]),
    ...changed,
  ];
  return {
    story,
    wrong,
    end: ending(sandbox),
    writes: sandbox.faults.writes - writesBefore,
    lives: process.lives,
  };
}

type Command = (world: World, entries: number) => Promise<boolean>;

/** `migrate` the first time, `resume` ever after. Answers whether it is over. */
const forward: Command = async (world, entries) => {
  const request = { by, options: defaultOptions };
  const { end } =
    entries === 0
      ? await migrate(world, await readMigrationFacts(world, clusterName), request)
      : await resume(world, { by });
  return end.kind === "completed";
};

const back: Command = async (world, entries) => {
  if (entries === 0) return true;
  const end = await rollback(world, { by });
  return end.kind === "rolled-back" && end.left.length === 0;
};

/** A program that is started again and again on one cluster. */
class Process {
  readonly #sandbox: Twin;
  readonly #journal: MemoryJournal;
  readonly wrong: string[] = [];
  lives = 0;

  constructor(sandbox: Twin, journal: MemoryJournal) {
    this.#sandbox = sandbox;
    this.#journal = journal;
  }

  /** One life, ended by the kill or by itself. Answers whether the command is over. */
  async live(command: Command, kill?: FaultRule): Promise<boolean> {
    this.lives += 1;
    const { faults } = this.#sandbox;
    if (kill?.kind === "kill") faults.add({ ...kill, atWrite: faults.writes + kill.atWrite });
    try {
      const { entries } = await this.#journal.read();
      return await command(open(this.#sandbox, this.#journal), entries.length);
    } catch (error) {
      if (!(error instanceof Killed) && !(error instanceof Fault)) throw error;
      if (error instanceof Fault && this.lives > 6)
        this.wrong.push(`${error.code}: ${error.message} ${error.why ?? ""}`);
      // Whoever watches needs some time to notice and to start it again.
      this.#sandbox.advance(20_000);
      return false;
    }
  }

  async untilDone(command: Command): Promise<void> {
    for (let attempt = 1; attempt <= 8; attempt++) if (await this.live(command)) return;
    this.wrong.push("not over after 8 more starts");
  }
}

function isAutoscaler(name: string): boolean {
  return name.includes("cluster-autoscaler");
}

function differences(before: string, after: string): readonly string[] {
  if (before === after) return [];
  const [old, now] = [before.split("\n"), after.split("\n")];
  const at = old.findIndex((line, i) => line !== now[i]);
  const around = (lines: readonly string[]): string =>
    lines
      .slice(at - 2, at + 8)
      .map((line) => line.trim())
      .join(" ");
  return [`rollback did not restore line ${at}: ${around(old)} is ${around(now)}`];
}

function ending(sandbox: Twin): string {
  const nodes = sandbox.store.all("nodes");
  const own = nodes.filter((node) => node.metadata.labels?.["karpenter.sh/nodepool"] === undefined).length;
  const groups = Object.values(sandbox.account.table("autoscaling.groups")).map((group) => {
    const { AutoScalingGroupName, MinSize, MaxSize, DesiredCapacity } = group as Record<string, unknown>;
    return [AutoScalingGroupName, MinSize, MaxSize, DesiredCapacity];
  });
  const pools = nodePools(sandbox).map((pool) => [pool.metadata.name, pool.spec]);
  const classes = sandbox.store.all("priorityclasses").map((one) => one.metadata.name);
  return JSON.stringify({ own, groups, pools, classes }, undefined, 1);
}
