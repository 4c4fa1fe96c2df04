import { karpentersOf } from "../../karpenter/installations.ts";
import type { Reading } from "../../ports/world.ts";
import type { Look } from "../run/wait.ts";

/** Whether a Karpenter controller is ready in this cluster. */
export async function karpenterLook(world: Reading): Promise<Look<undefined>> {
  const found = karpentersOf({ deployments: await world.cluster.list("deployments") });
  const isReady = found.some(({ readyReplicas }) => readyReplicas > 0);
  if (isReady) return { isDone: true, value: undefined };
  const [first] = found;
  const detail =
    first === undefined ? "no Karpenter in this cluster" : `${first.namespace}/${first.name} has no ready replica`;
  return { isDone: false, detail };
}
