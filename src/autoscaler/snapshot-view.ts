// Our own: the real program has no such file.
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { JsonObject, Node } from "../kube/objects.ts";
import { instanceTypeOf } from "../kube/node.ts";
import { textAt } from "../kube/json.ts";
import { coversGroup, discoveryRules } from "./discovery.ts";
import type { Group, View } from "./engine/view.ts";
import { providerGroup, templateOfGroup, zonesOf } from "./provider-groups.ts";
import type { AutoscalerInstallation } from "./types.ts";

/** What a Cluster Autoscaler would see that starts at the instant of a snapshot. */
export function viewOfSnapshot(
  snapshot: Pick<Snapshot, "readAt" | "objects" | "account">,
  autoscaler: AutoscalerInstallation,
): View {
  const { objects, account } = snapshot;
  const { nodes = [] } = objects;
  const rules = discoveryRules(autoscaler);
  const { priorities } = autoscaler;
  return {
    nowMs: Date.parse(snapshot.readAt),
    nodes,
    pods: objects.pods ?? [],
    budgets: objects.poddisruptionbudgets ?? [],
    daemonSets: objects.daemonsets ?? [],
    replicaSets: objects.replicasets ?? [],
    statefulSets: objects.statefulsets ?? [],
    replicationControllers: (objects.replicationcontrollers ?? []).map(({ spec: { replicas = 1 }, ...one }) => ({
      ...one,
      spec: { replicas },
    })),
    jobs: objects.jobs ?? [],
    namespaces: objects.namespaces ?? [],
    persistentVolumes: objects.persistentvolumes ?? [],
    persistentVolumeClaims: objects.persistentvolumeclaims ?? [],
    storageClasses: objects.storageclasses ?? [],
    groups: (account?.autoScalingGroups ?? [])
      .filter((asg) => coversGroup(rules, asg))
      .map((asg) => groupIn(asg, nodes, rules.named.get(textAt(asg["AutoScalingGroupName"]) ?? ""))),
    ...(priorities === undefined ? {} : { priorities }),
  };
}

// Of an empty group only a node of the same type tells what its hardware is; groups with nodes are judged by those.
function groupIn(
  asg: JsonObject,
  nodes: readonly Node[],
  bounds: { readonly min: number; readonly max: number } | undefined,
): Group {
  const type = instanceTypeIn(asg);
  const model = nodes.find((node) => type !== undefined && instanceTypeOf(node) === type);
  const template =
    model === undefined || type === undefined
      ? undefined
      : templateOfGroup(asg, {
          instanceType: type,
          architecture: model.metadata.labels?.["kubernetes.io/arch"] ?? "amd64",
          zone: zonesOf(asg)[0] ?? "",
          capacity: model.status?.capacity ?? {},
          labels: {},
          taints: [],
        });
  return providerGroup(asg, { template, isFailing: false, ...(bounds === undefined ? {} : { bounds }) });
}

function instanceTypeIn(asg: JsonObject): string | undefined {
  return (
    textAt(asg, "MixedInstancesPolicy", "LaunchTemplate", "Overrides", 0, "InstanceType") ??
    textAt(asg, "Instances", 0, "InstanceType")
  );
}
