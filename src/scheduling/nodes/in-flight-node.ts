import type { HostPort } from "../../kube/host-ports.ts";
import { labelKeys } from "../../karpenter/labels.ts";
import { requirementIn } from "../../karpenter/requirement.ts";
import type { Amount, AmountTable } from "../amounts.ts";
import type { Bits } from "../bits.ts";
import type { PodRecord } from "../pods/pod-record.ts";
import { PortUsage } from "./port-usage.ts";
import type { Template } from "./template.ts";
import type { Place } from "../topology/topology-filter.ts";
import type { OfferingFacts } from "../types/type-facts.ts";

/** A node claim that is still being packed (Karpenter's scheduling.NodeClaim). */
export interface InFlightNode {
  readonly template: Template;
  /** Its placeholder until it has a real one. */
  readonly hostname: string;
  /** Its requirements, hostname aside, are those of `place.set`. */
  place: Place;
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

/** An empty node of a template. `index` is the place it will have among the planned nodes, `id` the number in its placeholder. */
export function inFlightNode(
  template: Template,
  { index, id }: { readonly index: number; readonly id: number },
  table: AmountTable,
): InFlightNode {
  const hostname = `hostname-placeholder-${String(id).padStart(4, "0")}`;
  const columns = table.names.length;
  const requests: Amount[] = [];
  for (let column = 0; column < columns; column++) requests.push(table.zero);
  return {
    template,
    hostname,
    place: {
      taints: template.taints,
      set: template.requirements,
      hostname: requirementIn(labelKeys.hostname, [hostname]),
      planned: index,
    },
    bits: template.universe.all,
    requests,
    mentioned: new Uint8Array(columns),
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
