import type { HostPort } from "../karpenter/host-ports.ts";
import { labelKeys } from "../karpenter/labels.ts";
import { type Requirement, requirementIn } from "../karpenter/requirement.ts";
import type { Taint } from "../kube/objects.ts";
import type { Amount } from "./amounts.ts";
import type { Bits } from "./bits.ts";
import type { PodRecord } from "./pod-record.ts";
import { PortUsage } from "./port-usage.ts";
import type { RequirementSet } from "./requirement-book.ts";
import type { Template } from "./template.ts";
import type { OfferingFacts } from "./type-facts.ts";

/** A node claim that is still being packed (Karpenter's scheduling.NodeClaim). */
export interface InFlightNode {
  readonly id: number;
  readonly template: Template;
  /** Its placeholder until it has a real one. */
  readonly hostname: string;
  readonly hostnameIn: Requirement;
  readonly taints: readonly Taint[];
  /** Requirements without the hostname. */
  set: RequirementSet;
  /** Types that remain, as bits of the template's universe. */
  bits: Bits;
  /** Sum of the pods' requests by column, daemons not included. */
  readonly requests: Amount[];
  /** Columns that some pod mentions, also with nothing. */
  readonly mentioned: Uint8Array;
  readonly pods: PodRecord[];
  /** Ports of pods, and of the daemons by group; undefined while nobody uses any. */
  ports: PortUsage | undefined;
  reserved: readonly OfferingFacts[];
}

export function inFlightNode(
  template: Template,
  id: number,
  columns: { readonly count: number; readonly zero: Amount },
): InFlightNode {
  const hostname = `hostname-placeholder-${String(id).padStart(4, "0")}`;
  return {
    id,
    template,
    hostname,
    hostnameIn: requirementIn(labelKeys.hostname, [hostname]),
    taints: template.taints,
    set: template.requirements,
    bits: template.universe.all,
    requests: Array.from({ length: columns.count }, () => columns.zero),
    mentioned: new Uint8Array(columns.count),
    pods: [],
    ports: undefined,
    reserved: [],
  };
}

/** Groups of the template where a pod's host ports are free; undefined when that is all of them. */
export function freeGroups(
  node: InFlightNode,
  key: string,
  ports: readonly HostPort[],
): readonly boolean[] | undefined {
  if (ports.length === 0) return undefined;
  const { groups } = node.template.universe;
  const taken = node.ports?.conflicts(key, ports) ?? false;
  return groups.map(
    (group) => !taken && !new PortUsage(group.ports.map((used) => [used.key, used.ports])).conflicts(key, ports),
  );
}
