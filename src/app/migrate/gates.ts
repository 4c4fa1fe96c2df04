import { isKarpenterNode } from "../../kube/node.ts";
import { karpentersOf } from "../../karpenter/installations.ts";
import { shellWord } from "../../kube/text.ts";
import { zoneLosses } from "../../migration/shift/spread.ts";
import { monthlyText } from "../../money/cost.ts";
import { missingOf, pendingOf, worseThan } from "../../migration/shift/baseline.ts";
import type { Reading } from "../../ports/world.ts";
import { isInterruption, waitUntil, withRetry, type Wait } from "../run/wait.ts";
import type { JournalWriter } from "../run/writer.ts";
import { Fault } from "../../fault/fault.ts";
import { parseForecast } from "../../migration/shift/forecast.ts";
import { type AutoscalerRef, readScale } from "./autoscalers.ts";
import { costOfNodes } from "../forecast/prices.ts";
import { withAccepted } from "./accept.ts";
import type { Gate, GateKind, GateOf } from "../../migration/contexts.ts";
import { type Stage, type MigrationPlan, stepsOfKind } from "../../migration/plan.ts";
import type { GateAnswer } from "../../migration/journal.ts";
import { planNews } from "../run/news.ts";

/** A gate that stayed closed, with what holds it. */
export interface ClosedGate {
  readonly stage: Stage;
  readonly gate: Gate;
  readonly reasons: readonly string[];
}

const settleMs = 5_000;

/**
 * Asks every gate of a stage, waiting for each within its bound. Answers the first that stays closed; undefined when the next stage may
 * begin. The journal keeps each answer. Undefined when all are open.
 */
export async function passGates(
  stage: Stage,
  { world, journal }: { readonly world: Reading; readonly journal: JournalWriter<MigrationPlan> },
): Promise<ClosedGate | undefined> {
  const { plan } = journal;
  for (const gate of stage.gates) {
    let reasons: readonly string[] = [];
    const wait: Wait = {
      title: `gate: ${gate.title}`,
      timeoutMs: gate.params.timeoutMs,
      everyMs: settleMs,
      code: "migrate.gate",
    };
    try {
      await waitUntil(world, wait, async () => {
        reasons = await ask(gate, withAccepted(journal), world);
        const [first] = reasons;
        return first === undefined ? { isDone: true, value: undefined } : { isDone: false, detail: first };
      });
    } catch (error) {
      if (isInterruption(error) || !(error instanceof Fault) || error.code !== "migrate.gate") throw error;
      await journal.append({ type: "gate", stage: stage.id, isOpen: false, detail: answerOf(gate, reasons) });
      world.host.tell({ kind: "gate", plan: planNews(plan), stage, gate, isOpen: false, reasons });
      return { stage, gate, reasons };
    }
    await journal.append({ type: "gate", stage: stage.id, isOpen: true, detail: answerOf(gate, []) });
    world.host.tell({ kind: "gate", plan: planNews(plan), stage, gate, isOpen: true, reasons: [] });
  }
  return undefined;
}

function answerOf(gate: Gate, reasons: readonly string[]): GateAnswer {
  return { kind: gate.kind, title: gate.title, reasons };
}

/** How each kind of gate is asked: what holds it, nothing when it may open. */
const asks: {
  readonly [K in GateKind]: (gate: GateOf<K>, plan: MigrationPlan, world: Reading) => Promise<readonly string[]>;
} = {
  pods: async (_gate, plan, world) => [...(await autoscalerReasons(plan, world)), ...(await podReasons(plan, world))],
  cost: costReasons,
};

function ask<K extends GateKind>(gate: GateOf<K>, plan: MigrationPlan, world: Reading): Promise<readonly string[]> {
  return asks[gate.kind](gate, plan, world);
}

/** Nobody but its owner moves a pod for its zone: how that is done, and how to go on without. */
function waysOn(loss: string, karpenters: ReadonlySet<string>): string {
  const workload = loss.split(" ")[0] ?? "";
  const [kind = "", namespace = "", name = ""] = workload.split("/");
  const accept = `\`dovetail resume --accept ${shellWord(`ZONES=${namespace}/${name}`)} --reason TEXT\` lets it be`;
  // Its replicas lie on nodes of their own, of which there are no more: a restart would wait for ever.
  if (karpenters.has(workload)) return accept;
  const restart = `kubectl -n ${shellWord(namespace)} rollout restart ${shellWord(kind.toLowerCase())} ${shellWord(name)}`;
  return `\`${restart}\` spreads it again, ${accept}`;
}

/** Workloads that are worse off than before the first step. */
export async function podReasons(plan: MigrationPlan, world: Reading): Promise<readonly string[]> {
  const [pods, nodes, deployments, statefulsets, replicasets] = await Promise.all([
    withRetry(world, () => world.cluster.list("pods")),
    withRetry(world, () => world.cluster.list("nodes")),
    withRetry(world, () => world.cluster.list("deployments")),
    withRetry(world, () => world.cluster.list("statefulsets")),
    withRetry(world, () => world.cluster.list("replicasets")),
  ]);
  const autoscalers = new Set(autoscalersOf(plan).map((found) => `Deployment/${found.namespace}/${found.deployment}`));
  const missing = Object.fromEntries(
    Object.entries(missingOf({ deployments, statefulsets, replicasets })).filter(([name]) => !autoscalers.has(name)),
  );
  const worse = worseThan(plan.context.baseline, { pending: pendingOf(pods), missing });
  const karpenters = new Set(karpentersOf({ deployments }).map((one) => `Deployment/${one.namespace}/${one.name}`));
  const lost = zoneLosses(plan.context, { pods, nodes, replicasets }, { isAskedOnly: true });
  return [...worse, ...lost.map((loss) => `${loss}; ${waysOn(loss, karpenters)}`)];
}

/** Cluster Autoscaler that somebody scaled up again is a second one in charge. */
async function autoscalerReasons(plan: MigrationPlan, world: Reading): Promise<readonly string[]> {
  const reasons: string[] = [];
  for (const autoscaler of autoscalersOf(plan)) {
    const { replicas, namespace, deployment } = await withRetry(world, () => readScale(world, autoscaler));
    if (replicas > 0) reasons.push(`Cluster Autoscaler ${namespace}/${deployment} was scaled up to ${replicas} again`);
  }
  return reasons;
}

function autoscalersOf(plan: MigrationPlan): readonly AutoscalerRef[] {
  return stepsOfKind(plan, "migrate/hand-over").flatMap((step) => step.params.autoscalers);
}

async function costReasons(gate: GateOf<"cost">, plan: MigrationPlan, world: Reading): Promise<readonly string[]> {
  const forecast = parseForecast(plan.context.forecast)?.usdPerHour.expected;
  const { percent } = gate.params;
  if (forecast === undefined) return [];
  const nodes = (await withRetry(world, () => world.cluster.list("nodes"))).filter(isKarpenterNode);
  const cost = (await costOfNodes(world, plan.cluster.region, nodes)).usdPerHour.expected;
  // An unknown price closes no gate: verify says it is unknown.
  if (cost === undefined || cost * 100 <= forecast * percent) return [];
  return [`Karpenter's nodes cost ${monthlyText(cost)}, the forecast was ${monthlyText(forecast)}`];
}
