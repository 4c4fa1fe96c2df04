import { serveSandbox } from "./sandbox-serve.ts";
import { usage } from "../../fault/fault.ts";
import { nearest } from "../../fault/nearest.ts";
import { count, table } from "../../report/text/table.ts";
import { versionedDocument } from "../../report/json.ts";
import { path } from "../options.ts";
import { addOutputOptions, answerWith } from "../output.ts";
import { sourceWords } from "../source-words.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";

const defaultState = ".dovetail";

/** `dovetail sandbox`: which sample clusters there are, and how to begin one anew. */
export const command: CommandModule = {
  configure: (command) => {
    command
      .argument("[action]", "list, reset or serve", "list")
      .argument("[name]", "sample cluster to reset or to serve")
      .option("--speed <number>", "serve: seconds of the sandbox in one of yours, 0 to 3600 (default 60)")
      .option("--port <number>", "serve: port on 127.0.0.1 (default: any that is free)")
      .option("--seed <number>", "serve: seed of a sandbox that is begun (default 1)")
      .addOption(
        path("--state <folder>", "folder where sandboxes are kept between commands (default .dovetail)", "folder").env(
          "DOVETAIL_STATE",
        ),
      );
    addOutputOptions(command, ["csv", "markdown", "name"]);
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
    const all = [...samples.values()].map(({ name, clusterName, summary }) => ({
      name,
      cluster: clusterName,
      summary,
    }));
    answerWith(context, options, {
      document: () => versionedDocument("sandboxes", "sandbox", { sandboxes: all }),
      text: (view) => {
        const rows = all.map((one) => [one.name, one.cluster, one.summary]);
        const next = `dovetail assess ${sourceWords({ ...options, sandbox: "clean" })}`;
        return `${table([{ title: "sandbox" }, { title: "cluster" }, { title: "" }], rows, view)}\nnext: ${next}\n`;
      },
      sheet: () => ({
        columns: ["name", "cluster", "summary"],
        rows: all.map((one) => [one.name, one.cluster, one.summary]),
      }),
      names: () => all.map((one) => one.name),
    });
    return 0;
  }
  if (action !== "reset" && action !== "serve")
    throw usage("sandbox-action", `there is nothing like sandbox ${action}`, "use list, reset or serve");
  if (name === undefined || !samples.has(name)) throw unknownSandbox(name, [...samples.keys()]);
  if (action === "serve") return serveSandbox(context, options, { name, folder });
  checkUnserved(options);
  const removed = await resetSandbox(folder, name);
  answerWith(context, options, {
    document: () => versionedDocument("sandboxes", "sandbox", { reset: name, removed: [...removed] }),
    text: () =>
      removed.length === 0
        ? `sandbox ${name} was not begun; nothing to reset\n`
        : `sandbox ${name} begins anew: ${count(removed.length, "file")} removed\n`,
    names: () => [name],
  });
  return 0;
}

function unknownSandbox(name: string | undefined, all: readonly string[]): Error {
  if (name === undefined) return usage("sandbox", "no sandbox was named", `name one of ${all.join(", ")}`);
  const near = nearest(name, all);
  const fix = near === undefined ? `name one of ${all.join(", ")}` : `did you mean ${near}?`;
  return usage("sandbox", `there is no sandbox named ${name}`, fix);
}

function checkUnserved(options: Readonly<Record<string, unknown>>): void {
  const given = ["speed", "port", "seed"].find((one) => options[one] !== undefined);
  if (given !== undefined) throw usage("sandbox-action", `--${given} is for \`sandbox serve\``, "leave it out");
}
