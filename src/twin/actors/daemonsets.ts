import type { Node, Pod, Taint, Toleration, Workload } from "../../kube/objects.ts";
import { untolerated } from "../../kube/taint.ts";
import { selectsNode } from "../../kube/node-selector.ts";
import type { Core } from "../world/core.ts";
import { createPod, isActive, isReady, setStatus } from "./pods.ts";
import type { Owned } from "./workloads.ts";

const by = "daemonset-controller";

// What every DaemonSet pod tolerates without saying so.
const always: readonly Toleration[] = [
  { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/disk-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/pid-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" },
];

/** DaemonSets keep one pod on every node that their selectors and tolerations admit. */
export function reconcileDaemonSets(core: Core, owned: Owned): void {
  const nodes = core.api.peek("nodes");
  for (const set of core.api.peek("daemonsets")) {
    const pods = (owned.get(set.metadata.uid ?? "") ?? []).filter(isActive);
    const byNode = new Map(pods.map((pod) => [targetOf(pod), pod]));
    let desired = 0;
    for (const node of nodes) {
      const isWanted = set.metadata.deletionTimestamp === undefined && runsOn(set, node);
      const pod = byNode.get(node.metadata.name);
      if (isWanted) desired += 1;
      if (isWanted && pod === undefined && node.metadata.deletionTimestamp === undefined)
        createDaemonPod(core, set, node);
      if (pod !== undefined && !isWanted && !mayStay(set, node))
        core.api.delete(by, {
          resource: "pods",
          name: pod.metadata.name,
          namespace: pod.metadata.namespace ?? "default",
        });
    }
    const ready = pods.filter(isReady).length;
    setStatus(
      core,
      { workload: set, resource: "daemonsets", by },
      {
        observedGeneration: set.metadata.generation ?? 1,
        desiredNumberScheduled: desired,
        currentNumberScheduled: pods.length,
        numberReady: ready,
        numberAvailable: ready,
        numberMisscheduled: 0,
        updatedNumberScheduled: pods.length,
      },
    );
  }
}

function runsOn(set: Workload, node: Node): boolean {
  const { spec } = set.spec.template;
  // A node that is only not ready yet gets its daemons first: they are what makes it ready.
  const lasting = (node.spec?.taints ?? []).filter((taint: Taint) => taint.key !== "node.kubernetes.io/not-ready");
  return selectsNode(spec, node) && untolerated(lasting, [...(spec.tolerations ?? []), ...always]) === undefined;
}

// A daemon that runs is driven out only by a taint that says NoExecute, or when the node is no longer selected.
function mayStay(set: Workload, node: Node): boolean {
  const { spec } = set.spec.template;
  const driving = (node.spec?.taints ?? []).filter((taint) => taint.effect === "NoExecute");
  return (
    set.metadata.deletionTimestamp === undefined &&
    selectsNode(spec, node) &&
    untolerated(driving, [...(spec.tolerations ?? []), ...always]) === undefined
  );
}

/** The node a daemon pod is meant for, bound or not. */
function targetOf(pod: Pod): string | undefined {
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return pod.spec.nodeName ?? terms?.[0]?.matchFields?.[0]?.values?.[0];
}

function createDaemonPod(core: Core, set: Workload, node: Node): void {
  const { spec } = set.spec.template;
  const matchFields = [{ key: "metadata.name", operator: "In", values: [node.metadata.name] }];
  const affinity = {
    ...spec.affinity,
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } },
  };
  const notReady: Toleration = { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoSchedule" };
  const tolerations = [...(spec.tolerations ?? []), ...always, notReady];
  createPod(core, set, {
    name: `${set.metadata.name}-${core.random.suffix(5)}`,
    template: set.spec.template,
    spec: { affinity, tolerations },
    by,
  });
}
