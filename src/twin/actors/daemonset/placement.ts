import { daemonTolerations } from "../../../kube/daemon.ts";
import type { Node, Pod, PodSpec, Toleration, Workload } from "../../../kube/objects.ts";
import { untolerated } from "../../../kube/taint.ts";
import { selectsNode } from "../../../kube/node-selector.ts";

/** Whether a node is to have a pod of the set. A node that is only not ready yet gets its daemons first: they are what makes it ready. */
export function isWantedOn(set: Workload, node: Node): boolean {
  const { spec } = set.spec.template;
  const lasting = (node.spec?.taints ?? []).filter((taint) => taint.key !== "node.kubernetes.io/not-ready");
  return selectsNode(spec, node) && untolerated(lasting, tolerations(spec)) === undefined;
}

/** Whether a pod that runs may stay: only a taint that says NoExecute drives it out, or a node that is no longer selected. */
export function mayStayOn(set: Workload, node: Node): boolean {
  const { spec } = set.spec.template;
  const driving = (node.spec?.taints ?? []).filter((taint) => taint.effect === "NoExecute");
  return (
    set.metadata.deletionTimestamp === undefined &&
    selectsNode(spec, node) &&
    untolerated(driving, tolerations(spec)) === undefined
  );
}

/** The node a daemon pod is meant for, bound or not; undefined when its affinity names none. */
export function targetOf(pod: Pod): string | undefined {
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return pod.spec.nodeName ?? terms?.[0]?.matchFields?.[0]?.values?.[0];
}

/** The spec of the set's pod for one node. */
export function specFor(set: Workload, node: string): PodSpec {
  const { spec } = set.spec.template;
  const matchFields = [{ key: "metadata.name", operator: "In", values: [node] }];
  const notReady: Toleration = { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoSchedule" };
  return {
    ...spec,
    affinity: {
      ...spec.affinity,
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } },
    },
    tolerations: [...tolerations(spec), notReady],
  };
}

const tolerated = new WeakMap<PodSpec, readonly Toleration[]>();

function tolerations(spec: PodSpec): readonly Toleration[] {
  const known = tolerated.get(spec) ?? daemonTolerations(spec);
  tolerated.set(spec, known);
  return known;
}
