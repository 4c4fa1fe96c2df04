import { driftBetween } from "../../karpenter/upgrade-drift.ts";
import { plainOf, textAt } from "../../kube/json.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { MoveFacts } from "./facts.ts";
import { passes } from "./facts.ts";
import type { MoveDrift } from "./types.ts";

const provisionerLabel = "karpenter.sh/provisioner-name";

/** What becomes of the nodes that run when the move is made. */
export function driftOfMove(move: MoveFacts): MoveDrift {
  const { facts, from, to } = move;
  const hashes = {
    nodePoolHash: { from: from.hashes.nodePool, to: to.hashes.nodePool },
    nodeClassHash: { from: from.hashes.nodeClass, to: to.hashes.nodeClass },
  };
  if (!from.apis.includes("v1beta1") && !from.apis.includes("v1")) {
    return passes(move, "0.32")
      ? { ...hashes, ...ofProvisioners(facts.objects.nodes) }
      : { ...hashes, ...ofAlpha(move) };
  }
  const isFirst = facts.from.version === from.version;
  const found = driftBetween(from.hashes, to.hashes, facts.objects.nodeclaims);
  const isRewriting =
    hashes.nodePoolHash.from !== hashes.nodePoolHash.to || hashes.nodeClassHash.from !== hashes.nodeClassHash.to;
  // The move to the last 1.0 is the one that applies objects of v1.
  const apart = to.minor === "1.0" ? poolsThatPart(facts.objects.nodepools, facts.v1) : [];
  const moved = claimsOf(facts.objects.nodeclaims, apart);
  const names = facts.objects.nodeclaims?.map(({ metadata }) => metadata.name).filter((name) => !moved.includes(name));
  const kept = names?.filter((name) => !found.drifted.includes(name));
  const isUnknown = found.nodeClaims === undefined || (!isFirst && facts.from.apis[0] === "v1alpha5");
  const rewritten = isFirst ? found.rewritten.filter((name) => !moved.includes(name)) : kept;
  return {
    ...hashes,
    rewritten: isUnknown ? undefined : isRewriting || isFirst ? rewritten : [],
    replaced: isUnknown ? undefined : Array.from(new Set([...found.drifted, ...moved])).toSorted(),
    why: [
      isRewriting
        ? "hashes of another version are not compared: the new controller writes its own over them, and only what had drifted before goes"
        : "the hashes are of the same version: only what drifts anyway goes",
      ...(apart.length === 0
        ? []
        : [
            `${apart.join(", ")} get an EC2NodeClass of their own for their kubelet settings, so their nodes are replaced`,
          ]),
    ].join("; "),
  };
}

function ofProvisioners(nodes: readonly KubeObject[] | undefined): Pick<MoveDrift, "rewritten" | "replaced" | "why"> {
  const replaced = nodes?.filter(({ metadata }) => metadata.labels?.[provisionerLabel] !== undefined);
  return {
    rewritten: [],
    replaced: replaced?.map(({ metadata }) => metadata.name).toSorted(),
    why: "nodes belong to the Provisioner that made them: each is rolled over to a NodePool by hand, none by the upgrade itself",
  };
}

function ofAlpha(move: MoveFacts): Pick<MoveDrift, "rewritten" | "replaced" | "why"> {
  return {
    rewritten: [],
    replaced: [],
    why: passes(move, "0.30")
      ? "nodes that run carry no hash, and what carries none is not compared; drift is off unless it was switched on"
      : "this release knows no drift by fields",
  };
}

/** Pools that refer to another EC2NodeClass once their kubelet settings lie there. */
function poolsThatPart(pools: readonly KubeObject[] | undefined, v1: readonly KubeObject[]): readonly string[] {
  const classOf = (pool: KubeObject | undefined): string | undefined =>
    pool === undefined ? undefined : textAt(plainOf(pool), "spec", "template", "spec", "nodeClassRef", "name");
  return (pools ?? []).flatMap((pool) => {
    const next = v1.find(({ kind, metadata }) => kind === "NodePool" && metadata.name === pool.metadata.name);
    return next !== undefined && classOf(next) !== classOf(pool) ? [`NodePool/${pool.metadata.name}`] : [];
  });
}

function claimsOf(claims: readonly KubeObject[] | undefined, pools: readonly string[]): readonly string[] {
  return (claims ?? [])
    .filter(({ metadata }) => pools.includes(`NodePool/${metadata.labels?.["karpenter.sh/nodepool"] ?? ""}`))
    .map(({ metadata }) => metadata.name);
}
