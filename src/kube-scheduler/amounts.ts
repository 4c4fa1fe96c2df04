// Mirrors framework/types.go of kube-scheduler 1.35.
import type { ResourceTexts } from "../kube/objects.ts";
import { ceilToMilli, ceilToUnit } from "../kube/quantity.ts";
import { parseResources, type ResourceList } from "../kube/resource-list.ts";

/**
 * Whole amounts as kube-scheduler counts them (`framework.Resource`): CPU in thousandths, everything else in whole units, rounded up.
 * Numbers are exact up to 2^53, 8 PiB of memory.
 */
export class Amounts {
  milliCpu = 0;
  memoryBytes = 0;
  storageBytes = 0;
  pods = 0;
  /** Extended resources, huge pages and attachable volumes by name; undefined when there are none. */
  scalars: Map<string, number> | undefined = undefined;

  /** Adds `sign` times the other amounts, pods excepted: a node counts those by its list. */
  add(other: Amounts, sign: 1 | -1): void {
    this.milliCpu += sign * other.milliCpu;
    this.memoryBytes += sign * other.memoryBytes;
    this.storageBytes += sign * other.storageBytes;
    if (other.scalars === undefined) return;
    this.scalars ??= new Map();
    for (const [name, amount] of other.scalars) this.scalars.set(name, (this.scalars.get(name) ?? 0) + sign * amount);
  }

  /** An independent copy. */
  copy(): Amounts {
    const twin = new Amounts();
    twin.milliCpu = this.milliCpu;
    twin.memoryBytes = this.memoryBytes;
    twin.storageBytes = this.storageBytes;
    twin.pods = this.pods;
    twin.scalars = this.scalars === undefined ? undefined : new Map(this.scalars);
    return twin;
  }

  /** The amount of one resource by its Kubernetes name; 0 for one that is not there. */
  of(name: string): number {
    switch (name) {
      case "cpu":
        return this.milliCpu;
      case "memory":
        return this.memoryBytes;
      case "ephemeral-storage":
        return this.storageBytes;
      case "pods":
        return this.pods;
      default:
        return this.scalars?.get(name) ?? 0;
    }
  }
}

/** Counts a list of quantities. Native resources that the scheduler does not know are left out. */
export function amountsOf(list: ResourceList): Amounts {
  const amounts = new Amounts();
  for (const [name, quantity] of list) {
    switch (name) {
      case "cpu":
        amounts.milliCpu = Number(ceilToMilli(quantity));
        break;
      case "memory":
        amounts.memoryBytes = Number(ceilToUnit(quantity));
        break;
      case "ephemeral-storage":
        amounts.storageBytes = Number(ceilToUnit(quantity));
        break;
      case "pods":
        amounts.pods = Number(ceilToUnit(quantity));
        break;
      default:
        if (isScalar(name)) (amounts.scalars ??= new Map()).set(name, Number(ceilToUnit(quantity)));
    }
  }
  return amounts;
}

/** Counts quantities as written, each by itself: one that cannot be read is none of that resource. */
export function amountsWritten(texts: ResourceTexts | undefined): Amounts {
  const parsed = parseResources(texts);
  if (parsed.ok) return amountsOf(parsed.value);
  const readable = Object.entries(texts ?? {}).filter(([name, text]) => parseResources({ [name]: text }).ok);
  return amountsWritten(Object.fromEntries(readable));
}

/** Resources beyond cpu, memory, storage and pods that are counted (`IsScalarResourceName`). */
export function isScalar(name: string): boolean {
  return isExtended(name) || /^(hugepages-|attachable-volumes-)/.test(name) || name.includes("kubernetes.io/");
}

/** Resources that a device plugin or an operator advertises (`IsExtendedResourceName`). */
export function isExtended(name: string): boolean {
  return name.includes("/") && !name.includes("kubernetes.io/") && !name.startsWith("requests.");
}

/** a·b/c in whole numbers, cut towards zero, for amounts that are not negative. */
export function wholeShare(a: number, b: number, c: number): number {
  const product = a * b;
  const quotient = Math.floor(product / c);
  // The double may have been rounded up to a whole number that the exact quotient does not reach.
  return quotient * c > product ? quotient - 1 : quotient;
}
