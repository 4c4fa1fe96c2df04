import { type Command, Option } from "commander";
import type { SetupOptions } from "../../migration/setup/options.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import { type PreparedSetup, setupChange } from "../../app/setup/setup.ts";
import { undoSetupChange } from "../../app/setup/undo.ts";
import type { World } from "../../ports/world.ts";
import { defaultRelease } from "../../karpenter/releases.ts";
import { renderCloudFormation } from "../../report/emit/setup/cloudformation.ts";
import { renderShell } from "../../report/emit/setup/shell.ts";
import { renderTerraform } from "../../report/emit/setup/terraform.ts";
import { renderUndoPlan } from "../../report/text/left.ts";
import { renderEnvironment, renderPlan } from "../../report/text/plan.ts";
import { count } from "../../report/text/table.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { planDocument, stepJson } from "../../report/change-json.ts";
import { versionedDocument } from "../../report/json.ts";
import { refuseTogether } from "../conflicts.ts";
import { addSourceOptions, addWriteOptions, choice, filled } from "../options.ts";
import { addOutputOptions, isText, answerWith } from "../output.ts";
import { tellUndo } from "./tell-undo.ts";
import { again, flag, identityOf, identityOption, names, text } from "./values.ts";
import { refusalsOf } from "../../migration/plan.ts";
import { defined } from "../../kube/json.ts";

const formats = ["terraform", "cloudformation", "shell", "json"] as const;

type Format = (typeof formats)[number];

/** `dovetail setup`: everything AWS-side, as a plan that is shown, applied on consent, verified, and undone with `--undo`. */
export const command: CommandModule = { configure, run };

function configure(command: Command): void {
  command
    .option("--karpenter-version <version>", `release to set up for (default ${defaultRelease.version})`)
    .addOption(identityOption("what the cluster has"))
    .addOption(
      filled(
        new Option(
          "--node-groups <names>",
          "node groups whose subnets and security groups are used, comma-separated (default: all)",
        ),
        "group",
      ),
    )
    .option("--node-role <name>", "existing node role to reuse instead of creating one")
    .option("--namespace <name>", "namespace of the controller (default: the release's own)")
    .option("--permissions-boundary <arn>", "boundary of the roles that are created")
    .option("--no-discovery-tags", "leave subnets and security groups untagged")
    .addOption(choice("--emit <format>", "write the plan in this form instead of applying it", formats))
    .option("--undo", "remove what setup created and restore what it changed")
    .option("--force", "go on against an unsupported version, another endpoint or missing permissions");
  addSourceOptions(addOutputOptions(addWriteOptions(command)));
}

/** What only a setup can be told: an undo restores what was recorded. */
const notOfUndo = [
  "emit",
  "karpenterVersion",
  "identity",
  "nodeGroups",
  "nodeRole",
  "namespace",
  "permissionsBoundary",
];

async function run(
  context: Context,
  _args: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  refuseTogether(given, [
    ...[...notOfUndo, "no-discoveryTags"].map((name) => ["undo", name] as const),
    ["emit", "output"],
    ["emit", "json"],
  ]);
  const options = optionsOf(context, given);
  const format = formats.find((one) => one === text(given, "emit"));
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
  { options, given, format }: Asked & { readonly format: Format | undefined },
): Promise<ExitCode> {
  const isPerson = isText(given);
  const end = await changing(setupChange(options), {
    world,
    show: (prepared) => {
      if (format !== undefined) return emit(context, prepared, format);
      if (isPerson) show(context, prepared, flag(given, "all"));
    },
    isPlanOnly: flag(given, "plan") || format !== undefined,
  });
  if (format !== undefined) return 0;
  const { plan, preflight } = end.prepared;
  const [undoWords, next] = [again(given, "setup --undo"), again(given, "install")];
  const tellPlan = (): void => {
    if (!isPerson)
      answerWith(context, given, {
        document: () => planDocument("setup", plan, { warnings: [...preflight.warnings] }),
        text: () => "",
      });
  };
  switch (end.kind) {
    case "refused":
      tellPlan();
      for (const one of end.refusals) context.note(`error: ${one.reason}\n  fix: ${one.fix}`);
      context.note("\nnothing was changed");
      return 1;
    case "planned":
      tellPlan();
      return 0;
    case "nothing-to-do":
    case "changed": {
      const changed = end.kind === "changed" ? end.outcome.changed : [];
      const journal = world.journal.where;
      answerWith(context, given, {
        document: () =>
          versionedDocument("setup", "setup", {
            cluster: plan.cluster.name,
            changed: changed.map(stepJson),
            journal,
            undo: undoWords,
            next,
          }),
        text: () =>
          changed.length === 0
            ? `the AWS side of ${plan.cluster.name} is complete: nothing to do\nnext: ${next}\n`
            : `${count(changed.length, "change")} made and read back   journal ${journal}\nundo: ${undoWords}\nnext: ${next}\n`,
      });
      return 0;
    }
  }
}

function show(context: Context, { plan, isResumed, preflight }: PreparedSetup, isFull: boolean): void {
  if (isResumed) context.note(`going on with plan ${plan.id}, which was stopped half-way`);
  context.print(renderEnvironment(plan));
  const view = { columns: context.columns, isColour: context.isColour, isFull };
  context.out(`\n${renderPlan(plan, view)}`);
  for (const warning of preflight.warnings) context.note(`warning: ${warning}`);
}

async function undo(context: Context, world: World, { options, given }: Asked): Promise<ExitCode> {
  const isPerson = isText(given);
  const end = await changing(undoSetupChange(options), {
    world,
    show: ({ clusterName, steps }) => {
      if (isPerson) context.out(renderUndoPlan(`setup of ${clusterName}`, steps, context));
    },
    isPlanOnly: flag(given, "plan"),
  });
  return tellUndo(context, given, { end, command: "setup --undo" });
}

function emit(context: Context, prepared: PreparedSetup, format: Format): void {
  const { plan } = prepared;
  if (format === "json") context.print(JSON.stringify(plan, undefined, 2));
  if (format === "shell") context.print(renderShell(plan));
  if (format === "cloudformation" || format === "terraform") {
    const { text: template, leftOut } = format === "terraform" ? renderTerraform(plan) : renderCloudFormation(plan);
    context.print(template);
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
