// Mirrors framework/plugins/volumebinding/binder.go of kube-scheduler 1.35.
import type { CsiStorageCapacity, PersistentVolumeClaim, StorageClass } from "../../kube/objects.ts";
import { ceilToUnit, parseQuantity } from "../../kube/quantity.ts";
import { nameOf } from "../../kube/pod.ts";
import type { SchedulerCluster } from "../cluster/cluster.ts";
import { classOfClaim } from "../cluster/facts.ts";
import type { NodeState } from "../cluster/node-state.ts";
import { readSelector } from "../pods/selectors.ts";
import type { SchedulingError } from "../refusal.ts";

/** Whether volumes for all the claims could be made for a node (`checkVolumeProvisions`). */
export function provisions(
  cluster: SchedulerCluster,
  claims: readonly PersistentVolumeClaim[],
  node: NodeState,
): "yes" | "no-provisioner" | "no-space" | SchedulingError {
  for (const claim of claims) {
    const className = classOfClaim(claim);
    if (className === "") return { plugin: "VolumeBinding", message: `no class for claim "${nameOf(claim)}"` };
    const storageClass = cluster.facts.get("storageclasses", className);
    if (storageClass === undefined)
      return { plugin: "VolumeBinding", message: `failed to find storage class "${className}"` };
    const { provisioner } = storageClass;
    if (provisioner === "" || provisioner === "kubernetes.io/no-provisioner") return "no-provisioner";
    if (!isAllowed(storageClass, node)) return "no-provisioner";
    if (!hasSpace(cluster, claim, storageClass, node)) return "no-space";
  }
  return "yes";
}

function isAllowed({ allowedTopologies = [] }: StorageClass, { labels }: NodeState): boolean {
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) => {
    if (matchLabelExpressions.length === 0) return false;
    return matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? "\u0000"));
  });
}

// Only drivers that keep account of their capacity are asked (`hasEnoughCapacity`).
function hasSpace(
  cluster: SchedulerCluster,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  node: NodeState,
): boolean {
  const wanted = bytes(claim.spec.resources?.requests?.["storage"]);
  if (wanted === undefined) return true;
  if (cluster.facts.get("csidrivers", storageClass.provisioner)?.spec?.storageCapacity !== true) return true;
  for (const one of cluster.facts.all("csistoragecapacities")) {
    if (one.storageClassName !== storageClass.metadata.name || one.nodeTopology === undefined) continue;
    const limit = volumeLimitBytes(one);
    if (limit !== undefined && limit >= wanted && readSelector(one.nodeTopology).matches(node.labels)) return true;
  }
  return false;
}

/** The largest volume that fits, in bytes; undefined when it is not told. */
export function volumeLimitBytes({ maximumVolumeSize, capacity }: CsiStorageCapacity): bigint | undefined {
  return bytes(maximumVolumeSize ?? capacity);
}

// Whole bytes; undefined for an amount that is absent or cannot be read.
function bytes(text: string | number | undefined): bigint | undefined {
  const parsed = text === undefined ? undefined : parseQuantity(text);
  return parsed?.ok === true ? ceilToUnit(parsed.value) : undefined;
}
