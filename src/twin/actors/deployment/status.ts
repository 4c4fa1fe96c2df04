import { conditionsOf } from "../../../kube/conditions.ts";
import { numberAt } from "../../../kube/json.ts";
import type { Condition, Workload } from "../../../kube/objects.ts";
import { condition, conditionsJson, withCondition } from "../../kubernetes/conditions.ts";
import { putStatus } from "../../kubernetes/put-status.ts";
import { indexes } from "../../store/indexes.ts";
import { asStored } from "../../store/objects.ts";
import type { Here } from "../../world/here.ts";
import { isOfTemplate, noteSizes } from "./sets.ts";

/** Writes what `kubectl rollout status` reads: counts, `Available` and `Progressing` (kubernetes 1.35, `sync.go`, `progress.go`). */
export function writeDeploymentStatus(here: Here, key: string): void {
  const deployment = here.store.at("deployments", key);
  if (deployment === undefined) return;
  const own = here.store.by(indexes.replicasets.byOwner, deployment.metadata.uid ?? "");
  const current = own.find((set) => isOfTemplate(set, deployment));
  const sum = (field: string): number => own.reduce((total, set) => total + Number(set.status?.[field] ?? 0), 0);
  const counts = {
    replicas: sum("replicas"),
    updatedReplicas: Number(current?.status?.["replicas"] ?? 0),
    readyReplicas: sum("readyReplicas"),
    availableReplicas: sum("availableReplicas"),
  };
  const wanted = deployment.spec.replicas ?? 1;
  const isAvailable = counts.availableReplicas >= wanted - noteSizes(deployment).unavailable;
  const { timestamp } = here;
  const reason = isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable";
  const conditions = withCondition(
    conditionsOf(deployment),
    condition("Available", isAvailable, { reason, timestamp }),
  );
  putStatus(here, "deployments", deployment, {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...counts,
    unavailableReplicas: Math.max(0, wanted - counts.availableReplicas),
    conditions: conditionsJson(withProgress(here, { deployment, current, counts, conditions })),
  });
}

interface Progress {
  readonly deployment: Workload;
  readonly current: Workload | undefined;
  readonly counts: Readonly<Record<"replicas" | "updatedReplicas" | "availableReplicas", number>>;
  readonly conditions: readonly Condition[];
}

/** Beside a transition the controller keeps when it last saw something move. */
interface ProgressCondition extends Condition {
  readonly lastUpdateTime?: string;
}

function withProgress(here: Here, { deployment, current, counts, conditions }: Progress): readonly Condition[] {
  const wanted = deployment.spec.replicas ?? 1;
  const { timestamp } = here;
  const before: ProgressCondition | undefined = conditions.find((one) => one.type === "Progressing");
  const name = current?.metadata.name ?? "";
  const say = (isTrue: boolean, reason: string, message: string, lastUpdateTime = timestamp): readonly Condition[] => {
    const next: ProgressCondition = {
      ...condition("Progressing", isTrue, { reason, message, timestamp }),
      lastUpdateTime,
    };
    return withCondition(conditions, next);
  };
  const isComplete =
    counts.updatedReplicas === wanted && counts.replicas === wanted && counts.availableReplicas === wanted;
  if (isComplete) {
    if (before?.reason === "NewReplicaSetAvailable") return conditions;
    return say(true, "NewReplicaSetAvailable", `ReplicaSet "${name}" has successfully progressed.`);
  }
  const old = deployment.status;
  const hasMoved = (["replicas", "updatedReplicas", "availableReplicas"] as const).some(
    (field) => Number(old?.[field] ?? 0) !== counts[field],
  );
  if (hasMoved) return say(true, "ReplicaSetUpdated", `ReplicaSet "${name}" is progressing.`);
  // A finished roll-out whose pods come and go is not a roll-out.
  if (before?.reason !== "ReplicaSetUpdated") return conditions;
  const limitMs = 1000 * (numberAt(asStored(deployment), "spec", "progressDeadlineSeconds") ?? 600);
  const dueMs = Date.parse(before.lastUpdateTime ?? timestamp) + limitMs;
  if (here.nowMs >= dueMs)
    return say(false, "ProgressDeadlineExceeded", `ReplicaSet "${name}" has timed out progressing.`);
  here.lookAgain(`${deployment.metadata.namespace ?? "default"}/${deployment.metadata.name}`, dueMs - here.nowMs);
  return conditions;
}
