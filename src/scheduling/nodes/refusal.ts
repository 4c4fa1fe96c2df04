import type { Taint } from "../../kube/objects.ts";
import type { Conflict } from "../../karpenter/requirements.ts";
import type { ColumnAmounts } from "../amounts.ts";
import type { Bits } from "../bits.ts";
import type { RequirementSet } from "../types/requirement-table.ts";
import type { Template } from "./template.ts";
import type { TopologyRefusal } from "../topology/topology.ts";

/** Why no new node of one pool takes a pod. Kept as data; texts are made when somebody reads them. */
export type Refusal =
  | { readonly kind: "limits.nodes"; readonly pool: string }
  | { readonly kind: "limits"; readonly pool: string }
  | { readonly kind: "taints"; readonly taints: readonly Taint[] }
  | { readonly kind: "requirements"; readonly conflict: Conflict }
  | { readonly kind: "volume"; readonly conflict: Conflict }
  | { readonly kind: "topology"; readonly refusal: TopologyRefusal; readonly before: RequirementSet }
  | FilterRefusal
  /** Until the next pass: `promised` to other nodes of this one, `lost` by what the pod adds, or `full` and nothing else is offered. */
  | { readonly kind: "reserved"; readonly why: "promised" | "lost" | "full" }
  /** Only a reservation without machines is offered; other pools are tried. */
  | { readonly kind: "full-reservation" }
  /** A port of the pod is in use. */
  | { readonly kind: "ports" }
  /** No type takes so many volumes. */
  | { readonly kind: "volume-limits" };

/** No instance type is left. */
export interface FilterRefusal {
  readonly kind: "filter";
  readonly facts: FilterFacts;
  readonly template: Template;
  readonly set: RequirementSet;
  /** Types that would do but for minValues. */
  readonly kept: Bits;
  readonly podRequests: ColumnAmounts;
  /** Daemons of the groups that were looked at. */
  readonly overheads: readonly ColumnAmounts[];
}

/** What some type met, and what some type met together. */
export interface FilterFacts {
  readonly requirements: boolean;
  readonly fits: boolean;
  readonly offering: boolean;
  readonly requirementsAndFits: boolean;
  readonly requirementsAndOffering: boolean;
  readonly fitsAndOffering: boolean;
  readonly minValues: readonly string[] | undefined;
}

/** Why a pod was placed nowhere at all. */
export type PodFailure =
  | { readonly kind: "no-template" }
  | { readonly kind: "dra" }
  /** Its volumes could not be read. */
  | { readonly kind: "volumes" }
  | { readonly kind: "new-nodes"; readonly refusals: readonly Refusal[] }
  | { readonly kind: "truncated"; readonly pool: string; readonly keys: readonly string[] }
  | { readonly kind: "uninitialized"; readonly node: string | undefined; readonly claim: string | undefined };

/** Some pool still has reserved capacity that is only taken for now: nothing is relaxed then. */
export function isReserved(failure: PodFailure): boolean {
  return failure.kind === "new-nodes" && failure.refusals.some(({ kind }) => kind === "reserved");
}

/** The oracle's short word for one refusal. */
export function refusalClass(refusal: Refusal): string {
  switch (refusal.kind) {
    case "topology":
      return refusal.refusal.kind === "unsatisfiable" ? "topology" : "topology.requirements";
    case "filter":
      return `filter.${filterClass(refusal.facts)}`;
    case "full-reservation":
    case "ports":
    case "volume-limits":
      return "other";
    default:
      return refusal.kind;
  }
}

/** The order of these tests is Karpenter's; some cannot be reached, as a type only ever fits together with an offering. */
export function filterClass(facts: FilterFacts): string {
  const { requirements, fits, offering, minValues } = facts;
  if (minValues !== undefined) return "minValues";
  const missing = [requirements ? "" : "requirements", fits ? "" : "resources", offering ? "" : "offering"].filter(
    (word) => word !== "",
  );
  if (missing.length > 0) return missing.join("|");
  if (facts.requirementsAndFits) return "requirements&resources";
  if (facts.fitsAndOffering) return "resources&offering";
  return facts.requirementsAndOffering ? "requirements&offering" : "tuple";
}

/** The oracle's short words for a failure, sorted. */
export function failureClasses(failure: PodFailure): readonly string[] {
  switch (failure.kind) {
    case "no-template":
      return ["nopool"];
    case "truncated":
      return ["minValues.truncated"];
    case "volumes":
      return ["other"];
    case "dra":
    case "uninitialized":
      return [failure.kind];
    case "new-nodes":
      // A reservation that is taken decides for the whole error.
      return [...new Set(failure.refusals.flatMap(refusalClasses))].sort();
  }
}

function refusalClasses(refusal: Refusal): readonly string[] {
  return [refusalClass(refusal)];
}
