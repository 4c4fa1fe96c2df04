import { renderSnapshot } from "../../report/text/snapshot.ts";
import { usage } from "../../fault/fault.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions } from "../options.ts";

/** `dovetail snapshot`: a cluster and its account in one file. */
export const command: CommandModule = {
  configure: (command) => {
    addSourceOptions(command)
      .option("--out <file>", "file to write, by convention NAME.snapshot.gz")
      .option("--schema", "print the file format's JSON Schema instead")
      .option("--json", "print the summary as one JSON document");
  },
  run: async (context, _args, options) => {
    if (options["schema"] === true) {
      const { snapshotJsonSchema } = await import("../../snapshot/schema.ts");
      context.out(JSON.stringify(snapshotJsonSchema(), undefined, 2));
      return 0;
    }
    const out = options["out"];
    if (typeof out !== "string" || out === "") {
      throw usage("no-out", "snapshot needs a file to write", "pass --out FILE, for example --out prod.snapshot.gz");
    }
    const host = context.host(options);
    const reader = await context.reader(options);
    const snapshot = await reader.read(host);
    const { writeSnapshot } = await import("../../adapters/disk/snapshot-file.ts");
    const { summarise } = await import("../../app/snapshot/snapshot.ts");
    const { bytes } = await writeSnapshot(out, snapshot, host.interrupted);
    const summary = summarise(snapshot, out, bytes);
    context.out(options["json"] === true ? JSON.stringify(summary, undefined, 2) : renderSnapshot(summary));
    return 0;
  },
};
