import { defineFindings } from "./finding.ts";

interface AboutWorkload {
  /** `Deployment payments/api`, or `pod payments/debug`. */
  readonly workload: string;
}

/** Volumes that tie pods to a place. */
export const volumeFindings = defineFindings({
  DV1020: {
    severity: "warning",
    title: "volumes tie pods to one zone",
    why: "The replacement node must come up in the same zone: a NodePool without a subnet there, or a zone short of capacity, leaves the pod pending.",
    say: (d: AboutWorkload & { readonly zones: readonly string[]; readonly volumes: number }) =>
      `${d.workload} has ${d.volumes} ${d.volumes === 1 ? "volume" : "volumes"} in ${d.zones.join(", ")}`,
    fix: (d: AboutWorkload & { readonly zones: readonly string[] }) =>
      `make sure that the NodePool for ${d.workload} covers ${d.zones.join(", ")} with more than one instance type`,
  },
  DV1021: {
    severity: "error",
    title: "a volume lives on one node's disk",
    why: "When the node goes, the data goes with it; Karpenter does not wait for local volumes.",
    say: (d: AboutWorkload & { readonly volumes: readonly string[] }) =>
      `${d.workload} uses ${d.volumes.join(", ")}, which ${d.volumes.length === 1 ? "is" : "are"} local to a node`,
    fix: (d: AboutWorkload) =>
      `move the data of ${d.workload} to network storage, or keep its node group and add karpenter.sh/do-not-disrupt: "true"`,
  },
  DV1022: {
    severity: "error",
    title: "Karpenter refuses pods because of their volume claim",
    why: "A pending pod whose claim fails Karpenter's checks is left out of every provisioning pass.",
    say: (d: AboutWorkload & { readonly problems: readonly string[] }) => `${d.workload}: ${d.problems.join("; ")}`,
    fix: (d: AboutWorkload) =>
      `create or bind the claims of ${d.workload}, or use a StorageClass with WaitForFirstConsumer`,
  },
  DV1049: {
    severity: "warning",
    title: "a volume is in a zone where no node group's subnet is",
    why: "No node can be made there, so a pod that uses the volume cannot run again once it is moved.",
    say: (d: AboutWorkload & { readonly zones: readonly string[]; readonly known: readonly string[] }) =>
      `${d.workload} needs ${d.zones.join(", ")}; the node groups' subnets are in ${d.known.join(", ")}`,
    fix: (d: AboutWorkload & { readonly zones: readonly string[] }) =>
      `add a subnet in ${d.zones.join(", ")} to the NodeClass of ${d.workload}`,
  },
});
