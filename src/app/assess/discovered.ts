import type { FoundFacts } from "../../assessment/facts.ts";
import type { Catalogue } from "../../karpenter/aws/type-info.ts";
import type { NodePool } from "../../karpenter/api.ts";
import { isNodePool } from "../../forecast/pools.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { Discovery } from "../read/discover.ts";
import { translatedPools } from "../translate/translate.ts";
import { instanceTypeFacts } from "../translate/types.ts";
import { typeFactsOf } from "./types.ts";

/** What is found in a snapshot beside its objects: groups and autoscalers, the region's types, and the NodePools that pods will meet. */
export function discoveredWith(snapshot: Snapshot, discovery: Discovery, catalogue: Catalogue): FoundFacts {
  return {
    ...discovery,
    instanceTypes: typeFactsOf(catalogue, snapshot.account?.region),
    nodePools: poolsIn(snapshot, discovery, catalogue),
  };
}

/** Those that the node groups translate to, and those of the cluster. */
function poolsIn(snapshot: Snapshot, discovery: Discovery, catalogue: Catalogue): readonly NodePool[] {
  const own = (snapshot.objects.nodepools ?? []).filter(isNodePool);
  const names = new Set(own.map((pool) => pool.metadata.name));
  const translated = translatedPools(snapshot, discovery, { instanceTypes: instanceTypeFacts(catalogue) });
  // An installed translation stands in the cluster already.
  return [...own, ...translated.filter((pool) => !names.has(pool.metadata.name))];
}
