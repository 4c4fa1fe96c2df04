import type { UsableType } from "../../assessment/facts.ts";
import { interfaceLimitedPods } from "../../karpenter/aws/capacity.ts";
import type { Catalogue, CatalogueType } from "../../karpenter/aws/type-info.ts";
import type { QuantityText } from "../../kube/objects.ts";

/** EBS volumes go up to this; how large the root volume is, a NodeClass decides. */
const largestVolume = "64Ti";

/** What every type of a region could offer a pod at most. Regions of which the catalogue knows no offerings get all types. */
export function typeFactsOf(catalogue: Catalogue, region: string | undefined): readonly UsableType[] {
  const sold = region === undefined ? undefined : catalogue.zones.get(region);
  return [...catalogue.types.values()]
    .filter((type) => sold === undefined || sold.has(type.name))
    .map((type) => ({
      name: type.name,
      capacity: capacityOf(type),
      interfacePods: (reserved) => interfaceLimitedPods(type.info, reserved, {}),
    }));
}

function capacityOf({ info, limits }: CatalogueType): Readonly<Record<string, QuantityText>> {
  const gpus = (manufacturer: string): number =>
    sum((info.GpuInfo?.Gpus ?? []).filter((gpu) => gpu.Manufacturer === manufacturer).map((gpu) => gpu.Count ?? 0));
  const devices = info.NeuronInfo?.NeuronDevices ?? [];
  return {
    cpu: info.VCpuInfo.DefaultVCpus,
    memory: `${info.MemoryInfo.SizeInMiB}Mi`,
    "ephemeral-storage": largestVolume,
    "nvidia.com/gpu": gpus("NVIDIA"),
    "amd.com/gpu": gpus("AMD"),
    "habana.ai/gaudi": gpus("Habana"),
    "aws.amazon.com/neuron": sum(devices.map((device) => device.Count ?? 0)),
    "aws.amazon.com/neuroncore": (devices[0]?.Count ?? 0) * (devices[0]?.CoreInfo?.Count ?? 0),
    "vpc.amazonaws.com/efa": info.NetworkInfo.EfaInfo?.MaximumEfaInterfaces ?? 0,
    "vpc.amazonaws.com/pod-eni": limits?.branchInterfaces ?? 0,
    "vpc.amazonaws.com/PrivateIPv4Address": limits?.ipv4PerInterface ?? 0,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
