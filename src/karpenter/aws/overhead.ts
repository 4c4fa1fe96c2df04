// Mirrors pkg/providers/instancetype/types.go of karpenter-provider-aws v1.14.1.
import { parseQuantity } from "../../kube/quantity.ts";
import type { Overhead } from "../instance-type.ts";
import { wholeBytes, type CapacityInput, type Computed, interfaceLimitedPods, memoryMiB, podsOf } from "./capacity.ts";
import type { Ec2TypeInfo } from "./type-info.ts";
import { trimmedOf } from "../../kube/text.ts";

/** The share of each range of CPU that the kubelet keeps: start and end in millicores. */
const cpuRanges: readonly (readonly [start: number, end: number, share: number])[] = [
  [0, 1000, 0.06],
  [1000, 2000, 0.01],
  [2000, 4000, 0.005],
  [4000, 2 ** 31, 0.0025],
];

/** What the system keeps on a node: kubeReserved by formula, systemReserved as given, hard eviction thresholds. */
export function overheadOf(info: Ec2TypeInfo, storage: string, input: CapacityInput): Computed<Overhead> {
  const { kubelet } = input;
  const given = { ...kubelet.kubeReserved, ...kubelet.systemReserved };
  for (const [name, text] of Object.entries(given)) {
    const parsed = parseQuantity(text);
    if (!parsed.ok) return { ok: false, reason: `kubelet reservation of ${name}: ${parsed.reason}` };
  }
  const pods = input.family.reservesMemoryByInterfaces
    ? interfaceLimitedPods(info, 0, input.spec)
    : podsOf(info, input);
  const threshold = evictionThreshold(info, storage, input);
  if (!threshold.ok) return threshold;
  return {
    ok: true,
    value: {
      kubeReserved: {
        cpu: `${reservedMillicores(info.VCpuInfo.DefaultVCpus * 1000)}m`,
        memory: `${11 * pods + 255}Mi`,
        "ephemeral-storage": "1Gi",
        ...kubelet.kubeReserved,
      },
      systemReserved: { ...kubelet.systemReserved },
      evictionThreshold: threshold.value,
    },
  };
}

// Each term is cut to whole millicores by itself.
function reservedMillicores(millicores: number): number {
  let sum = 0;
  for (const [start, end, share] of cpuRanges) {
    if (millicores >= start) sum += Math.trunc((Math.min(millicores, end) - start) * share);
  }
  return sum;
}

function evictionThreshold(info: Ec2TypeInfo, storage: string, input: CapacityInput): Computed<Record<string, string>> {
  const hard = input.kubelet.evictionHard ?? {};
  const storageBytes = wholeBytes(storage);
  const memoryBytes = wholeBytes(`${memoryMiB(info, input.settings)}Mi`);
  const threshold: Record<string, string> = {
    memory: "100Mi",
    "ephemeral-storage": String(Math.ceil((storageBytes / 100) * 10)),
  };
  const signals = [
    ["memory", hard["memory.available"], memoryBytes],
    ["ephemeral-storage", hard["nodefs.available"], storageBytes],
  ] as const;
  for (const [name, text, capacity] of signals) {
    if (text === undefined) continue;
    const value = signalOf(text, capacity);
    if (value === undefined)
      return { ok: false, reason: `evictionHard for ${name}: "${text}" is no quantity or percentage` };
    threshold[name] = value;
  }
  return { ok: true, value: threshold };
}

// 100 % switches a threshold off, as the kubelet reads it.
function signalOf(text: string, capacity: number): string | undefined {
  if (!text.endsWith("%")) return parseQuantity(text).ok ? text : undefined;
  const percent = Number(trimmedOf(text, "%"));
  if (Number.isNaN(percent)) return undefined;
  return String(Math.ceil((capacity / 100) * (percent === 100 ? 0 : percent)));
}
