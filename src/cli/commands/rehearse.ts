import { type Command, Option } from "commander";
import { usage } from "../../fault/fault.ts";
import { shellWord } from "../../kube/text.ts";
import type { FaultLevel, Rehearsal } from "../../app/rehearse/types.ts";
import type { RehearsalJob } from "../../worlds/rehearsal/job.ts";
import type { JobFiles, JobSource } from "../../worlds/rehearsal/prepare.ts";
import type { CommandModule, Context, ExitCode, SourceOptions, WorldOptions } from "../command.ts";
import { plainMembers } from "../../report/json.ts";
import { addSourceOptions } from "../options.ts";
import { addOutputOptions, answerWith } from "../output.ts";
import { sourceWords } from "../source-words.ts";
import { seedOf, flag, text } from "./values.ts";

type Given = Readonly<Record<string, unknown>>;

const hourMs = 3_600_000;
const longestMs = 31 * 24 * hourMs;
const mostRuns = 1000;

/** `dovetail rehearse`: hours or days of the cluster under both, and the migration between. Changes nothing. */
export const command: CommandModule = {
  configure: (cli) => {
    addOwnOptions(cli);
    addSourceOptions(addOutputOptions(cli));
    const seed = cli.options.find(({ long }) => long === "--seed");
    if (seed !== undefined) seed.description = "seed of the dice (default 1)";
  },
  run: (context, _args, given) => run(context, given),
};

function addOwnOptions(cli: Command): void {
  cli
    .option("--for <time>", "how long each world is played: 90m, 24h, 7d", "24h")
    .option("--load <file>", "CSV of pods that arrive and end (docs/guide/rehearse.md)")
    .option("--swing <share>", "let the load rise and fall by so much in a day: 30%")
    .addOption(
      new Option("--faults <level>", "what goes wrong by itself")
        .choices(["none", "default", "harsh"])
        .default("default"),
    )
    .option("--runs <number>", "as many seeds, in threads; shows percentiles")
    .option("--nodepools <path>", "file or folder of NodePools and EC2NodeClasses (default: translate the node groups)")
    .option("--prices <file>", "JSON or CSV of USD per hour, over the prices at hand")
    .option("--latencies <file>", "JSON of latencies that were measured (docs/twin.md)")
    .option("--all", "every row");
}

async function run(context: Context, given: Given): Promise<ExitCode> {
  // Contradictions are told before anything is read.
  const forMs = timeOf(text(given, "for") ?? "24h");
  const load = loadGiven(given);
  const seed = seedOf(text(given, "seed") ?? "1");
  const runs = runsOf(text(given, "runs"));
  const { prepareJob } = await import("../../worlds/rehearsal/prepare.ts");
  const choices = { seed, forMs, load, faults: faultsOf(given), by: context.who };
  const job = await prepareJob(await sourceOf(context, given), filesOf(given), choices);
  return runs === undefined ? once(context, given, job) : often(context, given, { job, runs });
}

async function sourceOf(context: Context, given: Given): Promise<JobSource> {
  // The seed is that of the dice: the sandbox is the one that is kept, or the usual one.
  const { seed: _, ...source }: SourceOptions & WorldOptions & { readonly prices?: string } = given;
  const { sandbox } = source;
  if (sandbox !== undefined) return { sandbox, stateFolder: source.state ?? ".dovetail" };
  const { openPrices } = await import("../prices.ts");
  const prices = await openPrices(context, source);
  const snapshot = await (await context.reader(source)).read(context.host(source));
  return { snapshot, prices, ...(source.region === undefined ? {} : { region: source.region }) };
}

function filesOf(given: Given): JobFiles {
  const nodepools = text(given, "nodepools");
  const latencies = text(given, "latencies");
  return {
    ...(nodepools === undefined ? {} : { nodepools }),
    ...(latencies === undefined ? {} : { latencies }),
  };
}

async function once(context: Context, given: Given, job: RehearsalJob): Promise<ExitCode> {
  const [{ doJob }, { rehearseText }] = await Promise.all([
    import("../../worlds/rehearsal/job.ts"),
    import("../../report/text/rehearse.ts"),
  ]);
  const rehearsal = await doJob(job, context.host(given));
  const view = { isAll: flag(given, "all"), again: againWords(given, job.seed), next: nextWords(given) };
  answerWith(context, given, { document: () => plainMembers(rehearsal), text: () => rehearseText(rehearsal, view) });
  return exitOf([rehearsal]);
}

async function often(
  context: Context,
  given: Given,
  { job, runs }: { readonly job: RehearsalJob; readonly runs: number },
): Promise<ExitCode> {
  const [{ doJobs }, { summaryOf }, { rehearsalsText }, { working }] = await Promise.all([
    import("../../worlds/rehearsal/runs.ts"),
    import("../../app/rehearse/summary.ts"),
    import("../../report/text/rehearsals.ts"),
    import("../../app/run/news.ts"),
  ]);
  const host = context.host(given);
  const progress = working(host, { code: "rehearsing", world: "all" }, runs);
  const seeds = Array.from({ length: runs }, (_, at) => job.seed + at);
  const all = await doJobs(job, seeds, { signal: host.interrupted, done: (count) => progress.update(count) }).finally(
    () => progress.end(),
  );
  const summary = summaryOf(all);
  answerWith(context, given, {
    document: () => plainMembers(summary),
    text: () => rehearsalsText(summary, { again: (seed) => againWords(given, seed) }),
  });
  return exitOf(all);
}

/** No is an answer: the migration does not get through, or something was broken on the way. */
function exitOf(all: readonly Rehearsal[]): ExitCode {
  const isFine = all.every(
    ({ autoscaler, migration, karpenter }) =>
      migration.end.kind === "completed" &&
      [autoscaler, migration, karpenter].every((one) => (one?.checked.broken ?? 0) === 0),
  );
  return isFine ? 0 : 1;
}

function timeOf(value: string): number {
  const [, digits = "", unit = "h"] = /^(\d{1,6})(m|h|d)$/.exec(value) ?? [];
  const ms = Number(digits) * (unit === "d" ? 24 * hourMs : unit === "h" ? hourMs : 60_000);
  if (digits === "") throw usage("duration", `--for ${value} is no duration`, "write it as 90m, 24h or 7d");
  if (ms < 600_000 || ms > longestMs)
    throw usage("rehearse", `--for ${value} is not between 10m and 31d`, "pass --for 24h or --for 7d");
  return ms;
}

function loadGiven(given: Given): RehearsalJob["load"] {
  const file = text(given, "load");
  const swing = text(given, "swing");
  if (file !== undefined && swing !== undefined)
    throw usage("contradiction", "--load and --swing exclude each other", "pass one of them");
  if (file !== undefined) return { file };
  if (swing === undefined) return undefined;
  const [, percent = ""] = /^(\d{1,3}(?:\.\d+)?)%$/.exec(swing) ?? [];
  if (percent === "" || Number(percent) <= 0 || Number(percent) > 95)
    throw usage("rehearse", `--swing ${swing} is no share from 1% to 95%`, "pass --swing 30%");
  return { share: Number(percent) / 100 };
}

function faultsOf(given: Given): FaultLevel {
  const value = given["faults"];
  return value === "none" || value === "harsh" ? value : "default";
}

function runsOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const runs = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (runs >= 1 && runs <= mostRuns) return runs;
  throw usage("rehearse", `--runs ${value} is not between 1 and ${mostRuns}`, "pass --runs 20");
}

/** The line that gives one run again, whatever its place among others was. */
function againWords(given: Given, seed: number): string {
  const { seed: _, ...source }: SourceOptions & Given = given;
  const valued = ["for", "load", "swing", "faults", "nodepools", "prices", "latencies"].flatMap((name) => {
    const value = text(given, name);
    return value === undefined ? [] : [`--${name} ${shellWord(value)}`];
  });
  return ["dovetail rehearse", sourceWords(source), ...valued, `--seed ${seed}`].filter((one) => one !== "").join(" ");
}

function nextWords(given: Given): string {
  const { seed: _, ...source }: SourceOptions & Given = given;
  return `dovetail simulate ${sourceWords(source)}`.trimEnd();
}
