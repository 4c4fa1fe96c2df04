import { defined } from "../../kube/json.ts";
import type { Command } from "commander";
import { refusalsOf, changesOf } from "../../migration/setup/plan.ts";
import type { SetupOptions } from "../../migration/setup/options.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import { applySetup, prepareSetup, type PreparedSetup } from "../../app/setup/setup.ts";
import { prepareUndo, undoSetup } from "../../app/setup/undo.ts";
import { Fault, usage, withOutcome } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { renderCloudFormation } from "../../report/emit/cloudformation.ts";
import { renderShell } from "../../report/emit/shell.ts";
import { renderTerraform } from "../../report/emit/terraform.ts";
import { renderUndone, renderUndoPlan } from "../../report/text/left.ts";
import { renderEnvironment, renderPlan } from "../../report/text/plan.ts";
import { count } from "../../report/text/table.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { addSourceOptions, addWriteOptions } from "../options.ts";
import { again, consent, flag, identityOf, names, text } from "./values.ts";

const formats = ["terraform", "cloudformation", "shell", "json"] as const;

/** `dovetail setup`: everything AWS-side, as a plan that is shown, applied on consent, verified, and undone with `--undo`. */
export const command: CommandModule = { configure, run };

function configure(command: Command): void {
  addWriteOptions(addSourceOptions(command))
    .option("--karpenter-version <version>", "release to set up for (default 1.14.1)")
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
  return changingNothing(async () => {
    const world = await context.world(given);
    if (flag(given, "undo")) return undo(context, world, { options, given });
    const prepared = await prepareSetup(world, options);
    if (format !== undefined) return emit(context, prepared, format);
    return apply(context, world, { prepared, options, given });
  });
}

async function apply(
  context: Context,
  world: World,
  of: {
    readonly prepared: PreparedSetup;
    readonly options: SetupOptions;
    readonly given: Readonly<Record<string, unknown>>;
  },
): Promise<ExitCode> {
  const { plan, isResumed, preflight } = of.prepared;
  if (isResumed) context.note(`going on with plan ${plan.id}, which was stopped half-way`);
  context.out(`${renderEnvironment(plan)}\n${renderPlan(plan)}`);
  for (const warning of preflight.warnings) context.note(`warning: ${warning}`);
  const refusals = refusalsOf(plan);
  if (refusals.length > 0) {
    for (const one of refusals) context.note(`error: ${one.reason}\n  fix: ${one.fix}`);
    context.note("\nnothing was changed");
    return 1;
  }
  const changes = changesOf(plan);
  if (changes.length === 0) {
    context.out(`the AWS side of ${plan.cluster.name} is complete: nothing to do\nnext: ${again(of.given, "install")}`);
    return 0;
  }
  if (flag(of.given, "plan")) return 0;
  const question = `apply ${count(changes.length, "change")} to cluster ${plan.cluster.name}?`;
  await consent(world, { question, clusterName: plan.cluster.name, given: of.given, what: "setup" });
  const finish = again(of.given, "setup");
  const undoing = again(of.given, "setup --undo");
  const outcome = await changing({ world, plan, finish, undo: undoing }, () =>
    applySetup(world, of.prepared, of.options),
  );
  context.out(
    [
      `${count(outcome.changed.length, "change")} made and read back   journal ${world.journal.where}`,
      `undo: ${undoing}`,
      `next: ${again(of.given, "install")}`,
    ].join("\n"),
  );
  return 0;
}

async function undo(
  context: Context,
  world: World,
  of: { readonly options: SetupOptions; readonly given: Readonly<Record<string, unknown>> },
): Promise<ExitCode> {
  const prepared = await prepareUndo(world, of.options);
  context.out(renderUndoPlan(`setup of ${prepared.clusterName}`, prepared.steps));
  if (prepared.steps.length === 0) return 0;
  const { clusterName } = prepared;
  const question = `undo ${count(prepared.steps.length, "step")} on cluster ${clusterName}?`;
  await consent(world, { question, clusterName, given: of.given, what: "undo of setup" });
  const [plan] = prepared.plans;
  if (plan === undefined) throw new Fault("setup.nothing", "there is no setup to undo");
  try {
    const done = await undoSetup(world, prepared, of.options);
    context.out(renderUndone(done.undone, done.left));
    return done.left.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw withOutcome(error, `undo stopped half-way; run \`${again(of.given, "setup --undo")}\` again to finish it`);
  }
}

function emit(context: Context, prepared: PreparedSetup, format: string): ExitCode {
  const { plan } = prepared;
  if (format === "json") context.out(JSON.stringify(plan, undefined, 2));
  if (format === "shell") context.out(renderShell(plan));
  if (format === "cloudformation" || format === "terraform") {
    const { text: template, leftOut } = format === "terraform" ? renderTerraform(plan) : renderCloudFormation(plan);
    context.out(template);
    for (const title of leftOut) context.note(`left out, do it another way: ${title}`);
  }
  for (const one of refusalsOf(plan)) context.note(`warning: ${one.reason}; ${one.fix}`);
  return 0;
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
