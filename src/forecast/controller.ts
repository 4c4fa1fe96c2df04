import { karpentersOf } from "../karpenter/installations.ts";
import { isFargateNode, isKarpenterNode } from "../kube/node.ts";
import type { Pod } from "../kube/objects.ts";
import { isBound, isTerminal, nameOf, synthesisedAnnotation } from "../kube/pod.ts";
import { nearestSchedulerRelease } from "../kube-scheduler/releases.ts";
import { KubeScheduler } from "../kube-scheduler/scheduler.ts";
import { defaultSchedulerSettings } from "../kube-scheduler/settings.ts";
import type { Gap, Snapshot } from "../snapshot/snapshot.ts";

const labels = { "app.kubernetes.io/name": "karpenter", "app.kubernetes.io/instance": "karpenter" };

/**
 * The cluster with the pods of Karpenter's controller, where it is not installed yet: they stand on nodes that Karpenter does not
 * manage, so that these stay. Each is bound where kube-scheduler would bind it now. The same snapshot where Karpenter is there, or where
 * nothing was read of the account that it would be installed in, or the cluster from a folder of dumps.
 */
export function withController(snapshot: Snapshot): Snapshot {
  const { objects, account } = snapshot;
  const { deployments, pods, nodes } = objects;
  // A folder holds what somebody chose to write into it: where there is room today, it does not tell.
  if (snapshot.source.kind === "dumps") return snapshot;
  if (account === undefined || deployments === undefined || pods === undefined || nodes === undefined) return snapshot;
  const hosts = nodes.filter((node) => !isFargateNode(node));
  if (hosts.length === 0 || hosts.some(isKarpenterNode) || karpentersOf(objects).length > 0) return snapshot;
  const wanted = Array.from({ length: hosts.length === 1 ? 1 : 2 }, (_, i) => controllerPod(i + 1));
  const placed = boundAsNow(snapshot, wanted);
  return {
    ...snapshot,
    objects: { ...objects, pods: [...pods, ...placed] },
    gaps: [...snapshot.gaps, assumed(wanted.length, placed.length)],
  };
}

function assumed(wanted: number, placed: number): Gap {
  const own = wanted === 1 ? "Karpenter's own pod is" : `Karpenter's own ${wanted} pods are`;
  const found = `${placed === 0 ? "none" : placed} of ${wanted} would find room on today's nodes: more would be needed`;
  const detail =
    placed === wanted
      ? `${own} not there yet: counted where kube-scheduler would place ${wanted === 1 ? "it" : "them"} now`
      : `${own} not there yet, and ${found}`;
  return { what: "karpenter", reason: "not-in-source", effect: "assumed", detail };
}

/** The pods that find a node as the cluster is, bound to it. */
function boundAsNow({ objects, readAt, kubernetesVersion }: Snapshot, wanted: readonly Pod[]): readonly Pod[] {
  const nowMs = Date.parse(readAt);
  const scheduler = new KubeScheduler(defaultSchedulerSettings(nearestSchedulerRelease(kubernetesVersion ?? "")));
  for (const node of objects.nodes ?? []) scheduler.put("nodes", node, nowMs);
  for (const pod of objects.pods ?? []) if (isBound(pod) && !isTerminal(pod)) scheduler.put("pods", pod, nowMs);
  const waiting = new Map(wanted.map((pod) => [nameOf(pod), pod]));
  for (const pod of wanted) scheduler.put("pods", pod, nowMs);
  const placed: Pod[] = [];
  for (let tries = 0; tries < wanted.length; tries += 1) {
    const attempt = scheduler.attempt(nowMs);
    const pod = waiting.get(attempt?.pod ?? "");
    if (attempt?.nodeName === undefined || attempt.outcome !== "scheduled" || pod === undefined) continue;
    const bound = { ...pod, spec: { ...pod.spec, nodeName: attempt.nodeName }, status: { phase: "Running" } };
    scheduler.put("pods", bound, nowMs);
    placed.push(bound);
  }
  return placed;
}

/** As the chart makes it with the values that `install` gives, down to what decides where it stands. */
function controllerPod(number: number): Pod {
  const labelSelector = { matchLabels: labels };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `karpenter-${number}`,
      namespace: "kube-system",
      labels,
      annotations: { [synthesisedAnnotation]: "Deployment/kube-system/karpenter" },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "ReplicaSet", name: "karpenter", uid: "karpenter", controller: true },
      ],
    },
    spec: {
      containers: [
        { name: "controller", resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } } },
      ],
      nodeSelector: { "kubernetes.io/os": "linux" },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: "karpenter.sh/nodepool", operator: "DoesNotExist" }] }],
          },
        },
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname", labelSelector }],
        },
      },
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule", labelSelector },
      ],
      tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }],
    },
    status: { phase: "Pending" },
  };
}
