import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import type { InstanceType } from "../../karpenter/instance-type.ts";
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

/**
 * Limits by driver of a node: what its CSINode publishes (`populateVolumeLimits`, `state/cluster.go`), and for drivers that are not there
 * yet what its type is known for (`AddFallbackLimit`, v1.15). An entry without `allocatable` sets none; one without a count took no new
 * volume before v1.15 and any number from then on.
 */
export function volumeLimits(
  csiNode: KubeObject | undefined,
  ofType: InstanceType["volumeLimits"],
  { driverWithoutCount, hasTypeVolumeLimits }: Pick<KarpenterBehaviour, "driverWithoutCount" | "hasTypeVolumeLimits">,
): ReadonlyMap<string, number> {
  const limits = new Map<string, number>(hasTypeVolumeLimits ? Object.entries(ofType ?? {}) : []);
  for (const { name, allocatable } of driversOf(csiNode)) {
    if (typeof name !== "string") continue;
    const isThere = typeof allocatable === "object" && allocatable !== null && !Array.isArray(allocatable);
    const count = isThere && "count" in allocatable ? allocatable.count : undefined;
    if (typeof count === "number") limits.set(name, count);
    else if (isThere && driverWithoutCount === "none") limits.set(name, 0);
    else limits.delete(name);
  }
  return limits;
}

function driversOf(csiNode: KubeObject | undefined): readonly JsonObject[] {
  if (csiNode === undefined || !("spec" in csiNode)) return [];
  const { spec } = csiNode;
  if (typeof spec !== "object" || spec === null || !("drivers" in spec) || !Array.isArray(spec.drivers)) return [];
  return spec.drivers.filter((driver) => typeof driver === "object" && driver !== null);
}
