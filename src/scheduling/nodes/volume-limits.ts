// Mirrors pkg/scheduling/volumeusage.go of karpenter v1.14.1.
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import { type Bits, intersectInto, isEmpty } from "../bits.ts";
import type { MountedClaims } from "../volumes.ts";
import type { PlacementAttempt } from "./attempt.ts";
import type { InFlightNode } from "./in-flight-node.ts";

/**
 * Types to which the volumes of a node's pods and of one more can all be attached (Karpenter's
 * `filterInstanceTypesByVolumeAttachmentLimits`, v1.15); undefined when there is none. Other releases learn limits from nodes only.
 */
export function withinVolumeLimits(
  eligible: Bits,
  node: InFlightNode,
  { record: { mounted } }: PlacementAttempt,
  { hasTypeVolumeLimits }: KarpenterBehaviour,
): Bits | undefined {
  const { universe } = node.template;
  if (!hasTypeVolumeLimits || !universe.hasVolumeLimits || mounted === undefined || mounted.size === 0) return eligible;
  const bits = eligible.slice();
  for (const [driver, claims] of withMounted(node.mounted, mounted))
    intersectInto(bits, universe.attaching(driver, claims.length));
  return isEmpty(bits) ? undefined : bits;
}

/** Claims by driver, each once. */
export function withMounted(before: MountedClaims | undefined, more: MountedClaims): MountedClaims {
  if (before === undefined) return more;
  const all = new Map(before);
  for (const [driver, claims] of more) all.set(driver, [...new Set([...(all.get(driver) ?? []), ...claims])]);
  return all;
}
