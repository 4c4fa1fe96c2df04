import type { LoopResult } from "../../../autoscaler/engine/loop.ts";
import type { Group, View } from "../../../autoscaler/engine/view.ts";
import { isNodeReady } from "../../../kube/node.ts";
import type { Node } from "../../../kube/objects.ts";
import { writeYaml } from "../../../yaml/write.ts";
import type { AutoscalerHere } from "./here.ts";

const name = "cluster-autoscaler-status";
const namespace = "kube-system";

function isDue(here: AutoscalerHere): boolean {
  return here.nowMs % 60_000 < 10_000;
}

/** A loop that would have found what the last one found writes the same status with its own time. */
export function renewStatus(here: AutoscalerHere): void {
  const known = here.store.find("configmaps", name, namespace);
  const text = known?.data?.["status"];
  if (!isDue(here) || text === undefined) return;
  const time = new Date(here.nowMs).toISOString();
  const [before = time] = /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(text) ?? [];
  put(here, time, text.replaceAll(before, time));
}

/** Writes the status ConfigMap, once a minute, so that the world's history is not made of it. */
export function writeStatus(here: AutoscalerHere, view: View, result: LoopResult): void {
  const now = here.nowMs;
  if (!isDue(here)) return;
  const time = new Date(now).toISOString();
  const { decision } = result;
  const unneeded = new Set(decision.scaleDown.unneeded.map(({ node }) => node));
  const health = (isHealthy: boolean): string => (isHealthy ? "Healthy" : "Unhealthy");
  const nodeGroups = view.groups.map((group) => {
    const nodes = nodesOf(view, group);
    const standing = decision.groups[group.name];
    const isGrowing = (decision.upcoming[group.name] ?? 0) > 0;
    const activity = isGrowing ? "InProgress" : "NoActivity";
    return {
      name: group.name,
      health: {
        status: health(standing?.isHealthy !== false),
        nodeCounts: countsOf(nodes),
        cloudProviderTarget: standing?.target ?? group.target,
        minSize: group.min,
        maxSize: group.max,
        lastProbeTime: time,
      },
      scaleUp: { status: standing?.isBackedOff === true ? "Backoff" : activity, lastProbeTime: time },
      scaleDown: {
        status: nodes.some((node) => unneeded.has(node.metadata.name)) ? "CandidatesPresent" : "NoCandidates",
        lastProbeTime: time,
      },
    };
  });
  const clusterWide = {
    health: { status: health(decision.isClusterHealthy), nodeCounts: countsOf(view.nodes), lastProbeTime: time },
  };
  put(here, time, writeYaml({ time, autoscalerStatus: "Running", clusterWide, nodeGroups }));
}

function nodesOf({ nodes }: View, group: Group): readonly Node[] {
  const ids = new Set(group.instances.map(({ id }) => id));
  return nodes.filter((node) => ids.has(node.spec?.providerID ?? ""));
}

function countsOf(nodes: readonly Node[]): object {
  const registered = { total: nodes.length, ready: nodes.filter(isNodeReady).length, notStarted: 0 };
  return { registered, longUnregistered: 0, unregistered: 0 };
}

function put(here: AutoscalerHere, time: string, status: string): void {
  here.put("configmaps", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      ...here.store.find("configmaps", name, namespace)?.metadata,
      name,
      namespace,
      annotations: {
        "cluster-autoscaler.kubernetes.io/last-updated": `${time.replace("T", " ").replace("Z", "")} +0000 UTC`,
      },
    },
    data: { status },
  });
}
