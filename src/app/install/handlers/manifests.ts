import { type ResourceName } from "../../../kube/resources.ts";
import type { ActingStep } from "../../../migration/step.ts";
import type { ObjectRef } from "../../../kube/requests.ts";
import type { StepHandler } from "../../run/handler.ts";
import { pause, waitUntil, type Wait } from "../../run/wait.ts";
import { clusterTag } from "../../../migration/setup/options.ts";
import { type InstallManifest, installManifestOf, resourceOf } from "../../../migration/install/options.ts";
import { getIfServed, isUnserved } from "../../read/served.ts";

/** How long a fresh CRD may take to be served, and a deleted object to be gone. */
const servedMs = 60_000;
const goneMs = 300_000;

/** One pool or node class, applied as the plan shows it. */
export const manifestHandler: StepHandler<"kube-manifest"> = {
  async observe(step, world) {
    const wanted = manifestIn(step);
    const found = await getIfServed(world, refOf(step));
    const name = `${wanted.kind} ${wanted.metadata.name}`;
    if (found === undefined) return { state: "pending", detail: `${name} does not exist` };
    const mark = found.metadata.annotations?.[clusterTag];
    if (mark !== wanted.metadata.annotations?.[clusterTag]) {
      return { state: "blocked", detail: `${name} exists and was not made by Dovetail` };
    }
    return { state: "done", after: { uid: found.metadata.uid ?? "" }, detail: `${name} is there` };
  },
  record: () => Promise.resolve(null),
  async act(step, _before, world) {
    const object = manifestIn(step);
    const deadlineMs = world.clock.nowMs() + servedMs;
    for (;;) {
      try {
        await world.cluster.apply(resourceOf(object.kind), object);
        return;
      } catch (error) {
        if (!isUnserved(error) || world.clock.nowMs() > deadlineMs) throw error;
        await pause(world, 1_000);
      }
    }
  },
  async undo(step, _before, after, world) {
    const wanted = manifestIn(step);
    const name = `${wanted.kind} ${wanted.metadata.name}`;
    const found = await getIfServed(world, refOf(step));
    if (found === undefined) return { kind: "undone" };
    const made = after?.uid ?? "";
    if (made !== "" && made !== found.metadata.uid) return { kind: "left", reason: `${name} is another object by now` };
    await world.cluster.delete(refOf(step), found.metadata.uid === undefined ? {} : { uid: found.metadata.uid });
    const wait: Wait = {
      title: `wait until ${name} is gone`,
      timeoutMs: goneMs,
      everyMs: 1_000,
      code: "uninstall.stuck",
      why: "its finalizer is taken away by Karpenter's controller once no node needs it",
      hint: "look at the controller's log and at `kubectl get nodeclaims`, then run this again",
    };
    await waitUntil(world, wait, async () => {
      const left = await getIfServed(world, refOf(step));
      if (left === undefined) return { isDone: true, value: undefined };
      return { isDone: false, detail: `finalizers ${(left.metadata.finalizers ?? []).join(", ") || "none"}` };
    });
    return { kind: "undone" };
  },
};

/** A namespace made for the controller. It is removed again only while it is empty of pods. */
export const namespaceHandler: StepHandler<"kube-namespace"> = {
  async observe(step, world) {
    const name = step.params.name;
    const found = await world.cluster.get({ resource: "namespaces", name });
    if (found === undefined) return { state: "pending", detail: `namespace ${name} does not exist` };
    return { state: "done", after: { uid: found.metadata.uid ?? "" }, detail: "exists" };
  },
  record: () => Promise.resolve(null),
  async act(step, _before, world) {
    const metadata = { name: step.params.name };
    await world.cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata });
  },
  async undo(step, _before, after, world) {
    const name = step.params.name;
    const found = await world.cluster.get({ resource: "namespaces", name });
    if (found === undefined) return { kind: "undone" };
    const made = after?.uid ?? "";
    if (made !== "" && made !== found.metadata.uid) return { kind: "left", reason: `namespace ${name} was made anew` };
    const deployments = await world.cluster.list("deployments", { namespace: name });
    if (deployments.length > 0) return { kind: "left", reason: `namespace ${name} holds other workloads by now` };
    await world.cluster.delete({ resource: "namespaces", name });
    return { kind: "undone" };
  },
};

function manifestIn(step: ActingStep<"kube-manifest">): InstallManifest {
  return installManifestOf(step.params.object);
}

function refOf(step: ActingStep<"kube-manifest">): ObjectRef & { readonly resource: ResourceName } {
  const { kind, metadata } = manifestIn(step);
  const { name, namespace } = metadata;
  return { resource: resourceOf(kind), name, ...(namespace === undefined ? {} : { namespace }) };
}
