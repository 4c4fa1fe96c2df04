import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import type { RequirementSpec } from "../karpenter/instance-type.ts";
import type { Json } from "../kube/objects.ts";
import type { Draft } from "./draft.ts";
import type { Facts } from "./facts.ts";
import { listAt, numberAt, textsAt, valueAt } from "../kube/json.ts";
import { before, fitsGlob } from "../kube/text.ts";
import type { Part } from "./launch.ts";
import type { Loss } from "./ledger.ts";
import { unique } from "../kube/unique.ts";

const requirementTo = (key: string): string => `NodePool spec.template.spec.requirements[${key}]`;
const label = (name: string): string => `karpenter.k8s.aws/instance-${name}`;

/** Ranges that are one label each: field, label, factor from EC2's unit to Karpenter's. */
const ranges: readonly (readonly [field: string, key: string, factor: number])[] = [
  ["VCpuCount", label("cpu"), 1],
  ["MemoryMiB", label("memory"), 1],
  ["NetworkBandwidthGbps", label("network-bandwidth"), 1000],
  ["BaselineEbsBandwidthMbps", label("ebs-bandwidth"), 1],
  ["TotalLocalStorageGB", label("local-nvme"), 1],
];

/** EC2's attribute-based instance selection as requirements of a NodePool. */
export function takeInstanceRequirements(draft: Draft, facts: Facts, from: Part): void {
  const { document, path } = from;
  const asked = valueAt(document.content, ...path);
  const at = (...more: string[]): (string | number)[] => [...path, ...more];
  const add = (requirement: RequirementSpec): void => void draft.requirements.push(requirement);
  for (const [field, key, factor] of ranges) {
    for (const requirement of range(key, valueAt(asked, field), factor)) add(requirement);
    document.kept(at(field), requirementTo(key));
  }
  takeAccelerators(draft, from, asked);
  takeChoices(draft, from, asked);
  takeTypePatterns(draft, facts, from, asked);
  for (const [field, why] of inexpressible) {
    const value = valueAt(asked, field);
    if (value === undefined) continue;
    document.lost(at(field), { why, risk: "the pool admits more instance types" });
    const about = { nodeGroup: draft.nodeGroup.name, field: document.field(at(field)), value, why };
    const fix = "list the types that qualify: aws ec2 get-instance-types-from-instance-requirements";
    draft.ledger.find(
      makeFinding(translationFindings, "DV2030", `nodegroup/${draft.nodeGroup.name}`, { ...about, fix }),
    );
  }
  for (const field of priceFields) {
    document.lost(at(field), { why: "Karpenter orders by price itself and has no ceiling", risk: "none" });
  }
}

const inexpressible: readonly (readonly [string, string])[] = [
  ["MemoryGiBPerVCpu", "there is no label for the ratio of memory to vCPUs"],
  ["RequireHibernateSupport", "there is no label for hibernation"],
  ["BaselinePerformanceFactors", "there is no label for a performance baseline"],
  ["NetworkInterfaceCount", "there is no label for the number of network interfaces"],
  ["LocalStorageTypes", "there is no label for the kind of local disk other than NVMe"],
  ["AcceleratorTypes", "the labels for GPUs and for other accelerators are separate"],
  ["RequireEncryptionInTransit", "use the label karpenter.k8s.aws/instance-encryption-in-transit-supported by hand"],
];

const metalSizes = ["metal", "metal-16xl", "metal-24xl", "metal-32xl", "metal-48xl", "metal-96xl"];

const priceFields = [
  "SpotMaxPricePercentageOverLowestPrice",
  "MaxSpotPriceAsPercentageOfOptimalOnDemandPrice",
  "OnDemandMaxPricePercentageOverLowestPrice",
];

function range(key: string, value: Json | undefined, factor: number): RequirementSpec[] {
  const found: RequirementSpec[] = [];
  const [min, max] = [numberAt(value, "Min"), numberAt(value, "Max")];
  // Labels hold whole numbers: a minimum is rounded down and a maximum up, so that nothing allowed is lost.
  if (min !== undefined && min > 0) found.push({ key, operator: "Gte", values: [String(Math.floor(min * factor))] });
  if (max !== undefined) found.push({ key, operator: "Lte", values: [String(Math.ceil(max * factor))] });
  return found;
}

function takeAccelerators(draft: Draft, { document, path }: Part, asked: Json | undefined): void {
  const to = requirementTo(label("gpu-count"));
  const isNone = numberAt(asked, "AcceleratorCount", "Max") === 0;
  if (isNone) {
    draft.requirements.push({ key: label("gpu-count"), operator: "DoesNotExist" });
    draft.requirements.push({ key: label("accelerator-count"), operator: "DoesNotExist" });
  } else {
    draft.requirements.push(...range(label("gpu-count"), valueAt(asked, "AcceleratorCount"), 1));
    draft.requirements.push(...range(label("gpu-memory"), valueAt(asked, "AcceleratorTotalMemoryMiB"), 1));
    const names = textsAt(asked, "AcceleratorNames");
    if (names.length > 0) draft.requirements.push({ key: label("gpu-name"), operator: "In", values: [...names] });
    const makers = textsAt(asked, "AcceleratorManufacturers").map((maker) =>
      maker === "amazon-web-services" ? "aws" : maker,
    );
    if (makers.length > 0) draft.requirements.push({ key: label("gpu-manufacturer"), operator: "In", values: makers });
  }
  document.kept([...path, "AcceleratorCount"], to);
  document.changed([...path, "AcceleratorTotalMemoryMiB"], {
    to: requirementTo(label("gpu-memory")),
    becomes: valueAt(asked, "AcceleratorTotalMemoryMiB") ?? null,
    why: "Karpenter's label holds the memory of one GPU, EC2's field that of all",
  });
  document.kept([...path, "AcceleratorNames"], requirementTo(label("gpu-name")));
  document.kept([...path, "AcceleratorManufacturers"], requirementTo(label("gpu-manufacturer")));
}

function takeChoices(draft: Draft, { document, path }: Part, asked: Json | undefined): void {
  const makers = textsAt(asked, "CpuManufacturers").map((maker) => (maker === "amazon-web-services" ? "aws" : maker));
  const key = label("cpu-manufacturer");
  if (makers.length > 0) draft.requirements.push({ key, operator: "In", values: makers });
  document.kept([...path, "CpuManufacturers"], requirementTo(key));

  const generations = textsAt(asked, "InstanceGenerations");
  const isCurrent = generations.length === 1 && generations[0] === "current";
  if (isCurrent) draft.requirements.push({ key: label("generation"), operator: "Gte", values: ["3"] });
  document.changed([...path, "InstanceGenerations"], {
    to: requirementTo(label("generation")),
    becomes: isCurrent ? "at least 3" : "any",
    why: "Karpenter's label holds the number in the family's name, not EC2's division into current and previous",
  });

  choice(draft, { document, path: [...path, "BareMetal"] }, "excluded", ["size", metalSizes]);
  choice(draft, { document, path: [...path, "BurstablePerformance"] }, "excluded", ["category", ["t"]]);
  const storage = valueAt(asked, "LocalStorage");
  if (storage === "required") draft.requirements.push({ key: label("local-nvme"), operator: "Exists" });
  if (storage === "excluded") draft.requirements.push({ key: label("local-nvme"), operator: "DoesNotExist" });
  document.kept([...path, "LocalStorage"], requirementTo(label("local-nvme")));
}

// EC2 leaves bare metal and burstable types out unless they are asked for; an absent field is Karpenter's business to
// leave out as well.
function choice(draft: Draft, from: Part, byDefault: string, what: readonly [string, readonly string[]]): void {
  const { document, path } = from;
  const [name, values] = what;
  const value = valueAt(document.content, ...path) ?? byDefault;
  const operator = value === "required" ? "In" : "NotIn";
  if (value !== "included") draft.requirements.push({ key: label(name), operator, values: [...values] });
  document.kept(path, requirementTo(label(name)));
}

/**
 * Types by name or with `*`. Where a catalogue is at hand a pattern becomes the families that it holds in whole, else the types; without
 * one only whole families and single types can be said.
 */
function takeTypePatterns(draft: Draft, facts: Facts, { document, path }: Part, asked: Json | undefined): void {
  const isMetalOut = (valueAt(asked, "BareMetal") ?? "excluded") === "excluded";
  for (const [field, operator] of [
    ["AllowedInstanceTypes", "In"],
    ["ExcludedInstanceTypes", "NotIn"],
  ] as const) {
    const patterns = textsAt(asked, field);
    if (patterns.length === 0) document.lost([...path, field], { why: "the list is empty", risk: "none" });
    const spelt = patterns.map((pattern) =>
      spell(pattern, facts.input.instanceTypes?.names, isMetalOut && operator === "NotIn"),
    );
    const known = spelt.filter((one) => one !== undefined);
    const families = unique(known.flatMap((one) => one.families));
    const types = unique(known.flatMap((one) => one.types));
    // A union of families and types cannot be allowed by two requirements, which would both have to hold: then all are types.
    const isUnion = operator === "In" && families.length > 0 && types.length > 0;
    const all = isUnion ? unique([...types, ...typesOf(families, facts.input.instanceTypes?.names)]) : types;
    const canSay = !isUnion || facts.input.instanceTypes?.names !== undefined;
    if (families.length > 0 && !isUnion)
      draft.requirements.push({ key: label("family"), operator, values: [...families] });
    if (all.length > 0 && canSay) {
      draft.requirements.push({ key: "node.kubernetes.io/instance-type", operator, values: [...all] });
    }
    listAt(asked, field).forEach((_, index) => {
      const one = spelt[index];
      if (one === undefined || !canSay) document.lost([...path, field, index], unspoken);
      else
        document.kept(
          [...path, field, index],
          one.families.length > 0 && !isUnion ? requirementTo(label("family")) : one.to,
        );
    });
  }
}

const unspoken: Loss = {
  why: "no catalogue of instance types tells which ones the pattern means",
  risk: "the pool admits other instance types than the group did",
  fix: "list the types that qualify: aws ec2 get-instance-types-from-instance-requirements",
};

interface Spelt {
  readonly families: readonly string[];
  readonly types: readonly string[];
  readonly to: string;
}

function spell(pattern: string, names: readonly string[] | undefined, isMetalOut: boolean): Spelt | undefined {
  const to = requirementTo("node.kubernetes.io/instance-type");
  if (!pattern.includes("*")) return { families: [], types: [pattern], to };
  const family = /^([a-z0-9-]+)\.\*$/.exec(pattern)?.[1];
  if (family !== undefined) return { families: [family], types: [], to };
  if (isMetalOut && /^\*?\.?metal\*?$/.test(pattern))
    return { families: [], types: [], to: requirementTo(label("size")) };
  if (names === undefined) return undefined;
  const matching = names.filter((name) => fitsGlob(pattern, name));
  const whole = unique(matching.map(familyOf)).filter((one) =>
    names.every((name) => familyOf(name) !== one || matching.includes(name)),
  );
  return { families: whole, types: matching.filter((name) => !whole.includes(familyOf(name))), to };
}

function typesOf(families: readonly string[], names: readonly string[] = []): readonly string[] {
  return names.filter((name) => families.includes(familyOf(name)));
}

function familyOf(type: string): string {
  return before(type, ".");
}
