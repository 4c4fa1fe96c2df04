import type { ResourceTexts } from "../../kube/objects.ts";
import { str } from "../store/objects.ts";

/** Hardware of an instance type as far as a node's capacity depends on it. */
interface Hardware {
  readonly vcpu: number;
  readonly memoryMiB: number;
  readonly pods: number;
}

const hardware: Readonly<Record<string, Hardware>> = {
  "m5.large": { vcpu: 2, memoryMiB: 8192, pods: 29 },
  "m5.xlarge": { vcpu: 4, memoryMiB: 16384, pods: 58 },
  "m5.2xlarge": { vcpu: 8, memoryMiB: 32768, pods: 58 },
  "c5.xlarge": { vcpu: 4, memoryMiB: 8192, pods: 58 },
  "c5.2xlarge": { vcpu: 8, memoryMiB: 16384, pods: 58 },
  "r5.large": { vcpu: 2, memoryMiB: 16384, pods: 29 },
  "r5.xlarge": { vcpu: 4, memoryMiB: 32768, pods: 58 },
};

// Part of the memory that the hypervisor keeps: what Karpenter assumes too.
const hypervisorShare = 0.075;

/** Capacity and allocatable of an EKS node: what its kubelet reserves follows from its processors and its pod limit. */
export function nodeResources(
  type: string,
  diskGiB: number,
): { readonly capacity: ResourceTexts; readonly allocatable: ResourceTexts } {
  const { vcpu, memoryMiB, pods } = hardware[type] ?? { vcpu: 2, memoryMiB: 8192, pods: 29 };
  const memory = Math.floor(memoryMiB * (1 - hypervisorShare));
  const reservedMiB = 255 + 11 * pods + 100;
  const disk = diskGiB * 1024;
  return {
    capacity: { cpu: str(vcpu), memory: `${memory}Mi`, pods: str(pods), "ephemeral-storage": `${diskGiB}Gi` },
    allocatable: {
      cpu: `${vcpu * 1000 - reservedMilliCpu(vcpu)}m`,
      memory: `${memory - reservedMiB}Mi`,
      pods: str(pods),
      "ephemeral-storage": `${Math.floor(disk * 0.9) - 1024}Mi`,
    },
  };
}

// 6 % of the first processor, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest.
function reservedMilliCpu(vcpu: number): number {
  const shares = [60, 10, 5, 5];
  let sum = 0;
  for (let i = 0; i < vcpu; i++) sum += shares[i] ?? 2.5;
  return Math.floor(sum);
}
