import { renderSnapshot } from "../../report/text/snapshot.ts";
import { plainMembers } from "../../report/json.ts";
import { usage } from "../../fault/fault.ts";
import type { CommandModule, Context, ExitCode, SourceOptions, WorldOptions } from "../command.ts";
import { refuseTogether } from "../conflicts.ts";
import { addSourceOptions, path } from "../options.ts";
import { addOutputOptions, formOf, printedJson, type OutputOptions, answerWith } from "../output.ts";

type Options = SourceOptions & WorldOptions & OutputOptions & { readonly out?: string; readonly schema?: boolean };

/** `dovetail snapshot`: a cluster and its account in one file. */
export const command: CommandModule = {
  configure: (command) => {
    command
      .addOption(path("--out <file>", "file to write, by convention NAME.snapshot.gz; - for standard output"))
      .option("--schema", "print the file format's JSON Schema instead");
    addSourceOptions(addOutputOptions(command));
  },
  run: (context, _args, options) => run(context, options),
};

async function run(context: Context, options: Options): Promise<ExitCode> {
  refuseTogether(options, [["schema", "out"]]);
  if (options.schema === true) {
    const { snapshotJsonSchema } = await import("../../snapshot/schema.ts");
    context.print(printedJson(plainMembers(snapshotJsonSchema())));
    return 0;
  }
  const { out } = options;
  if (out === undefined || out === "") {
    throw usage("no-out", "snapshot needs a file to write", "pass --out FILE, for example --out prod.snapshot.gz");
  }
  const isStream = out === "-";
  if (isStream && formOf(options) !== "text") {
    throw usage(
      "contradiction",
      `--out - and --output ${formOf(options)} both write to standard output`,
      "name a file",
    );
  }
  const host = context.host(options);
  const reader = await context.reader(options);
  const snapshot = await reader.read(host);
  const { streamSnapshot, writeSnapshot } = await import("../../adapters/disk/snapshot-file.ts");
  const { summarise } = await import("../../app/snapshot/snapshot.ts");
  if (isStream) {
    const bytes = await streamSnapshot(process.stdout, snapshot);
    context.note(renderSnapshot(summarise(snapshot, "standard output", bytes), { columns: context.columns }));
    return 0;
  }
  const { bytes } = await writeSnapshot(out, snapshot, host.interrupted);
  const summary = summarise(snapshot, out, bytes);
  answerWith(context, options, {
    document: () => plainMembers(summary),
    text: (view) => renderSnapshot(summary, view),
  });
  return 0;
}
