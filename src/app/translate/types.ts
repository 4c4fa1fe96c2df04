import { interfaceLimitedPods } from "../../karpenter/aws/capacity.ts";
import { families } from "../../karpenter/aws/families.ts";
import { typeRequirements } from "../../karpenter/aws/type-requirements.ts";
import type { Catalogue, CatalogueType } from "../../karpenter/aws/type-info.ts";
import type { RequirementSpec } from "../../karpenter/instance-type.ts";
import { awsLabels, labelKeys } from "../../karpenter/labels.ts";
import { fromSpecs, intersects, type Requirements } from "../../karpenter/requirements.ts";
import type { InstanceTypeFacts, InstanceTypes } from "../../translation/input.ts";

/** Facts of the catalogue that limits and architectures depend on. */
export function instanceTypeFacts(catalogue: Catalogue): InstanceTypes {
  const named = (name: string): InstanceTypeFacts | undefined => {
    const info = catalogue.types.get(name)?.info;
    if (info === undefined) return undefined;
    const isArm = info.ProcessorInfo.SupportedArchitectures.includes("arm64");
    return {
      vcpus: info.VCpuInfo.DefaultVCpus,
      memoryMiB: info.MemoryInfo.SizeInMiB,
      arch: isArm ? "arm64" : "amd64",
      interfacePods: (reserved) => interfaceLimitedPods(info, reserved, {}),
    };
  };
  let known: readonly Requirements[] | undefined;
  const admitted = (requirements: readonly RequirementSpec[]): number => {
    known ??= [...catalogue.types.values()].map(machineOf);
    const asked = fromSpecs(requirements.filter(isOfMachine), awsLabels);
    return known.filter((type) => intersects(type, asked)).length;
  };
  return { names: [...catalogue.types.keys()].sort(), named, admitted };
}

// What a type is by itself: where and how it is sold is another question.
function machineOf(type: CatalogueType): Requirements {
  const input = {
    region: "",
    zones: [],
    zoneInfo: [],
    family: families.AL2023,
    hasInterruptible: false,
    reservations: [],
  };
  return fromSpecs(typeRequirements(type, input).filter(isOfMachine), awsLabels);
}

function isOfMachine({ key }: RequirementSpec): boolean {
  const label = awsLabels.normalized.get(key) ?? key;
  return (
    label === labelKeys.instanceType || label === labelKeys.arch || label.startsWith("karpenter.k8s.aws/instance-")
  );
}
