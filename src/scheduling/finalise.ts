import { goSort } from "../karpenter/go-sort.ts";
import { annotationKeys, type LabelFamily, labelKeys } from "../karpenter/labels.ts";
import { anyValue, lengthOf, operatorOf, type Requirement, requirementIn } from "../karpenter/requirement.ts";
import { addRequirement, conflict, type Requirements, serialise } from "../karpenter/requirements.ts";
import type { Labels } from "../kube/objects.ts";
import { type Amounts, type AmountTable, minOf, sumOf } from "./amounts.ts";
import { bitsKey, haveCommon } from "./bits.ts";
import type { InFlightNode } from "./in-flight-node.ts";
import { shortfallsOf } from "./min-values.ts";
import type { RequirementBook, RequirementSet } from "./requirement-book.ts";
import type { TypeFacts } from "./type-facts.ts";
import type { PlannedNodeClaim } from "./types.ts";

/** What is sent to the cloud at most. */
const maxInstanceTypes = 600;

export interface FinaliseTools {
  readonly table: AmountTable;
  readonly book: RequirementBook;
  /** A cut list that breaks minValues is accepted. */
  readonly relaxesMinValues: boolean;
  readonly hashOf: (node: InFlightNode) => Labels;
}

/** Keys whose minValues the list, cut to what can be sent, no longer reaches. */
export interface Truncated {
  readonly truncated: readonly string[];
}

/** Turns packed nodes into the NodeClaims Karpenter would create. Nodes with equal remains share the sorting of their types. */
export class Finaliser {
  readonly #tools: FinaliseTools;
  readonly #sorted = new Map<string, readonly TypeFacts[]>();

  constructor(tools: FinaliseTools) {
    this.#tools = tools;
  }

  claim(node: InFlightNode): PlannedNodeClaim | Truncated {
    const { book, relaxesMinValues } = this.#tools;
    const set = withReserved(node, book);
    const types = this.#byPrice(node, set).slice(0, maxInstanceTypes);
    if (set.hasMinValues && !relaxesMinValues) {
      const missing = shortfallsOf(types, set);
      if (missing !== undefined) return { truncated: [...missing.keys()] };
    }
    const requirements = withTypes(set, types, book.family);
    const requests = sumOf(this.#tools.table, [podRequests(node), daemonRequests(node)]);
    const resolved = resolvedLabels(requirements, set.all, book.family);
    const price = node.template.universe.prices(set);
    let minPrice = Number.POSITIVE_INFINITY;
    for (const type of types)
      minPrice = Math.min(minPrice, price[node.template.universe.types.indexOf(type)] ?? minPrice);
    return {
      nodePool: node.template.name,
      pods: node.pods.map(({ key }) => key),
      instanceTypes: types.map(({ name }) => name),
      requirements: serialise(requirements),
      requests: Object.fromEntries(
        requests.columns.map((column, at) => [
          this.#tools.table.names[column] ?? "",
          this.#tools.table.text(column, requests.values[at] ?? this.#tools.table.zero),
        ]),
      ),
      labels: { ...node.template.labels, ...resolved.labels },
      drawnLabels: resolved.drawn,
      annotations: {
        ...node.template.pool.spec.template.metadata?.annotations,
        ...this.#tools.hashOf(node),
        [annotationKeys.minValuesRelaxed]: String(node.template.minValuesRelaxed ?? false),
      },
      minPriceUsdPerHour: minPrice === Number.POSITIVE_INFINITY ? undefined : minPrice,
    };
  }

  /** Cheapest first, in the order Go's unstable sort gives equal prices. */
  #byPrice(node: InFlightNode, set: RequirementSet): readonly TypeFacts[] {
    const { universe, index } = node.template;
    const key = `${index} ${set.id} ${bitsKey(node.bits)}`;
    const known = this.#sorted.get(key);
    if (known !== undefined) return known;
    const prices = universe.prices(set);
    const types = universe.typesIn(node.bits);
    goSort(types, (a, b) => (prices[a] ?? 0) < (prices[b] ?? 0));
    const facts = types.flatMap((type) => universe.types[type] ?? []);
    this.#sorted.set(key, facts);
    return facts;
  }
}

/** A node that holds reservations is bound to them. */
function withReserved(node: InFlightNode, book: RequirementBook): RequirementSet {
  if (node.reserved.length === 0) return node.place.set;
  const all = new Map(node.place.set.all);
  all.set(labelKeys.capacityType, requirementIn(labelKeys.capacityType, ["reserved"]));
  addRequirement(
    all,
    requirementIn(
      book.family.reservationId,
      node.reserved.map(({ reservationId }) => reservationId),
    ),
  );
  return book.intern(all);
}

/** Types and capacity types become explicit. */
function withTypes(set: RequirementSet, types: readonly TypeFacts[], family: LabelFamily): Map<string, Requirement> {
  const all = new Map(set.all);
  const minValues = all.get(labelKeys.instanceType)?.minValues;
  addRequirement(
    all,
    requirementIn(
      labelKeys.instanceType,
      types.map(({ name }) => name),
      minValues,
    ),
  );
  const capacityTypes = new Set<string>();
  for (const { offerings } of types) {
    for (const { available, requirements, capacityType } of offerings) {
      if (available && !capacityTypes.has(capacityType) && conflict(all, requirements, family.wellKnown) === undefined)
        capacityTypes.add(capacityType);
    }
  }
  if (capacityTypes.size > 0) addRequirement(all, requirementIn(labelKeys.capacityType, capacityTypes));
  for (const key of [labelKeys.registered, labelKeys.initialized]) all.delete(key);
  return all;
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
    if (operatorOf(original) === "Exists" || operatorOf(original) === "NotIn" || lengthOf(original) > 1n)
      drawn.push(key);
  }
  return { labels, drawn };
}

function podRequests(node: InFlightNode): Amounts {
  const columns: number[] = [];
  node.mentioned.forEach((is, column) => is === 1 && columns.push(column));
  return { columns, values: columns.flatMap((column) => node.requests[column] ?? []) };
}

/**
 * Daemons of the groups that still have a type: by resource the least of them, over the resources that all have. A group without daemons
 * does not lower what follows it, since an empty sum starts anew: so it is upstream.
 */
function daemonRequests(node: InFlightNode): Amounts {
  const { groups, groupBits } = node.template.universe;
  let least: Amounts = { columns: [], values: [] };
  groups.forEach(({ overhead = { columns: [], values: [] } }, at) => {
    const bits = groupBits[at];
    if (bits === undefined || !haveCommon(bits, node.bits)) return;
    least = least.columns.length === 0 ? overhead : minOf(least, overhead);
  });
  return least;
}
