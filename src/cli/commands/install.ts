import type { Command } from "commander";
import { canaryChange } from "../../app/install/canary.ts";
import { installChange, type PreparedInstall } from "../../app/install/install.ts";
import { readManifests } from "../../app/install/manifests.ts";
import type { InstallOptions, InstallManifest } from "../../migration/install/options.ts";
import { chartRequests } from "../../migration/install/plan.ts";
import { translatedManifests } from "../../app/install/translated.ts";
import { readSnapshot } from "../../app/read/read.ts";
import { instanceTypeFacts } from "../../app/translate/types.ts";
import { nodeRoleOf } from "../../migration/history.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import { karpenterNames } from "../../karpenter/names.ts";
import type { World, Reading } from "../../ports/world.ts";
import { renderCommands } from "../../report/text/helm.ts";
import { renderCanary, renderInspection } from "../../report/text/install.ts";
import { type PlanView, renderPlan } from "../../report/text/plan.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { planDocument, stepJson } from "../../report/change-json.ts";
import { plainMembers, versionedDocument } from "../../report/json.ts";
import { refuseTogether } from "../conflicts.ts";
import { addSourceOptions, addWriteOptions, path } from "../options.ts";
import { addOutputOptions, isText, answerWith } from "../output.ts";
import { again, duration, flag, identityOf, identityOption, text, whole } from "./values.ts";
import { chosenRelease } from "../../karpenter/chosen-release.ts";
import { defaultRelease } from "../../karpenter/releases.ts";
import { defaultPool } from "../../migration/install/default-pool.ts";
import { defined } from "../../kube/json.ts";
import { inspectInstall } from "../../app/install/inspect.ts";

type Given = Readonly<Record<string, unknown>>;

/** `dovetail install`: CRDs, chart and held pools, then a look at what runs; `--canary` proves one node. */
export const command: CommandModule = { configure, run };

function configure(command: Command): void {
  command
    .option("--karpenter-version <version>", `release to install (default ${defaultRelease.version})`)
    .addOption(identityOption("what setup made"))
    .option("--namespace <name>", "namespace of the controller (default: the release's own)")
    .addOption(path("--chart <path|url>", "main chart instead of the public registry's"))
    .addOption(path("--crd-chart <path|url>", "CRD chart instead of the public registry's"))
    .addOption(
      path("--manifests <path>", "folder or file of node classes and pools (default: translated from the node groups)"),
    )
    .option("--default-pool", "one general pool instead of translated ones")
    .option("--no-pools", "only the controller")
    .option("--replicas <n>", "replicas of the controller (default 2, 1 on a single node)")
    .option("--controller-cpu <quantity>", "CPU request of the controller (default 1)")
    .option("--controller-memory <quantity>", "memory request and limit of the controller (default 1Gi)")
    .option("--timeout <duration>", "how long to wait for the controller: 90s, 5m, 1h (default 5m)")
    .option("--canary", "launch, check and remove one node instead of installing")
    .option("--print", "show the exact helm commands and values and stop")
    .addOption(path("--helm <path>", "helm binary (default: helm on PATH)"))
    .option("--all", "everything that an operator would look at afterwards, nothing cut")
    .option("--force", "go on against an unsupported version or another endpoint");
  addSourceOptions(addOutputOptions(addWriteOptions(command)));
}

/** What only an installation can be told. */
const notOfCanary = [
  "print",
  "manifests",
  "defaultPool",
  "no-pools",
  "replicas",
  "chart",
  "crdChart",
  "controllerCpu",
  "controllerMemory",
];

async function run(context: Context, _args: readonly string[], given: Given): Promise<ExitCode> {
  refuseTogether(given, [
    ...notOfCanary.map((name) => ["canary", name] as const),
    ["manifests", "defaultPool"],
    ["no-pools", "manifests"],
    ["no-pools", "defaultPool"],
    ["print", "json"],
    ["print", "output"],
  ]);
  const { world, options } = await changingNothing(async () => {
    const options = optionsOf(context, given);
    const world = await context.world(given);
    if (flag(given, "canary")) return { world, options };
    return { world, options: { ...options, manifests: await chosenManifests(context, world, { options, given }) } };
  });
  return flag(given, "canary") ? fly(context, world, { options, given }) : apply(context, world, { options, given });
}

interface Asked {
  readonly options: InstallOptions;
  readonly given: Given;
}

async function apply(context: Context, world: World, { options, given }: Asked): Promise<ExitCode> {
  const isPrint = flag(given, "print");
  const isPerson = isText(given);
  const end = await changing(installChange(options), {
    world,
    show: (prepared) => {
      const { plan, isResumed } = prepared;
      if (isPrint) return print(context, world, { prepared, options });
      if (isResumed) context.note(`going on with plan ${plan.id}, which was stopped half-way`);
      if (isPerson) context.out(renderPlan(plan, planView(context, given)));
    },
    isPlanOnly: flag(given, "plan") || isPrint,
  });
  const { plan, facts } = end.prepared;
  const isShown = isPrint || flag(given, "plan");
  if (end.kind === "refused" || end.kind === "planned" || isShown) {
    if (!isPerson) answerWith(context, given, { document: () => planDocument("install", plan), text: () => "" });
    if (end.kind !== "refused") return 0;
    for (const one of end.refusals) context.note(`error: ${one.reason}\n  fix: ${one.fix}`);
    context.note("\nnothing was changed");
    return 1;
  }
  const changed = end.kind === "changed" ? end.outcome.changed : [];
  const inspection = end.kind === "changed" ? end.outcome.inspection : await inspectInstall(world, facts.namespace);
  const undo = again(given, "uninstall");
  // The canary and the hand-over speak v1.
  const next = facts.release.line === "v1" ? again(given, "install --canary") : undefined;
  answerWith(context, given, {
    document: () =>
      versionedDocument("installation", "install", {
        cluster: plan.cluster.name,
        ready: inspection.problem === undefined,
        changed: changed.map(stepJson),
        inspection: plainMembers(inspection),
        undo,
        ...(next === undefined ? {} : { next }),
      }),
    text: (view) => {
      const seen = renderInspection(inspection, { ...view, isAll: flag(given, "all") });
      return `${seen}\nundo: ${undo}\n${next === undefined ? "" : `next: ${next}\n`}`;
    },
  });
  return inspection.problem === undefined ? 0 : 1;
}

function planView(context: Context, given: Given): PlanView {
  return { columns: context.columns, isColour: context.isColour, isFull: flag(given, "all") };
}

function print(
  context: Context,
  world: Reading,
  of: { readonly prepared: PreparedInstall; readonly options: InstallOptions },
): void {
  const { crds, main } = chartRequests(of.prepared.facts, of.options);
  const requests = [...(crds === undefined ? [] : [crds]), main];
  const commands = requests.map((request) => ({ words: world.charts.commandLine(request), values: request.values }));
  context.print(renderCommands(commands));
}

async function fly(context: Context, world: World, { options, given }: Asked): Promise<ExitCode> {
  const isPerson = isText(given);
  const end = await changing(canaryChange(options), {
    world,
    show: ({ plan }) => {
      if (isPerson && flag(given, "plan")) context.out(renderPlan(plan, planView(context, given)));
    },
    isPlanOnly: flag(given, "plan"),
  });
  if (end.kind !== "changed") {
    const { plan } = end.prepared;
    if (!isPerson)
      answerWith(context, given, { document: () => planDocument("install --canary", plan), text: () => "" });
    return 0;
  }
  const report = end.outcome;
  const next = report.hasPassed ? again(given, "migrate --plan") : again(given, "install");
  answerWith(context, given, {
    document: () => versionedDocument("canary", "install --canary", { ...plainMembers(report), next }),
    text: (view) => `${renderCanary(report, view)}next: ${next}\n`,
  });
  return report.hasPassed ? 0 : 1;
}

async function chosenManifests(
  context: Context,
  world: World,
  of: { readonly options: InstallOptions; readonly given: Given },
): Promise<readonly InstallManifest[]> {
  const { given, options } = of;
  const manifests = text(given, "manifests");
  if (given["pools"] === false) return [];
  if (manifests !== undefined) return readManifests(world, manifests);
  const release = chosenRelease(options.karpenterVersion);
  // What is applied is made of what was read, not of a copy with secrets taken out.
  const cluster = text(given, "cluster");
  const snapshot = await readSnapshot(world, {
    source: { kind: text(given, "sandbox") === undefined ? "live" : "sandbox", name: world.cluster.where.context },
    ...(cluster === undefined ? {} : { clusterName: cluster }),
  });
  const clusterName = text(given, "cluster") ?? snapshot.clusterName ?? "";
  const nodeRole = nodeRoleOf((await world.journal.read()).entries, clusterName);
  if (flag(given, "defaultPool")) {
    return defaultPool({ clusterName, nodeRole: nodeRole ?? karpenterNames(clusterName).nodeRole, release });
  }
  const { loadCatalogue } = await import("../../adapters/disk/catalogue.ts");
  return translatedManifests(snapshot, release, {
    instanceTypes: instanceTypeFacts(loadCatalogue(release)),
    ...(nodeRole === undefined ? {} : { nodeRole }),
  });
}

function optionsOf(context: Context, given: Given): InstallOptions {
  const set = {
    cluster: text(given, "cluster"),
    karpenterVersion: text(given, "karpenterVersion"),
    identity: identityOf(given),
    namespace: text(given, "namespace"),
    chart: text(given, "chart"),
    crdChart: text(given, "crdChart"),
    replicas: whole(given, "replicas"),
    controllerCpu: text(given, "controllerCpu"),
    controllerMemory: text(given, "controllerMemory"),
    timeoutMs: duration(given, "timeout"),
    force: flag(given, "force") ? true : undefined,
  };
  return { by: context.who, ...defined(set) };
}
