// Mirrors resourcequotas/tracker.go of Cluster Autoscaler 1.36.1.
import type { Node } from "../../../kube/objects.ts";
import type { LoopState } from "../loop-state.ts";
import { templateCapacity } from "./amounts.ts";

/** Cores and memory that may still be added, or still be taken away: cores are counted whole, rounded up. */
export class Quota {
  #cores: number;
  #memory: number;

  constructor(cores: number, memory: number) {
    this.#cores = Math.max(0, cores);
    this.#memory = Math.max(0, memory);
  }

  /** How many nodes of a kind are allowed, at most as many as asked for, and what stands in the way of more. */
  check(node: Node, count: number): { readonly allowed: number; readonly exceeded: readonly string[] } {
    const { cores, memory } = wholeCapacity(node);
    const exceeded: string[] = [];
    let allowed = count;
    if (cores > 0 && this.#cores < cores * count) {
      allowed = Math.min(allowed, Math.floor(this.#cores / cores));
      exceeded.push("cpu");
    }
    if (memory > 0 && this.#memory < memory * count) {
      allowed = Math.min(allowed, Math.floor(this.#memory / memory));
      exceeded.push("memory");
    }
    return { allowed, exceeded };
  }

  /** Takes nodes off what is left. */
  consume(node: Node, count: number): void {
    const { cores, memory } = wholeCapacity(node);
    this.#cores = Math.max(0, this.#cores - cores * count);
    this.#memory = Math.max(0, this.#memory - memory * count);
  }
}

function wholeCapacity(node: Node): { readonly cores: number; readonly memory: number } {
  const { milliCpu, memoryBytes } = templateCapacity(node);
  return { cores: Math.max(0, Math.ceil(milliCpu / 1000)), memory: Math.max(0, memoryBytes) };
}

function isVirtual(node: Node): boolean {
  return node.metadata.labels?.["type"] === "virtual-kubelet";
}

/** Sums over nodes, virtual ones left out. */
export function usageOf(nodes: readonly Node[]): { readonly cores: number; readonly memory: number } {
  let cores = 0;
  let memory = 0;
  for (const node of nodes) {
    if (isVirtual(node)) continue;
    const whole = wholeCapacity(node);
    cores += whole.cores;
    memory += whole.memory;
  }
  return { cores, memory };
}

/** What may be added under `--cores-total` and `--memory-total`. */
export function maximumsLeft(loop: LoopState, nodes: readonly Node[]): Quota {
  const { settings, cloud, templates } = loop;
  const counted = settings.behaviour.quotasByTarget ? nodes.filter((node) => cloud.groupOf(node) === undefined) : nodes;
  let { cores, memory } = usageOf(counted);
  if (settings.behaviour.quotasByTarget) {
    for (const group of cloud.groups) {
      const template = templates.get(group.name);
      if (template === undefined || group.target <= 0) continue;
      const whole = wholeCapacity(template.node);
      cores += whole.cores * group.target;
      memory += whole.memory * group.target;
    }
  }
  return new Quota(settings.cores.max - cores, settings.memory.max - memory);
}
