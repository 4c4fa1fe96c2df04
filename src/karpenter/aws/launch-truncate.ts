// Mirrors pkg/providers/instance/instance.go of karpenter-provider-aws v1.14.1.
import { hasMinValues, type Requirements } from "../requirements.ts";
import { requirementOf } from "../requirements.ts";
import { type LaunchType, launchTypesByPrice } from "./launch-type.ts";

/** More types than this do not go into one CreateFleet request. */
const maxTypes = 60;

/** The list of a request, or the labels whose minValues the cut would break. */
export type Truncated =
  | { readonly ok: true; readonly types: readonly LaunchType[] }
  | { readonly ok: false; readonly labels: readonly string[] };

/** Orders by price and cuts; with minValues and the strict policy the cut must still satisfy them. */
export function truncate(
  types: readonly LaunchType[],
  demand: Requirements,
  policy: "Strict" | "BestEffort",
): Truncated {
  const cut = launchTypesByPrice(types, demand).slice(0, maxTypes);
  if (!hasMinValues(demand) || policy === "BestEffort") return { ok: true, types: cut };
  const labels = unmet(cut, demand);
  return labels.length === 0 ? { ok: true, types: cut } : { ok: false, labels };
}

function unmet(types: readonly LaunchType[], demand: Requirements): string[] {
  if (types.length === 0) return [];
  return Array.from(demand.values())
    .filter((requirement) => {
      if (requirement.minValues === undefined) return false;
      const seen = new Set(
        types.flatMap((type) => Array.from(requirementOf(type.requirements, requirement.key).values)),
      );
      return seen.size < requirement.minValues;
    })
    .map((requirement) => requirement.key);
}
