import { isList } from "../../kube/json.ts";
import type { JsonObject, KubeObject, Labels, Node, Taint } from "../../kube/objects.ts";
import { instanceIdOf } from "../../kube/node.ts";
import { str } from "../store/objects.ts";
import { object, optionalText } from "../account/account.ts";
import { bootOf, stateOf } from "../account/instances.ts";
import type { Row } from "../account/state.ts";
import { type Core, recordEvent, timestamp } from "../world/core.ts";
import { nodeResources } from "./node-resources.ts";
import { condition, controllerOf, withCondition } from "./pods.ts";

const readyMs = [6_000, 12_000] as const;
const removeMs = [3_000, 8_000] as const;
const notReady: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** A booted instance's kubelet registers its node, if its role may enter the cluster. */
export function joinNode(core: Core, id: string): void {
  const instance = core.aws.table("ec2.instances")[id];
  if (instance === undefined || stateOf(instance) !== "running") return;
  const name = str(instance["PrivateDnsName"]);
  if (core.api.find("nodes", name) !== undefined) return;
  if (!mayJoin(core, instance)) return;
  const made = core.api.create("kubelet", "nodes", nodeOf(core, instance));
  const csiNode: KubeObject & JsonObject = {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSINode",
    metadata: { name, ownerReferences: [{ apiVersion: "v1", kind: "Node", name, uid: made.metadata.uid ?? "" }] },
    spec: {
      drivers: [
        {
          name: "ebs.csi.aws.com",
          nodeID: id,
          topologyKeys: ["topology.ebs.csi.aws.com/zone"],
          allocatable: { count: 25 },
        },
      ],
    },
  };
  core.api.put("kubelet", "csinodes", csiNode);
  core.after(core.random.integer(...readyMs), { kind: "node-ready", node: name, uid: made.metadata.uid ?? "" });
}

/** The CNI runs: the node is Ready and its not-ready taint goes. */
export function nodeReady(core: Core, name: string, uid: string): void {
  const node = core.api.find("nodes", name);
  if (node === undefined || node.metadata.uid !== uid) return;
  const instance = core.aws.table("ec2.instances")[instanceIdOf(node) ?? ""];
  if (instance === undefined || stateOf(instance) !== "running") return;
  const conditions = withCondition(node.status?.conditions, condition(core, "Ready", true, "KubeletReady"));
  const taints = (node.spec?.taints ?? []).filter((taint) => taint.key !== notReady.key);
  core.api.put("kubelet", "nodes", { ...node, spec: { ...node.spec, taints }, status: { ...node.status, conditions } });
  recordEvent(core, node, { reason: "NodeReady", message: `Node ${name} status is now: NodeReady`, from: "kubelet" });
}

/** Nodes whose instance is ending are not ready; the cloud controller removes them once it has ended. */
export function watchInstances(core: Core): void {
  for (const node of core.api.peek("nodes")) {
    const instance = core.aws.table("ec2.instances")[instanceIdOf(node) ?? ""];
    const state = instance === undefined ? "terminated" : stateOf(instance);
    if (state !== "shutting-down" && state !== "terminated") continue;
    const isReady = node.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true;
    if (isReady) setUnready(core, node);
    if (state === "terminated" && node.metadata.annotations?.[leaving] === undefined) {
      core.api.put("cloud-node-lifecycle-controller", "nodes", {
        ...node,
        metadata: { ...node.metadata, annotations: { ...node.metadata.annotations, [leaving]: "true" } },
      });
      core.after(core.random.integer(...removeMs), { kind: "node-removed", node: node.metadata.name });
    }
  }
}

const leaving = "sandbox.dovetail/leaving";
const cordoned: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** A cordoned node carries a taint, which is what schedulers other than kube-scheduler see of it. */
export function taintCordoned(core: Core): void {
  for (const node of core.api.peek("nodes")) {
    const taints = node.spec?.taints ?? [];
    const isTainted = taints.some((taint) => taint.key === cordoned.key);
    if (isTainted === (node.spec?.unschedulable === true)) continue;
    const next = isTainted ? taints.filter((taint) => taint.key !== cordoned.key) : [...taints, cordoned];
    core.api.put("node-lifecycle-controller", "nodes", { ...node, spec: { ...node.spec, taints: next } });
  }
}

function setUnready(core: Core, node: Node): void {
  const conditions = withCondition(node.status?.conditions, {
    ...condition(core, "Ready", false, "NodeStatusUnknown"),
    status: "Unknown",
  });
  const taints = [...(node.spec?.taints ?? []).filter((taint) => taint.key !== unreachable.key), unreachable];
  core.api.put("node-lifecycle-controller", "nodes", {
    ...node,
    spec: { ...node.spec, taints },
    status: { ...node.status, conditions },
  });
  for (const pod of core.api.peek("pods")) {
    if (pod.spec.nodeName !== node.metadata.name || pod.status?.phase !== "Running") continue;
    const unready = withCondition(pod.status.conditions, condition(core, "Ready", false, "NodeNotReady"));
    core.api.put("node-lifecycle-controller", "pods", { ...pod, status: { ...pod.status, conditions: unready } });
  }
}

const unreachable: Taint = { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" };

/** The instance is gone: the Node object goes, unless a finalizer still holds it, and with it the pods that were left on it. */
export function removeNode(core: Core, name: string): void {
  const node = core.api.find("nodes", name);
  if (node === undefined) return;
  core.api.delete("cloud-node-lifecycle-controller", { resource: "nodes", name });
  recordEvent(core, node, {
    reason: "RemovingNode",
    message: `Node ${name} event: Removing Node ${name} from Controller`,
    from: "node-controller",
  });
}

/** Pods bound to a node that no longer exists are taken out of the API. */
export function collectOrphanedPods(core: Core): void {
  const names = new Set(core.api.peek("nodes").map((node) => node.metadata.name));
  for (const pod of core.api.peek("pods")) {
    const on = pod.spec.nodeName;
    if (on !== undefined && !names.has(on)) core.api.remove("pod-garbage-collector", "pods", pod);
  }
  for (const csi of core.api.peek("csinodes"))
    if (!names.has(csi.metadata.name)) core.api.remove("garbage-collector", "csinodes", csi);
}

/** Objects whose controller is gone go with it: what `Background` deletion means. */
export function collectGarbage(core: Core): void {
  const uids = new Set<string>();
  const owners = ["deployments", "replicasets", "statefulsets", "daemonsets", "jobs"] as const;
  for (const resource of owners) for (const owner of core.api.peek(resource)) uids.add(owner.metadata.uid ?? "");
  const kinds = new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"]);
  for (const resource of ["replicasets", "pods"] as const) {
    for (const one of core.api.peek(resource)) {
      const owner = controllerOf(one);
      if (owner === undefined || !kinds.has(owner.kind) || uids.has(owner.uid ?? "")) continue;
      core.api.delete("garbage-collector", {
        resource,
        name: one.metadata.name,
        namespace: one.metadata.namespace ?? "default",
      });
    }
  }
}

/** Whether the role of an instance may register nodes: by an access entry for nodes, or by aws-auth. */
function mayJoin(core: Core, instance: Row): boolean {
  const profileArn = str(object(instance["IamInstanceProfile"])["Arn"] ?? "");
  const profile = core.aws.rows("iam.instanceProfiles").find((row) => row["Arn"] === profileArn);
  const roles = isList(profile?.["_roles"]) ? profile["_roles"].map(String) : [];
  const arns = roles.map((role) => str(core.aws.table("iam.roles")[role]?.["Arn"]));
  const cluster = core.aws.rows("eks.clusters")[0];
  const mode = optionalText(object(cluster?.["accessConfig"]), "authenticationMode") ?? "CONFIG_MAP";
  const byEntry =
    mode !== "CONFIG_MAP" &&
    arns.some((arn) => str(core.aws.table("eks.accessEntries")[arn]?.["type"] ?? "").startsWith("EC2"));
  const map = core.api.find("configmaps", "aws-auth", "kube-system")?.data?.["mapRoles"] ?? "";
  const byMap = mode !== "API" && arns.some((arn) => map.includes(arn));
  return byEntry || byMap;
}

function nodeOf(core: Core, instance: Row): Node {
  const boot = bootOf(instance);
  const zone = str(object(instance["Placement"])["AvailabilityZone"]);
  const name = str(instance["PrivateDnsName"]);
  const type = str(instance["InstanceType"]);
  const address = str(instance["PrivateIpAddress"]);
  const machine = { instanceType: type, diskGiB: Number(instance["_diskGiB"] ?? 20), boot };
  const { capacity, allocatable } = nodeResources(core.market.catalogue, machine);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { ...kubernetesLabels(instance, { type, zone, name }), ...boot.labels } },
    spec: { providerID: `aws:///${zone}/${str(instance["InstanceId"])}`, taints: [...boot.taints, notReady] },
    status: {
      capacity,
      allocatable,
      conditions: [
        {
          type: "MemoryPressure",
          status: "False",
          reason: "KubeletHasSufficientMemory",
          lastTransitionTime: timestamp(core),
        },
        {
          type: "DiskPressure",
          status: "False",
          reason: "KubeletHasNoDiskPressure",
          lastTransitionTime: timestamp(core),
        },
        {
          type: "PIDPressure",
          status: "False",
          reason: "KubeletHasSufficientPID",
          lastTransitionTime: timestamp(core),
        },
        condition(core, "Ready", false, "KubeletNotReady"),
      ],
      addresses: [
        { type: "InternalIP", address },
        { type: "Hostname", address: name },
      ],
      nodeInfo: {
        kubeletVersion: `v${core.state.kubernetesVersion}-eks-5a1b2c3`,
        osImage: "Amazon Linux 2023.8.20250818",
        containerRuntimeVersion: "containerd://1.7.27",
        kernelVersion: "6.12.40-63.114.amzn2023.x86_64",
        operatingSystem: "linux",
        architecture: "amd64",
      },
    },
  };
}

function kubernetesLabels(
  instance: Row,
  facts: { readonly type: string; readonly zone: string; readonly name: string },
): Labels {
  const region = facts.zone.slice(0, -1);
  const arch = instance["Architecture"] === "arm64" ? "arm64" : "amd64";
  return {
    "kubernetes.io/arch": arch,
    "kubernetes.io/os": "linux",
    "kubernetes.io/hostname": facts.name,
    "node.kubernetes.io/instance-type": facts.type,
    "beta.kubernetes.io/instance-type": facts.type,
    "beta.kubernetes.io/arch": arch,
    "beta.kubernetes.io/os": "linux",
    "topology.kubernetes.io/region": region,
    "topology.kubernetes.io/zone": facts.zone,
    "failure-domain.beta.kubernetes.io/region": region,
    "failure-domain.beta.kubernetes.io/zone": facts.zone,
    "topology.ebs.csi.aws.com/zone": facts.zone,
  };
}
