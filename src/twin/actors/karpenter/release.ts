import type { KarpenterBehaviour } from "../../../karpenter/behaviour.ts";
import { karpenterContainerOf, releaseOfImage } from "../../../karpenter/installations.ts";
import { defaultRelease, releaseOf } from "../../../karpenter/releases.ts";
import type { KarpenterHere } from "./here.ts";

/** How the Karpenter that is deployed decides; the default release's ways where its image does not say which it is. */
export function behaviourIn({ store }: Pick<KarpenterHere, "store">): KarpenterBehaviour {
  const image = store.all("deployments").flatMap((one) => karpenterContainerOf(one)?.image ?? [])[0];
  const version = image === undefined ? undefined : releaseOfImage(image);
  return ((version === undefined ? undefined : releaseOf(version)) ?? defaultRelease).behaviour;
}
