import type { Amounts } from "../amounts.ts";
import { isExtended } from "../amounts.ts";
import type { NodeState } from "../cluster/node-state.ts";
import type { Shape } from "../pods/shape.ts";
import type { Profile } from "../profile.ts";
import type { PluginRefusal } from "../refusal.ts";

/** Extended resources that a profile does not check. */
type Ignored = Pick<Profile, "ignoredResources" | "ignoredResourceGroups">;

/** Bits of what a node is short of; scalar resources follow in the order of the pod's requests. */
const tooManyPods = 1;
const isFinal = 2;
const shortOfCpu = 4;
const shortOfMemory = 8;
const shortOfStorage = 16;
const firstScalar = 32;

/**
 * Whether a node has what the pod asks for, undefined when it has (noderesources/fit.go, `fitsRequest`). Requests of 0 are none, so that
 * an overcommitted node refuses only what the pod wants. A request above the node's whole allocatable makes the refusal final.
 */
export function fitRefusal(shape: Shape, node: NodeState, ignored: Ignored): PluginRefusal | undefined {
  const { allocatable, requested } = node;
  const { wanted, wantsNothing } = shape.requests;
  let short = node.pods.length + 1 > allocatable.pods ? tooManyPods : 0;
  if (!wantsNothing) {
    const { milliCpu, memoryBytes, storageBytes } = wanted;
    if (milliCpu > 0 && milliCpu > allocatable.milliCpu - requested.milliCpu)
      short |= milliCpu > allocatable.milliCpu ? shortOfCpu | isFinal : shortOfCpu;
    if (memoryBytes > 0 && memoryBytes > allocatable.memoryBytes - requested.memoryBytes)
      short |= memoryBytes > allocatable.memoryBytes ? shortOfMemory | isFinal : shortOfMemory;
    if (storageBytes > 0 && storageBytes > allocatable.storageBytes - requested.storageBytes)
      short |= storageBytes > allocatable.storageBytes ? shortOfStorage | isFinal : shortOfStorage;
    if (wanted.scalars !== undefined) short |= shortScalars(wanted.scalars, node, ignored);
  }
  if (short === 0) return undefined;
  const known = shape.shortages.get(short);
  if (known !== undefined) return known;
  const made: PluginRefusal = {
    plugin: "NodeResourcesFit",
    reasons: reasonsOf(short, wanted),
    isFinal: (short & isFinal) !== 0,
  };
  shape.shortages.set(short, made);
  return made;
}

function shortScalars(
  wanted: ReadonlyMap<string, number>,
  { allocatable, requested }: NodeState,
  ignored: Ignored,
): number {
  let short = 0;
  let bit = firstScalar;
  for (const [name, amount] of wanted) {
    const own = bit;
    bit *= 2;
    if (amount === 0 || (isExtended(name) && isIgnored(name, ignored))) continue;
    const whole = allocatable.scalars?.get(name) ?? 0;
    if (amount > whole - (requested.scalars?.get(name) ?? 0)) short |= amount > whole ? own | isFinal : own;
  }
  return short;
}

function isIgnored(name: string, { ignoredResources, ignoredResourceGroups }: Ignored): boolean {
  return ignoredResources.has(name) || ignoredResourceGroups.has(name.split("/")[0] ?? "");
}

function reasonsOf(short: number, wanted: Amounts): readonly string[] {
  const reasons: string[] = [];
  if ((short & tooManyPods) !== 0) reasons.push("Too many pods");
  if ((short & shortOfCpu) !== 0) reasons.push("Insufficient cpu");
  if ((short & shortOfMemory) !== 0) reasons.push("Insufficient memory");
  if ((short & shortOfStorage) !== 0) reasons.push("Insufficient ephemeral-storage");
  let bit = firstScalar;
  for (const name of wanted.scalars?.keys() ?? []) {
    if ((short & bit) !== 0) reasons.push(`Insufficient ${name}`);
    bit *= 2;
  }
  return reasons;
}
