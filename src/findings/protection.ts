import { shellWord } from "../kube/text.ts";
import { defineFindings } from "./finding.ts";

interface AboutWorkload {
  /** `Deployment payments/api`, or `pod payments/debug`. */
  readonly workload: string;
}

const protect = (d: AboutWorkload): string =>
  `add the annotation karpenter.sh/do-not-disrupt: "true" to ${d.workload.startsWith("pod ") ? "" : "the pod template of "}${d.workload}`;
const countOf = (n: number): string => `${n} ${n === 1 ? "pod" : "pods"}`;

/** What Cluster Autoscaler protects and Karpenter does not, and the other way round. */
export const protectionFindings = defineFindings({
  DV1007: {
    severity: "error",
    title: "scale-down protection has no Karpenter equivalent on this pod",
    why: "Karpenter ignores cluster-autoscaler.kubernetes.io/safe-to-evict, so it would move this pod.",
    say: (d: AboutWorkload) => `${d.workload} is protected from Cluster Autoscaler only (safe-to-evict: "false")`,
    fix: (d: AboutWorkload & { readonly restarts: boolean }) =>
      d.restarts
        ? `${protect(d)}; that restarts its pods, so annotate running ones with \`kubectl annotate pod\``
        : protect(d),
    more: "The annotation karpenter.sh/do-not-disrupt keeps Karpenter from disrupting the pod's node voluntarily. It does not stop expiry, spot interruption or a manual delete; a node that waits for such a pod waits until the pod ends or terminationGracePeriod passes.",
  },
  DV1008: {
    severity: "error",
    title: "a pod has no controller",
    why: "Cluster Autoscaler leaves the node of such a pod alone; Karpenter evicts the pod, and nothing brings it back.",
    say: (d: AboutWorkload & { readonly place: string }) => `${d.workload} has no controller and ${d.place}`,
    fix: (d: { readonly namespace: string; readonly name: string }) =>
      `run it from a Deployment or Job, delete it, or \`kubectl annotate pod -n ${shellWord(d.namespace)} ${shellWord(d.name)} karpenter.sh/do-not-disrupt=true\``,
    more: "Dovetail leaves such a pod and its node alone unless it is told `dovetail migrate --move-bare NAMESPACE/NAME`. Pods that a DaemonSet, a node or any other object owns are not bare.",
  },
  DV1009: {
    severity: "warning",
    title: "a single replica goes down while its node is drained",
    why: "An eviction removes the only pod before its replacement runs, so the service is away for as long as the new pod takes to start.",
    say: (d: AboutWorkload & { readonly scaler?: string }) =>
      `${d.workload} runs one replica${d.scaler === undefined ? "" : `, as many as ${d.scaler} keeps`}`,
    fix: (d: AboutWorkload) =>
      `run two replicas of ${d.workload} during the cut-over, or accept the gap and move it at a quiet hour`,
  },
  DV1010: {
    severity: "warning",
    title: "replicas have no PodDisruptionBudget",
    why: "Nothing keeps a drain from evicting all of them at once; Karpenter may empty several nodes in one move.",
    say: (d: AboutWorkload & { readonly replicas: number }) =>
      `${d.workload} runs ${d.replicas} replicas without a PodDisruptionBudget`,
    fix: (d: AboutWorkload) => `create a PodDisruptionBudget with maxUnavailable: 1 over the pods of ${d.workload}`,
  },
  DV1023: {
    severity: "warning",
    title: "local data that Cluster Autoscaler protects is lost when Karpenter moves the pod",
    why: "With --skip-nodes-with-local-storage (its default) CA keeps nodes whose pods use hostPath or emptyDir; Karpenter evicts such pods.",
    say: (d: AboutWorkload & { readonly volumes: readonly string[] }) =>
      `${d.workload} keeps data in ${d.volumes.join(", ")} on its node`,
    fix: protect,
  },
  DV1025: {
    severity: "warning",
    title: "a Job may be interrupted by consolidation",
    why: "Karpenter moves pods to save cost at any time; an evicted Job pod starts again from the beginning and counts as a failure.",
    say: (d: AboutWorkload) => `${d.workload} has no karpenter.sh/do-not-disrupt annotation`,
    fix: (d: AboutWorkload) => `${protect(d)} unless its work can be repeated at any time`,
  },
  DV1026: {
    severity: "info",
    title: "system pods that Cluster Autoscaler spares will be moved",
    why: "CA does not drain nodes with kube-system pods that no budget covers (for their first hour, from 1.33); Karpenter evicts them like any other pod.",
    say: (d: AboutWorkload & { readonly pods: number }) =>
      `${d.workload} (${countOf(d.pods)}) has no PodDisruptionBudget`,
    fix: (d: AboutWorkload) =>
      `create a PodDisruptionBudget with maxUnavailable: 1 for ${d.workload}, or keep it on a small static node group`,
  },
  DV1027: {
    severity: "warning",
    title: "pods of a custom controller lose their protection",
    why: "With --skip-nodes-with-custom-controller-pods (its default) CA keeps nodes with pods of controllers it does not know; Karpenter evicts them.",
    say: (d: AboutWorkload & { readonly pods: number }) =>
      `${d.workload} controls ${countOf(d.pods)}; Cluster Autoscaler does not move pods of that kind`,
    fix: (d: AboutWorkload) =>
      `check that the controller of ${d.workload} replaces evicted pods; if not, have it set karpenter.sh/do-not-disrupt: "true"`,
  },
  DV1031: {
    severity: "error",
    title: "an annotation of an older Karpenter no longer protects",
    why: "karpenter.sh/do-not-evict was read by v1alpha5 only; from v1beta1 on the pod is moved like any other.",
    say: (d: AboutWorkload & { readonly annotation: string }) => `${d.workload} carries ${d.annotation}`,
    fix: (d: AboutWorkload) => `replace it by karpenter.sh/do-not-disrupt: "true" on the pod template of ${d.workload}`,
  },
  DV1032: {
    severity: "warning",
    title: "a node annotation of an older Karpenter no longer protects",
    why: "karpenter.sh/do-not-consolidate was read by v1alpha5 only; current versions ignore it.",
    say: (d: { readonly node: string }) => `node ${d.node} carries karpenter.sh/do-not-consolidate`,
    fix: (d: { readonly node: string }) =>
      `\`kubectl annotate node ${shellWord(d.node)} karpenter.sh/do-not-disrupt=true karpenter.sh/do-not-consolidate-\``,
  },
  DV1033: {
    severity: "info",
    title: "an annotation for Cluster Autoscaler has no effect under Karpenter",
    why: "Whoever set it relies on a behaviour that ends with Cluster Autoscaler.",
    say: (d: AboutWorkload & { readonly annotation: string; readonly meaning: string }) =>
      `${d.workload} carries ${d.annotation}: ${d.meaning}`,
    fix: (d: AboutWorkload & { readonly instead: string }) => d.instead,
  },
  DV1035: {
    severity: "warning",
    title: "pods may take longer to stop than Cluster Autoscaler ever allowed",
    why: "CA cuts a pod's grace period to --max-graceful-termination-sec (600 s unless set); Karpenter waits the whole of it before the node goes.",
    say: (d: AboutWorkload & { readonly seconds: number; readonly cap: number }) =>
      `${d.workload} has terminationGracePeriodSeconds ${d.seconds}; Cluster Autoscaler stops after ${d.cap}`,
    fix: (d: AboutWorkload) =>
      `expect slow drains, lower the grace period of ${d.workload}, or set terminationGracePeriod on its NodePool`,
  },
  DV1036: {
    severity: "info",
    title: "pods that must not be disrupted pin their nodes",
    why: "Such a pod is moved by Dovetail only with explicit consent, and Karpenter never consolidates the node below it.",
    say: (d: AboutWorkload & { readonly pods: number }) =>
      `${d.workload} (${countOf(d.pods)}) carries karpenter.sh/do-not-disrupt`,
    fix: (d: AboutWorkload) =>
      `decide when ${d.workload} may move: let it finish, or remove the annotation for the cut-over`,
    more: "`dovetail migrate --move-protected NAMESPACE/NAME` gives that consent for one pod.",
  },
  DV1048: {
    severity: "warning",
    title: "a protected system pod is not protected by Cluster Autoscaler either",
    why: 'From 1.33 CA drains a kube-system pod older than an hour before it looks at safe-to-evict: "false".',
    say: (d: AboutWorkload & { readonly version: string }) =>
      `${d.workload} relies on safe-to-evict: "false", which Cluster Autoscaler ${d.version} ignores after an hour`,
    fix: protect,
  },
});
