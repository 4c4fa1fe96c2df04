import { shellWord } from "../kube/text.ts";
import { defineFindings } from "./finding.ts";
import { before } from "../kube/text.ts";

/** What stands in the way of installing Karpenter. */
export const installFindings = defineFindings({
  DV4001: {
    severity: "error",
    title: "EKS Auto Mode is on",
    why: "Auto Mode runs a Karpenter of its own over the same pods; two of them launch nodes for one pod and disrupt each other's.",
    say: (d: { readonly nodePools: readonly string[] }) =>
      `Auto Mode is enabled${d.nodePools.length === 0 ? "" : ` with the node pools ${d.nodePools.join(", ")}`}`,
    fix: (d: { readonly cluster: string }) =>
      `move to Auto Mode's own node pools instead, or disable it: \`aws eks update-cluster-config --name ${shellWord(d.cluster)} --compute-config enabled=false …\``,
  },
  DV4002: {
    severity: "error",
    title: "a Karpenter runs in this cluster already",
    why: "A second controller would fight over the same NodePools; an upgrade of what is there is another job than this migration.",
    say: (d: { readonly deployment: string; readonly version: string; readonly replicas: number }) =>
      `Deployment ${d.deployment} runs Karpenter ${d.version} with ${d.replicas} ${d.replicas === 1 ? "replica" : "replicas"}`,
    fix: (d: { readonly deployment: string }) =>
      `if a migration is under way: \`dovetail status\`; else uninstall or upgrade ${d.deployment} first`,
  },
  DV4003: {
    severity: "error",
    title: "the cluster has Karpenter CRDs of another version",
    why: "Custom resources stored in an old version are unreadable to the new controller, and Helm does not replace CRDs.",
    say: (d: { readonly crd: string; readonly versions: readonly string[] }) =>
      `CRD ${d.crd} serves ${d.versions.join(", ")}, not v1`,
    fix: (d: { readonly crd: string }) =>
      `convert what is stored (\`dovetail convert\`), then \`kubectl delete crd ${shellWord(d.crd)}\` once no object of it is left`,
  },
  DV4005: {
    severity: "warning",
    title: "AWS Node Termination Handler runs beside Karpenter's queue",
    why: "Both react to interruption notices: it cordons and drains nodes that Karpenter is already replacing.",
    say: (d: { readonly workload: string }) => `${d.workload} handles interruptions`,
    fix: (d: { readonly workload: string }) =>
      `keep ${d.workload} off Karpenter's nodes (node affinity karpenter.sh/nodepool DoesNotExist) and remove it with the last node group`,
  },
  DV4006: {
    severity: "error",
    title: "the cluster's Kubernetes version does not fit this Karpenter",
    why: "Karpenter refuses to work with, or was never tested against, such a version.",
    say: (d: { readonly kubernetes: string; readonly karpenter: string; readonly min: string; readonly max: string }) =>
      `Kubernetes ${d.kubernetes}; Karpenter ${d.karpenter} supports ${d.min} to ${d.max}`,
    fix: (d: { readonly isOlder: boolean; readonly fitting: string | null }) => {
      const other = d.fitting === null ? "" : `set up Karpenter ${d.fitting}: \`--karpenter-version ${d.fitting}\``;
      if (d.isOlder) return other === "" ? "upgrade the cluster first" : `upgrade the cluster first, or ${other}`;
      return other === "" ? "wait for a Karpenter that supports it: Dovetail knows none" : other;
    },
  },
  DV4007: {
    severity: "warning",
    title: "Karpenter objects exist already",
    why: "They take effect the moment a controller starts, beside what Dovetail installs.",
    say: (d: { readonly kind: string; readonly names: readonly string[] }) =>
      `${d.kind}, ${d.names.length} of them: ${d.names.slice(0, 5).join(", ")}${d.names.length > 5 ? " …" : ""}`,
    fix: (d: { readonly kind: string }) =>
      `delete the ${d.kind} that nobody needs, or give them limits.cpu: 0 until the hand-over`,
  },
  DV4011: {
    severity: "warning",
    title: "no Cluster Autoscaler was found",
    why: "There is nothing to take over from: either it runs outside the cluster, or what was read does not contain it.",
    say: () => "no Deployment runs a cluster-autoscaler image or carries its labels",
    fix: () =>
      "check `kubectl get deploy -A | grep -i autoscaler`; without it Dovetail still translates and shifts node groups",
  },
  DV4012: {
    severity: "error",
    title: "Cluster Autoscaler is installed more than once",
    why: "Two of them size the same groups against each other, and scaling down only one of them leaves a second owner.",
    say: (d: { readonly deployments: readonly string[] }) =>
      `${d.deployments.length} installations: ${d.deployments.join(", ")}`,
    fix: (d: { readonly deployments: readonly string[] }) =>
      `remove all but one of ${d.deployments.join(", ")}, unless they manage different groups on purpose`,
  },
  DV4013: {
    severity: "error",
    title: "Cluster Autoscaler runs while Karpenter provisions",
    why: "Both answer the same pending pods, and CA removes nodes that Karpenter counts on.",
    say: (d: { readonly autoscaler: string; readonly nodePools: readonly string[] }) =>
      `Deployment ${d.autoscaler} runs, and ${d.nodePools.length === 1 ? "NodePool" : "NodePools"} ${d.nodePools.join(", ")} may provision`,
    fix: () =>
      "hold the NodePools (limits.cpu: 0) or scale Cluster Autoscaler to zero; `dovetail migrate` does one after the other",
  },
  DV4043: {
    severity: "error",
    title: "a NodePool refers to a NodeClass that does not exist",
    why: "Karpenter launches nothing from such a pool.",
    say: (d: { readonly nodePool: string; readonly nodeClass: string }) =>
      `NodePool ${d.nodePool} refers to ${d.nodeClass}`,
    fix: (d: { readonly nodePool: string; readonly nodeClass: string }) =>
      `create ${d.nodeClass}, or correct spec.template.spec.nodeClassRef of ${d.nodePool}`,
  },
  DV4045: {
    severity: "error",
    title: "a v1 NodePool keeps kubelet settings in an annotation",
    why: "The webhooks of Karpenter 1.0 put them there. 1.1 refuses to start with the annotation, later releases ignore it: the settings are gone.",
    say: (d: { readonly nodePool: string; readonly annotation: string }) =>
      `NodePool ${d.nodePool} has the annotation ${d.annotation}`,
    fix: () => "convert the manifests: `dovetail convert` moves the settings to EC2NodeClass.spec.kubelet",
  },
  DV4044: {
    severity: "error",
    title: "a NodeClass selects nothing",
    why: "It is never ready: Karpenter cannot launch without a subnet and a security group.",
    say: (d: { readonly nodeClass: string; readonly field: string; readonly terms: string }) =>
      `EC2NodeClass ${d.nodeClass}: ${d.field} ${d.terms} match nothing in the VPC`,
    fix: (d: { readonly field: string }) =>
      `tag what is meant (\`dovetail setup\` sets karpenter.sh/discovery), or correct ${d.field}`,
  },
  DV4042: {
    severity: "warning",
    title: "a NodeClass follows the newest image",
    why: "With @latest every image that AWS publishes makes all nodes drift, and Karpenter replaces them on its own schedule.",
    say: (d: { readonly nodeClass: string; readonly alias: string }) =>
      `EC2NodeClass ${d.nodeClass} selects ${d.alias}`,
    fix: (d: { readonly alias: string }) =>
      `pin the version in production (${before(d.alias, "@")}@vYYYYMMDD) and raise it on purpose`,
  },
  DV4041: {
    severity: "warning",
    title: "a NodePool or NodeClass is not ready",
    why: "Karpenter launches nothing from it.",
    say: (d: { readonly object: string; readonly reason: string }) => `${d.object} is not ready: ${d.reason}`,
    fix: (d: { readonly object: string }) => `\`kubectl describe ${shellWord(d.object.toLowerCase())}\``,
  },
});
