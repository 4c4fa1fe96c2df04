// Mirrors pkg/providers/amifamily/resolver.go of karpenter-provider-aws v1.14.1.
import { ceilToUnit } from "../../kube/quantity.ts";
import { imageFor } from "./drift.ts";
import type { LaunchType } from "./launch-type.ts";
import type { ImageStatus } from "./node-class.ts";

/** Instance types that share a launch template. */
export interface TemplateGroup {
  readonly imageId: string;
  readonly types: readonly LaunchType[];
  readonly pods: number;
  /** Only where the claim asks for EFAs. */
  readonly efaCount: number;
  /** One template is made for each; a single empty one outside reserved launches. */
  readonly reservationIds: readonly string[];
  readonly reservationType: string;
  readonly isInterruptible: boolean;
}

/**
 * Groups types by the image they boot and by what their launch template differs in, images in status order, then by first appearance
 * (the real program walks maps here). Types without an image are left out.
 */
export function templateGroups(
  types: readonly LaunchType[],
  images: readonly ImageStatus[],
  launch: { readonly capacityType: string; readonly asksForEfa: boolean },
): TemplateGroup[] {
  const groups = new Map<string, TemplateGroup & { types: LaunchType[] }>();
  for (const type of types) {
    const image = imageFor(type.requirements, images);
    if (image === undefined) continue;
    const group = groupOf(type, image.id, launch);
    const { types: _none, ...key } = group;
    const known = groups.get(JSON.stringify(key));
    if (known === undefined) groups.set(JSON.stringify(key), { ...group, types: [type] });
    else known.types.push(type);
  }
  const rank = new Map(images.map((image, i) => [image.id, i]));
  return Array.from(groups.values()).toSorted((a, b) => (rank.get(a.imageId) ?? 0) - (rank.get(b.imageId) ?? 0));
}

function groupOf(
  type: LaunchType,
  imageId: string,
  launch: { readonly capacityType: string; readonly asksForEfa: boolean },
): TemplateGroup {
  const reserved =
    launch.capacityType === "reserved" ? type.offerings.filter((one) => one.capacityType === "reserved") : [];
  const amount = (name: string): number => Number(ceilToUnit(type.capacity.get(name) ?? 0n));
  return {
    imageId,
    types: [],
    pods: amount("pods"),
    efaCount: launch.asksForEfa ? amount("vpc.amazonaws.com/efa") : 0,
    reservationIds: reserved.length === 0 ? [""] : reserved.map((one) => one.reservationId),
    reservationType: reserved[0]?.reservationType ?? "",
    isInterruptible: reserved[0]?.isInterruptible ?? false,
  };
}
