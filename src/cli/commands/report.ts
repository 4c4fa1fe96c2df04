import type { JournalEntry } from "../../migration/journal.ts";
import { decidingRelease } from "../../karpenter/chosen-release.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { ReportParts as Parts } from "../../report/html/build.ts";
import { commandOf, type Context, type ExitCode } from "../command.ts";
import { versionedDocument } from "../../report/json.ts";
import { addSourceOptions, path } from "../options.ts";
import { addOutputOptions, formOf, isText, type OutputOptions, answerWith } from "../output.ts";
import { addPoolOptions, forecastsOf, type PoolOptions } from "../forecast.ts";
import { sourceWords } from "../source-words.ts";
import { warn, working } from "../../app/run/news.ts";

type Options = PoolOptions & OutputOptions & { readonly out: string; readonly journal?: string };

/** `dovetail report`: findings, simulation, manifests and, with a journal, the stages, as one page that loads nothing from a network. */
export const command = commandOf<Options>({
  configure: (cli) => {
    cli
      .addOption(path("--out <file>", "the page to write; - for standard output").default("dovetail-report.html"))
      .addOption(path("--journal <file>", "journal of a setup, install or migration, to show its stages"));
    addPoolOptions(cli);
    addSourceOptions(addOutputOptions(cli));
  },
  run,
});

async function run(context: Context, options: Options): Promise<ExitCode> {
  if (options.out === "-" && !isText(options)) {
    throw usage(
      "contradiction",
      `--out - and --output ${formOf(options)} both write to standard output`,
      "name a file",
    );
  }
  const host = context.host(options);
  const snapshot = await (await context.reader(options)).read(host);
  const journal = options.journal === undefined ? undefined : await readJournal(options.journal);
  const progress = working(host, { code: "judging" });
  const parts = await partsOf(context, options, snapshot).finally(() => progress.end());
  const [{ buildReport }, { renderHtml }, { DiskFiles }] = await Promise.all([
    import("../../report/html/build.ts"),
    import("../../report/html/render.ts"),
    import("../../adapters/disk/files.ts"),
  ]);
  const next = `dovetail assess ${sourceWords(options)}`.trimEnd();
  const document = buildReport({
    snapshot,
    madeAt: snapshot.readAt,
    ...parts,
    next,
    ...(journal === undefined ? {} : { journal }),
  });
  const page = renderHtml(document);
  if (options.out === "-") {
    context.print(page);
    return 0;
  }
  await new DiskFiles().write(options.out, page);
  answerWith(context, options, {
    document: () => versionedDocument("report-page", "report", { file: options.out, bytes: Buffer.byteLength(page) }),
    text: () =>
      `wrote ${options.out}; it needs no network and can be attached to a ticket\nnext: open it in a browser\n`,
  });
  return 0;
}

async function partsOf(
  context: Context,
  options: Options,
  snapshot: Snapshot,
): Promise<Omit<Parts, "snapshot" | "madeAt">> {
  const [{ assessSnapshot }, { discoveredWith }, { discover }, { translateDiscovered }, { instanceTypeFacts }] =
    await Promise.all([
      import("../../app/assess/assess.ts"),
      import("../../app/assess/discovered.ts"),
      import("../../app/read/discover.ts"),
      import("../../app/translate/translate.ts"),
      import("../../app/translate/types.ts"),
    ]);
  const { loadCatalogue } = await import("../../adapters/disk/catalogue.ts");
  const release = decidingRelease(snapshot, options.karpenterVersion);
  const catalogue = loadCatalogue(release);
  const discovery = discover(snapshot);
  const { findings } = assessSnapshot(snapshot, discoveredWith(snapshot, discovery, catalogue)).assessment;
  const translation = translateDiscovered(snapshot, discovery, {
    release,
    instanceTypes: instanceTypeFacts(catalogue),
  });
  return { findings, translation, ...(await simulated(context, options, snapshot)) };
}

// Without a region, without node groups or without pods there is nothing to simulate: the rest of the page is still worth having.
async function simulated(
  context: Context,
  options: Options,
  snapshot: Snapshot,
): Promise<Pick<Parts, "simulation" | "region">> {
  try {
    const [simulation] = await forecastsOf(context, options, { snapshot, paths: [options.nodepools] });
    return simulation === undefined ? {} : { simulation: simulation.outcome, region: simulation.outcome.region };
  } catch (error) {
    if (!(error instanceof Fault) || options.nodepools !== undefined || options.prices !== undefined) throw error;
    const fix = error.hint === undefined ? {} : { fix: error.hint };
    warn(context.host(options), { code: "simulation-left-out", problem: error.message, ...fix });
    return {};
  }
}

async function readJournal(path: string): Promise<readonly JournalEntry[]> {
  const [{ DiskFiles }, { DiskJournal }] = await Promise.all([
    import("../../adapters/disk/files.ts"),
    import("../../adapters/disk/journal.ts"),
  ]);
  if ((await new DiskFiles().stat(path))?.kind !== "file") {
    throw usage("journal", `${path}: no such journal`, "pass the file that setup, install or migrate named");
  }
  return (await new DiskJournal(path).read()).entries;
}
