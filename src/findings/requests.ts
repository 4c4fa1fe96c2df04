import { defineFindings } from "./finding.ts";

interface AboutWorkload {
  /** `Deployment payments/api`, or `pod payments/debug`. */
  readonly workload: string;
}

/** What pods ask for, and what that does to packing and cost. */
export const requestFindings = defineFindings({
  DV1019: {
    severity: "warning",
    title: "containers do not say what they need",
    why: "Karpenter packs by requests: pods without them are packed on top of each other and starve or are killed.",
    say: (d: AboutWorkload & { readonly containers: readonly string[]; readonly resources: readonly string[] }) =>
      `${d.workload}: no ${d.resources.join(" and no ")} request in ${d.containers.join(", ")}`,
    fix: (d: AboutWorkload & { readonly resources: readonly string[] }) =>
      `set requests for ${d.resources.join(" and ")}; \`kubectl top pods\` shows what is used`,
  },
  DV1028: {
    severity: "info",
    title: "placeholder pods keep spare capacity",
    why: "They go on working, but Karpenter packs them tightly and moves them when it consolidates.",
    say: (d: AboutWorkload & { readonly replicas: number; readonly priority: number }) =>
      `${d.workload} runs ${d.replicas} pause pods at priority ${d.priority}`,
    fix: (d: AboutWorkload) =>
      `keep ${d.workload}, and check after the cut-over that the spare capacity is still where it is wanted; or let Karpenter 1.14 and ` +
      "later hold it without pods: `dovetail translate --with capacity-buffers`",
  },
  DV1029: {
    severity: "error",
    title: "pods that Cluster Autoscaler ignores will make Karpenter add nodes",
    why: "CA does not scale up for pods below its priority cutoff; Karpenter provisions for any pending pod.",
    say: (d: AboutWorkload & { readonly priority: number; readonly cutoff: number }) =>
      `${d.workload} has priority ${d.priority}, below the cutoff ${d.cutoff}`,
    fix: (d: AboutWorkload) =>
      `scale ${d.workload} down, or confine it by a taint to a NodePool with limits, before Karpenter is released`,
  },
  DV1030: {
    severity: "warning",
    title: "DaemonSets take a large share of small nodes",
    why: "Every node pays for them: many small nodes can cost more than few large ones, the usual reason why cost rises after a migration.",
    say: (d: {
      readonly percent: number;
      readonly resource: string;
      readonly instanceType: string;
      readonly nodes: number;
      readonly daemonSets: number;
    }) =>
      `${d.daemonSets === 1 ? "1 DaemonSet requests" : `${d.daemonSets} DaemonSets request`} ${d.percent} % of the ${d.resource} of ${d.instanceType} (${d.nodes} ${d.nodes === 1 ? "node" : "nodes"})`,
    fix: () =>
      "set a floor in the NodePool: karpenter.k8s.aws/instance-cpu Gt 3 or more; `dovetail simulate` shows the difference",
  },
  DV1038: {
    severity: "warning",
    title: "pods are pending already",
    why: "They will be the first that Karpenter provisions for, and they blur the gates of the cut-over, which count pending pods.",
    say: (d: AboutWorkload & { readonly pods: number; readonly reason: string }) =>
      `${d.workload}: ${d.pods} pending (${d.reason})`,
    fix: (d: AboutWorkload) => `find out why ${d.workload} does not schedule today before moving anything`,
  },
  DV1043: {
    severity: "warning",
    title: "a DaemonSet does not say what it needs",
    why: "Karpenter reserves nothing for it when it picks an instance type, so new nodes are chosen too small.",
    say: (d: AboutWorkload & { readonly resources: readonly string[] }) =>
      `${d.workload} has no request for ${d.resources.join(" and ")}`,
    fix: (d: AboutWorkload) => `set requests in ${d.workload}`,
  },
});
