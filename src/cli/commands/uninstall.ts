import { defined } from "../../kube/json.ts";
import type { Command } from "commander";
import { uninstallChange, type UninstallOptions } from "../../app/install/uninstall.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import { usage } from "../../fault/fault.ts";
import { renderLostNodes, renderUndone, renderUndoPlan } from "../../report/text/left.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { addSourceOptions, addWriteOptions } from "../options.ts";
import { flag, text } from "./values.ts";

type Given = Readonly<Record<string, unknown>>;

/** `dovetail uninstall`: takes an installation back, newest step first. */
export const command: CommandModule = { configure, run };

function configure(command: Command): void {
  addWriteOptions(addSourceOptions(command))
    .option("--nodes <fate>", "delete (drain and remove) or keep the nodes that Karpenter still owns")
    .option("--plan", "show what would be taken back and stop")
    .option("--helm <path>", "helm binary (default: helm on PATH)")
    .option("--force", "go on although the kubeconfig speaks to another endpoint");
}

async function run(context: Context, _args: readonly string[], given: Given): Promise<ExitCode> {
  const options = optionsOf(context, given);
  const world = await changingNothing(() => context.world(given));
  const end = await changing(uninstallChange(options), {
    world,
    show: ({ clusterName, steps, nodes, pods }) => {
      context.out(renderUndoPlan(`install on ${clusterName}`, steps));
      if (options.nodes === "delete" && nodes.length > 0) context.out(renderLostNodes(nodes, pods));
    },
    isPlanOnly: flag(given, "plan"),
  });
  if (end.kind !== "changed") return 0;
  const { undone, left } = end.outcome;
  context.out(renderUndone(undone, left));
  return left.length === 0 ? 0 : 1;
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
