import type { Sides } from "./sides.ts";
import type { Cause } from "./types.ts";

/** What explains less than this share of the added capacity is not named as its cause. */
const causeShare = 0.1;

/** Whether what DaemonSets ask for on the added nodes is a share of the added capacity worth a word. */
export function isCause(
  extra: { readonly extraCpu: number; readonly extraMemory: number },
  { today, karpenter }: Pick<Sides, "today" | "karpenter">,
): boolean {
  const cpu = (karpenter.totals.allocatable?.cpuMilli ?? 0) - (today.totals.allocatable?.cpuMilli ?? 0);
  const memory = (karpenter.totals.allocatable?.memoryBytes ?? 0) - (today.totals.allocatable?.memoryBytes ?? 0);
  // Where nothing was added, every share is one.
  return extra.extraCpu >= Math.max(0, cpu) * causeShare || extra.extraMemory >= Math.max(0, memory) * causeShare;
}

/** Pods that would run on another architecture: a saving that rests on it is no saving. */
export function archCauses({ archMoves }: Sides): readonly Cause[] {
  return archMoves.map(({ from, to, pods }) => ({
    code: "architecture",
    sentence:
      `${pods === 1 ? "1 pod that names" : `${pods} pods that name`} no architecture would move from ${from} to ${to}: ` +
      `where the images are made for ${from} only, the figures do not hold (\`dovetail assess\` names them: DV1052)`,
  }));
}

/** Devices that are shared out today: nodes that are planned for them are a peak, not a bill for the month. */
export function deviceCauses({ sharedDevices }: Sides): readonly Cause[] {
  return sharedDevices.map(({ resource, type, reported, has }) => ({
    code: "shared-devices",
    sentence:
      `nodes of ${type} report ${reported} ${resource}, the type has ${has} (devices are shared): Karpenter counts ${has} until a ` +
      `node is up, so these nodes are a peak; once they report ${reported}, consolidation may remove what is left over`,
  }));
}
