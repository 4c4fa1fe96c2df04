import { textAt } from "../../../kube/json.ts";
import type { Workload } from "../../../kube/objects.ts";
import { isActive } from "../../../kube/pod.ts";
import { indexes } from "../../store/indexes.ts";
import type { Here } from "../../world/here.ts";
import { noteSizes, setSize } from "./sets.ts";

/** A Deployment with the set of its present template and those of former ones. */
export interface RollOut {
  readonly deployment: Workload;
  readonly current: Workload;
  readonly old: readonly Workload[];
}

/** One look of a roll-out (kubernetes 1.35, `rolling.go`, `recreate.go`): grows the new set, then shrinks the old ones. */
export function rollOut(here: Here, parts: RollOut): void {
  if (textAt(parts.deployment.spec.strategy, "type") === "Recreate") return recreate(here, parts);
  if (!growNew(here, parts)) shrinkOld(here, parts);
}

function growNew(here: Here, { deployment, current, old }: RollOut): boolean {
  const wanted = deployment.spec.replicas ?? 1;
  const size = replicas(current);
  if (size === wanted) return false;
  if (size > wanted) {
    setSize(here, deployment, current, wanted);
    return true;
  }
  const room = wanted + noteSizes(deployment).surge - sum([current, ...old], replicas);
  const next = Math.min(wanted, size + Math.max(0, room));
  if (next === size) return false;
  setSize(here, deployment, current, next);
  return true;
}

function shrinkOld(here: Here, { deployment, current, old }: RollOut): void {
  if (sum(old, replicas) === 0) return;
  const least = (deployment.spec.replicas ?? 1) - noteSizes(deployment).unavailable;
  const newUnavailable = replicas(current) - available(current);
  const most = sum([current, ...old], replicas) - least - newUnavailable;
  if (most <= 0) return;
  const sizes = new Map(old.map((set) => [set, replicas(set)]));
  // What never became available costs nobody anything.
  let cleaned = 0;
  for (const set of old) {
    const size = sizes.get(set) ?? 0;
    const less = Math.min(most - cleaned, size - available(set));
    if (size === 0 || less <= 0) continue;
    sizes.set(set, size - less);
    cleaned += less;
  }
  let spare = sum([current, ...old], available) - least;
  for (const set of old) {
    const size = sizes.get(set) ?? 0;
    const less = Math.min(size, Math.max(0, spare));
    sizes.set(set, size - less);
    spare -= less;
  }
  for (const [set, size] of sizes) if (size !== replicas(set)) setSize(here, deployment, set, size);
}

// All old pods go before the first new one comes.
function recreate(here: Here, { deployment, current, old }: RollOut): void {
  for (const set of old) if (replicas(set) > 0) setSize(here, deployment, set, 0);
  const isLeft = old.some((set) => here.store.by(indexes.pods.byOwner, set.metadata.uid ?? "").some(isActive));
  if (isLeft || sum(old, replicas) > 0) return;
  setSize(here, deployment, current, deployment.spec.replicas ?? 1);
}

function replicas(set: Workload): number {
  return set.spec.replicas ?? 0;
}

function available(set: Workload): number {
  return Number(set.status?.["availableReplicas"] ?? 0);
}

function sum(sets: readonly Workload[], of: (set: Workload) => number): number {
  return sets.reduce((total, set) => total + of(set), 0);
}
