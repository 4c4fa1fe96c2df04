import { assessSnapshot, type FailOn, isFailing } from "../../app/assess/assess.ts";
import { writePatches } from "../../app/assess/patches.ts";
import { discoveredWith } from "../../app/assess/discovered.ts";
import { discover } from "../../app/read/discover.ts";
import { usage } from "../../fault/fault.ts";
import { assessJson } from "../../report/json.ts";
import { assessText } from "../../report/text/assess.ts";
import type { CommandModule, Context, ExitCode, SourceOptions, WorldOptions } from "../command.ts";
import { addSourceOptions } from "../options.ts";
import { sourceWords } from "../source-words.ts";

type AssessOptions = SourceOptions &
  WorldOptions & {
    readonly json?: boolean;
    readonly all?: boolean;
    readonly failOn: string;
    readonly writePatches?: string;
  };

/** `dovetail assess` */
export const command: CommandModule = {
  configure: (command) => {
    addSourceOptions(command)
      .option("--json", "one versioned JSON document instead of text")
      .option("--all", "every finding, not the first five of a kind")
      .option("--fail-on <severity>", "exit 1 from this severity on: error, warning, info or never", "error")
      .option("--write-patches <folder>", "write the patches that findings come with, and a script to apply them");
  },
  run: (context, _args, options) => run(context, options as unknown as AssessOptions),
};

async function run(context: Context, options: AssessOptions): Promise<ExitCode> {
  const failOn = failOnOf(options.failOn);
  const reader = await context.reader(options);
  const snapshot = await reader.read(context.host(options));
  const { loadCatalogue } = await import("../../adapters/disk/catalogue.ts");
  const result = assessSnapshot(snapshot, discoveredWith(snapshot, discover(snapshot), loadCatalogue()));
  if (options.writePatches !== undefined) await write(context, options.writePatches, result.assessment.findings);
  const view = {
    columns: context.columns,
    isColour: context.isColour,
    isAll: options.all === true,
    sourceOptions: sourceWords(options),
  };
  context.out(options.json === true ? assessJson(result) : assessText(result, view));
  return isFailing(result.assessment, failOn) ? 1 : 0;
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

function failOnOf(value: string): FailOn {
  if (value === "error" || value === "warning" || value === "info" || value === "never") return value;
  throw usage("fail-on", `--fail-on ${value} is no severity`, "pass error, warning, info or never");
}
