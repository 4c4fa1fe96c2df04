import { defineFindings } from "./finding.ts";

interface AboutWorkload {
  /** `Deployment payments/api`, or `pod payments/debug`. */
  readonly workload: string;
}

interface AboutLabels extends AboutWorkload {
  /** `key=value`, `key in (a, b)` … as written. */
  readonly selectors: readonly string[];
}

const joined = (d: AboutLabels): string => d.selectors.join(", ");

/** Where pods may run: selectors, affinities, spreading, ports, sizes. */
export const placementFindings = defineFindings({
  DV1003: {
    severity: "error",
    title: "a pod asks for more than any instance type offers",
    why: "Karpenter finds no instance type for it and the pod stays pending.",
    say: (d: AboutWorkload & { readonly requests: string; readonly largest: string }) =>
      `${d.workload} requests ${d.requests}; the largest types known have ${d.largest}`,
    fix: (d: AboutWorkload) => `correct the requests of ${d.workload}`,
  },
  DV1011: {
    severity: "error",
    title: "pods select nodes by labels that EKS sets on managed node groups",
    why: "Nodes that Karpenter makes carry no eks.amazonaws.com labels, so these pods stay pending once their node group is gone.",
    say: (d: AboutLabels) => `${d.workload} requires ${joined(d)}`,
    fix: (d: AboutLabels & { readonly instead: string }) => d.instead,
    more: "eks.amazonaws.com/capacityType has an equivalent: karpenter.sh/capacity-type. A node group's name has none; select a label of your own that a NodePool sets, or have the NodePool set the old label (Karpenter permits it).",
  },
  DV1012: {
    severity: "error",
    title: "pods select nodes by labels that eksctl sets on its node groups",
    why: "Nodes that Karpenter makes carry no alpha.eksctl.io labels, so these pods stay pending once their node group is gone.",
    say: (d: AboutLabels) => `${d.workload} requires ${joined(d)}`,
    fix: () =>
      `select a label of your own that a NodePool sets, or add the old label to its spec.template.metadata.labels`,
  },
  DV1013: {
    severity: "warning",
    title: "pods select nodes by labels that only node groups give",
    why: "A NodePool must set the same labels before the node group goes, or these pods stay pending.",
    say: (d: AboutLabels & { readonly nodeGroups: readonly string[] }) =>
      `${d.workload} requires ${joined(d)}, set by ${d.nodeGroups.join(", ")}`,
    fix: () => `keep the label in the NodePool's spec.template.metadata.labels, as \`dovetail translate\` does`,
  },
  DV1014: {
    severity: "info",
    title: "pods select nodes by deprecated labels",
    why: "Karpenter reads them as their successors, but Kubernetes may stop setting them on nodes.",
    say: (d: AboutLabels) => `${d.workload} uses ${joined(d)}`,
    fix: (d: AboutLabels & { readonly instead: readonly string[] }) => `use ${d.instead.join(", ")}`,
  },
  DV1015: {
    severity: "error",
    title: "pods select nodes by host name",
    why: "Karpenter leaves a pod that requires anything of kubernetes.io/hostname out of every provisioning pass, and a node named there will be gone.",
    say: (d: AboutLabels) => `${d.workload} requires ${joined(d)}`,
    fix: (d: AboutLabels) =>
      `remove the selector from ${d.workload}; use anti-affinity or a DaemonSet to spread pods over nodes`,
  },
  DV1016: {
    severity: "error",
    title: "Karpenter does not provision for a requirement of these pods",
    why: "A pending pod with such a requirement is left out of every provisioning pass, with an event on the pod.",
    say: (d: AboutWorkload & { readonly problems: readonly string[] }) => `${d.workload}: ${d.problems.join("; ")}`,
    fix: (d: AboutWorkload) => `change the affinity of ${d.workload} before the cut-over`,
    more: "Refused are matchFields in required node affinity, keys in the domains karpenter.sh and karpenter.k8s.aws that Karpenter does not define, operators it does not know, and numbers for Gt and Lt that are not whole.",
  },
  DV1017: {
    severity: "warning",
    title: "a preference is treated as required first",
    why: "Karpenter tries preferred affinity as if it were required and only then drops it, so it may launch nodes that Cluster Autoscaler would not have.",
    say: (d: AboutWorkload & { readonly preferences: readonly string[] }) =>
      `${d.workload} prefers ${d.preferences.join("; ")}`,
    fix: (d: AboutWorkload) =>
      `drop the preference from ${d.workload} where it is not worth a node, or run Karpenter with preferencePolicy: Ignore`,
    more: "Preferred anti-affinity on kubernetes.io/hostname is the costly form: Karpenter tends towards one node per replica.",
  },
  DV1018: {
    severity: "info",
    title: "a soft spread is treated as hard first",
    why: "Karpenter honours whenUnsatisfiable: ScheduleAnyway like DoNotSchedule while it can, which may need more nodes.",
    say: (d: AboutWorkload & { readonly keys: readonly string[] }) =>
      `${d.workload} spreads over ${d.keys.join(", ")} with ScheduleAnyway`,
    fix: (d: AboutWorkload) => `leave it where the spread is worth nodes; else remove it from ${d.workload}`,
  },
  DV1024: {
    severity: "warning",
    title: "a host port allows one such pod per node",
    why: "Each replica needs a node of its own, so Karpenter cannot consolidate them and adds a node per replica.",
    say: (d: AboutWorkload & { readonly ports: readonly number[]; readonly replicas: number }) =>
      `${d.workload} (${d.replicas} ${d.replicas === 1 ? "replica" : "replicas"}) claims host ${d.ports.length === 1 ? "port" : "ports"} ${d.ports.join(", ")}`,
    fix: (d: AboutWorkload) => `use a Service instead of host ports for ${d.workload}, or make it a DaemonSet`,
  },
  DV1034: {
    severity: "info",
    title: "pods are bound by a scheduler of their own",
    why: "Karpenter provisions by kube-scheduler's rules; another scheduler may not use the node it makes.",
    say: (d: AboutWorkload & { readonly scheduler: string }) => `${d.workload} uses the scheduler ${d.scheduler}`,
    fix: (d: AboutWorkload) => `test ${d.workload} on a canary NodePool first`,
  },
  DV1037: {
    severity: "error",
    title: "pods request a resource that no instance type of Karpenter has",
    why: "Karpenter only knows cpu, memory, storage, pods, and the accelerators EC2 describes; a pod that asks for anything else stays pending.",
    say: (d: AboutWorkload & { readonly resources: readonly string[] }) =>
      `${d.workload} requests ${d.resources.join(", ")}`,
    fix: (d: AboutWorkload & { readonly resources: readonly string[] }) =>
      `keep a node group for ${d.workload}, or add ${d.resources.join(", ")} to instance types with a NodeOverlay (alpha)`,
  },
  DV1039: {
    severity: "info",
    title: "required anti-affinity asks for one node per replica",
    why: "It holds under Karpenter as it did before: the number of nodes cannot fall below the number of replicas.",
    say: (d: AboutWorkload & { readonly replicas: number }) =>
      `${d.workload} needs ${d.replicas} nodes for ${d.replicas} replicas`,
    fix: (d: AboutWorkload) =>
      `use topologySpreadConstraints for ${d.workload} where two replicas on one node are acceptable`,
  },
  DV1041: {
    severity: "error",
    title: "pods use dynamic resource allocation",
    why: "Karpenter does not provision for pods with resource claims unless told otherwise (IGNORE_DRA_REQUESTS).",
    say: (d: AboutWorkload) => `${d.workload} has resourceClaims`,
    fix: (d: AboutWorkload) => `keep the node group of ${d.workload}`,
  },
  DV1045: {
    severity: "info",
    title: "replicas are not told to spread over zones",
    why: "Cluster Autoscaler's groups spread nodes over zones; Karpenter takes the cheapest zone that fits and does not balance by itself.",
    say: (d: AboutWorkload & { readonly replicas: number }) =>
      `${d.workload} runs ${d.replicas} replicas without a zone spread`,
    fix: (d: AboutWorkload) =>
      `add a topologySpreadConstraint on topology.kubernetes.io/zone to ${d.workload} if it must survive the loss of a zone`,
  },
  DV1050: {
    severity: "warning",
    title: "pods keep away from Karpenter's nodes",
    why: "They need nodes of a node group as long as they exist; once the groups are gone they stay pending, and Karpenter says nothing of it.",
    say: (d: AboutLabels) => `${d.workload} requires ${joined(d)}`,
    fix: (d: AboutLabels) => `keep a node group that has room for ${d.workload}, or remove the requirement`,
  },
  DV1046: {
    severity: "warning",
    title: "pods name instance types",
    why: "Karpenter can only choose among the types named, so it can neither pick a cheaper one nor step aside when capacity is short.",
    say: (d: AboutLabels) => `${d.workload} requires ${joined(d)}`,
    fix: (d: AboutLabels) =>
      `select what ${d.workload} needs (karpenter.k8s.aws/instance-category, instance-cpu …) instead of types`,
  },
  DV1051: {
    severity: "error",
    title: "pods are spread or kept apart over a label that Karpenter's nodes do not carry",
    why: "Karpenter finds no domain for the key and the pods stay pending, although kube-scheduler can place them on today's nodes.",
    say: (d: AboutWorkload & { readonly terms: readonly string[] }) => `${d.workload} has a ${d.terms.join(", a ")}`,
    fix: (d: { readonly instead: readonly string[] }) => d.instead.join("; "),
  },
  DV1052: {
    severity: "warning",
    title: "pods name no architecture or operating system, and a NodePool of another kind would take them",
    why: "Karpenter does not know what an image is made for: a pod without the requirement goes to whichever pool comes first, and fails there (exec format error).",
    say: (d: AboutWorkload & { readonly word: string; readonly today: string; readonly pools: readonly string[] }) =>
      `${d.workload} names no ${d.word} and runs on ${d.today} only; NodePool ${d.pools.join(", NodePool ")} would take it`,
    fix: (d: AboutWorkload & { readonly key: string; readonly today: string }) =>
      `set nodeSelector ${d.key}: ${d.today} in the template of ${d.workload}, or give the other pool a taint; nothing if its images are made for both`,
  },
  DV1053: {
    severity: "warning",
    title: "a DaemonSet has a lower priority than ordinary pods",
    why: "Karpenter sizes nodes to the pods that it knows. Where they fill a node, ordinary pods push the DaemonSet's pod aside, and it stays pending on that node.",
    say: (d: AboutWorkload & { readonly priority: number; readonly usual: number }) =>
      `${d.workload} has priority ${d.priority}, ordinary pods have ${d.usual}`,
    fix: (d: AboutWorkload) => `give ${d.workload} a priority class above those of the pods that share its nodes`,
  },
  DV1054: {
    severity: "error",
    title: "a pod asks for more slices of a device than one instance has devices",
    why: "The node reports shared devices, but Karpenter plans by the type's own number: no type has so many, and the pod never schedules on a new node.",
    say: (d: AboutWorkload & { readonly resource: string; readonly type: string; readonly has: number }) =>
      `${d.workload} asks for more ${d.resource} than the ${d.has} that ${d.type} has`,
    fix: (d: AboutWorkload & { readonly resource: string; readonly type: string }) =>
      `describe the shared capacity of ${d.type} with a NodeOverlay (feature gate NodeOverlay), or have a pod of ${d.workload} ask for no more ${d.resource} than the type has`,
  },
});
