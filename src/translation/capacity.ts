import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import type { Draft } from "./draft.ts";
import type { Facts } from "./facts.ts";
import { listAt, numberAt, objectAt, textAt } from "../kube/json.ts";
import { unique } from "../kube/unique.ts";
import { takeInstanceRequirements } from "./instances.ts";
import { part, type Part } from "./launch.ts";
import type { Document, Path } from "./ledger.ts";

const capacityTypeTo = "NodePool spec.template.spec.requirements[karpenter.sh/capacity-type]";
const instanceTypeTo = "NodePool spec.template.spec.requirements[node.kubernetes.io/instance-type]";

/** Minimum, maximum and desired size under the names that the document uses. */
export function takeSize(draft: Draft, document: Document, names: { min: Path; max: Path; desired: Path }): void {
  const { min, max } = draft.nodeGroup;
  if (min === 0 || min === undefined) document.kept(names.min, "a NodePool has no minimum");
  else document.lost(names.min, { why: "a NodePool has no minimum", risk: "empty nodes are removed down to none" });
  document.changed(names.max, {
    to: "NodePool spec.limits",
    becomes: max === undefined ? "none" : { nodes: String(max) },
    why: "a limit stops launches after it is reached; one round of launches may overshoot it",
  });
  document.lost(names.desired, { why: "Karpenter makes nodes for pods, not for a number", risk: "none" });
  if (min !== undefined && min > 0) {
    const about = { nodeGroup: draft.nodeGroup.name, min };
    draft.ledger.find(makeFinding(translationFindings, "DV2003", `nodegroup/${draft.nodeGroup.name}`, about));
  }
}

/** A mixed instances policy: types by override, and how on-demand and spot are mixed. */
export function takeMixedInstances(draft: Draft, facts: Facts, group: Document): void {
  const overrides = listAt(group.content, "MixedInstancesPolicy", "LaunchTemplate", "Overrides");
  const types: string[] = [];
  overrides.forEach((override, index) => {
    const at: Part = part(group, "MixedInstancesPolicy", "LaunchTemplate", "Overrides", index);
    const type = textAt(override, "InstanceType");
    if (type !== undefined) types.push(type);
    group.kept([...at.path, "InstanceType"], instanceTypeTo);
    if (Object.keys(objectAt(override, "InstanceRequirements")).length > 0) {
      takeInstanceRequirements(draft, facts, part(group, ...at.path, "InstanceRequirements"));
    }
    const weight = textAt(override, "WeightedCapacity");
    group.lost([...at.path, "WeightedCapacity"], {
      why: "Karpenter counts vCPUs and memory, not weights",
      risk:
        weight === "1"
          ? "none"
          : "minimum, maximum and desired size were in units of weight, so the limit is in other units",
      ...(weight === "1" ? {} : { fix: "check spec.limits of the NodePool" }),
    });
    group.lost([...at.path, "LaunchTemplateSpecification"], {
      why: "an EC2NodeClass has one image and one user data for all types",
      risk: "these types start with the settings of the main launch template",
      fix: "make a second EC2NodeClass and NodePool for these types by hand",
      severity: "warning",
    });
    group.lost([...at.path, "ImageId"], {
      why: "an EC2NodeClass selects images for all types",
      risk: "these types start with another image",
      fix: "add the image to amiSelectorTerms",
    });
  });
  if (types.length > 0) draft.instanceTypes = unique(types);
  takeDistribution(draft, group);
}

function takeDistribution(draft: Draft, group: Document): void {
  const path = ["MixedInstancesPolicy", "InstancesDistribution"];
  const distribution = objectAt(group.content, ...path);
  const base = numberAt(distribution, "OnDemandBaseCapacity") ?? 0;
  const percentage = numberAt(distribution, "OnDemandPercentageAboveBaseCapacity") ?? 100;
  const at = (name: string): string[] => [...path, name];
  takeMix(draft, base, percentage);
  const isMix = draft.capacityTypes.length > 1 || draft.onDemandBase > 0;
  for (const [field, becomes] of [
    ["OnDemandBaseCapacity", base > 0 && isMix ? `a NodePool of ${base} on-demand nodes that is filled first` : "none"],
    ["OnDemandPercentageAboveBaseCapacity", draft.capacityTypes.join(", ")],
  ] as const) {
    if (!isMix) group.kept(at(field), capacityTypeTo);
    else group.changed(at(field), { to: capacityTypeTo, becomes, why: "Karpenter has no ratio of on-demand to spot" });
  }
  if (isMix) {
    const about = { nodeGroup: draft.nodeGroup.name, base, percentage };
    draft.ledger.find(makeFinding(translationFindings, "DV2005", `nodegroup/${draft.nodeGroup.name}`, about));
  }
  for (const [field, why] of [
    ["OnDemandAllocationStrategy", "Karpenter takes the lowest on-demand price"],
    ["SpotAllocationStrategy", "Karpenter asks for price-capacity-optimized spot"],
  ] as const) {
    group.changed(at(field), {
      to: "fixed",
      becomes: field.startsWith("Spot") ? "price-capacity-optimized" : "lowest-price",
      why,
    });
  }
  group.lost(at("SpotInstancePools"), { why: "Karpenter considers all pools", risk: "none" });
  takeSpotPrice(group, at("SpotMaxPrice"));
}

/** A ceiling for spot prices. EC2 caps them at the on-demand price anyway. */
export function takeSpotPrice(document: Document, path: Path): void {
  const value = document.at(path);
  if (value === "" || value === null) return document.lost(path, { why: "no ceiling is set", risk: "none" });
  document.lost(path, {
    why: "Karpenter sets no maximum price for spot",
    risk: "spot may cost up to the on-demand price",
    fix: "limit the pool by spec.limits, or choose instance types by their on-demand price",
    severity: "info",
  });
}

/** With a percentage on demand above a base: all on demand, all spot, or both. */
export function takeMix(draft: Draft, base: number, percentage: number): void {
  if (percentage >= 100) draft.capacityTypes = ["on-demand"];
  else if (percentage <= 0) draft.capacityTypes = ["spot"];
  else draft.capacityTypes = ["on-demand", "spot"];
  draft.onDemandBase = percentage >= 100 ? 0 : base;
}
