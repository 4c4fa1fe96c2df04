// Mirrors pkg/apis/v1/nodepool.go of karpenter v1.14.1.
import type { Taint } from "../kube/objects.ts";
import type { NodePool } from "./api.ts";
import { parseNillableDuration } from "../kube/go-duration.ts";
import { durationStruct, ignored, plainText, taintStruct } from "./go-values.ts";
import { type GoValue, int64, maybe, slice, struct, structuralHash, textMap } from "./structural-hash.ts";

/** Changes when upstream changes what goes into the hash; drift is judged only between equal versions. */
export const nodePoolHashVersion = "v3";

type Template = NodePool["spec"]["template"];

/**
 * The `karpenter.sh/nodepool-hash` annotation: a node whose hash differs from its pool's has drifted (karpenter v1.14.1,
 * `NodePool.Hash`). Requirements are not part of it. A list or map that is written but empty counts, one left out does not.
 */
export function nodePoolHash(pool: { readonly spec: Pick<NodePool["spec"], "template"> }): string {
  const { metadata, spec } = pool.spec.template;
  const hasMetadata = metadata?.labels !== undefined || metadata?.annotations !== undefined;
  const objectMeta = struct("ObjectMeta", [
    ["Labels", maybe(metadata?.labels, textMap)],
    ["Annotations", maybe(metadata?.annotations, textMap)],
  ]);
  const value = struct("NodeClaimTemplate", [
    ["ObjectMeta", hasMetadata ? objectMeta : undefined],
    ["Spec", templateSpec(spec)],
  ]);
  return String(structuralHash(value));
}

function templateSpec(spec: Template["spec"]): GoValue {
  return struct("NodeClaimTemplateSpec", [
    ["Taints", maybe(spec.taints, taintSet)],
    ["StartupTaints", maybe(spec.startupTaints, taintSet)],
    ["NodeClassRef", nodeClassReference(spec.nodeClassRef)],
    ["TerminationGracePeriod", maybe(spec.terminationGracePeriod, (period) => durationStruct(period, ignored))],
    ["ExpireAfter", spec.expireAfter === undefined ? undefined : nillableDuration(spec.expireAfter)],
  ]);
}

function taintSet(taints: readonly Taint[]): GoValue {
  return slice(taints.map((taint) => taintStruct(taint, ignored)));
}

function nodeClassReference({ kind, name, group }: Template["spec"]["nodeClassRef"]): GoValue {
  return struct("NodeClassReference", [
    ["Kind", plainText(kind, ignored)],
    ["Name", plainText(name, ignored)],
    ["Group", plainText(group, ignored)],
  ]);
}

// "Never" leaves no field at all.
function nillableDuration(written: string): GoValue | undefined {
  const nanos = parseNillableDuration(written);
  return nanos === undefined || nanos === null ? undefined : struct("NillableDuration", [["Duration", int64(nanos)]]);
}
