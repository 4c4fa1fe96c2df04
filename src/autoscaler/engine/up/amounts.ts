import type { Node, Pod, ResourceTexts } from "../../../kube/objects.ts";
import { podRequests } from "../../../kube/pod-requests.ts";
import { ceilToMilli, ceilToUnit, parseQuantity } from "../../../kube/quantity.ts";
import { parseResources } from "../../../kube/resource-list.ts";
import type { PodInfo } from "../../../kube-scheduler/pods/registry.ts";
import type { Shape } from "../../../kube-scheduler/pods/shape.ts";

/** CPU in thousandths of a core and memory in bytes. */
export interface CpuAndMemory {
  readonly milliCpu: number;
  readonly memoryBytes: number;
}

const byShape = new WeakMap<Shape, CpuAndMemory>();
const byShapeContainers = new WeakMap<Shape, CpuAndMemory>();

/** What a pod asks for: as the scheduler counts it, or (up to 1.32) the sum of its containers. */
export function requestedBy({ pod, shape }: PodInfo, countsWhole: boolean): CpuAndMemory {
  const cache = countsWhole ? byShape : byShapeContainers;
  const known = cache.get(shape);
  if (known !== undefined) return known;
  const read = countsWhole ? wholeRequest(pod) : containerRequest(pod);
  cache.set(shape, read);
  return read;
}

function wholeRequest(pod: Pod): CpuAndMemory {
  const parsed = podRequests(pod);
  if (!parsed.ok) return { milliCpu: 0, memoryBytes: 0 };
  return {
    milliCpu: Number(ceilToMilli(parsed.value.get("cpu") ?? 0n)),
    memoryBytes: Number(ceilToUnit(parsed.value.get("memory") ?? 0n)),
  };
}

function containerRequest(pod: Pod): CpuAndMemory {
  let cpu = 0n;
  let memory = 0n;
  for (const container of pod.spec.containers) {
    const parsed = parseResources(container.resources?.requests);
    if (!parsed.ok) continue;
    cpu += parsed.value.get("cpu") ?? 0n;
    memory += parsed.value.get("memory") ?? 0n;
  }
  return { milliCpu: Number(ceilToMilli(cpu)), memoryBytes: Number(ceilToUnit(memory)) };
}

/** CPU and memory of a list of quantities; undefined for what is not in it or cannot be read. */
export function amountsIn(texts: ResourceTexts | undefined): Partial<CpuAndMemory> {
  const cpu = quantityOf(texts, "cpu");
  const memory = quantityOf(texts, "memory");
  return {
    ...(cpu === undefined ? {} : { milliCpu: Number(ceilToMilli(cpu)) }),
    ...(memory === undefined ? {} : { memoryBytes: Number(ceilToUnit(memory)) }),
  };
}

function quantityOf(texts: ResourceTexts | undefined, name: string): bigint | undefined {
  const text = texts?.[name];
  if (text === undefined) return undefined;
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.value : undefined;
}

/** What a node has in all. */
export function templateCapacity(node: Node): CpuAndMemory {
  const { milliCpu = 0, memoryBytes = 0 } = amountsIn(node.status?.capacity);
  return { milliCpu, memoryBytes };
}
