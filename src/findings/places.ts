import { shellWord } from "../kube/text.ts";
import { defineFindings } from "./finding.ts";

/** Where the nodes of a translated pool may be, and on what. */
export const placeFindings = defineFindings({
  DV2045: {
    severity: "warning",
    title: "a node group's subnets are not known by id",
    why: "The file names them or says what they have. Karpenter selects subnets by id or by tag; a pool in other ones has other routes and addresses.",
    say: (d: { readonly nodeGroup: string; readonly subnets: readonly string[]; readonly instead: string }) =>
      `${d.nodeGroup}: no id in the file for ${d.subnets.join(", ")}; ${d.instead}`,
    fix: () => "write the ids into vpc.subnets and translate again, or into EC2NodeClass.spec.subnetSelectorTerms",
  },
  DV2046: {
    severity: "error",
    title: "a NodePool allows no instance type",
    why: "Karpenter would launch nothing for it, and pods that need it stay pending.",
    say: (d: { readonly nodePool: string; readonly nodeGroups: readonly string[] }) =>
      `NodePool ${d.nodePool} (${d.nodeGroups.join(", ")}): no instance type of the catalogue has all that its requirements ask for`,
    fix: (d: { readonly nodePool: string }) =>
      `compare the requirements with what the group runs; \`dovetail explain nodepool ${shellWord(d.nodePool)}\` counts why types are left out`,
  },
});
