import { seedOf } from "./values.ts";
import type { Chapter } from "../../app/demo/demo.ts";
import type { Recording } from "../../app/observe/frame.ts";
import type { Recorder } from "../../app/observe/recorder.ts";
import type { Host } from "../../ports/host.ts";
import type { World } from "../../ports/world.ts";
import { chapterText, demoEndText, headingText } from "../../report/text/demo.ts";
import { Option } from "commander";
import { Fault } from "../../fault/fault.ts";
import { plainMembers, versionedDocument } from "../../report/json.ts";
import { filled, path } from "../options.ts";
import { addOutputOptions, answerWith, type OutputOptions } from "../output.ts";
import { commandOf, type Context, type ExitCode } from "../command.ts";
import { beginningOf, eventLine, questionText } from "../../report/text/events.ts";

const chapters = 11;
/** The timeline looks at the cluster this often, in its own time. */
const lookEveryMs = 5000;

type DemoOptions = OutputOptions & {
  readonly sandbox: string;
  readonly seed: string;
  readonly out: string;
  readonly quiet?: boolean;
};

/** `dovetail demo`: the whole path on the built-in sandbox, there and back, in virtual time; then a report. */
export const command = commandOf<DemoOptions>({
  configure: (command) => {
    command
      .addOption(filled(new Option("--sandbox <name>", "sample cluster").default("clean"), "sandbox"))
      .option("--seed <number>", "seed of the sandbox", "1")
      .addOption(
        path("--out <folder>", "where the report and the journal go; nothing else is written", "folder").default(
          "dovetail-demo",
        ),
      );
    addOutputOptions(command);
  },
  run,
});

/** A stopped demo leaves nothing behind that a command could go on with: its world was in this process. */
async function run(context: Context, options: DemoOptions): Promise<ExitCode> {
  try {
    return await play(context, options);
  } catch (error) {
    if (!(error instanceof Fault) || error.blame !== "interrupted") throw error;
    throw new Fault("interrupted", "the demo was stopped; nothing was kept", { hint: "see it again: `dovetail demo`" });
  }
}

async function play(context: Context, options: DemoOptions): Promise<ExitCode> {
  const seed = seedOf(options.seed);
  const [{ openSandbox }, { restorable }, { loadCatalogue }, { DiskFiles }, { runDemo }, { Recorder }] =
    await Promise.all([
      import("../../adapters/sandbox/open.ts"),
      import("../../twin/checkers/invariants.ts"),
      import("../../adapters/disk/catalogue.ts"),
      import("../../adapters/disk/files.ts"),
      import("../../app/demo/demo.ts"),
      import("../../app/observe/recorder.ts"),
    ]);
  const startedMs = performance.now();
  const opened = await openSandbox({ name: options.sandbox, seed, files: new DiskFiles() });
  const recorder = new Recorder(opened.world, await opened.world.prices.read(opened.world.cloud.region));
  const host = demoHost(context, opened.world, { isQuiet: options.quiet === true, recorder });
  const world: World = { ...opened.world, host, clock: recorder.clock(lookEveryMs) };
  const seen: Chapter[] = [];
  const view = { columns: context.columns, isColour: context.isColour };
  context.note(
    `A built-in EKS cluster and AWS account, simulated in this process; its time runs fast. Nothing outside is touched.`,
  );
  const outcome = await runDemo(world, {
    name: options.sandbox,
    by: context.who,
    catalogue: loadCatalogue(),
    fingerprint: () => restorable(opened.sandbox),
    begin: (heading) => context.note(headingText(heading, chapters, view)),
    show: (chapter) => {
      seen.push(chapter);
      context.note(chapterText(chapter, view));
    },
  });
  await recorder.look();
  const report = await writeReport(world, { folder: options.out, chapters: seen, timeline: recorder.timeline() });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const verdict = outcome.hasPassed
    ? `the whole path passed, there and back, in ${seconds} s`
    : seen.some((one) => one.kind === "stopped")
      ? `the migration stopped where it had to, and was taken back, in ${seconds} s`
      : "the demo did not end as it should; see above";
  const verification = chapterOf(seen, "verify")?.verification;
  const next = "dovetail assess --context YOUR-CLUSTER";
  answerWith(context, options, {
    document: () =>
      versionedDocument("demo", "demo", {
        passed: outcome.hasPassed,
        seconds: Number(seconds),
        report,
        ...(verification === undefined ? {} : { verification: plainMembers(verification) }),
        next,
      }),
    text: (view) => `\n${demoEndText({ verdict, verification, report, next }, view)}`,
  });
  return outcome.hasPassed ? 0 : 1;
}

/** The chapter of a kind; undefined when the demo did not come to it. */
function chapterOf<K extends Chapter["kind"]>(
  seen: readonly Chapter[],
  kind: K,
): Extract<Chapter, { readonly kind: K }> | undefined {
  return seen.find((one): one is Extract<Chapter, { readonly kind: K }> => one.kind === kind);
}

async function writeReport(
  world: World,
  of: {
    readonly folder: string;
    readonly chapters: readonly Chapter[];
    readonly timeline: Recording;
  },
): Promise<string> {
  const [{ buildReport }, { renderHtml }] = await Promise.all([
    import("../../report/html/build.ts"),
    import("../../report/html/render.ts"),
  ]);
  const chapter = <K extends Chapter["kind"]>(kind: K) => chapterOf(of.chapters, kind);
  const translated = chapter("translate");
  const snapshot = translated?.snapshot ?? chapter("read")?.snapshot;
  if (snapshot === undefined) throw new Error("the demo read no snapshot");
  const { entries } = await world.journal.read();
  const simulation = chapter("simulate")?.outcome;
  const verification = chapter("verify")?.verification;
  const document = buildReport({
    snapshot,
    madeAt: new Date(world.clock.nowMs()).toISOString(),
    findings: chapter("assess")?.result.assessment.findings ?? [],
    journal: entries,
    timeline: of.timeline,
    next: "dovetail assess --context YOUR-CLUSTER",
    ...(simulation === undefined ? {} : { simulation }),
    ...(translated === undefined ? {} : { translation: translated.translation }),
    ...(verification === undefined ? {} : { verification }),
  });
  const path = `${of.folder}/report.html`;
  await world.files.write(path, renderHtml(document));
  await world.files.write(`${of.folder}/journal.jsonl`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  return path;
}

/** Says what happens with the time of the sandbox before it; consents to everything, since nothing real is at stake. */
function demoHost(
  context: Context,
  world: World,
  of: { readonly isQuiet: boolean; readonly recorder: Recorder },
): Host {
  const host = context.host({ yes: true, quiet: of.isQuiet });
  const say = (line: string): void => {
    const stamp = new Date(world.clock.nowMs()).toISOString().slice(11, 19);
    if (!of.isQuiet) context.note(`  ${stamp}  ${line}`);
  };
  return {
    tell: (event) => {
      const begun = beginningOf(event);
      if (begun !== undefined) of.recorder.note(begun.text, begun.begins);
      const line = eventLine(event);
      if (line === undefined) return host.tell(event);
      of.recorder.note(line);
      say(line);
    },
    confirm: async (question) => {
      say(`${questionText(question).text}  yes`);
      return true;
    },
    interrupted: host.interrupted,
  };
}
