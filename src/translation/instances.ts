import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import type { RequirementSpec } from "../karpenter/instance-type.ts";
import type { Json } from "../kube/objects.ts";
import type { Draft } from "./draft.ts";
import { listAt, numberAt, printed, textsAt, valueAt } from "../kube/json.ts";
import type { Part } from "./launch.ts";

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
export function takeInstanceRequirements(draft: Draft, from: Part): void {
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
  takeTypePatterns(draft, from, asked);
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

function takeTypePatterns(draft: Draft, { document, path }: Part, asked: Json | undefined): void {
  for (const [field, operator] of [
    ["AllowedInstanceTypes", "In"],
    ["ExcludedInstanceTypes", "NotIn"],
  ] as const) {
    const patterns = textsAt(asked, field);
    const families = patterns.flatMap((pattern) => /^([a-z0-9-]+)\.\*$/.exec(pattern)?.[1] ?? []);
    const exact = patterns.filter((pattern) => !pattern.includes("*"));
    const rest = patterns.filter((pattern) => pattern.includes("*") && !/^[a-z0-9-]+\.\*$/.test(pattern));
    // A union of families and exact types cannot be allowed by two requirements, which would both have to hold.
    const canAllow = operator === "NotIn" || families.length === 0 || exact.length === 0;
    if (families.length > 0 && canAllow) draft.requirements.push({ key: label("family"), operator, values: families });
    if (exact.length > 0 && canAllow) {
      draft.requirements.push({ key: "node.kubernetes.io/instance-type", operator, values: exact });
    }
    listAt(asked, field).forEach((pattern, index) => {
      const isExpressed = canAllow && !rest.includes(printed(pattern));
      if (isExpressed) document.kept([...path, field, index], requirementTo(label("family")));
      else {
        document.lost([...path, field, index], {
          why: "this pattern is neither a whole family nor a single type",
          risk: "the pool admits other instance types than the group did",
          fix: "list the types that qualify: aws ec2 get-instance-types-from-instance-requirements",
        });
      }
    });
    if (patterns.length === 0) document.lost([...path, field], { why: "the list is empty", risk: "none" });
  }
}
