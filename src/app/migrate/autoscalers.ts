import { shellWord } from "../../kube/text.ts";
import { isTerminating } from "../../kube/pod.ts";
import { selectorMatches } from "../../kube/selector.ts";
import { Fault } from "../../fault/fault.ts";
import type { World, Reading } from "../../ports/world.ts";
import { waitUntil, withRetry, type Wait } from "../run/wait.ts";

/** A Cluster Autoscaler deployment with the replicas it has or had. */
export interface AutoscalerScale {
  readonly namespace: string;
  readonly deployment: string;
  readonly replicas: number;
}

/** Which deployment runs Cluster Autoscaler. */
export interface AutoscalerRef {
  readonly namespace: string;
  readonly deployment: string;
}

/** Replicas wanted now, and pods that still run. Throws `migrate.drift` when the deployment is gone. */
export async function readScale(
  world: Reading,
  autoscaler: AutoscalerRef,
): Promise<AutoscalerScale & { readonly running: readonly string[]; readonly ready: number }> {
  const { namespace, deployment } = autoscaler;
  const found = await world.cluster.get({ resource: "deployments", namespace, name: deployment });
  if (found === undefined) {
    throw new Fault("migrate.drift", `deployment ${namespace}/${deployment} of Cluster Autoscaler is gone`, {
      why: "its recorded replicas cannot be restored",
      hint: "run `dovetail migrate` again for a plan of the cluster as it is",
    });
  }
  const pods = await world.cluster.list("pods", { namespace });
  const own = pods.filter((pod) => selectorMatches(found.spec.selector, pod.metadata.labels));
  const ready = found.status?.["readyReplicas"];
  return {
    namespace,
    deployment,
    replicas: found.spec.replicas ?? 1,
    running: own
      .filter((pod) => pod.status?.phase !== "Succeeded")
      .map((pod) => describe(pod.metadata, isTerminating(pod))),
    ready: typeof ready === "number" ? ready : 0,
  };
}

/** Scales through the deployment's own subresource, as `kubectl scale` does. */
async function scaleTo(world: World, autoscaler: AutoscalerRef, replicas: number): Promise<void> {
  const { namespace, deployment: name } = autoscaler;
  const body = { spec: { replicas } };
  await withRetry(world, () =>
    world.cluster.patch({ resource: "deployments", namespace, name }, "merge", body, { subresource: "scale" }),
  );
}

/** Scales to zero and sees the last pod go. */
export async function putToRest(world: World, autoscaler: AutoscalerRef, timeoutMs: number): Promise<void> {
  await scaleTo(world, autoscaler, 0);
  const wait: Wait = {
    title: `wait until ${autoscaler.namespace}/${autoscaler.deployment} is gone`,
    timeoutMs,
    everyMs: 2_000,
    code: "migrate.autoscaler-stays",
    why: "two autoscalers must never be in charge",
    hint: "look for what scales it up again (a GitOps controller, an operator) and stop that first",
  };
  await waitUntil(world, wait, async () => {
    const { replicas, running } = await readScale(world, autoscaler);
    if (replicas > 0) return { isDone: false, detail: `somebody scaled it to ${replicas} again` };
    const [pod] = running;
    return pod === undefined ? { isDone: true, value: undefined } : { isDone: false, detail: pod };
  });
}

/** Scales back to what was recorded and sees its pods Ready, as far as there are that many. */
export async function putBack(world: World, autoscaler: AutoscalerScale, timeoutMs: number): Promise<void> {
  await scaleTo(world, autoscaler, autoscaler.replicas);
  if (autoscaler.replicas === 0) return;
  const wait: Wait = {
    title: `wait until ${autoscaler.namespace}/${autoscaler.deployment} is back`,
    timeoutMs,
    everyMs: 2_000,
    code: "migrate.autoscaler-missing",
    hint: `look at \`kubectl -n ${shellWord(autoscaler.namespace)} describe deployment ${shellWord(autoscaler.deployment)}\``,
  };
  await waitUntil(world, wait, async () => {
    const { ready } = await readScale(world, autoscaler);
    if (ready > 0) return { isDone: true, value: undefined };
    return { isDone: false, detail: `0 of ${autoscaler.replicas} ready` };
  });
}

function describe(metadata: { readonly name: string }, isGoing: boolean): string {
  return isGoing ? `${metadata.name} is terminating` : `${metadata.name} runs`;
}
