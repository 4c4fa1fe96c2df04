import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import type { MountedClaims } from "../volumes.ts";

/** Claims mounted on a node, by storage driver, and how many each driver allows (Karpenter's `volumeusage.go`). */
export class VolumeUsage {
  readonly #mounted = new Map<string, Set<string>>();
  readonly #limits: ReadonlyMap<string, number>;

  constructor(limits: ReadonlyMap<string, number>) {
    this.#limits = limits;
  }

  add(claims: Iterable<readonly [string, Iterable<string>]>): void {
    for (const [driver, keys] of claims) {
      const mounted = this.#mounted.get(driver) ?? new Set<string>();
      for (const key of keys) mounted.add(key);
      this.#mounted.set(driver, mounted);
    }
  }

  /** The same with these as well. */
  with(claims: MountedClaims): VolumeUsage {
    const more = new VolumeUsage(this.#limits);
    more.add(this.#mounted);
    more.add(claims);
    return more;
  }

  /** Whether the node would be over a limit with these as well; one that is over already takes nothing more. */
  exceeds(claims: MountedClaims): boolean {
    for (const [driver, limit] of this.#limits) {
      const mounted = this.#mounted.get(driver);
      let count = mounted?.size ?? 0;
      for (const key of claims.get(driver) ?? []) if (mounted?.has(key) !== true) count += 1;
      if (count > limit) return true;
    }
    return false;
  }
}

/** Limits by driver from a node's CSINode. A driver without a count has none. */
export function volumeLimits(csiNode: KubeObject | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const driver of driversOf(csiNode)) {
    const { name, allocatable } = driver;
    if (
      typeof name !== "string" ||
      typeof allocatable !== "object" ||
      allocatable === null ||
      Array.isArray(allocatable)
    )
      continue;
    const count = "count" in allocatable ? allocatable.count : undefined;
    limits.set(name, typeof count === "number" ? count : 0);
  }
  return limits;
}

function driversOf(csiNode: KubeObject | undefined): readonly JsonObject[] {
  if (csiNode === undefined || !("spec" in csiNode)) return [];
  const { spec } = csiNode;
  if (typeof spec !== "object" || spec === null || !("drivers" in spec) || !Array.isArray(spec.drivers)) return [];
  return spec.drivers.filter((driver) => typeof driver === "object" && driver !== null);
}
