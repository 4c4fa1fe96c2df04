import { usage } from "../../fault/fault.ts";
import { count, table } from "../../report/text/table.ts";
import { sourceWords } from "../source-words.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";

const defaultState = ".dovetail";

/** `dovetail sandbox`: which sample clusters there are, and how to begin one anew. */
export const command: CommandModule = {
  configure: (command) => {
    command
      .argument("[action]", "list or reset", "list")
      .argument("[name]", "sample cluster to reset")
      .option("--state <folder>", "folder where sandboxes are kept between commands (default .dovetail)");
  },
  run: (context, args, options) => run(context, args, options),
};

async function run(
  context: Context,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const [action = "list", name] = args;
  const folder = typeof options["state"] === "string" ? options["state"] : defaultState;
  const [{ resetSandbox }, { samples }] = await Promise.all([
    import("../../adapters/sandbox/open.ts"),
    import("../../twin/samples/build.ts"),
  ]);
  if (action === "list") {
    const rows = [...samples.values()].map((one) => [one.name, one.clusterName, one.summary]);
    const next = `dovetail assess ${sourceWords({ ...options, sandbox: "clean" })}`;
    context.out(`${table([{ title: "sandbox" }, { title: "cluster" }, { title: "" }], rows)}\nnext: ${next}`);
    return 0;
  }
  if (action !== "reset") throw usage("sandbox-action", `there is nothing like sandbox ${action}`, "use list or reset");
  if (name === undefined || !samples.has(name)) {
    throw usage(
      "sandbox",
      name === undefined ? "no sandbox was named" : `there is no sandbox named ${name}`,
      `name one of ${[...samples.keys()].join(", ")}`,
    );
  }
  const removed = await resetSandbox(folder, name);
  context.out(
    removed.length === 0
      ? `sandbox ${name} was not begun; nothing to reset`
      : `sandbox ${name} begins anew: ${count(removed.length, "file")} removed`,
  );
  return 0;
}
