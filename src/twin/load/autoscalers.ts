import { numberAt, textAt } from "../../kube/json.ts";
import type { KubeObject, Workload } from "../../kube/objects.ts";
import { asStored, withFields } from "../store/objects.ts";
import { typed } from "../store/rules.ts";
import type { Store } from "../store/store.ts";
import { type Actor, watch } from "../world/actor.ts";
import type { Here } from "../world/here.ts";
import type { Swing } from "./plan.ts";
import { changesAfterMs, type Scaled, syncMs, wantedReplicas } from "./scale.ts";

interface Memory {
  /** How many pods each target had when it was first seen, by `resource key`. */
  readonly base: Record<string, number>;
}

type Scalable = "deployments" | "statefulsets";

const resources: Readonly<Record<string, Scalable>> = { Deployment: "deployments", StatefulSet: "statefulsets" };

/**
 * The HorizontalPodAutoscaler controller under a load that somebody drew: metrics are not modelled, what the pods of the beginning carried
 * at their target is. Targets without one are scaled as well when the load is to scale all.
 */
export function horizontalPodAutoscalers(swing: Swing): Actor<Memory> {
  return {
    name: "horizontal-pod-autoscaler",
    start: () => ({ base: {} }),
    watches: [
      watch("horizontalpodautoscalers", ({ before, after }) => [targetOf(after ?? before) ?? []].flat()),
      watch("deployments", ({ key, before, after }) => changed(before, after, `deployments ${key}`)),
      watch("statefulsets", ({ key, before, after }) => changed(before, after, `statefulsets ${key}`)),
    ],
    look: (key, here) => scale(here, key, swing),
  };
}

function changed(before: Workload | undefined, after: Workload | undefined, key: string): readonly string[] {
  return before?.spec.replicas === after?.spec.replicas ? [] : [key];
}

function targetOf(scaler: KubeObject | undefined): string | undefined {
  if (scaler === undefined) return undefined;
  const stored = asStored(scaler);
  const resource = resources[textAt(stored, "spec", "scaleTargetRef", "kind") ?? ""];
  const name = textAt(stored, "spec", "scaleTargetRef", "name");
  return resource === undefined ? undefined : `${resource} ${scaler.metadata.namespace ?? "default"}/${name ?? ""}`;
}

function scale(here: Here<Memory>, target: string, swing: Swing): void {
  const [resource = "", key = ""] = target.split(" ");
  if (!isScalable(resource)) return;
  const workload = here.store.at(resource, key);
  const scaler = scalerOf(here.store, target);
  if (workload === undefined || workload.metadata.deletionTimestamp !== undefined) return;
  const current = workload.spec.replicas ?? 1;
  // What is scaled to zero is switched off, for a HorizontalPodAutoscaler too.
  if (current === 0) return;
  here.memory.base[target] ??= current;
  const of = boundsOf(scaler, here.memory.base[target] ?? current, { swing, resource, workload });
  if (of === undefined) return;
  const sinceSync = here.nowMs % syncMs;
  if (sinceSync !== 0) return here.lookAgain(target, syncMs - sinceSync);
  const wanted = wantedReplicas(of, current, swing, here.nowMs);
  if (wanted !== current) here.put(resource, { ...workload, spec: { ...workload.spec, replicas: wanted } });
  if (scaler !== undefined) writeStatus(here, scaler, { current, wanted });
  const again = wanted === current ? changesAfterMs(of, current, swing, here.nowMs) : syncMs;
  if (again !== undefined) here.lookAgain(target, again);
}

function isScalable(resource: string): resource is Scalable {
  return resource === "deployments" || resource === "statefulsets";
}

function scalerOf(store: Store, target: string): KubeObject | undefined {
  return store.all("horizontalpodautoscalers").find((one) => targetOf(one) === target);
}

function boundsOf(
  scaler: KubeObject | undefined,
  base: number,
  of: { readonly swing: Swing; readonly resource: Scalable; readonly workload: Workload },
): Scaled | undefined {
  if (scaler !== undefined) {
    const spec = asStored(scaler)["spec"];
    return { base, min: numberAt(spec, "minReplicas") ?? 1, max: numberAt(spec, "maxReplicas") ?? base };
  }
  const isSystem = of.workload.metadata.namespace === "kube-system" || of.workload.metadata.namespace === "karpenter";
  if (of.swing.scales !== "all" || of.resource !== "deployments" || isSystem || base < 2) return undefined;
  return { base, min: 1, max: Math.ceil(base * (1 + of.swing.share)) };
}

function writeStatus(
  here: Here<Memory>,
  scaler: KubeObject,
  { current, wanted }: { readonly current: number; readonly wanted: number },
): void {
  const stored = asStored(scaler);
  const isScaled = wanted !== current;
  const before = textAt(stored, "status", "lastScaleTime");
  const last = isScaled ? here.timestamp : before;
  const status = {
    currentReplicas: current,
    desiredReplicas: wanted,
    ...(last === undefined ? {} : { lastScaleTime: last }),
  };
  here.put("horizontalpodautoscalers", typed<"horizontalpodautoscalers">(withFields(stored, { status })));
}
