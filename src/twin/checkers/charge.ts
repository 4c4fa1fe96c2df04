import { findInstallations } from "../../autoscaler/installations.ts";
import { karpenterContainerOf } from "../../karpenter/installations.ts";
import type { KubeObject, Workload } from "../../kube/objects.ts";
import { isObject, numberAt, objectsAt, textAt } from "../../kube/json.ts";
import { controllerOf } from "../../kube/pod.ts";
import { isDeploymentUp } from "../kubernetes/deployment-up.ts";
import { asStored } from "../store/objects.ts";
import { type Actor, watch } from "../world/actor.ts";
import type { Here } from "../world/here.ts";
import type { Breach } from "./breach.ts";
import type { AuditEntry } from "../world/state.ts";

interface Memory {
  last: { readonly autoscaler: boolean; readonly karpenter: boolean } | undefined;
}

/** Notes in the audit log who is in charge of nodes for ordinary pods, whenever that changes. It changes nothing. */
export const chargeObserver: Actor<Memory> = {
  name: "observer",
  start: () => ({ last: undefined }),
  watches: [
    watch("deployments", ({ before, after }) => (isOfInterest(after ?? before) ? ["charge"] : none)),
    watch("pods", ({ before, after }, store) => {
      const pod = after ?? before;
      const set = pod === undefined ? undefined : controllerOf(pod);
      if (pod === undefined || set?.kind !== "ReplicaSet") return none;
      const replicaSet = store.find("replicasets", set.name, pod.metadata.namespace);
      const owner = replicaSet === undefined ? undefined : controllerOf(replicaSet);
      const deployment =
        owner === undefined ? undefined : store.find("deployments", owner.name, pod.metadata.namespace);
      return isOfInterest(deployment) ? ["charge"] : none;
    }),
    watch("nodepools", () => ["charge"]),
  ],
  reactMs: 0,
  look: (_key, here) => note(here),
};

const none: readonly string[] = [];
const kinds = new WeakMap<Workload["spec"]["template"], "autoscaler" | "karpenter" | "other">();

function kindOf(deployment: Workload): "autoscaler" | "karpenter" | "other" {
  const { template } = deployment.spec;
  const known = kinds.get(template);
  if (known !== undefined) return known;
  const isKarpenter = karpenterContainerOf(deployment) !== undefined;
  const isAutoscaler = findInstallations({ deployments: [deployment] }, undefined).length > 0;
  const kind = isKarpenter ? "karpenter" : isAutoscaler ? "autoscaler" : "other";
  kinds.set(template, kind);
  return kind;
}

function isOfInterest(deployment: Workload | undefined): boolean {
  return deployment !== undefined && kindOf(deployment) !== "other";
}

function note(here: Here<Memory>): void {
  const isUp = (kind: "autoscaler" | "karpenter"): boolean =>
    here.store.all("deployments").some((one) => kindOf(one) === kind && isDeploymentUp(here.store, one));
  const now = {
    autoscaler: isUp("autoscaler"),
    karpenter: isUp("karpenter") && here.store.all("nodepools").some(isInCharge),
  };
  const { last } = here.memory;
  if (last?.autoscaler === now.autoscaler && last.karpenter === now.karpenter) return;
  here.memory.last = now;
  here.observe("charge", "nodes", now);
}

// A held pool makes nothing; a pool for Dovetail's own canary takes no other pod.
function isInCharge(pool: KubeObject): boolean {
  const { spec } = asStored(pool);
  const limits = isObject(spec) ? spec["limits"] : undefined;
  const isHeld = Number(numberAt(limits, "cpu") ?? 1) === 0;
  const taints = objectsAt(spec, "template", "spec", "taints");
  return !isHeld && !taints.some((taint) => textAt(taint, "key")?.startsWith("dovetail") === true);
}

/** Moments at which Cluster Autoscaler and Karpenter were both in charge. */
export function twoInCharge(audit: readonly AuditEntry[]): readonly Breach[] {
  return audit
    .filter((entry) => entry.operation === "charge")
    .filter(({ detail }) => detail?.["autoscaler"] === true && detail["karpenter"] === true)
    .map((entry) => ({ atMs: entry.atMs, what: "Cluster Autoscaler and Karpenter are both in charge" }));
}

/** Stretches longer than allowed in which nobody was in charge. */
export function nobodyInCharge(audit: readonly AuditEntry[], allowedMs: number): readonly Breach[] {
  const changes = audit.filter((entry) => entry.operation === "charge");
  return changes.flatMap((entry, i) => {
    const next = changes[i + 1];
    const isNobody = entry.detail?.["autoscaler"] === false && entry.detail["karpenter"] === false;
    const ms = (next?.atMs ?? entry.atMs) - entry.atMs;
    return isNobody && ms > allowedMs
      ? [{ atMs: entry.atMs, what: `nobody in charge for ${Math.round(ms / 1000)} s` }]
      : [];
  });
}
