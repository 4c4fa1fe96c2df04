import type { Node, Pod } from "../../../kube/objects.ts";
import { isNodeReady } from "../../../kube/node.ts";
import { isDaemonPod } from "../../../kube/pod.ts";
import { launchTemplateOf } from "../../account/groups.ts";
import type { Row } from "../../account/state.ts";
import { nodeResources } from "../node-resources.ts";
import type { Core } from "../../world/core.ts";
import { str } from "../../store/objects.ts";

/** What one more node of a group would be: a copy of one that runs, else what the group's launch template says. */
export function templateOf(
  core: Core,
  group: Row,
  nodes: readonly Node[],
): { readonly template: Node; readonly daemons: readonly Pod[] } | undefined {
  const model = nodes.find(
    (node) =>
      isNodeReady(node) && node.spec?.unschedulable !== true && !hasTaint(node, "ToBeDeletedByClusterAutoscaler"),
  );
  if (model !== undefined) {
    const daemons = core.api
      .peek("pods")
      .filter((pod) => pod.spec.nodeName === model.metadata.name && isDaemonPod(pod));
    return { template: { ...model, spec: { ...model.spec, taints: lastingTaints(model) } }, daemons };
  }
  return fromLaunchTemplate(core, group);
}

function hasTaint(node: Node, key: string): boolean {
  return node.spec?.taints?.some((taint) => taint.key === key) === true;
}

function lastingTaints(node: Node): NonNullable<NonNullable<Node["spec"]>["taints"]> {
  return (node.spec?.taints ?? []).filter((taint) => !/^node\.kubernetes\.io\/|ClusterAutoscaler$/.test(taint.key));
}

// An empty group is judged by its first type and its first zone, with capacity for allocatable.
function fromLaunchTemplate(
  core: Core,
  group: Row,
): { readonly template: Node; readonly daemons: readonly Pod[] } | undefined {
  const launch = launchTemplateOf(core.aws, group);
  const type = launch.instanceTypes[0];
  const zone = Array.isArray(group["AvailabilityZones"])
    ? str(group["AvailabilityZones"].map(String).toSorted()[0])
    : "";
  if (type === undefined) return undefined;
  const { boot, diskGiB } = launch;
  const { capacity } = nodeResources(core.market.catalogue, { instanceType: type, diskGiB, boot });
  const facts = {
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": launch.architecture === "arm64" ? "arm64" : "amd64",
    "node.kubernetes.io/instance-type": type,
    "topology.kubernetes.io/zone": zone,
    "topology.ebs.csi.aws.com/zone": zone,
    "topology.kubernetes.io/region": zone.slice(0, -1),
  };
  const template: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "template", labels: { ...facts, ...boot.labels } },
    spec: { taints: boot.taints },
    status: { capacity, allocatable: capacity, conditions: [{ type: "Ready", status: "True" }] },
  };
  return { template, daemons: [] };
}
