import { makeFinding, type Finding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import { karpenterNames } from "../karpenter/names.ts";
import type { Json } from "../kube/objects.ts";
import type { Facts } from "./facts.ts";
import { canonical } from "../kube/json.ts";
import { unique } from "../kube/unique.ts";
import type { Bundle } from "./merge.ts";

/** How node classes find subnets and security groups. */
export interface Selectors {
  readonly subnets: "ids" | "tags";
  readonly securityGroups: "ids" | "tags";
  readonly findings: readonly Finding[];
}

/** By tag where one tag selects what every group has, else by id, unless the user decided. */
export function chooseSelectors(bundles: readonly Bundle[], facts: Facts): Selectors {
  const wish = facts.options.selectors ?? "auto";
  const findings: Finding[] = [];
  const choose = (kind: string, ids: (bundle: Bundle) => readonly string[], isPartial: boolean): "ids" | "tags" => {
    const isKnown = bundles.every((bundle) => ids(bundle).length > 0);
    const isOne = new Set(bundles.map((bundle) => canonical([...ids(bundle)]))).size <= 1;
    if (facts.input.clusterName === undefined) return "ids";
    if (wish === "ids") return isKnown || isPartial ? "ids" : "tags";
    // One tag for all would mix those that are known apart with the others.
    if (wish === "auto") return isOne || !(isKnown || isPartial) ? "tags" : "ids";
    if (!isOne) {
      const nodeGroups = bundles.flatMap((bundle) => bundle.drafts.map((draft) => draft.nodeGroup.name));
      findings.push(
        makeFinding(translationFindings, "DV2026", `cluster/${facts.input.clusterName}`, { kind, nodeGroups }),
      );
    }
    return "tags";
  };
  const subnets = choose("subnets", (bundle) => bundle.subnets, true);
  const securityGroups = choose("security groups", (bundle) => unique(bundle.drafts[0].securityGroups), false);
  return { subnets, securityGroups, findings };
}

/** The selector terms of one node class. */
export function selectorTerms(
  bundle: Bundle,
  facts: Facts,
  selectors: Selectors,
): { subnets: Json; securityGroups: Json } {
  const cluster = facts.input.clusterName ?? "CLUSTER";
  const { key, value } = karpenterNames(cluster).discoveryTag;
  const [draft] = bundle.drafts;
  const groups = unique(draft.securityGroups);
  const terms = (how: "ids" | "tags", ids: readonly string[], tags: Readonly<Record<string, string>>): Json =>
    how === "tags" || ids.length === 0 ? [{ tags: { [key]: value, ...tags } }] : ids.map((id) => ({ id }));
  return {
    subnets: terms(selectors.subnets, bundle.subnets, draft.subnetTags),
    // An eksctl file names groups besides those that eksctl makes.
    securityGroups:
      draft.nodeGroup.eksctl !== undefined && groups.length > 0
        ? [{ tags: { [key]: value } }, ...groups.map((id) => ({ id }))]
        : terms(selectors.securityGroups, groups, {}),
  };
}
