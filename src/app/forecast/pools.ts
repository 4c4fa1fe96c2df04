import { type Pools, poolsOfCluster, poolsOfTranslation } from "../../forecast/pools.ts";
import type { Release } from "../../karpenter/releases.ts";
import type { Catalogue } from "../../karpenter/aws/type-info.ts";
import type { FileReader } from "../../ports/files.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { translateSnapshot } from "../translate/translate.ts";
import { instanceTypeFacts } from "../translate/types.ts";
import { poolsOfFiles } from "./pool-files.ts";

/**
 * The NodePools to ask about: what the node groups translate to, `cluster` for those in the cluster, or a path of manifests. Throws usage
 * faults where there are none (`usage.no-nodepools`, `usage.nodepools-missing`).
 */
export async function poolsFrom(
  where: string | undefined,
  from: {
    readonly snapshot: Snapshot;
    readonly release: Release;
    readonly catalogue: Catalogue;
    readonly files: FileReader;
  },
): Promise<Pools> {
  if (where === "cluster") return poolsOfCluster(from.snapshot);
  if (where !== undefined) return poolsOfFiles(from.files, where);
  const { snapshot, release } = from;
  return poolsOfTranslation(translateSnapshot(snapshot, { release, instanceTypes: instanceTypeFacts(from.catalogue) }));
}
