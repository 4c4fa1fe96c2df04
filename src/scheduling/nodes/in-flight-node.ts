// Mirrors pkg/controllers/provisioning/scheduling/nodeclaim.go of karpenter v1.14.1.
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import type { HostPort } from "../../kube/host-ports.ts";
import { labelKeys } from "../../karpenter/labels.ts";
import { requirementIn } from "../../karpenter/requirement.ts";
import type { Amount, AmountTable } from "../amounts.ts";
import type { Bits } from "../bits.ts";
import type { PodRecord } from "../pods/pod-record.ts";
import type { MountedClaims } from "../volumes.ts";
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
  /** Ports of pods; of daemons too where they are not looked at by group. Undefined while nobody uses any. */
  ports: PortUsage | undefined;
  /** Claims of its pods by storage driver; undefined while there are none, or nobody counts them. */
  mounted: MountedClaims | undefined;
  reserved: readonly OfferingFacts[];
}

/**
 * An empty node of a template (Karpenter's `NewNodeClaim`). `index` is the place it will have among the planned nodes, `id` the number in
 * its placeholder.
 */
export function inFlightNode(
  template: Template,
  { index, id }: { readonly index: number; readonly id: number },
  { table, behaviour }: { readonly table: AmountTable; readonly behaviour: KarpenterBehaviour },
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
    ports: portsAtStart(template, behaviour),
    mounted: undefined,
    reserved: [],
  };
}

/** Whether ports are looked at for the whole node, before its types; from v1.14 on each group of types has its daemons' own. */
export function looksAtWholePorts({ daemonOverhead }: Pick<KarpenterBehaviour, "daemonOverhead">): boolean {
  return daemonOverhead === "by-pool";
}

/** The record that all new nodes of a pool share in a pass, with its daemons' ports; undefined where each has its own. */
export function sharedPorts(
  { universe }: Pick<Template, "universe">,
  behaviour: KarpenterBehaviour,
): PortUsage | undefined {
  return behaviour.hostPorts === "by-pool" ? daemonPorts(universe) : undefined;
}

function portsAtStart({ ports, universe }: Template, behaviour: KarpenterBehaviour): PortUsage | undefined {
  if (ports !== undefined) return ports;
  return looksAtWholePorts(behaviour) && behaviour.hostPorts === "by-claim" ? daemonPorts(universe) : undefined;
}

function daemonPorts({ groups }: Template["universe"]): PortUsage {
  return new PortUsage(groups.flatMap((group) => group.ports.map(({ key, ports }) => [key, ports] as const)));
}

/** Groups of the template where a pod's host ports are free; undefined when that is all of them, or groups have none of their own. */
export function freeGroups(
  node: InFlightNode,
  { key, ports }: { readonly key: string; readonly ports: readonly HostPort[] },
  behaviour: KarpenterBehaviour,
): readonly boolean[] | undefined {
  if (ports.length === 0 || looksAtWholePorts(behaviour)) return undefined;
  const { groups } = node.template.universe;
  const taken = node.ports?.conflicts(key, ports) ?? false;
  return groups.map(
    (group) => !taken && !new PortUsage(group.ports.map((used) => [used.key, used.ports])).conflicts(key, ports),
  );
}
