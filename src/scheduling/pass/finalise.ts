import { goSort } from "../../kube/go-sort.ts";
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import { annotationKeys, type LabelFamily, labelKeys } from "../../karpenter/labels.ts";
import { type Buyable, buyableIn, type Buying } from "../../karpenter/prices.ts";
import { anyValue, lengthOf, operatorOf, type Requirement, requirementIn } from "../../karpenter/requirement.ts";
import { addRequirement, requirementConflict, type Requirements, serialise } from "../../karpenter/requirements.ts";
import type { Labels } from "../../kube/objects.ts";
import { type ColumnAmounts, type AmountTable, minOf } from "../amounts.ts";
import { bitsKey, haveCommon } from "../bits.ts";
import type { InFlightNode } from "../nodes/in-flight-node.ts";
import { shortfallsOf } from "../types/min-values.ts";
import type { RequirementTable, RequirementSet } from "../types/requirement-table.ts";
import type { Template } from "../nodes/template.ts";
import type { OfferingPlace, TypeFacts } from "../types/type-facts.ts";
import type { PlannedNodeClaim } from "../types.ts";

/** What finalisation needs of the pass. */
export interface FinaliseTools {
  readonly table: AmountTable;
  readonly sets: RequirementTable;
  readonly behaviour: KarpenterBehaviour;
  /** A cut list that breaks minValues is accepted. */
  readonly relaxesMinValues: boolean;
  readonly hashOf: (node: InFlightNode) => Labels;
}

/** Keys whose minValues the list, cut to what can be sent, no longer reaches. */
export interface TruncatedOptions {
  readonly truncated: readonly string[];
}

/** What a packed node may be launched as. Equal remains are one object. */
export interface LaunchOptions {
  /** The node's requirements, its reservations included, instance types aside. */
  readonly set: RequirementSet;
  /** In price order, cut to what can be sent. */
  readonly types: readonly TypeFacts[];
  /** Price of the first of them with these requirements; unknown for options that were narrowed since. */
  readonly lowestPrice?: number;
}

type Launched = Pick<
  PlannedNodeClaim,
  "instanceTypes" | "requirements" | "labels" | "drawnLabels" | "minPriceUsdPerHour"
>;

/** Turns packed nodes into the NodeClaims Karpenter would create. Nodes with equal remains share everything but their pods and requests. */
export class Finaliser {
  readonly #tools: FinaliseTools;
  readonly #options = new Map<string, LaunchOptions | TruncatedOptions>();
  readonly #launched = new Map<LaunchOptions, Launched>();
  readonly #daemons = new Map<LaunchOptions, ColumnAmounts>();
  /** All claims of a pool share them: packing is over. */
  readonly #annotations = new Map<Template, Labels>();

  constructor(tools: FinaliseTools) {
    this.#tools = tools;
  }

  /** What one node may be launched as. */
  options(node: InFlightNode): LaunchOptions | TruncatedOptions {
    const set = withReserved(node, this.#tools.sets);
    const key = `${node.template.index} ${set.id} ${bitsKey(node.bits)}`;
    let options = this.#options.get(key);
    if (options === undefined) {
      options = this.#ordered(node, set);
      this.#options.set(key, options);
      if ("set" in options) this.#daemons.set(options, daemonRequests(node));
    }
    return options;
  }

  /** The NodeClaim for one node: with what it may be launched as, or less of that. */
  claim(node: InFlightNode, options: LaunchOptions): PlannedNodeClaim {
    let launched = this.#launched.get(options);
    if (launched === undefined) {
      launched = this.#launch(node, options);
      this.#launched.set(options, launched);
    }
    return {
      nodePool: node.template.name,
      pods: node.pods.map(({ key }) => key),
      ...launched,
      requests: this.#requests(node, this.#daemons.get(options) ?? daemonRequests(node)),
      annotations: this.#annotationsOf(node),
    };
  }

  #annotationsOf(node: InFlightNode): Labels {
    const { template } = node;
    let annotations = this.#annotations.get(template);
    if (annotations === undefined) {
      annotations = {
        ...template.pool.spec.template.metadata?.annotations,
        ...this.#tools.hashOf(node),
        [annotationKeys.minValuesRelaxed]: String(template.minValuesRelaxed ?? false),
      };
      this.#annotations.set(template, annotations);
    }
    return annotations;
  }

  #ordered(node: InFlightNode, set: RequirementSet): LaunchOptions | TruncatedOptions {
    const { universe } = node.template;
    const prices = universe.prices(set);
    const order = universe.typesIn(node.bits);
    // Cheapest first, in the order Go's unstable sort gives equal prices.
    goSort(order, (a, b) => (prices[a] ?? 0) < (prices[b] ?? 0));
    const types = universe.typesAt(order.slice(0, this.#tools.behaviour.maxInstanceTypes));
    if (set.hasMinValues && !this.#tools.relaxesMinValues) {
      const missing = shortfallsOf(types, set, this.#tools.behaviour.minValuesCount);
      if (missing !== undefined) return { truncated: [...missing.keys()] };
    }
    const lowestPrice = prices[order[0] ?? -1] ?? Number.POSITIVE_INFINITY;
    return { set, types, ...(lowestPrice === Number.POSITIVE_INFINITY ? {} : { lowestPrice }) };
  }

  #launch(node: InFlightNode, { set, types, lowestPrice }: LaunchOptions): Launched {
    const { family } = this.#tools.sets;
    const names = types.map(({ name }) => name);
    const requirements = withTypes({ set, types, names }, { family, buyable: buyableIn(this.#tools.behaviour) });
    const resolved = resolvedLabels(requirements, set.all, family);
    return {
      instanceTypes: names,
      requirements: serialise(requirements),
      labels: { ...node.template.labels, ...resolved.labels },
      drawnLabels: resolved.drawn,
      minPriceUsdPerHour: lowestPrice ?? node.template.universe.lowestPrice(set, types),
    };
  }

  /** Pods and daemons together, as plain decimals. */
  #requests(node: InFlightNode, daemons: ColumnAmounts): Record<string, string> {
    const { table } = this.#tools;
    const requests: Record<string, string> = {};
    for (let column = 0; column < node.requests.length; column++) {
      const amount = node.requests[column];
      if (node.mentioned[column] === 1 && amount !== undefined)
        requests[table.names[column] ?? ""] = table.text(column, amount);
    }
    daemons.columns.forEach((column, at) => {
      const more = daemons.values[at];
      if (more !== undefined)
        requests[table.names[column] ?? ""] = table.text(column, (node.requests[column] ?? table.zero) + more);
    });
    return requests;
  }
}

/** A node that holds reservations is bound to them. */
function withReserved(node: InFlightNode, sets: RequirementTable): RequirementSet {
  if (node.reserved.length === 0) return node.place.set;
  const all = new Map(node.place.set.all);
  all.set(labelKeys.capacityType, requirementIn(labelKeys.capacityType, ["reserved"]));
  const ids = node.reserved.map(({ reservationId }) => reservationId);
  addRequirement(all, requirementIn(sets.family.reservationId, ids));
  return sets.intern(all);
}

/** Types and capacity types become explicit. Types that are to be had in the same places are looked at once. */
function withTypes(
  { set, types, names }: LaunchOptions & { readonly names: readonly string[] },
  { family, buyable }: Buying,
): Map<string, Requirement> {
  const all = new Map(set.all);
  const minValues = all.get(labelKeys.instanceType)?.minValues;
  addRequirement(all, requirementIn(labelKeys.instanceType, names, minValues));
  const capacityTypes = new Set<string>();
  for (const places of listsOf(types, buyable)) {
    for (const { requirements, capacityType } of places) {
      if (capacityTypes.has(capacityType)) continue;
      if (requirementConflict(all, requirements, family.wellKnown) === undefined) capacityTypes.add(capacityType);
    }
  }
  if (capacityTypes.size > 0) addRequirement(all, requirementIn(labelKeys.capacityType, capacityTypes));
  for (const key of [labelKeys.registered, labelKeys.initialized]) all.delete(key);
  return all;
}

function listsOf(types: readonly TypeFacts[], buyable: Buyable): Set<readonly OfferingPlace[]> {
  const lists = new Set<readonly OfferingPlace[]>();
  let last: readonly OfferingPlace[] | undefined;
  for (const type of types) {
    const places = buyable === "launchable" ? type.launchablePlaces : type.places;
    if (places !== last) lists.add(places);
    last = places;
  }
  return lists;
}

/** Custom keys become labels. Where several values are possible the real program draws one; those keys are named. */
function resolvedLabels(
  requirements: Requirements,
  before: Requirements,
  family: LabelFamily,
): { labels: Labels; drawn: readonly string[] } {
  const labels: Record<string, string> = {};
  const drawn: string[] = [];
  for (const [key, requirement] of requirements) {
    if (family.wellKnown.has(key) || key === labelKeys.hostname) continue;
    const value = anyValue(requirement);
    if (value === "") continue;
    labels[key] = value;
    const original = before.get(key) ?? requirement;
    const operator = operatorOf(original);
    if (operator === "Exists" || operator === "NotIn" || lengthOf(original) > 1n) drawn.push(key);
  }
  return { labels, drawn };
}

/**
 * Daemons of the groups that still have a type: by resource the least of them, over the resources that all have. A group without daemons
 * does not lower what follows it, since an empty sum starts anew: so it is upstream.
 */
function daemonRequests(node: InFlightNode): ColumnAmounts {
  const { groups, groupBits } = node.template.universe;
  let least: ColumnAmounts = { columns: [], values: [] };
  groups.forEach(({ overhead = { columns: [], values: [] } }, at) => {
    const bits = groupBits[at];
    if (bits === undefined || !haveCommon(bits, node.bits)) return;
    least = least.columns.length === 0 ? overhead : minOf(least, overhead);
  });
  return least;
}
