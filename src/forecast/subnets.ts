import { zoneIdKey } from "../karpenter/aws/type-requirements.ts";
import { nodeClassStatus, specOf } from "../karpenter/aws/node-class.ts";
import { termAdmits } from "../karpenter/aws/selector-term.ts";
import type { Ec2NodeClass } from "../karpenter/api.ts";
import { numberAt, textAt } from "../kube/json.ts";
import { tagsOf } from "../aws/tags.ts";
import { zoneOf } from "../kube/node.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";

/** A subnet that new nodes may lie in. */
export interface KnownSubnet {
  readonly id: string;
  readonly zone: string;
  readonly zoneID: string;
  readonly free: number | undefined;
}

/** Subnets of a NodeClass, and how they were found where that is not by its own status or selectors. */
export interface FoundSubnets {
  readonly subnets: readonly KnownSubnet[];
  /** About the class, without its name: several classes share one. */
  readonly caveat?: string;
}

/**
 * The subnets that a NodeClass would find: its status, else its selectors over the account, else where today's nodes are. A NodeClass that
 * `setup` has not tagged for yet lands in the last case.
 */
export function subnetsFor(nodeClass: Ec2NodeClass, snapshot: Snapshot, region: string): FoundSubnets {
  const account = snapshot.account?.subnets;
  const known = new Map((account ?? []).flatMap((row) => entryOf(row)));
  const status = nodeClassStatus(nodeClass).subnets ?? [];
  if (status.length > 0) {
    return {
      subnets: status.map(({ id, zone, zoneID = inZone(zone).zoneID }) => ({
        id,
        zone,
        zoneID,
        free: known.get(id)?.free,
      })),
    };
  }
  const terms = specOf(nodeClass).subnetSelectorTerms ?? [];
  const selected = (account ?? []).filter((row) => {
    const facts = { id: textAt(row["SubnetId"]) ?? "", tags: tagsOf(row["Tags"]) };
    return terms.some((term) => termAdmits(term, facts));
  });
  if (selected.length > 0) return { subnets: selected.flatMap((row) => entryOf(row).map(([, one]) => one)) };
  return subnetsOfNodes(snapshot, known) ?? assumedSubnets(region);
}

function subnetsOfNodes(snapshot: Snapshot, known: ReadonlyMap<string, KnownSubnet>): FoundSubnets | undefined {
  const used = (snapshot.account?.instances ?? []).flatMap((one) => known.get(textAt(one["SubnetId"]) ?? "") ?? []);
  const distinct = Array.from(new Set(used));
  if (distinct.length > 0) {
    return {
      subnets: distinct,
      caveat: "no subnet is selected yet; the subnets of today's nodes stand in",
    };
  }
  const ids = new Map<string, string | undefined>();
  for (const node of snapshot.objects.nodes ?? []) {
    const zone = zoneOf(node);
    if (zone !== undefined) ids.set(zone, ids.get(zone) ?? node.metadata.labels?.[zoneIdKey]);
  }
  if (ids.size === 0) return undefined;
  return {
    subnets: Array.from(ids.keys())
      .sort()
      .map((zone) => inZone(zone, ids.get(zone))),
    caveat: "the subnets are unknown; the zones of today's nodes stand in",
  };
}

/** Manifests alone tell no zone: three zones of the region are the usual spread of an EKS cluster. */
function assumedSubnets(region: string): FoundSubnets {
  const zones = ["a", "b", "c"].map((letter) => region + letter);
  return {
    subnets: zones.map((zone) => inZone(zone)),
    caveat: `the subnets are unknown; zones ${zones.join(", ")} are assumed`,
  };
}

/**
 * Karpenter takes subnets without a zone id for one single zone, and the controller would find the id out: one that is not known here
 * gets a name of its own.
 */
function inZone(zone: string, zoneID = `unknown-id-of-${zone}`): KnownSubnet {
  return { id: `(a subnet in ${zone})`, zone, zoneID, free: undefined };
}

function entryOf(row: JsonObject): readonly (readonly [string, KnownSubnet])[] {
  const id = textAt(row["SubnetId"]);
  const zone = textAt(row["AvailabilityZone"]);
  if (id === undefined || zone === undefined) return [];
  const zoneID = textAt(row, "AvailabilityZoneId") ?? inZone(zone).zoneID;
  return [[id, { id, zone, zoneID, free: numberAt(row["AvailableIpAddressCount"]) }]];
}
