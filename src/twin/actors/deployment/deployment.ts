import { numberAt } from "../../../kube/json.ts";
import type { Workload } from "../../../kube/objects.ts";
import { controllerOf } from "../../../kube/pod.ts";
import { asStored } from "../../store/objects.ts";
import { indexes } from "../../store/indexes.ts";
import { type Actor, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";
import { rollOut } from "./roll-out.ts";
import { noteRevision, createSet, isOfTemplate, isNoted, noteSizes, setSize } from "./sets.ts";
import { writeDeploymentStatus } from "./status.ts";

/** Deployments own a ReplicaSet for each version of their template and roll from one to the next. */
export const deployments: Actor = {
  name: "deployment",
  start: () => ({}),
  watches: [
    watch("deployments"),
    watch("replicasets", ({ before, after }) => {
      const set = after ?? before;
      const owner = set === undefined ? undefined : controllerOf(set);
      return owner?.kind === "Deployment" ? [`${set?.metadata.namespace ?? "default"}/${owner.name}`] : [];
    }),
  ],
  look: (key, here) => {
    const deployment = here.store.at("deployments", key);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return;
    reconcile(here, deployment);
    writeDeploymentStatus(here, key);
  },
};

function reconcile(here: Here, deployment: Workload): void {
  const own = here.store.by(indexes.replicasets.byOwner, deployment.metadata.uid ?? "");
  const current = own.find((set) => isOfTemplate(set, deployment));
  const isPaused = asStored(deployment)["spec"] !== undefined && isPausedSpec(deployment);
  if (isPaused || isScaling(own, deployment)) return scaleAll(here, deployment, own);
  if (current === undefined) {
    createSet(here, deployment, own);
    return;
  }
  noteRevision(here, deployment, current, own);
  rollOut(here, { deployment, current, old: own.filter((set) => set !== current) });
  collectOldSets(here, deployment, own);
}

function isPausedSpec({ spec }: Workload): boolean {
  return "paused" in spec && spec.paused === true;
}

// The wanted number changed in the middle of a roll-out: all versions take their part of it (`scale` in `sync.go`).
function isScaling(own: readonly Workload[], deployment: Workload): boolean {
  const active = own.filter((set) => (set.spec.replicas ?? 0) > 0);
  return active.length > 1 && active.some((set) => !isNoted(set, deployment));
}

function scaleAll(here: Here, deployment: Workload, own: readonly Workload[]): void {
  const active = own.filter((set) => (set.spec.replicas ?? 0) > 0);
  const wanted = deployment.spec.replicas ?? 1;
  const [only, second] = active;
  if (only === undefined) return;
  if (second === undefined) return setSize(here, deployment, only, wanted);
  const { surge } = noteSizes(deployment);
  const allowed = wanted === 0 ? 0 : wanted + surge;
  const total = active.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0);
  let left = allowed - total;
  const bySize = active.toSorted((a, b) => (b.spec.replicas ?? 0) - (a.spec.replicas ?? 0));
  for (const set of bySize) {
    const size = set.spec.replicas ?? 0;
    const share = Math.round((size * allowed) / Math.max(1, total)) - size;
    const part = left > 0 ? Math.min(Math.max(share, 0), left) : Math.max(Math.min(share, 0), left);
    left -= part;
    setSize(here, deployment, set, size + part);
  }
  const largest = bySize[0];
  const grown =
    largest === undefined
      ? undefined
      : here.store.find("replicasets", largest.metadata.name, largest.metadata.namespace);
  if (left !== 0 && grown !== undefined)
    setSize(here, deployment, grown, Math.max(0, (grown.spec.replicas ?? 0) + left));
}

/** Old versions beyond the history limit go, oldest first. */
function collectOldSets(here: Here, deployment: Workload, own: readonly Workload[]): void {
  const limit = numberAt(asStored(deployment), "spec", "revisionHistoryLimit") ?? 10;
  const idle = own.filter(
    (set) =>
      (set.spec.replicas ?? 0) === 0 && Number(set.status?.["replicas"] ?? 0) === 0 && !isOfTemplate(set, deployment),
  );
  for (const set of idle.slice(0, Math.max(0, idle.length - limit))) here.delete("replicasets", set);
}
