import type { Finding } from "../findings/finding.ts";
import type { JsonObject, KubeObject } from "../kube/objects.ts";
import { asManifest } from "./assemble.ts";
import type { Target } from "./input.ts";
import type { TranslatedGroup } from "./types.ts";

/** Groups and manifests in the API version that was asked for. */
export interface Retargeted {
  readonly groups: readonly TranslatedGroup[];
  readonly manifests: readonly (KubeObject & JsonObject)[];
  readonly findings: readonly Finding[];
}

/**
 * Brings a translation into the API of the wanted Karpenter version. The groups' own objects stay v1, which the
 * engine reads.
 */
export function retarget(groups: readonly TranslatedGroup[], target: Target): Retargeted {
  if (target !== "v1") throw new Error(`target ${target} is not built in yet`);
  const classes = new Map(groups.map((group) => [group.nodeClass.metadata.name, group.nodeClass]));
  const manifests = [...[...classes.values()].map(asManifest), ...groups.map((group) => asManifest(group.nodePool))];
  return { groups, manifests, findings: [] };
}
