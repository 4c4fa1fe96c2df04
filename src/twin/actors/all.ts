import type { Core } from "../world/core.ts";
import { expireEvents } from "../world/core.ts";
import { reconcileBudgets } from "./budgets.ts";
import { reconcileDaemonSets } from "./daemonsets.ts";
import { collectGarbage, collectOrphanedPods, taintCordoned, watchInstances } from "./nodes.ts";
import { podsByOwner } from "./pods.ts";
import { schedulePods } from "./scheduler.ts";
import { reconcileDeployments, reconcileJobs, reconcileReplicaSets, reconcileStatefulSets } from "./workloads.ts";

/** One look of every controller at the world, in a fixed order. What they write makes them look again. */
export function reconcileControllers(core: Core): void {
  watchInstances(core);
  taintCordoned(core);
  collectOrphanedPods(core);
  collectGarbage(core);
  reconcileDeployments(core);
  const owned = podsByOwner(core);
  reconcileReplicaSets(core, owned);
  reconcileStatefulSets(core, owned);
  reconcileJobs(core, owned);
  reconcileDaemonSets(core, owned);
  reconcileBudgets(core);
  schedulePods(core);
  expireEvents(core);
}
