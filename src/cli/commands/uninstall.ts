import { defined } from "../../kube/json.ts";
import type { Command } from "commander";
import { prepareUninstall, uninstall, type UninstallOptions } from "../../app/install/uninstall.ts";
import { changingNothing } from "../../app/run/changing.ts";
import { Fault, usage, withOutcome } from "../../fault/fault.ts";
import { renderUndone, renderUndoPlan } from "../../report/text/left.ts";
import { count } from "../../report/text/table.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { addSourceOptions, addWriteOptions } from "../options.ts";
import { again, consent, flag, text } from "./values.ts";

type Given = Readonly<Record<string, unknown>>;

/** `dovetail uninstall`: takes an installation back, newest step first. */
export const command: CommandModule = { configure, run };

function configure(command: Command): void {
  addWriteOptions(addSourceOptions(command))
    .option("--nodes <fate>", "delete (drain and remove) or keep the nodes that Karpenter still owns")
    .option("--helm <path>", "helm binary (default: helm on PATH)")
    .option("--force", "go on although the kubeconfig speaks to another endpoint");
}

async function run(context: Context, _args: readonly string[], given: Given): Promise<ExitCode> {
  const options = optionsOf(context, given);
  return changingNothing(async () => {
    const world = await context.world(given);
    const prepared = await prepareUninstall(world, options);
    const { clusterName, steps } = prepared;
    context.out(renderUndoPlan(`install on ${clusterName}`, steps));
    if (steps.length === 0) return 0;
    const question = `undo ${count(steps.length, "step")} on cluster ${clusterName}?`;
    await consent(world, { question, clusterName, given, what: "uninstall" });
    try {
      const done = await uninstall(world, prepared, options);
      context.out(renderUndone(done.undone, done.left));
      return done.left.length === 0 ? 0 : 1;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw withOutcome(error, `uninstall stopped half-way; run \`${again(given, "uninstall")}\` again to finish it`);
    }
  });
}

function optionsOf(context: Context, given: Given): UninstallOptions {
  const nodes = text(given, "nodes");
  if (nodes !== undefined && nodes !== "delete" && nodes !== "keep") {
    throw usage("nodes", `--nodes ${nodes} is not known`, "pass delete or keep");
  }
  return {
    by: context.who,
    ...defined({ cluster: text(given, "cluster"), nodes, force: flag(given, "force") ? true : undefined }),
  };
}
