import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import { flagAt, textsAt } from "../kube/json.ts";
import { addZones, type Draft } from "./draft.ts";
import type { Facts } from "./facts.ts";
import type { NamedSubnet } from "./input.ts";
import type { Document } from "./ledger.ts";

/** Zones, subnets and security groups of an eksctl node group. */
export function takePlaces(draft: Draft, facts: Facts, document: Document): void {
  const { content } = document;
  addZones(draft, [...textsAt(content, "availabilityZones"), ...textsAt(content, "localZones")]);
  document.kept("localZones", "NodePool spec.template.spec.requirements[topology.kubernetes.io/zone]");
  document.kept("availabilityZones", "NodePool spec.template.spec.requirements[topology.kubernetes.io/zone]");
  for (const id of textsAt(content, "securityGroups", "attachIDs")) draft.securityGroups.add(id);
  document.kept("securityGroups", "EC2NodeClass spec.securityGroupSelectorTerms");
  const named = textsAt(content, "subnets");
  if (named.length > 0) takeNamed(draft, facts, { document, named });
  else takeEither(draft, facts, document);
}

// eksctl marks the subnets that it makes for load balancers, and so tells public and private ones apart.
const tags = { private: "kubernetes.io/role/internal-elb", public: "kubernetes.io/role/elb" } as const;

/** Subnets by id, or by the names that the file gives them in `vpc.subnets`. */
function takeNamed(
  draft: Draft,
  facts: Facts,
  { document, named }: { readonly document: Document; readonly named: readonly string[] },
): void {
  const known = facts.input.namedSubnets ?? [];
  const places = named.map((name) => ({ name, place: known.find((one) => one.name === name || one.id === name) }));
  const kinds = [...new Set(places.flatMap(({ place }) => place?.kind ?? []))];
  const [kind] = kinds;
  if (kinds.length === 1) draft.subnetKind = kind;
  const missing = places.filter(({ name, place }) => !name.startsWith("subnet-") && place?.id === undefined);
  addZones(
    draft,
    places.flatMap(({ place }) => place?.zone ?? []),
  );
  const isByTag = missing.length > 0 && kind !== undefined && kinds.length === 1 && missing.every((one) => one.place);
  if (isByTag) draft.subnetTags[tags[kind]] = "1";
  else {
    for (const { name, place } of places) {
      const id = place?.id ?? (name.startsWith("subnet-") ? name : undefined);
      if (id !== undefined) draft.subnets.add(id);
    }
  }
  const to = "EC2NodeClass spec.subnetSelectorTerms";
  if (missing.length === 0) document.kept("subnets", to);
  else {
    const about = {
      nodeGroup: draft.nodeGroup.name,
      subnets: missing.map(({ name, place }) => placeText(name, place)),
      instead: isByTag ? `${kind} subnets are selected by the tag ${tags[kind]}` : insteadOf(draft),
    };
    document.changed("subnets", { to, becomes: about.instead, why: "ids that are not in the file" });
    draft.ledger.find(makeFinding(translationFindings, "DV2045", `nodegroup/${draft.nodeGroup.name}`, about));
  }
  document.lost("privateNetworking", { why: "the named subnets decide", risk: "none" });
}

function placeText(name: string, place: NamedSubnet | undefined): string {
  if (place === undefined) return `${name}, which is not in vpc.subnets`;
  return `${name} (${[place.cidr, place.zone].filter((part) => part !== undefined).join(", ")})`;
}

function insteadOf({ subnets }: Draft): string {
  return subnets.size > 0 ? `the others are selected: ${[...subnets].join(", ")}` : "the discovery tag decides";
}

/** Public or private ones, as the group says: by id where the file has them all, else by eksctl's tag. */
function takeEither(draft: Draft, facts: Facts, document: Document): void {
  const kind = flagAt(document.content, "privateNetworking") === true ? "private" : "public";
  draft.subnetKind = kind;
  const zones = new Set(draft.zones);
  const of = (facts.input.namedSubnets ?? []).filter(
    (one) => one.kind === kind && (zones.size === 0 || one.zone === undefined || zones.has(one.zone)),
  );
  const ids = of.flatMap(({ id }) => id ?? []);
  const to = "EC2NodeClass spec.subnetSelectorTerms";
  if (of.length > 0 && ids.length === of.length) {
    for (const id of ids) draft.subnets.add(id);
    if (zones.size === 0)
      addZones(
        draft,
        of.flatMap(({ zone }) => zone ?? []),
      );
    return document.kept("privateNetworking", to);
  }
  draft.subnetTags[tags[kind]] = "1";
  document.changed("privateNetworking", {
    to,
    becomes: `${tags[kind]}: "1"`,
    why: "the tag that eksctl gives to the cluster's private or public subnets",
  });
}
