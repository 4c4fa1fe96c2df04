import { defaultRelease } from "../../karpenter/releases.ts";
import type { Command } from "commander";
import type { SetupOptions } from "../../migration/setup/options.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import { type PreparedSetup, setupChange } from "../../app/setup/setup.ts";
import { undoSetupChange } from "../../app/setup/undo.ts";
import { usage } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { renderCloudFormation } from "../../report/emit/setup/cloudformation.ts";
import { renderShell } from "../../report/emit/setup/shell.ts";
import { renderTerraform } from "../../report/emit/setup/terraform.ts";
import { renderUndone, renderUndoPlan } from "../../report/text/left.ts";
import { renderEnvironment, renderPlan } from "../../report/text/plan.ts";
import { count } from "../../report/text/table.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { addSourceOptions, addWriteOptions } from "../options.ts";
import { again, flag, identityOf, names, text } from "./values.ts";
import { refusalsOf } from "../../migration/plan.ts";
import { defined } from "../../kube/json.ts";

const formats = ["terraform", "cloudformation", "shell", "json"] as const;

/** `dovetail setup`: everything AWS-side, as a plan that is shown, applied on verified, and undone with `--undo`. */
export const command: CommandModule = { configure, run };

function configure(command: Command): void {
  addWriteOptions(addSourceOptions(command))
    .option("--karpenter-version <version>", `release to set up for (default ${defaultRelease.version})`)
    .option("--identity <kind>", "irsa or pod-identity (default: what the cluster has)")
    .option(
      "--node-groups <names>",
      "node groups whose subnets and security groups are used, comma-separated (default: all)",
    )
    .option("--node-role <name>", "existing node role to reuse instead of creating one")
    .option("--namespace <name>", "namespace of the controller (default: the release's own)")
    .option("--permissions-boundary <arn>", "boundary of the roles that are created")
    .option("--no-discovery-tags", "leave subnets and security groups untagged")
    .option("--emit <format>", `write the plan as ${formats.join(", ")} instead of applying it`)
    .option("--plan", "show the plan and stop")
    .option("--undo", "remove what setup created and restore what it changed")
    .option("--force", "go on against an unsupported version, another endpoint or missing permissions");
}

async function run(
  context: Context,
  _args: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const options = optionsOf(context, given);
  const format = text(given, "emit");
  if (format !== undefined && !formats.some((one) => one === format)) {
    throw usage("emit", `--emit ${format} is no known format`, `pass one of ${formats.join(", ")}`);
  }
  const world = await changingNothing(() => context.world(given));
  if (flag(given, "undo")) return undo(context, world, { options, given });
  return apply(context, world, { options, given, format });
}

interface Asked {
  readonly options: SetupOptions;
  readonly given: Readonly<Record<string, unknown>>;
}

async function apply(
  context: Context,
  world: World,
  { options, given, format }: Asked & { readonly format: string | undefined },
): Promise<ExitCode> {
  const end = await changing(setupChange(options), {
    world,
    show: (prepared) => (format === undefined ? show(context, prepared) : emit(context, prepared, format)),
    isPlanOnly: flag(given, "plan") || format !== undefined,
  });
  if (format !== undefined) return 0;
  const { plan } = end.prepared;
  switch (end.kind) {
    case "refused":
      for (const one of end.refusals) context.note(`error: ${one.reason}\n  fix: ${one.fix}`);
      context.note("\nnothing was changed");
      return 1;
    case "nothing-to-do":
      context.out(`the AWS side of ${plan.cluster.name} is complete: nothing to do\nnext: ${again(given, "install")}`);
      return 0;
    case "planned":
      return 0;
    case "changed":
      context.out(
        [
          `${count(end.outcome.changed.length, "change")} made and read back   journal ${world.journal.where}`,
          `undo: ${again(given, "setup --undo")}`,
          `next: ${again(given, "install")}`,
        ].join("\n"),
      );
      return 0;
  }
}

function show(context: Context, { plan, isResumed, preflight }: PreparedSetup): void {
  if (isResumed) context.note(`going on with plan ${plan.id}, which was stopped half-way`);
  context.out(`${renderEnvironment(plan)}\n${renderPlan(plan)}`);
  for (const warning of preflight.warnings) context.note(`warning: ${warning}`);
}

async function undo(context: Context, world: World, { options, given }: Asked): Promise<ExitCode> {
  const end = await changing(undoSetupChange(options), {
    world,
    show: ({ clusterName, steps }) => context.out(renderUndoPlan(`setup of ${clusterName}`, steps)),
    isPlanOnly: flag(given, "plan"),
  });
  if (end.kind !== "changed") return 0;
  context.out(renderUndone(end.outcome.undone, end.outcome.left));
  return end.outcome.left.length === 0 ? 0 : 1;
}

function emit(context: Context, prepared: PreparedSetup, format: string): void {
  const { plan } = prepared;
  if (format === "json") context.out(JSON.stringify(plan, undefined, 2));
  if (format === "shell") context.out(renderShell(plan));
  if (format === "cloudformation" || format === "terraform") {
    const { text: template, leftOut } = format === "terraform" ? renderTerraform(plan) : renderCloudFormation(plan);
    context.out(template);
    for (const title of leftOut) context.note(`left out, do it another way: ${title}`);
  }
  for (const one of refusalsOf(plan)) context.note(`warning: ${one.reason}; ${one.fix}`);
}

function optionsOf(context: Context, given: Readonly<Record<string, unknown>>): SetupOptions {
  const set = {
    cluster: text(given, "cluster"),
    karpenterVersion: text(given, "karpenterVersion"),
    identity: identityOf(given),
    nodeGroups: names(given, "nodeGroups"),
    nodeRole: text(given, "nodeRole"),
    namespace: text(given, "namespace"),
    permissionsBoundary: text(given, "permissionsBoundary"),
    discoveryTags: given["discoveryTags"] === false ? false : undefined,
    force: flag(given, "force") ? true : undefined,
  };
  return { by: context.who, ...defined(set) };
}
