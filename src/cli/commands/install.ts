import type { Command } from "commander";
import { canary } from "../../app/install/canary.ts";
import { applyInstall, prepareInstall, type PreparedInstall } from "../../app/install/install.ts";
import { readManifests } from "../../app/install/manifests.ts";
import type { InstallOptions, Manifest } from "../../migration/install/options.ts";
import { chartRequests } from "../../migration/install/plan.ts";
import { translatedManifests } from "../../app/install/translated.ts";
import { readSnapshot } from "../../app/read/read.ts";
import { instanceTypeFacts } from "../../app/translate/types.ts";
import { nodeRoleOf } from "../../migration/history.ts";
import { changesOf, refusalsOf } from "../../migration/setup/plan.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import { karpenterNames } from "../../karpenter/names.ts";
import { usage } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { renderCommands } from "../../report/text/helm.ts";
import { renderCanary, renderInspection } from "../../report/text/install.ts";
import { renderPlan } from "../../report/text/plan.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { addSourceOptions, addWriteOptions } from "../options.ts";
import { again, consent, duration, flag, identityOf, text, whole } from "./values.ts";
import { chosenRelease } from "../../migration/setup/choices.ts";
import { defaultPool } from "../../migration/install/default-pool.ts";
import { defined } from "../../kube/json.ts";

type Given = Readonly<Record<string, unknown>>;

/** `dovetail install`: CRDs, chart and held pools, then a look at what runs; `--canary` proves one node. */
export const command: CommandModule = { configure, run };

function configure(command: Command): void {
  addWriteOptions(addSourceOptions(command))
    .option("--karpenter-version <version>", "release to install (default 1.14.1)")
    .option("--identity <kind>", "irsa or pod-identity (default: what setup made)")
    .option("--namespace <name>", "namespace of the controller (default: the release's own)")
    .option("--chart <path|url>", "main chart instead of the public registry's")
    .option("--crd-chart <path|url>", "CRD chart instead of the public registry's")
    .option("--manifests <path>", "folder or file of node classes and pools (default: translated from the node groups)")
    .option("--default-pool", "one general pool instead of translated ones")
    .option("--no-pools", "only the controller")
    .option("--replicas <n>", "replicas of the controller (default 2, 1 on a single node)")
    .option("--controller-cpu <quantity>", "CPU request of the controller (default 1)")
    .option("--controller-memory <quantity>", "memory request and limit of the controller (default 1Gi)")
    .option("--timeout <duration>", "how long to wait for the controller, 90s, 5m (default 5m)")
    .option("--canary", "launch, check and remove one node instead of installing")
    .option("--print", "show the exact helm commands and values and stop")
    .option("--plan", "show the plan and stop")
    .option("--json", "the plan, or after --canary its report, as one JSON document")
    .option("--helm <path>", "helm binary (default: helm on PATH)")
    .option("--force", "go on against an unsupported version or another endpoint");
}

async function run(context: Context, _args: readonly string[], given: Given): Promise<ExitCode> {
  return changingNothing(async () => {
    const world = await context.world(given);
    const options = optionsOf(context, given);
    if (flag(given, "canary")) return fly(context, world, { options, given });
    const manifests = await chosenManifests(context, world, { options, given });
    return apply(context, world, { options: { ...options, manifests }, given });
  });
}

async function apply(
  context: Context,
  world: World,
  of: { readonly options: InstallOptions; readonly given: Given },
): Promise<ExitCode> {
  const prepared = await prepareInstall(world, of.options);
  const { plan, isResumed } = prepared;
  if (flag(of.given, "print")) return print(context, world, { prepared, options: of.options });
  if (isResumed) context.note(`going on with plan ${plan.id}, which was stopped half-way`);
  context.out(flag(of.given, "json") ? JSON.stringify(plan, undefined, 2) : renderPlan(plan));
  const refusals = refusalsOf(plan);
  if (refusals.length > 0) {
    for (const one of refusals) context.note(`error: ${one.reason}\n  fix: ${one.fix}`);
    context.note("\nnothing was changed");
    return 1;
  }
  if (flag(of.given, "plan") || flag(of.given, "json")) return 0;
  const changes = changesOf(plan);
  if (changes.length > 0) {
    const clusterName = plan.cluster.name;
    const question = `install Karpenter ${prepared.facts.release.version} on cluster ${clusterName}?`;
    await consent(world, { question, clusterName, given: of.given, what: "install" });
  }
  const finish = again(of.given, "install");
  const undo = again(of.given, "uninstall");
  const outcome = await changing({ world, plan, finish, undo }, () => applyInstall(world, prepared, of.options));
  context.out(`${renderInspection(outcome.inspection)}\nundo: ${undo}\nnext: ${again(of.given, "install --canary")}`);
  return outcome.inspection.problem === undefined ? 0 : 3;
}

function print(
  context: Context,
  world: World,
  of: { readonly prepared: PreparedInstall; readonly options: InstallOptions },
): ExitCode {
  const { crds, main } = chartRequests(of.prepared.facts, of.options);
  const requests = [...(crds === undefined ? [] : [crds]), main];
  const commands = requests.map((request) => ({ words: world.charts.commandLine(request), values: request.values }));
  context.out(renderCommands(commands));
  return 0;
}

async function fly(
  context: Context,
  world: World,
  of: { readonly options: InstallOptions; readonly given: Given },
): Promise<ExitCode> {
  const clusterName = text(of.given, "cluster") ?? "this cluster";
  await consent(world, {
    question: "launch one node and remove it again?",
    clusterName,
    given: of.given,
    what: "canary",
  });
  const report = await canary(world, of.options);
  context.out(flag(of.given, "json") ? JSON.stringify(report, undefined, 2) : renderCanary(report));
  return report.hasPassed ? 0 : 1;
}

async function chosenManifests(
  context: Context,
  world: World,
  of: { readonly options: InstallOptions; readonly given: Given },
): Promise<readonly Manifest[]> {
  const { given, options } = of;
  const path = text(given, "manifests");
  if (path !== undefined && flag(given, "defaultPool")) {
    throw usage("pools", "--manifests and --default-pool exclude each other", "pass one of them");
  }
  if (given["pools"] === false) return [];
  if (path !== undefined) return readManifests(world, path);
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
    instanceType: instanceTypeFacts(loadCatalogue()),
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
