import type { Json } from "../../kube/objects.ts";
import { isKarpenterNode } from "../../kube/node.ts";
import { missingOf, parseBaseline, pendingOf, worseThan } from "../../migration/shift/baseline.ts";
import type { Gate, Plan, Stage } from "../../migration/step.ts";
import type { Reading } from "../../ports/world.ts";
import { isInterruption, waitUntil, withRetry, type Wait } from "../run/wait.ts";
import type { JournalWriter } from "../run/writer.ts";
import { Fault } from "../../fault/fault.ts";
import { parseForecast } from "../../migration/shift/forecast.ts";
import { parseAutoscalers, readScale } from "./autoscalers.ts";
import { costOfNodes } from "../forecast/prices.ts";
import { numberAt } from "../../kube/json.ts";

/** A gate that stayed closed, with what holds it. */
export interface ClosedGate {
  readonly stage: Stage;
  readonly gate: Gate;
  readonly reasons: readonly string[];
}

const settleMs = 5_000;

/**
 * Asks every gate of a stage, waiting for each within its bound. Answers the first that stays closed; nothing when the
 * next stage may begin.
 * The journal keeps each answer.
 */
export async function passGates(
  stage: Stage,
  { plan, world, journal }: { readonly plan: Plan; readonly world: Reading; readonly journal: JournalWriter },
): Promise<ClosedGate | undefined> {
  for (const gate of stage.gates) {
    let reasons: readonly string[] = [];
    const wait: Wait = {
      title: `gate: ${gate.title}`,
      timeoutMs: numberAt(gate.params["timeoutMs"]) ?? 0,
      everyMs: settleMs,
      code: "migrate.gate",
    };
    try {
      await waitUntil(world, wait, async () => {
        reasons = await reasonsAgainst(gate, plan, world);
        const [first] = reasons;
        return first === undefined ? { isDone: true, value: undefined } : { isDone: false, detail: first };
      });
    } catch (error) {
      if (isInterruption(error) || !(error instanceof Fault) || error.code !== "migrate.gate") throw error;
      await journal.append({ type: "gate", stage: stage.id, isOpen: false, detail: gateDetail(gate, reasons) });
      return { stage, gate, reasons };
    }
    await journal.append({ type: "gate", stage: stage.id, isOpen: true, detail: gateDetail(gate, []) });
  }
  return undefined;
}

function gateDetail(gate: Gate, reasons: readonly string[]): Json {
  return { kind: gate.kind, title: gate.title, reasons: [...reasons] };
}

async function reasonsAgainst(gate: Gate, plan: Plan, world: Reading): Promise<readonly string[]> {
  switch (gate.kind) {
    case "pods":
      return [...(await autoscalerReasons(plan, world)), ...(await podReasons(plan, world))];
    case "cost":
      return costReasons(gate, plan, world);
    default:
      throw new Error(`no gate of kind ${gate.kind}`);
  }
}

/** Workloads that are worse off than before the first step. */
async function podReasons(plan: Plan, world: Reading): Promise<readonly string[]> {
  const [pods, deployments, statefulsets, replicasets] = await Promise.all([
    withRetry(world, () => world.cluster.list("pods")),
    withRetry(world, () => world.cluster.list("deployments")),
    withRetry(world, () => world.cluster.list("statefulsets")),
    withRetry(world, () => world.cluster.list("replicasets")),
  ]);
  const autoscalers = new Set(autoscalersOf(plan).map((found) => `Deployment/${found.namespace}/${found.deployment}`));
  const missing = Object.fromEntries(
    Object.entries(missingOf({ deployments, statefulsets, replicasets })).filter(([name]) => !autoscalers.has(name)),
  );
  return worseThan(parseBaseline(plan.context["baseline"]), { pending: pendingOf(pods), missing });
}

/** Cluster Autoscaler that somebody scaled up again is a second one in charge. */
async function autoscalerReasons(plan: Plan, world: Reading): Promise<readonly string[]> {
  const reasons: string[] = [];
  for (const autoscaler of autoscalersOf(plan)) {
    const { replicas, namespace, deployment } = await withRetry(world, () => readScale(world, autoscaler));
    if (replicas > 0) reasons.push(`Cluster Autoscaler ${namespace}/${deployment} was scaled up to ${replicas} again`);
  }
  return reasons;
}

function autoscalersOf(plan: Plan): ReturnType<typeof parseAutoscalers> {
  const step = plan.stages.flatMap((stage) => stage.steps).find((one) => one.kind === "migrate/hand-over");
  return parseAutoscalers(step?.params["autoscalers"]);
}

async function costReasons(gate: Gate, plan: Plan, world: Reading): Promise<readonly string[]> {
  const forecast = parseForecast(plan.context["forecast"])?.usdPerHour.expected;
  const percent = numberAt(gate.params["percent"]) ?? 100;
  if (forecast === undefined) return [];
  const nodes = (await withRetry(world, () => world.cluster.list("nodes"))).filter(isKarpenterNode);
  const cost = (await costOfNodes(world, plan.cluster.region, nodes)).usdPerHour.expected;
  // An unknown price closes no gate: verify says it is unknown.
  if (cost === undefined || cost * 100 <= forecast * percent) return [];
  return [`Karpenter's nodes cost ${cost.toFixed(2)} USD/h, the forecast was ${forecast.toFixed(2)}`];
}
