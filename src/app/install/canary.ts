import { plannedCluster } from "../../migration/setup/facts.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { runSteps } from "../run/run-steps.ts";
import { undoSteps } from "../run/undo-steps.ts";
import { interrupted, isInterruption } from "../run/wait.ts";
import { identified } from "../run/same-cluster.ts";
import { holding } from "../run/session.ts";
import { JournalWriter } from "../run/writer.ts";
import { objectAt, textAt, plainOf } from "../../kube/json.ts";
import { pastPlans } from "../../migration/history.ts";
import { planCanary } from "../../migration/install/canary-plan.ts";
import { clusterRelease } from "../../karpenter/cluster-release.ts";
import { readInstall } from "./facts.ts";
import { handlers } from "../handlers.ts";
import { inspectedConditions } from "./inspect.ts";
import type { InstallOptions } from "../../migration/install/options.ts";
import type { InstallFacts } from "../../migration/install/facts.ts";
import { type CanaryPlan, stepsOf } from "../../migration/plan.ts";
import { changing, type ChangeCommand } from "../run/changing.ts";
import {
  type CanarySeen,
  canaryNamespace,
  checkNode,
  waitForGone,
  waitForNode,
  instanceOfClaim,
  type CanaryCheck,
} from "./canary-look.ts";

/** What one node proved, in the order in which it happened. */
export interface CanaryReport {
  readonly nodeClass: string;
  readonly nodeName: string;
  readonly instanceId: string;
  readonly instanceType: string;
  readonly zone: string;
  /** Seconds since the pod was made, in the cluster's time. */
  readonly timings: readonly { readonly what: string; readonly atSeconds: number }[];
  readonly checks: readonly CanaryCheck[];
  readonly hasPassed: boolean;
}

const defaultTimeoutMs = 600_000;

/** A canary ready to fly, and what it was planned from. */
export interface PreparedCanary {
  readonly plan: CanaryPlan;
  readonly facts: InstallFacts;
}

/**
 * The canary as one change: lets Karpenter launch one node, looks at it, and has it removed again. Leaves nothing behind, also when it
 * fails; a canary that was killed is cleaned up by the next one or by uninstall.
 *
 * Throws `canary.failed` with what Karpenter says when no node comes or goes within the time, `canary.no-node-class`, `usage.canary`.
 */
export function canaryChange(options: InstallOptions): ChangeCommand<PreparedCanary, CanaryReport> {
  return {
    name: "the canary",
    prepare: (world) => prepareCanary(world, options),
    refusals: () => [],
    consent: ({ plan }) => ({ kind: "ask", question: { code: "canary", cluster: plan.cluster.name } }),
    apply: (world, prepared) => applyCanary(world, prepared, options),
    course: ({ plan }) => ({ plans: [plan], direction: "back", goOn: "dovetail install --canary" }),
  };
}

/** Proves one node, for those who show nothing before. */
export async function canary(world: World, options: InstallOptions): Promise<CanaryReport> {
  const end = await changing(canaryChange(options), { world });
  if (end.kind !== "changed") throw new Error(`a canary always has something to do, and it was ${end.kind}`);
  return end.outcome;
}

async function prepareCanary(world: Reading, options: InstallOptions): Promise<PreparedCanary> {
  const facts = await readInstall(world, options);
  const running = clusterRelease({ deployments: await world.cluster.list("deployments") });
  const release = running.kind === "known" ? running.release : facts.release;
  if (release.line !== "v1") {
    throw usage("canary", `the canary speaks Karpenter's v1 API; ${release.version} does not`, "leave --canary out");
  }
  const { account, cluster } = facts;
  const where = plannedCluster({ cluster, account });
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const nodeClass = classFor(facts);
  const plan = planCanary({
    cluster: await identified(world, where),
    nodeClass,
    namespace: canaryNamespace,
    atMs: world.clock.nowMs(),
    timeoutMs,
  });
  return { plan, facts };
}

async function applyCanary(world: World, prepared: PreparedCanary, options: InstallOptions): Promise<CanaryReport> {
  return holding(world, { by: options.by, cluster: prepared.plan.cluster }, async (held) => {
    await cleanUp(held.world, prepared.facts, options);
    return fly(held.world, prepared, options);
  });
}

async function fly(world: World, { plan, facts }: PreparedCanary, options: InstallOptions): Promise<CanaryReport> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const { nodeClass } = plan.context;
  const journal = await JournalWriter.open(world, plan, options.by);
  try {
    const end = await runSteps(stepsOf(plan), handlers, world, journal);
    if (end.kind === "interrupted") throw interrupted("dovetail install --canary");
    const seen = await waitForNode(world, timeoutMs);
    const checks = await checkNode(world, seen, roleOfClass(facts, nodeClass));
    await undoSteps(handlers, world, journal);
    const goneMs = await waitForGone(world, seen, timeoutMs);
    await journal.append({ type: "finished", outcome: "rolled-back" });
    return report(seen, { nodeClass, checks, goneMs });
  } catch (error) {
    // Interrupted, it stays for the next canary or uninstall to clean up: the user wants to stop now.
    if (!isInterruption(error)) {
      await undoSteps(handlers, world, journal);
      await journal.append({ type: "finished", outcome: "rolled-back" });
    }
    throw error;
  }
}

/** Takes away what an earlier canary left because it was killed. */
async function cleanUp(world: World, facts: InstallFacts, options: InstallOptions): Promise<void> {
  const { entries } = await world.journal.read();
  for (const past of pastPlans(entries, "canary", facts.cluster.name)) {
    if (past.end !== undefined) continue;
    const journal = await JournalWriter.open(world, past.plan, options.by);
    await undoSteps(handlers, world, journal);
    await journal.append({ type: "finished", outcome: "rolled-back" });
  }
}

function classFor(facts: InstallFacts): string {
  const names = [...facts.existing.keys()].filter((key) => key.startsWith("EC2NodeClass/"));
  const name = names.toSorted()[0]?.slice("EC2NodeClass/".length);
  if (name !== undefined) return name;
  throw new Fault("canary.no-node-class", "there is no EC2NodeClass to launch the canary with", {
    hint: "run `dovetail install` with node classes first",
  });
}

/** The role a node class names; empty when it names an instance profile instead. */
function roleOfClass(facts: InstallFacts, nodeClass: string): string {
  const found = facts.existing.get(`EC2NodeClass/${nodeClass}`);
  const spec = found === undefined ? {} : objectAt(plainOf(found)["spec"]);
  return (textAt(spec["role"]) ?? "").split("/").at(-1) ?? "";
}

function report(
  seen: CanarySeen,
  of: { readonly nodeClass: string; readonly checks: CanaryReport["checks"]; readonly goneMs: number },
): CanaryReport {
  const startMs = Date.parse(seen.pod.metadata.creationTimestamp ?? "");
  const at = (text: string | undefined): number => (Date.parse(text ?? "") - startMs) / 1000;
  const conditions = inspectedConditions(seen.claim);
  const when = (type: string): string | undefined => conditions.find((one) => one.type === type)?.lastTransitionTime;
  const running = seen.pod.status?.conditions?.find((one) => one.type === "Ready")?.lastTransitionTime;
  const labels = seen.node.metadata.labels ?? {};
  return {
    nodeClass: of.nodeClass,
    nodeName: seen.node.metadata.name,
    instanceId: instanceOfClaim(seen.claim),
    instanceType: labels["node.kubernetes.io/instance-type"] ?? "unknown",
    zone: labels["topology.kubernetes.io/zone"] ?? "unknown",
    timings: [
      { what: "NodeClaim made", atSeconds: at(seen.claim.metadata.creationTimestamp) },
      { what: "instance launched", atSeconds: at(when("Launched")) },
      { what: "node joined", atSeconds: at(when("Registered")) },
      { what: "node initialized", atSeconds: at(when("Initialized")) },
      { what: "pod running", atSeconds: at(running) },
      { what: "node and instance gone", atSeconds: (of.goneMs - startMs) / 1000 },
    ].filter((one) => Number.isFinite(one.atSeconds)),
    checks: of.checks,
    hasPassed: of.checks.every((check) => check.isOk),
  };
}
