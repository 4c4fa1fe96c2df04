import { interfaceLimitedPods } from "../../karpenter/aws/capacity.ts";
import type { Catalogue } from "../../karpenter/aws/type-info.ts";
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
  return { names: [...catalogue.types.keys()].sort(), named };
}
