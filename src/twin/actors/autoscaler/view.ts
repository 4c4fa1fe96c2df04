import { covers, groupRules } from "../../../autoscaler/discovery.ts";
import type { Group, View } from "../../../autoscaler/engine/view.ts";
import { providerGroup, templateOfGroup, zonesOf } from "../../../autoscaler/provider-groups.ts";
import type { AutoscalerInstallation } from "../../../autoscaler/types.ts";
import type { Node } from "../../../kube/objects.ts";
import { launchTemplateOf } from "../../account/groups.ts";
import type { Row } from "../../account/state.ts";
import { str } from "../../store/objects.ts";
import type { Core } from "../../world/core.ts";
import { nodeResources } from "../node-resources.ts";

/** What Cluster Autoscaler sees of the world. */
export function viewOf(core: Core, installation: AutoscalerInstallation): View {
  const { api } = core;
  const rules = groupRules(installation);
  const { priorities } = installation;
  return {
    nowMs: core.nowMs(),
    nodes: api.peek("nodes"),
    pods: api.peek("pods"),
    budgets: api.peek("poddisruptionbudgets"),
    daemonSets: api.peek("daemonsets"),
    replicaSets: api.peek("replicasets"),
    statefulSets: api.peek("statefulsets"),
    replicationControllers: api
      .peek("replicationcontrollers")
      .map(({ spec: { replicas = 1 }, ...one }) => ({ ...one, spec: { replicas } })),
    jobs: api.peek("jobs"),
    namespaces: api.peek("namespaces"),
    persistentVolumes: api.peek("persistentvolumes"),
    persistentVolumeClaims: api.peek("persistentvolumeclaims"),
    storageClasses: api.peek("storageclasses"),
    groups: core.aws
      .rows("autoscaling.groups")
      .filter((row) => covers(rules, row))
      .map((row) => groupOf(core, row, rules.named.get(str(row["AutoScalingGroupName"])))),
    ...(priorities === undefined ? {} : { priorities }),
  };
}

function groupOf(core: Core, row: Row, bounds: { readonly min: number; readonly max: number } | undefined): Group {
  const template = templateOf(core, row);
  return providerGroup(row, { template, isFailing: isFailing(core, row), ...(bounds === undefined ? {} : { bounds }) });
}

function templateOf(core: Core, row: Row): Node | undefined {
  const launch = launchTemplateOf(core.aws, row);
  const instanceType = launch.instanceTypes[0];
  if (instanceType === undefined) return undefined;
  const { boot, diskGiB } = launch;
  const { capacity } = nodeResources(core.market.catalogue, { instanceType, diskGiB, boot });
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
function isFailing(core: Core, row: Row): boolean {
  const name = str(row["AutoScalingGroupName"]);
  const sinceMs = core.state.autoscaler.resizedMs[name] ?? 0;
  return core.aws
    .rows("autoscaling.activities")
    .some(
      (one) =>
        one["AutoScalingGroupName"] === name &&
        one["StatusCode"] === "Failed" &&
        Date.parse(str(one["StartTime"])) >= sinceMs,
    );
}
