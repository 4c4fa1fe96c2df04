import { assessSnapshot, type FailOn, isFailing, narrowed } from "../../app/assess/assess.ts";
import { type Command, InvalidArgumentError, Option } from "commander";
import { writePatches } from "../../app/assess/patches.ts";
import { discoveredWith } from "../../app/assess/discovered.ts";
import { discover } from "../../app/read/discover.ts";
import { usage } from "../../fault/fault.ts";
import { nearest } from "../../fault/nearest.ts";
import type { Severity } from "../../findings/finding.ts";
import { allCodes } from "../../findings/registry.ts";
import { assessDocument, assessNames, assessSheet } from "../../report/json.ts";
import { assessText } from "../../report/text/assess.ts";
import { commandOf, type Context, type ExitCode, type SourceOptions, type WorldOptions } from "../command.ts";
import { addSourceOptions, choice, path } from "../options.ts";
import { addOutputOptions, type OutputOptions, answerWith } from "../output.ts";
import { sourceWords } from "../source-words.ts";

type AssessOptions = SourceOptions &
  WorldOptions &
  OutputOptions & {
    readonly all?: boolean;
    readonly limit?: number;
    readonly severity?: Severity;
    readonly only?: readonly string[];
    readonly failOn: FailOn;
    readonly writePatches?: string;
  };

const severities = ["error", "warning", "info"] as const;

/** `dovetail assess` */
export const command = commandOf<AssessOptions>({
  configure: (command) => {
    addOwnOptions(command);
    addSourceOptions(addOutputOptions(command, ["csv", "markdown", "name"]));
  },
  run,
});

function addOwnOptions(command: Command): void {
  command
    .addOption(choice("--severity <least>", "only findings from this severity on", severities))
    .option("--only <codes>", "only these findings, by comma: DV1001,DV1002 (exit 1 is about them alone)", codes)
    .addOption(new Option("-n, --limit <number>", "so many of each kind (default 5)").argParser(limit).conflicts("all"))
    .option("--all", "every finding, nothing cut")
    .addOption(
      choice("--fail-on <severity>", "exit 1 from this severity on", [...severities, "never"]).default("error"),
    )
    .addOption(
      path(
        "--write-patches <folder>",
        "write the patches that findings come with, and a script to apply them",
        "folder",
      ),
    );
}

async function run(context: Context, options: AssessOptions): Promise<ExitCode> {
  const reader = await context.reader(options);
  const snapshot = await reader.read(context.host(options));
  const { loadCatalogue } = await import("../../adapters/disk/catalogue.ts");
  const whole = assessSnapshot(snapshot, discoveredWith(snapshot, discover(snapshot), loadCatalogue()));
  const { only, severity } = options;
  const asked = only === undefined ? whole : narrowed(whole, ({ code }) => only.includes(code));
  const shown =
    severity === undefined
      ? asked
      : narrowed(asked, (one) => severities.indexOf(one.severity) <= severities.indexOf(severity));
  if (options.writePatches !== undefined) await write(context, options.writePatches, shown.assessment.findings);
  answerWith(context, options, {
    document: () => assessDocument(shown),
    text: (view) =>
      assessText(shown, {
        ...view,
        isAll: options.all === true,
        ...(options.limit === undefined ? {} : { most: options.limit }),
        whole,
        sourceOptions: sourceWords(options),
      }),
    sheet: () => assessSheet(shown),
    names: () => assessNames(shown),
  });
  return isFailing(asked.assessment, options.failOn) ? 1 : 0;
}

async function write(context: Context, folder: string, findings: Parameters<typeof writePatches>[2]): Promise<void> {
  const { DiskFiles } = await import("../../adapters/disk/files.ts");
  const paths = await writePatches(new DiskFiles(), folder, findings);
  context.note(
    paths.length === 0
      ? "no finding comes with a patch; nothing was written"
      : `wrote ${paths.length} files to ${folder}; nothing was applied (sh ${folder}/apply.sh does)`,
  );
}

function codes(value: string, before: readonly string[] = []): readonly string[] {
  const known: readonly string[] = allCodes();
  const asked = value.split(",").map((code) => code.trim().toUpperCase());
  for (const code of asked) {
    if (known.includes(code)) continue;
    const near = nearest(code, known);
    throw usage(
      "explain",
      `--only ${value}: there is no finding ${code === "" ? "without a code" : code}`,
      near === undefined ? "name codes that `dovetail assess` lists, by comma" : `did you mean ${near}?`,
    );
  }
  return [...before, ...asked];
}

function limit(value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("it is a whole number of at least 1; --all shows every one.");
}
