import { compileNodeTerm } from "../../kube/node-selector.ts";
import type { NodeSelectorTerm, PersistentVolume, PersistentVolumeClaim } from "../../kube/objects.ts";
import { parseQuantity } from "../../kube/quantity.ts";
import type { SchedulerCluster } from "../cluster/cluster.ts";
import { classOfClaim, classOfVolume } from "../cluster/facts.ts";
import type { NodeState } from "../cluster/node-state.ts";
import { readSelector } from "../pods/selectors.ts";

/** A volume that is there, for a claim that waits. */
export interface StaticBinding {
  readonly claim: PersistentVolumeClaim;
  readonly volume: PersistentVolume;
}

/** Finds a volume for each claim, smallest claim first; claims without one are left over (`findMatchingVolumes`). */
export function findVolumes(
  cluster: SchedulerCluster,
  claims: readonly PersistentVolumeClaim[],
  node: NodeState,
): { readonly bindings: readonly StaticBinding[]; readonly unmatched: readonly PersistentVolumeClaim[] } {
  const bindings: StaticBinding[] = [];
  const unmatched: PersistentVolumeClaim[] = [];
  const taken = new Set<string>();
  for (const claim of claims.toSorted((a, b) => compare(sizeOfClaim(a), sizeOfClaim(b)))) {
    const volume = findVolume(cluster, claim, { node, taken });
    if (volume === undefined) unmatched.push(claim);
    else {
      taken.add(volume.metadata.name);
      bindings.push({ claim, volume });
    }
  }
  return { bindings, unmatched };
}

// What a claim asks for, in nano bytes; nothing when it does not say.
function sizeOfClaim(claim: PersistentVolumeClaim): bigint {
  return size(claim.spec.resources?.requests?.["storage"]);
}

/** Whether node affinity of a volume holds for a node, by labels alone. */
export function affinityHolds(terms: readonly NodeSelectorTerm[] | undefined, node: NodeState): boolean {
  return (
    terms === undefined ||
    terms.some((term) => compileNodeTerm({ matchExpressions: term.matchExpressions ?? [] }).matches(node.labels, ""))
  );
}

// volume.FindMatchingVolume: one that is bound to the claim beforehand, else the smallest that fits; of equal ones the first.
function findVolume(
  cluster: SchedulerCluster,
  claim: PersistentVolumeClaim,
  { node, taken }: { readonly node: NodeState; readonly taken: ReadonlySet<string> },
): PersistentVolume | undefined {
  const wanted = sizeOfClaim(claim);
  const selector = claim.spec.selector === undefined ? undefined : readSelector(claim.spec.selector);
  let smallest: PersistentVolume | undefined;
  for (const volume of cluster.facts.volumesOfClass(classOfClaim(claim))) {
    const { spec } = volume;
    if (taken.has(volume.metadata.name) || (spec.claimRef !== undefined && !isVolumeFor(volume, claim))) continue;
    if (size(spec.capacity?.["storage"]) < wanted) continue;
    if ((claim.spec.volumeMode ?? "Filesystem") !== (spec.volumeMode ?? "Filesystem")) continue;
    if ((claim.spec.volumeAttributesClassName ?? "") !== (spec.volumeAttributesClassName ?? "")) continue;
    if (volume.metadata.deletionTimestamp !== undefined) continue;
    const isNear = affinityHolds(spec.nodeAffinity?.required?.nodeSelectorTerms, node);
    if (isVolumeFor(volume, claim)) return isNear ? volume : undefined;
    if (volume.status?.phase !== "Available" || !isNear || classOfVolume(volume) !== classOfClaim(claim)) continue;
    if (selector !== undefined && !selector.matches(volume.metadata.labels ?? {})) continue;
    if (claim.spec.accessModes?.every((mode) => spec.accessModes?.includes(mode)) === false) continue;
    if (smallest === undefined || size(smallest.spec.capacity?.["storage"]) > size(spec.capacity?.["storage"]))
      smallest = volume;
  }
  return smallest;
}

/** Whether a volume names the claim as its own. */
export function isVolumeFor({ spec: { claimRef } }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  if (claimRef === undefined || claimRef.name !== metadata.name || claimRef.namespace !== metadata.namespace)
    return false;
  return (claimRef.uid ?? "") === "" || claimRef.uid === metadata.uid;
}

function size(text: string | number | undefined): bigint {
  const parsed = text === undefined ? undefined : parseQuantity(text);
  return parsed?.ok === true ? parsed.value : 0n;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
