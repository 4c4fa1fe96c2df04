import type { Taint } from "../kube/objects.ts";
import type { NodePool } from "./api.ts";
import { parseGoDuration, parseNillableDuration } from "./duration.ts";
import { field, hashMap, hashSet, hashStruct, hashText, hashInteger, type Hash } from "./structural-hash.ts";

/** Changes when upstream changes what goes into the hash. */
export const nodePoolHashVersion = "v3";

/** The `karpenter.sh/nodepool-hash` annotation: a node whose hash differs from its pool's has drifted (`NodePool.Hash`). */
export function nodePoolHash(pool: NodePool): string {
  const { metadata, spec } = pool.spec.template;
  const labels = Object.entries(metadata?.labels ?? {});
  const annotations = Object.entries(metadata?.annotations ?? {});
  const objectMeta = hashStruct("ObjectMeta", [
    labels.length > 0 && field("Labels", hashMap(labels)),
    annotations.length > 0 && field("Annotations", hashMap(annotations)),
  ]);
  return String(
    hashStruct("NodeClaimTemplate", [
      (labels.length > 0 || annotations.length > 0) && field("ObjectMeta", objectMeta),
      field("Spec", hashSpec(spec)),
    ]),
  );
}

function hashSpec(spec: NodePool["spec"]["template"]["spec"]): Hash {
  const { taints = [], startupTaints = [], nodeClassRef, terminationGracePeriod, expireAfter } = spec;
  const { kind, name, group } = nodeClassRef;
  const reference = hashStruct("NodeClassReference", [
    kind !== "" && field("Kind", hashText(kind)),
    name !== "" && field("Name", hashText(name)),
    group !== "" && field("Group", hashText(group)),
  ]);
  const grace = terminationGracePeriod === undefined ? undefined : parseGoDuration(terminationGracePeriod);
  const expiry = expireAfter === undefined ? undefined : parseNillableDuration(expireAfter);
  return hashStruct("NodeClaimTemplateSpec", [
    taints.length > 0 && field("Taints", hashSet(taints.map(hashTaint))),
    startupTaints.length > 0 && field("StartupTaints", hashSet(startupTaints.map(hashTaint))),
    field("NodeClassRef", reference),
    grace !== undefined &&
      field("TerminationGracePeriod", hashStruct("Duration", [grace !== 0n && field("Duration", hashInteger(grace))])),
    expiry !== undefined &&
      expiry !== null &&
      field("ExpireAfter", hashStruct("NillableDuration", [field("Duration", hashInteger(expiry))])),
  ]);
}

function hashTaint({ key, value = "", effect }: Taint): Hash {
  return hashStruct("Taint", [
    key !== "" && field("Key", hashText(key)),
    value !== "" && field("Value", hashText(value)),
    effect !== "" && field("Effect", hashText(effect)),
  ]);
}
