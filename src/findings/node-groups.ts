import { shellWord } from "../kube/text.ts";
import { defineFindings } from "./finding.ts";

interface AboutGroup {
  readonly nodeGroup: string;
}

interface AboutDevices {
  readonly resource: string;
  readonly type: string;
  /** How many one instance of the type has. */
  readonly has: number;
}

/** Traps in the node groups themselves. What `translate` loses is in translation.ts (20xx). */
export const nodeGroupFindings = defineFindings({
  DV2101: {
    severity: "warning",
    title: "a launch template runs user data of its own",
    why: "Karpenter makes the bootstrap part itself; what the user data does besides must be carried over into the EC2NodeClass and tested.",
    say: (d: AboutGroup & { readonly lines: number; readonly form: string }) =>
      `${d.nodeGroup} has user data (${d.form}, ${d.lines} ${d.lines === 1 ? "line" : "lines"})`,
    fix: (d: AboutGroup) =>
      `read what \`dovetail translate\` makes of it for ${d.nodeGroup}, and try it with a canary node`,
  },
  DV2102: {
    severity: "error",
    title: "a node group runs an image family that the cluster's version no longer has",
    why: "EKS publishes no Amazon Linux 2 images from Kubernetes 1.33 on, so an EC2NodeClass for AL2 finds none.",
    say: (d: AboutGroup & { readonly amiType: string; readonly version: string }) =>
      `${d.nodeGroup} uses ${d.amiType} and the cluster runs Kubernetes ${d.version}`,
    fix: (d: AboutGroup) =>
      `use AL2023 or Bottlerocket for the NodePool of ${d.nodeGroup}; test the workloads on it first`,
  },
  DV2103: {
    severity: "warning",
    title: "a node group runs an image of your own",
    why: "Karpenter can use it only by id, name or tag, and a custom image must bring its own bootstrap; it is not updated by itself.",
    say: (d: AboutGroup & { readonly image: string }) => `${d.nodeGroup} runs ${d.image}`,
    fix: (d: AboutGroup) =>
      `give the image of ${d.nodeGroup} a tag that amiSelectorTerms can select, or move to an EKS image`,
  },
  DV2104: {
    severity: "warning",
    title: "pods reach the instance metadata service and would not any more",
    why: "An EC2NodeClass allows one hop unless told otherwise, and a pod is two hops away: SDKs that read the region or credentials there fail.",
    say: (d: AboutGroup & { readonly hops: number; readonly source: string }) =>
      `${d.nodeGroup} allows ${d.hops} hops to the metadata service (${d.source})`,
    fix: (d: AboutGroup & { readonly hops: number }) =>
      `keep metadataOptions.httpPutResponseHopLimit: ${d.hops} in the EC2NodeClass, as \`dovetail translate\` does, or move the pods to IRSA or Pod Identity`,
  },
  DV2105: {
    severity: "warning",
    title: "nodes have a larger disk than Karpenter gives by default",
    why: "An EC2NodeClass without blockDeviceMappings gives 20 GiB; images and emptyDir volumes fill it and pods are evicted.",
    say: (d: AboutGroup & { readonly gib: number }) => `${d.nodeGroup} has a root volume of ${d.gib} GiB`,
    fix: (d: AboutGroup & { readonly gib: number }) =>
      `set blockDeviceMappings with volumeSize: ${d.gib}Gi in the EC2NodeClass, as \`dovetail translate\` does`,
  },
  DV2106: {
    severity: "warning",
    title: "nodes hold another number of pods than Karpenter counts",
    why: "Karpenter counts pods per node by network interfaces; with prefix delegation or a set maximum it would fill its nodes differently, and choose other types.",
    say: (d: AboutGroup & { readonly pods: readonly string[]; readonly source: string }) =>
      `${d.nodeGroup} holds ${d.pods.join(", ")} (${d.source})`,
    fix: (d: AboutGroup & { readonly maxPods: number }) =>
      d.maxPods > 0
        ? `set kubelet.maxPods: ${d.maxPods} in the EC2NodeClass, as \`dovetail translate\` does`
        : "set kubelet.maxPods in an EC2NodeClass of its own for each instance size; one number would be wrong for the others",
  },
  DV2107: {
    severity: "warning",
    title: "a warm pool has no equivalent",
    why: "Karpenter launches every node anew; the seconds that the warm pool saves are lost, and its instances cost money until it is removed.",
    say: (d: AboutGroup & { readonly size: string }) => `${d.nodeGroup} keeps a warm pool (${d.size})`,
    fix: (d: AboutGroup) =>
      `remove the warm pool of ${d.nodeGroup} before it is retired; use placeholder pods where start-up time matters`,
  },
  DV2108: {
    severity: "warning",
    title: "lifecycle hooks do not run for Karpenter's nodes",
    why: "What the hook does at launch or termination (registering, draining, saving logs) stops happening.",
    say: (d: AboutGroup & { readonly hooks: readonly string[] }) =>
      `${d.nodeGroup} has the lifecycle hooks ${d.hooks.join(", ")}`,
    fix: (d: AboutGroup) =>
      `find out what the hooks of ${d.nodeGroup} do; draining is Karpenter's own work, the rest needs a DaemonSet or user data`,
  },
  DV2109: {
    severity: "warning",
    title: "scheduled actions change the size of a node group",
    why: "One that fires during the cut-over adds or removes nodes behind its back.",
    say: (d: AboutGroup & { readonly actions: readonly string[] }) =>
      `${d.nodeGroup} has scheduled actions: ${d.actions.join(", ")}`,
    fix: (d: { readonly autoScalingGroup: string }) =>
      `\`aws autoscaling suspend-processes --auto-scaling-group-name ${shellWord(d.autoScalingGroup)} --scaling-processes ScheduledActions\` for the cut-over`,
  },
  DV2110: {
    severity: "warning",
    title: "instances are protected from scale-in",
    why: "The Auto Scaling group refuses to remove them when its desired size is lowered.",
    say: (d: AboutGroup & { readonly instances: number; readonly isDefault: boolean }) =>
      d.isDefault
        ? `${d.nodeGroup} protects new instances from scale-in (${d.instances} protected now)`
        : `${d.nodeGroup} has ${d.instances} protected ${d.instances === 1 ? "instance" : "instances"}`,
    fix: (d: AboutGroup) =>
      `nothing for \`dovetail migrate\`, which terminates instances by id; do not lower the desired size of ${d.nodeGroup} by hand`,
  },
  DV2111: {
    severity: "warning",
    title: "processes of an Auto Scaling group are suspended",
    why: "Somebody stopped part of the group's work; with Launch or Terminate suspended neither Cluster Autoscaler nor a rollback can size it.",
    say: (d: AboutGroup & { readonly processes: readonly string[] }) =>
      `${d.nodeGroup} has suspended ${d.processes.join(", ")}`,
    fix: (d: { readonly autoScalingGroup: string }) =>
      `\`aws autoscaling resume-processes --auto-scaling-group-name ${shellWord(d.autoScalingGroup)}\` if nobody needs them suspended`,
  },
  DV2112: {
    severity: "warning",
    title: "a node group uses capacity reservations",
    why: "Karpenter uses a reservation only when the EC2NodeClass selects it; otherwise you pay for it and for new instances beside it.",
    say: (d: AboutGroup & { readonly reservations: readonly string[] }) =>
      `${d.nodeGroup} targets ${d.reservations.join(", ")}`,
    fix: (d: AboutGroup & { readonly reservations: readonly string[] }) =>
      `select ${d.reservations.join(", ")} in capacityReservationSelectorTerms of the EC2NodeClass`,
  },
  DV2113: {
    severity: "warning",
    title: "instance weights have no equivalent",
    why: "With weights the group's size counts units, not instances; Karpenter counts cpu and memory, and limits translated from the maximum would be wrong.",
    say: (d: AboutGroup & { readonly types: number }) => `${d.nodeGroup} weighs ${d.types} of its instance types`,
    fix: (d: AboutGroup) => `set limits.cpu on the NodePool of ${d.nodeGroup} by hand`,
  },
  DV2115: {
    severity: "info",
    title: "a node group lives in one zone",
    why: "Groups of one zone are often made for zonal volumes; one NodePool over all zones does that work in Karpenter.",
    say: (d: AboutGroup & { readonly zone: string }) => `${d.nodeGroup} is in ${d.zone} only`,
    fix: (d: AboutGroup) =>
      `let translation merge ${d.nodeGroup} with its siblings, unless its pods must stay in that zone`,
  },
  DV2116: {
    severity: "warning",
    title: "a node group runs Windows",
    why: "Windows needs a NodePool and an EC2NodeClass of its own, and pods that select kubernetes.io/os=windows.",
    say: (d: AboutGroup & { readonly amiType: string }) => `${d.nodeGroup} runs ${d.amiType}`,
    fix: (d: AboutGroup) => `migrate ${d.nodeGroup} last and with a canary of its own`,
  },
  DV2117: {
    severity: "info",
    title: "a node group has GPUs or other accelerators",
    why: "Karpenter launches such a type only for pods that request the resource, and it knows the node ready only when the device plugin reports it.",
    say: (d: AboutGroup & { readonly types: readonly string[] }) => `${d.nodeGroup} runs ${d.types.join(", ")}`,
    fix: (d: AboutGroup) =>
      `check that the device plugin's DaemonSet tolerates the taints of the NodePool for ${d.nodeGroup}`,
  },
  DV2118: {
    severity: "warning",
    title: "nodes start with a taint that something removes",
    why: "A NodePool must name it in startupTaints; otherwise Karpenter thinks that no pod fits the new node and launches another.",
    say: (d: { readonly taint: string; readonly source: string }) => `taint ${d.taint} (${d.source})`,
    fix: (d: { readonly taint: string }) =>
      `add ${d.taint} to spec.template.spec.startupTaints of every NodePool whose nodes get it`,
  },
  DV2119: {
    severity: "error",
    title: "an Auto Scaling group registers its instances with load balancers",
    why: "Karpenter's nodes are in no Auto Scaling group, so the load balancer loses its targets as the group shrinks.",
    say: (d: AboutGroup & { readonly targets: readonly string[] }) =>
      `${d.nodeGroup} registers instances with ${d.targets.join(", ")}`,
    fix: (d: AboutGroup) =>
      `let the AWS Load Balancer Controller register the targets of ${d.nodeGroup} (TargetGroupBinding or Service)`,
  },
  DV2120: {
    severity: "error",
    title: "a managed node group is not healthy",
    why: "A group in another state than ACTIVE cannot be resized, so neither the cut-over nor a rollback would go through.",
    say: (d: AboutGroup & { readonly status: string; readonly issues: readonly string[] }) =>
      `${d.nodeGroup} is ${d.status}${d.issues.length === 0 ? "" : ` (${d.issues.join(", ")})`}`,
    fix: (d: AboutGroup) =>
      `repair ${d.nodeGroup} first: \`aws eks describe-nodegroup --nodegroup-name ${shellWord(d.nodeGroup)} …\` says what is wrong`,
  },
  DV2121: {
    severity: "info",
    title: "nodes are unevenly spread over zones",
    why: "Moving them all at once needs addresses and capacity in the crowded zone; Karpenter does not even it out by itself.",
    say: (d: { readonly counts: readonly string[] }) => `nodes per zone: ${d.counts.join(", ")}`,
    fix: () =>
      "spread workloads with topologySpreadConstraints on topology.kubernetes.io/zone; check subnet addresses (DV3005)",
  },
  DV2122: {
    severity: "warning",
    title: "a node group is not managed by Cluster Autoscaler",
    why: "Nobody scales it today; if it is translated, Karpenter will replace its nodes and remove what it finds idle.",
    say: (d: AboutGroup & { readonly nodes: number }) =>
      `${d.nodeGroup} (${d.nodes} ${d.nodes === 1 ? "node" : "nodes"}) matches neither --node-group-auto-discovery nor --nodes`,
    fix: (d: AboutGroup) =>
      `decide whether ${d.nodeGroup} stays as it is, or is migrated too: \`dovetail migrate --group ${shellWord(d.nodeGroup)}\``,
  },
  DV2123: {
    severity: "warning",
    title: "nodes are exempt from scale-down by annotation",
    why: "Karpenter does not read cluster-autoscaler.kubernetes.io/scale-down-disabled, and Dovetail will drain the node in its turn.",
    say: (d: { readonly node: string }) => `node ${d.node} carries scale-down-disabled`,
    fix: (d: { readonly node: string }) =>
      `find out which pod it protects, and annotate that pod with karpenter.sh/do-not-disrupt: "true" instead of node ${d.node}`,
  },
  DV2124: {
    severity: "info",
    title: "a node group limits the life of its instances",
    why: "Karpenter has the same in expireAfter, whose default is 720h; the value must be carried over.",
    say: (d: AboutGroup & { readonly hours: number }) => `${d.nodeGroup} replaces instances after ${d.hours} h`,
    fix: (d: AboutGroup & { readonly hours: number }) => `set expireAfter: ${d.hours}h on the NodePool`,
  },
  DV2126: {
    severity: "warning",
    title: "instances are placed in a special way",
    why: "Dedicated hosts have no equivalent, and placement groups and dedicated tenancy must be asked for in the NodeClass or NodePool.",
    say: (d: AboutGroup & { readonly placement: string }) => `${d.nodeGroup}: ${d.placement}`,
    fix: (d: AboutGroup) => `check the translation of ${d.nodeGroup}; keep the group where dedicated hosts are needed`,
  },
  DV2127: {
    severity: "warning",
    title: "nodes belong to no node group",
    why: "Neither Cluster Autoscaler nor Dovetail can replace them; they stay where they are until somebody removes them.",
    say: (d: { readonly node: string }) =>
      `node ${d.node} is in no Auto Scaling group or managed node group that was read`,
    fix: (d: { readonly node: string }) => `find out who made node ${d.node}, and whether it is still needed`,
  },
  DV2130: {
    severity: "info",
    title: "Karpenter needs nodes that it does not manage",
    why: "Its controller must not run on nodes that it may remove: keep a small group of two nodes, or a Fargate profile, for it.",
    say: (d: { readonly nodeGroups: number }) =>
      d.nodeGroups === 1
        ? "the only node group is scaled by Cluster Autoscaler and would be retired"
        : `all ${d.nodeGroups} node groups are scaled by Cluster Autoscaler and would be retired`,
    fix: () => "choose the group that stays, two nodes of it are enough: `dovetail migrate --keep GROUP=2`",
  },
  DV2131: {
    severity: "warning",
    title: "kubelets are older than the control plane",
    why: "New nodes get the control plane's version, so moving to Karpenter is also a node upgrade: test workloads on the newer kubelet.",
    say: (d: { readonly kubelet: string; readonly cluster: string; readonly nodes: number }) =>
      `${d.nodes} ${d.nodes === 1 ? "node runs" : "nodes run"} kubelet ${d.kubelet}; the cluster is at ${d.cluster}`,
    fix: (d: { readonly cluster: string }) =>
      `upgrade the node groups to ${d.cluster} first, so that one thing changes at a time`,
  },
  DV2132: {
    severity: "warning",
    title: "the first interface of a node carries no pods",
    why: "The VPC CNI runs with custom networking. Karpenter does not know of it and counts that interface's addresses: its nodes would take pods that never get one.",
    say: (d: { readonly pods: readonly string[] }) =>
      `aws-node has AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG=true${d.pods.length === 0 ? "" : `: nodes have ${d.pods.join(", ")}`}`,
    fix: () =>
      'run Karpenter with settings.reservedENIs: "1", as `dovetail install` does, or set kubelet.maxPods where a pool has one instance size',
  },
  DV2133: {
    severity: "warning",
    title: "nodes report another number of devices than their type has",
    why: "A device plugin shares them or holds some back. Karpenter plans new nodes with what the type has until a node is up: it starts more of them first, and removes them once nodes report their number.",
    say: (d: AboutGroup & AboutDevices & { readonly reported: number }) =>
      `${d.nodeGroup}: nodes of ${d.type} report ${d.reported} ${d.resource}, the type has ${d.has}`,
    fix: (d: AboutDevices) =>
      `describe the shared capacity of ${d.type} with a NodeOverlay (feature gate NodeOverlay), or expect a peak of nodes at the cut-over`,
  },
});
