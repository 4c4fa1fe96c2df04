import { coversGroup, discoveryRules } from "../../../autoscaler/discovery.ts";
import type { Group, View } from "../../../autoscaler/engine/view.ts";
import { providerGroup, templateOfGroup, zonesOf } from "../../../autoscaler/provider-groups.ts";
import type { AutoscalerInstallation } from "../../../autoscaler/types.ts";
import type { Node } from "../../../kube/objects.ts";
import { launchTemplateOf } from "../../account/group-launch.ts";
import type { Row } from "../../account/state.ts";
import { str } from "../../store/objects.ts";
import type { AutoscalerHere } from "./here.ts";
import { nodeResources } from "../../kubernetes/node-resources.ts";

/** What Cluster Autoscaler sees of the world. */
export function viewOf(here: AutoscalerHere, installation: AutoscalerInstallation): View {
  const { store } = here;
  const rules = discoveryRules(installation);
  const { priorities } = installation;
  return {
    nowMs: here.nowMs,
    nodes: store.all("nodes"),
    pods: store.all("pods"),
    budgets: store.all("poddisruptionbudgets"),
    daemonSets: store.all("daemonsets"),
    replicaSets: store.all("replicasets"),
    statefulSets: store.all("statefulsets"),
    replicationControllers: store
      .all("replicationcontrollers")
      .map(({ spec: { replicas = 1 }, ...one }) => ({ ...one, spec: { replicas } })),
    jobs: store.all("jobs"),
    namespaces: store.all("namespaces"),
    persistentVolumes: store.all("persistentvolumes"),
    persistentVolumeClaims: store.all("persistentvolumeclaims"),
    storageClasses: store.all("storageclasses"),
    groups: here.account
      .rows("autoscaling.groups")
      .filter((row) => coversGroup(rules, row))
      .map((row) => groupOf(here, row, rules.named.get(str(row["AutoScalingGroupName"])))),
    ...(priorities === undefined ? {} : { priorities }),
  };
}

function groupOf(
  here: AutoscalerHere,
  row: Row,
  bounds: { readonly min: number; readonly max: number } | undefined,
): Group {
  const template = templateOf(here, row);
  return providerGroup(row, { template, isFailing: isFailing(here, row), ...(bounds === undefined ? {} : { bounds }) });
}

function templateOf(here: AutoscalerHere, row: Row): Node | undefined {
  const launch = launchTemplateOf(here.account, row);
  const instanceType = launch.instanceTypes[0];
  if (instanceType === undefined) return undefined;
  const { boot, diskGiB } = launch;
  const { capacity } = nodeResources(here.market.catalogue, { instanceType, diskGiB, boot });
  return templateOfGroup(row, {
    instanceType,
    architecture: launch.architecture === "arm64" ? "arm64" : "amd64",
    zone: zonesOf(row)[0] ?? "",
    capacity,
    labels: boot.labels,
    taints: boot.taints,
  });
}

// Activities since CA last changed the size (auto_scaling_groups.go, `isNodeGroupAvailable`).
function isFailing(here: AutoscalerHere, row: Row): boolean {
  const name = str(row["AutoScalingGroupName"]);
  const sinceMs = here.memory.resizedMs[name] ?? 0;
  return here.account
    .rows("autoscaling.activities")
    .some(
      (one) =>
        one["AutoScalingGroupName"] === name &&
        one["StatusCode"] === "Failed" &&
        Date.parse(str(one["StartTime"])) >= sinceMs,
    );
}
