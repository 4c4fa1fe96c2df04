import { allActors } from "../../../src/twin/actors/all.ts";
import { sandboxMarket } from "../../../src/adapters/sandbox/prices.ts";
import { endOf, hasBegun, pastPlans } from "../../../src/migration/history.ts";
import { defaultLatencies } from "../../../src/twin/latencies.ts";
import { Twin } from "../../../src/twin/world/twin.ts";
import { deletePod, restart } from "./deeds.ts";
import { End } from "./end.ts";
import { Ledger } from "./ledger.ts";
import { type Command, type LifeChoices, type LifeEnd, Process } from "./process.ts";
import { type Ready, readyCluster } from "./ready.ts";
import type { PlannedKill, Story } from "./story.ts";
import { Watch } from "./watch.ts";

/** How one rehearsal ended. `wrong` is empty when everything promised was kept. */
export interface Outcome {
  readonly wrong: readonly string[];
  /** What happened, a line each. */
  readonly trail: readonly string[];
  readonly end: string;
  readonly news: number;
}

/** The most commands that one stop may lead to, each as the stop before says. */
const mostAdvice = 5;

/** Lives through a story and checks every promise. */
export async function rehearse(story: Story): Promise<Outcome> {
  const ready = await readyCluster(story.cluster);
  const twin = open(ready, story);
  const ledger = new Ledger();
  const watch = new Watch(twin, ledger);
  const end = new End(twin, ledger);
  twin.faults.add(...story.faults);
  const process = new Process(twin, ready, story, { watch, ledger });
  const told = new Told(twin, ledger, process);
  const last = await lived(story, ready, told);
  const wrong = [...told.wrong];
  wrong.push(
    ...(await end.judge({ end: last, left: told.left, idleMs: idleOf(story) }, process.journal)),
    ...watch.finish(),
  );
  return { wrong, trail: [...told.trail, ...ledger.told], end: last, news: process.news };
}

// A process that dies in the middle of its hand-over leaves nobody in charge until it is begun again.
function idleOf({ kills, killsBack }: Story): number {
  return [...kills, ...killsBack].reduce((sum, kill) => sum + kill.idleMs, 0);
}

function open(ready: Ready, { slowness }: Story): Twin {
  const { eksUpdate } = defaultLatencies;
  const latencies = { ...defaultLatencies, eksUpdate: { ...eksUpdate, medianMs: eksUpdate.medianMs * slowness } };
  return new Twin(ready.state(), { actors: allActors, market: sandboxMarket(), latencies });
}

async function lived(story: Story, ready: Ready, told: Told): Promise<string> {
  const { goal, kills, killsBack } = story;
  if (goal === "group by group") {
    const [first] = groupNames(ready);
    const one = await told.until("migrate", { kills, groups: first === undefined ? undefined : [first] });
    if (one !== "completed") return one;
    const two = await told.until("migrate", { kills: [] });
    return two === "completed" && killsBack.length > 0 ? told.until("rollback", { kills: killsBack }) : two;
  }
  if (goal === "rollback half-way") {
    const end = await told.once("migrate", { kill: kills[0] });
    if (end.kind === "fault" && !(await told.hasBegun())) return "refused";
    return told.until("rollback", { kills: killsBack });
  }
  const end = await told.until("migrate", { kills });
  if (goal === "migrate" || end === "refused" || end === "rolled-back") return end;
  return told.until("rollback", { kills: killsBack });
}

function groupNames(ready: Ready): readonly string[] {
  const tables = ready.state().aws.tables;
  const managed = Object.keys(tables["eks.nodegroups"] ?? {});
  const own = Object.keys(tables["autoscaling.groups"] ?? {}).filter((name) => !name.startsWith("eks-"));
  return [...managed, ...own];
}

/** Runs commands until something is over, following what each stop says. */
class Told {
  readonly trail: string[] = [];
  readonly wrong: string[] = [];
  /** What the last way back left, as it said. */
  left: readonly string[] = [];
  readonly #twin: Twin;
  readonly #ledger: Ledger;
  readonly #process: Process;

  constructor(twin: Twin, ledger: Ledger, process: Process) {
    this.#twin = twin;
    this.#ledger = ledger;
    this.#process = process;
  }

  async once(command: Command, { kill, groups, accept = [] }: LifeChoices = {}): Promise<LifeEnd> {
    const end = await this.#process.live(command, { kill, groups, accept });
    this.trail.push(
      `${new Date(this.#twin.nowMs).toISOString().slice(11, 19)} ${command} -> ${end.kind}: ${end.why.slice(0, 500)}`,
    );
    if (end.kind === "killed" && kill !== undefined) this.#twin.advance(kill.idleMs);
    return end;
  }

  async until(
    first: Command,
    about: { readonly kills: readonly PlannedKill[]; readonly groups?: readonly string[] | undefined },
  ): Promise<string> {
    let command = first;
    let advised = 0;
    const kills = [...about.kills];
    let accept: readonly string[] = [];
    for (;;) {
      const end = await this.once(command, { kill: kills.shift(), groups: about.groups, accept });
      if (end.kind === "completed") return "completed";
      if (end.kind === "rolled-back") {
        this.left = end.left;
        if (end.left.length === 0 || advised >= 2) return "rolled-back";
        advised += 1;
        this.#stopMeddling(advised);
        continue;
      }
      if (end.kind === "killed") {
        command = command === "rollback" ? "rollback" : await this.#whereItStands();
        continue;
      }
      if (end.kind === "fault" && end.fault.code === "interrupted") {
        command = command === "rollback" ? "rollback" : await this.#whereItStands();
        continue;
      }
      if (end.kind === "fault") {
        if (!(await this.hasBegun()) && isRefusal(end.fault.code)) return "refused";
        advised += 1;
        if (advised > mostAdvice) return this.#stuck("advice that leads nowhere");
        command = adviceOf(end) ?? this.#stuckAs(command, "a stop that names no command");
        this.#stopMeddling(advised, end);
        continue;
      }
      if (end.kind === "gate-closed" || end.kind === "installed") {
        advised += 1;
        if (advised > mostAdvice) return this.#stuck("a gate that never opens");
        // Where a restart has not spread it again, it is let be.
        if (advised > 2) accept = [...end.why.matchAll(/ZONES=([\w/-]+)/g)].map(([, name = ""]) => name);
        this.#stopMeddling(advised, end);
      }
      command = command === "rollback" ? "rollback" : await this.#whereItStands();
    }
  }

  async hasBegun(): Promise<boolean> {
    const { entries } = await this.#process.journal.read();
    return entries.some(
      (entry) => entry.type === "planned" && entry.plan.command === "migrate" && hasBegun(entry.planId, entries),
    );
  }

  async #whereItStands(): Promise<Command> {
    const { entries } = await this.#process.journal.read();
    const planned = entries.findLast((entry) => entry.type === "planned");
    if (planned?.type !== "planned") return "migrate";
    const last = pastPlans(entries, "migrate", planned.plan.cluster.name).at(-1);
    return last !== undefined && endOf(last.plan.id, entries) === undefined ? "resume" : "migrate";
  }

  // The first time a command is only followed; after that, people do what they were asked to.
  #stopMeddling(advised: number, end?: LifeEnd): void {
    if (advised < 2) return;
    // `move it, delete it or take its mark away yourself`
    const pod =
      end?.kind === "fault" && end.fault.code === "migrate.guarded"
        ? /^[\w-]+\/[\w-]+/.exec(end.fault.message)?.[0]
        : undefined;
    for (const [, namespace = "", kind = "", name = ""] of end?.why.matchAll(
      /kubectl -n (\S+) rollout restart (\S+) (\S+)`/g,
    ) ?? [])
      restart(
        { twin: this.#twin, ledger: this.#ledger },
        { resource: kind === "statefulset" ? "statefulsets" : "deployments", namespace, name },
      );
    if (pod !== undefined) deletePod(pod, this.#twin, this.#ledger);
    this.#ledger.makeAmends();
    this.#twin.advance(120_000);
  }

  // Where a group or a NodePool was deleted, its room is gone, and nobody who may brings it back.
  #stuck(what: string): string {
    if (this.#ledger.unforeseen.has("a group was deleted") || this.#ledger.unforeseen.has("a NodePool was deleted"))
      return "stuck";
    // Nodes that people took away, and that nobody but Cluster Autoscaler would bring back.
    if (this.#ledger.groups.size > 0 && this.trail.at(-1)?.includes(" pending") === true) return "stuck";
    this.wrong.push(`${what}: ${this.trail.slice(-mostAdvice).join(" | ")}`);
    return "stuck";
  }

  #stuckAs(command: Command, what: string): Command {
    this.wrong.push(`${what}: ${this.trail.at(-1) ?? ""}`);
    return command;
  }
}

function isRefusal(code: string): boolean {
  return ["migrate.refused", "usage.no-groups", "usage.no-pools", "migrate.unread"].includes(code);
}

/** The first command that a stop names, in its hint or in how far it came. */
function adviceOf({ fault }: Extract<LifeEnd, { readonly kind: "fault" }>): Command | undefined {
  const pattern = /`dovetail (migrate|resume|rollback|install)\b/;
  const [, name] = pattern.exec(fault.hint ?? "") ?? pattern.exec(fault.outcome ?? "") ?? [];
  return name as Command | undefined;
}
