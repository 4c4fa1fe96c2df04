import { defined } from "../../kube/json.ts";
import type { Command } from "commander";
import { uninstallChange, type UninstallOptions } from "../../app/install/uninstall.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import { renderLostNodes, renderUndoPlan } from "../../report/text/left.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { addSourceOptions, addWriteOptions, choice, path } from "../options.ts";
import { addOutputOptions, isText } from "../output.ts";
import { tellUndo } from "./tell-undo.ts";
import { flag, text } from "./values.ts";

type Given = Readonly<Record<string, unknown>>;

/** `dovetail uninstall`: takes an installation back, newest step first. */
export const command: CommandModule = { configure, run };

function configure(command: Command): void {
  command
    .addOption(
      choice("--nodes <fate>", "nodes that Karpenter still owns: delete drains and removes them", ["delete", "keep"]),
    )
    .addOption(path("--helm <path>", "helm binary (default: helm on PATH)"))
    .option("--force", "go on although the kubeconfig speaks to another endpoint");
  addSourceOptions(addOutputOptions(addWriteOptions(command)));
}

async function run(context: Context, _args: readonly string[], given: Given): Promise<ExitCode> {
  const options = optionsOf(context, given);
  const isPerson = isText(given);
  const world = await changingNothing(() => context.world(given));
  const end = await changing(uninstallChange(options), {
    world,
    show: ({ clusterName, steps, nodes, pods }) => {
      if (!isPerson) return;
      context.out(renderUndoPlan(`install on ${clusterName}`, steps, context));
      if (options.nodes === "delete" && nodes.length > 0) context.out(renderLostNodes(nodes, pods));
    },
    isPlanOnly: flag(given, "plan"),
  });
  return tellUndo(context, given, { end, command: "uninstall" });
}

function optionsOf(context: Context, given: Given): UninstallOptions {
  const nodes = (["delete", "keep"] as const).find((one) => one === text(given, "nodes"));
  return {
    by: context.who,
    ...defined({ cluster: text(given, "cluster"), nodes, force: flag(given, "force") ? true : undefined }),
  };
}
