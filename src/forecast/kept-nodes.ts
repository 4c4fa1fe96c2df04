import { nameOf } from "../kube/pod.ts";
import { amountsOfPod, sumAmounts } from "./amounts.ts";
import type { SimulateInput } from "./options.ts";
import type { ForecastPass } from "./pass.ts";
import { nodesToday } from "./today.ts";
import type { FleetNode } from "./types.ts";

/** The nodes that stay as they are, with the pods that they would take. */
export function keptNodes(input: SimulateInput, { question, result, pods }: ForecastPass): readonly FleetNode[] {
  const { kept } = question;
  const added = new Map(Array.from(result.existing, ([name, keys]) => [kept.nameOf.get(name) ?? name, keys]));
  const placed = new Set(question.pods.map(nameOf));
  return nodesToday(input, kept.nodes, (pod) => !placed.has(nameOf(pod))).map((node) => {
    const keys = added.get(node.name) ?? [];
    const more = keys.flatMap((key) => pods.get(key) ?? []).map(amountsOfPod);
    return { ...node, pods: [...node.pods, ...keys], requested: sumAmounts([node.requested, ...more]) };
  });
}
