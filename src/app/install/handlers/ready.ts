import type { World, Reading } from "../../../ports/world.ts";
import { Fault } from "../../../fault/fault.ts";
import type { StepHandler } from "../../run/handler.ts";
import { type Look, type Wait, waitUntil } from "../../run/wait.ts";
import { inspectedConditions, inspectInstall, replicasOf } from "../inspect.ts";
import { getIfServed } from "../../read/served.ts";

const pollMs = 2_000;

/** Waits until all pods of the controller are ready; a pod that is not is explained by what the cluster says of it. */
export const readyHandler: StepHandler<"karpenter-ready"> = {
  async observe(step, world) {
    const look = await lookAtPods(step.params.namespace, step.params.name, world);
    if (look.isDone) return { state: "done", after: look.value, detail: `${look.value.ready} pods are ready` };
    return { state: "pending", detail: look.detail };
  },
  record: () => Promise.resolve(null),
  async act(step, _before, world) {
    const namespace = step.params.namespace;
    const name = step.params.name;
    const timeoutMs = step.params.timeoutMs;
    const wait: Wait = { title: "wait for Karpenter's pods", timeoutMs, everyMs: pollMs, code: "install.not-ready" };
    try {
      await waitUntil(world, wait, () => lookAtPods(namespace, name, world));
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== wait.code) throw error;
      throw await explained(world, namespace, timeoutMs);
    }
  },
};

async function lookAtPods(
  namespace: string,
  name: string,
  world: Reading,
): Promise<Look<{ readonly wanted: number; readonly ready: number }>> {
  const deployment = await world.cluster.get({ resource: "deployments", namespace, name });
  if (deployment === undefined) return { isDone: false, detail: `Deployment ${namespace}/${name} does not exist` };
  const { wanted, ready } = replicasOf(deployment);
  if (ready >= wanted) return { isDone: true, value: { wanted, ready } };
  return { isDone: false, detail: `${ready} of ${wanted} pods ready` };
}

async function explained(world: World, namespace: string, timeoutMs: number): Promise<Fault> {
  const { problem } = await inspectInstall(world, namespace);
  const seconds = Math.round(timeoutMs / 1000);
  return new Fault(
    "install.not-ready",
    `Karpenter is not ready after ${seconds} s: ${problem ?? "its pods are not ready"}`,
    {
      why: "nothing was handed over: Cluster Autoscaler is still in charge",
      hint: "correct the cause and run install again (it goes on here), or `dovetail uninstall`",
      retry: "later",
    },
  );
}

/** Waits until Karpenter has found what every node class asks for. */
export const classesReadyHandler: StepHandler<"node-classes-ready"> = {
  async observe(step, world) {
    const look = await lookAtClasses(step.params.names, world);
    if (look.isDone) return { state: "done", after: null, detail: "all node classes are ready" };
    return { state: "pending", detail: look.detail };
  },
  record: () => Promise.resolve(null),
  async act(step, _before, world) {
    const names = step.params.names;
    const wait: Wait = {
      title: "wait for node classes",
      timeoutMs: step.params.timeoutMs,
      everyMs: pollMs,
      code: "install.node-class-not-ready",
      why: "a node class that is not ready launches nothing",
      hint: "see the conditions with `kubectl describe ec2nodeclass`, then run install again",
    };
    await waitUntil(world, wait, () => lookAtClasses(names, world));
  },
};

async function lookAtClasses(names: readonly string[], world: Reading): Promise<Look<undefined>> {
  const open: string[] = [];
  for (const name of names) {
    const found = await getIfServed(world, { resource: "ec2nodeclasses", name });
    const conditions = found === undefined ? [] : inspectedConditions(found);
    if (conditions.some((one) => one.type === "Ready" && one.status === "True")) continue;
    const reasons = conditions
      .filter((one) => one.status !== "True" && one.type !== "Ready")
      .map((one) => `${one.type} ${one.status}${one.message ? ` (${one.message})` : ""}`);
    open.push(`${name}: ${reasons.join(", ") || "not looked at by the controller yet"}`);
  }
  return open.length === 0 ? { isDone: true, value: undefined } : { isDone: false, detail: open.join("; ") };
}
