import type { JsonObject, KubeObject, Labels, Node, Taint } from "../../../kube/objects.ts";
import { instanceIdOf } from "../../../kube/node.ts";
import { isList } from "../../../kube/json.ts";
import { object, optionalText } from "../../account/account.ts";
import type { BootData } from "../../account/boot-data.ts";
import { bootOf, stateOf } from "../../account/instances.ts";
import type { Row } from "../../account/state.ts";
import { condition, withCondition } from "../../kubernetes/conditions.ts";
import { nodeResources } from "../../kubernetes/node-resources.ts";
import { str } from "../../store/objects.ts";
import type { Here } from "../../world/here.ts";

const notReady: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** A booted instance's kubelet registers its node, if its role may enter the cluster. False: it may not, and will try again. */
export function joinNode(here: Here<object>, id: string): boolean {
  const instance = here.account.table("ec2.instances")[id];
  if (instance === undefined || stateOf(instance) !== "running") return true;
  const name = str(instance["PrivateDnsName"]);
  if (here.store.find("nodes", name) !== undefined) return true;
  if (!mayJoin(here, instance)) return false;
  const made = here.create("nodes", nodeOf(here, instance));
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
  here.put("csinodes", csiNode);
  return true;
}

/** The CNI runs: the node is Ready and its not-ready taint goes. */
export function nodeReady(here: Here<object>, name: string, uid: string): void {
  const node = here.store.find("nodes", name);
  if (node === undefined || node.metadata.uid !== uid || !isAlive(here, node)) return;
  const { timestamp } = here;
  const ready = condition("Ready", true, { reason: "KubeletReady", timestamp });
  const taints = (node.spec?.taints ?? []).filter((taint) => taint.key !== notReady.key);
  const status = { ...node.status, conditions: withCondition(node.status?.conditions, ready) };
  here.put("nodes", { ...node, spec: { ...node.spec, taints }, status });
  here.tell(node, { reason: "NodeReady", message: `Node ${name} status is now: NodeReady` });
}

/** Whether the machine of a node runs: its kubelet acts only then. */
export function isAlive(here: Here<object>, node: Node): boolean {
  const instance = here.account.table("ec2.instances")[instanceIdOf(node) ?? ""];
  return instance !== undefined && stateOf(instance) === "running";
}

/** Whether the role of an instance may register nodes: by an access entry for nodes, or by aws-auth. */
function mayJoin(here: Here<object>, instance: Row): boolean {
  const profileArn = str(object(instance["IamInstanceProfile"])["Arn"] ?? "");
  const profile = here.account.rows("iam.instanceProfiles").find((row) => row["Arn"] === profileArn);
  const roles = isList(profile?.["_roles"]) ? profile["_roles"].map(String) : [];
  const arns = roles.map((role) => str(here.account.table("iam.roles")[role]?.["Arn"]));
  const cluster = here.account.rows("eks.clusters")[0];
  const mode = optionalText(object(cluster?.["accessConfig"]), "authenticationMode") ?? "CONFIG_MAP";
  const byEntry =
    mode !== "CONFIG_MAP" &&
    arns.some((arn) => str(here.account.table("eks.accessEntries")[arn]?.["type"] ?? "").startsWith("EC2"));
  const map = here.store.find("configmaps", "aws-auth", "kube-system")?.data?.["mapRoles"] ?? "";
  const byMap = mode !== "API" && arns.some((arn) => map.includes(arn));
  return byEntry || byMap;
}

function nodeOf(here: Here<object>, instance: Row): Node {
  const boot = bootOf(instance);
  const zone = str(object(instance["Placement"])["AvailabilityZone"]);
  const name = str(instance["PrivateDnsName"]);
  const type = str(instance["InstanceType"]);
  const address = str(instance["PrivateIpAddress"]);
  const machine = { instanceType: type, diskGiB: Number(instance["_diskGiB"] ?? 20), boot };
  const { capacity, allocatable } = nodeResources(here.market.catalogue, machine);
  const { timestamp } = here;
  const is = (type: string, isTrue: boolean, reason: string): ReturnType<typeof condition> =>
    condition(type, isTrue, { reason, timestamp });
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { ...kubernetesLabels(instance, { type, zone, name, os: osOf(boot) }), ...boot.labels } },
    spec: { providerID: `aws:///${zone}/${str(instance["InstanceId"])}`, taints: [...boot.taints, notReady] },
    status: {
      capacity,
      allocatable,
      conditions: [
        is("MemoryPressure", false, "KubeletHasSufficientMemory"),
        is("DiskPressure", false, "KubeletHasNoDiskPressure"),
        is("PIDPressure", false, "KubeletHasSufficientPID"),
        is("Ready", false, "KubeletNotReady"),
      ],
      addresses: [
        { type: "InternalIP", address },
        { type: "Hostname", address: name },
      ],
      nodeInfo: {
        kubeletVersion: `v${here.kubernetesVersion}-eks-5a1b2c3`,
        osImage: osImages[boot.family] ?? "Amazon Linux 2023.8.20250818",
        containerRuntimeVersion: "containerd://1.7.27",
        kernelVersion: "6.12.40-63.114.amzn2023.x86_64",
        operatingSystem: osOf(boot),
        architecture: instance["Architecture"] === "arm64" ? "arm64" : "amd64",
      },
    },
  };
}

const osImages: Readonly<Record<string, string>> = {
  AL2: "Amazon Linux 2",
  Bottlerocket: "Bottlerocket OS 1.46.0 (aws-k8s)",
  Windows2022: "Windows Server 2022 Datacenter",
};

function osOf(boot: BootData): string {
  return boot.family.startsWith("Windows") ? "windows" : "linux";
}

function kubernetesLabels(
  instance: Row,
  facts: { readonly type: string; readonly zone: string; readonly name: string; readonly os: string },
): Labels {
  const region = facts.zone.slice(0, -1);
  const arch = instance["Architecture"] === "arm64" ? "arm64" : "amd64";
  return {
    "kubernetes.io/arch": arch,
    "kubernetes.io/os": facts.os,
    "kubernetes.io/hostname": facts.name,
    "node.kubernetes.io/instance-type": facts.type,
    "beta.kubernetes.io/instance-type": facts.type,
    "beta.kubernetes.io/arch": arch,
    "beta.kubernetes.io/os": facts.os,
    "topology.kubernetes.io/region": region,
    "topology.kubernetes.io/zone": facts.zone,
    "failure-domain.beta.kubernetes.io/region": region,
    "failure-domain.beta.kubernetes.io/zone": facts.zone,
    "topology.ebs.csi.aws.com/zone": facts.zone,
  };
}
