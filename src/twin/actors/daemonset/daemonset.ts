import { numberAt, textAt, valueAt } from "../../../kube/json.ts";
import { ofTotal } from "../../../kube/budget.ts";
import type { Pod, Workload } from "../../../kube/objects.ts";
import { controllerOf, isActive, isReady } from "../../../kube/pod.ts";
import { podOf } from "../../kubernetes/make-pod.ts";
import { putStatus } from "../../kubernetes/put-status.ts";
import { revisionLabel, revisionOf } from "../../kubernetes/revision.ts";
import { indexes } from "../../store/indexes.ts";
import { asStored } from "../../store/objects.ts";
import { type Actor, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";
import { isWantedOn, mayStayOn, specFor, targetOf } from "./placement.ts";

/** DaemonSets keep one pod on every node that their selectors and tolerations admit, and roll to a new template node by node. */
export const daemonSets: Actor = {
  name: "daemonset",
  start: () => ({}),
  watches: [
    watch("daemonsets", ({ key }) => [`set ${key}`]),
    watch("nodes", ({ key, before, after }) => {
      const isSame =
        before !== undefined &&
        after !== undefined &&
        before.metadata.labels === after.metadata.labels &&
        before.spec === after.spec &&
        before.metadata.deletionTimestamp === after.metadata.deletionTimestamp;
      return isSame ? [] : [`node ${key}`];
    }),
    watch("pods", ({ before, after }) => {
      const pod = after ?? before;
      const owner = pod === undefined ? undefined : controllerOf(pod);
      return owner?.kind === "DaemonSet" ? [`set ${pod?.metadata.namespace ?? "default"}/${owner.name}`] : [];
    }),
  ],
  look: (key, here) => {
    const [kind, name = ""] = key.split(" ");
    if (kind === "node") {
      for (const set of here.store.all("daemonsets")) lookAtNode(here, set, name);
      return;
    }
    const set = here.store.at("daemonsets", name);
    if (set === undefined) return;
    const pods = podsOf(here, set);
    const desired = lookAtAll(here, set, pods);
    if (set.metadata.deletionTimestamp === undefined) replaceOld(here, set, desired);
    writeStatus(here, set, desired);
  },
};

function podsOf(here: Here, set: Workload): readonly Pod[] {
  return here.store.by(indexes.pods.byOwner, set.metadata.uid ?? "");
}

// Pods by the node they are meant for; several of one node are told apart by the caller.
function lookAtAll(here: Here, set: Workload, pods: readonly Pod[]): number {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const target = targetOf(pod) ?? "";
    byNode.set(target, [...(byNode.get(target) ?? []), pod]);
  }
  let desired = 0;
  for (const node of here.store.all("nodes")) {
    const isWanted = set.metadata.deletionTimestamp === undefined && isWantedOn(set, node);
    if (isWanted) desired += 1;
    settle(here, set, {
      node: node.metadata.name,
      isWanted,
      mayStay: mayStayOn(set, node),
      pods: byNode.get(node.metadata.name) ?? [],
    });
  }
  return desired;
}

function lookAtNode(here: Here, set: Workload, name: string): void {
  const node = here.store.find("nodes", name);
  if (node === undefined || set.metadata.deletionTimestamp !== undefined) return;
  const pods = podsOf(here, set).filter((pod) => targetOf(pod) === name);
  settle(here, set, { node: name, isWanted: isWantedOn(set, node), mayStay: mayStayOn(set, node), pods });
}

interface Place {
  readonly node: string;
  readonly isWanted: boolean;
  readonly mayStay: boolean;
  readonly pods: readonly Pod[];
}

function settle(here: Here, set: Workload, { node, isWanted, mayStay, pods }: Place): void {
  for (const pod of pods) {
    const isOver = pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded";
    if (pod.metadata.deletionTimestamp === undefined && (isOver || (!isWanted && !mayStay))) here.delete("pods", pod);
  }
  const isLeaving = here.store.find("nodes", node)?.metadata.deletionTimestamp !== undefined;
  if (!isWanted || isLeaving || pods.some((pod) => isActive(pod))) return;
  const name = `${set.metadata.name}-${here.dice.suffix(5)}`;
  const labels = { [revisionLabel]: revisionOf(set.spec.template) };
  here.create("pods", podOf(set, { name, template: set.spec.template, labels, spec: specFor(set, node) }));
}

/** Pods of a former template go, as many at once as may be unavailable (kubernetes 1.35, `daemon/update.go`; surge is left out). */
function replaceOld(here: Here, set: Workload, desired: number): void {
  if (textAt(set.spec.updateStrategy, "type") === "OnDelete") return;
  const revision = revisionOf(set.spec.template);
  const pods = podsOf(here, set);
  const old = pods.filter((pod) => pod.metadata.labels?.[revisionLabel] !== revision && isActive(pod));
  if (old.length === 0) return;
  const value = valueAt(set.spec.updateStrategy, "rollingUpdate", "maxUnavailable") ?? 1;
  const most = typeof value === "number" || typeof value === "string" ? (ofTotal(value, desired) ?? 1) : 1;
  let unavailable = desired - pods.filter((pod) => isActive(pod) && isReady(pod)).length;
  for (const pod of old) {
    if (isReady(pod) && unavailable >= Math.max(1, most)) continue;
    if (isReady(pod)) unavailable += 1;
    here.delete("pods", pod);
  }
}

function writeStatus(here: Here, set: Workload, desired: number): void {
  const pods = podsOf(here, set).filter(isActive);
  const ready = pods.filter(isReady).length;
  const revision = revisionOf(set.spec.template);
  putStatus(here, "daemonsets", set, {
    observedGeneration: set.metadata.generation ?? 1,
    desiredNumberScheduled: desired,
    currentNumberScheduled: Math.min(desired, pods.length),
    numberReady: ready,
    numberAvailable: ready,
    numberUnavailable: Math.max(0, desired - ready),
    numberMisscheduled: Math.max(0, pods.length - desired),
    updatedNumberScheduled: pods.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision).length,
    collisionCount: numberAt(asStored(set), "status", "collisionCount"),
  });
}
