// Mirrors pkg/controllers/provisioning/scheduling/nodeclaim.go of karpenter v1.14.1.
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import { toleratesAll } from "../../karpenter/taints.ts";
import { untolerated } from "../../kube/taint.ts";
import { agree, type Requirement } from "../../karpenter/requirement.ts";
import type { Conflict } from "../../karpenter/requirements.ts";
import type { Amount } from "../amounts.ts";
import type { PlacementAttempt, Fit, FitOptions, FittingTools } from "./attempt.ts";
import { type Bits, haveCommon, intersectInto, isEmpty } from "../bits.ts";
import { freeGroups, type InFlightNode, looksAtWholePorts } from "./in-flight-node.ts";
import { shortfalls } from "../types/min-values.ts";
import type { FilterFacts, Refusal } from "./refusal.ts";
import type { RequirementTable, RequirementSet } from "../types/requirement-table.ts";
import { withinVolumeLimits } from "./volume-limits.ts";
import { withReservations } from "./reserved-offerings.ts";

/** Whether a pod can be added to a node that is not there yet (Karpenter's NodeClaim.CanAdd). */
export function tryClaim(
  node: InFlightNode,
  attempt: PlacementAttempt,
  options: FitOptions,
  tools: FittingTools,
): Fit | Refusal {
  const { constraints, record } = attempt;
  if (!toleratesAll(node.place.taints, constraints.demands.tolerations)) {
    return {
      kind: "taints",
      taints: node.place.taints.filter(
        (taint) => untolerated([taint], constraints.demands.tolerations, true) !== undefined,
      ),
    };
  }
  if (looksAtWholePorts(tools.behaviour) && node.ports?.conflicts(record.key, attempt.shape.hostPorts) === true)
    return { kind: "ports" };
  const eligible = options.eligible ?? node.bits;
  const attachable = withinVolumeLimits(eligible, node, attempt, tools.behaviour);
  if (attachable === undefined) return { kind: "volume-limits" };
  const placing = { attempt, eligible: attachable, relaxesMinValues: options.relaxesMinValues };
  const clash =
    tools.sets.conflict(node.place.set, constraints.requirements) ?? hostnameConflict(node, constraints.hostname);
  if (clash !== undefined) return { kind: "requirements", conflict: clash };
  const base = tools.sets.sum(node.place.set, constraints.requirements);
  if (record.volumes.length === 0) return tryPlace(node, { ...placing, set: base }, tools);
  let last: Fit | Refusal | undefined;
  for (const volume of record.volumes) {
    const refused = tools.sets.conflict(base, volume.set) ?? hostnameConflict(node, volume.hostname);
    last =
      refused === undefined
        ? tryPlace(node, { ...placing, set: tools.sets.sum(base, volume.set) }, tools)
        : { kind: "volume", conflict: refused };
    if (!("kind" in last)) return last;
  }
  return last ?? tryPlace(node, { ...placing, set: base }, tools);
}

function hostnameConflict(node: InFlightNode, demanded: Requirement | undefined): Conflict | undefined {
  if (demanded === undefined || agree(node.place.hostname, demanded)) return undefined;
  return { kind: "disjoint", key: demanded.key, existing: node.place.hostname, incoming: demanded };
}

interface Placing {
  readonly attempt: PlacementAttempt;
  readonly set: RequirementSet;
  readonly eligible: Bits;
  readonly relaxesMinValues: boolean;
}

function tryPlace(node: InFlightNode, placing: Placing, tools: FittingTools): Fit | Refusal {
  const { attempt, set } = placing;
  const narrowed = tools.topology.narrow(attempt, { ...node.place, set }, false);
  if ("kind" in narrowed) return { kind: "topology", refusal: narrowed, before: set };
  return filterTypes(node, { ...placing, set: narrowed }, tools);
}

/** Types that fit requirements, requests and offerings (Karpenter's `filterInstanceTypesByRequirements`). */
function filterTypes(node: InFlightNode, placing: Placing, tools: FittingTools): Fit | Refusal {
  const { attempt, set, eligible, relaxesMinValues } = placing;
  const { universe } = node.template;
  const { shape, record } = attempt;
  const bits = eligible.slice();
  const { both } = universe.masks(set);
  intersectInto(bits, both);
  const { columns, values } = shape.requests;
  for (let at = 0; at < columns.length; at++) {
    const column = columns[at] ?? 0;
    intersectInto(bits, universe.fitting(column, total(node, column, values[at] ?? tools.table.zero)));
  }
  const groups = freeGroups(node, { key: record.key, ports: shape.hostPorts }, tools.behaviour);
  const looked = groups === undefined ? eligible : inGroups(eligible, node, groups);
  if (groups !== undefined) intersectInto(bits, looked);
  const kept = universe.whole(bits);
  const missing = shortfalls(universe, kept, set, tools.behaviour.minValuesCount);
  if (isEmpty(kept) || (missing !== undefined && !relaxesMinValues)) {
    const minValues = missing === undefined ? undefined : [...missing.keys()];
    return refusedByTypes(node, { attempt, set, kept, looked, groups, minValues }, tools.behaviour);
  }
  return withReservations(
    node,
    { set: missing === undefined ? set : lowered(set, missing, tools.sets), bits: kept },
    tools,
  );
}

function total(node: InFlightNode, column: number, amount: Amount): Amount {
  return (node.requests[column] ?? amount) + amount;
}

function inGroups(bits: Bits, node: InFlightNode, groups: readonly boolean[]): Bits {
  const kept = new Uint32Array(bits.length);
  node.template.universe.groupBits.forEach((group, at) => {
    if (groups[at] === true)
      for (let word = 0; word < kept.length; word++)
        kept[word] = (kept[word] ?? 0) | ((bits[word] ?? 0) & (group[word] ?? 0));
  });
  return kept;
}

/** Best effort: what is reached becomes the new minimum. */
function lowered(set: RequirementSet, missing: ReadonlyMap<string, number>, sets: RequirementTable): RequirementSet {
  const all = new Map(set.all);
  for (const [key, minValues] of missing) {
    const requirement = all.get(key);
    if (requirement !== undefined) all.set(key, { ...requirement, minValues });
  }
  return sets.intern(all);
}

interface Refused {
  readonly attempt: PlacementAttempt;
  readonly set: RequirementSet;
  readonly kept: Bits;
  readonly looked: Bits;
  readonly groups: readonly boolean[] | undefined;
  readonly minValues: readonly string[] | undefined;
}

function refusedByTypes(
  node: InFlightNode,
  { attempt, set, kept, looked, groups, minValues }: Refused,
  behaviour: KarpenterBehaviour,
): Refusal {
  const { universe } = node.template;
  const { requests } = attempt.shape;
  const overheads = universe.groups.flatMap(({ overhead }, at) =>
    overhead !== undefined && groups?.[at] !== false ? [overhead] : [],
  );
  const fits = fittingBits(node, attempt);
  const facts = filterFacts(node, { set, looked, fits, minValues }, behaviour);
  return { kind: "filter", facts, template: node.template, set, kept, podRequests: requests, overheads };
}

function fittingBits(node: InFlightNode, { shape }: PlacementAttempt): Bits {
  const { universe } = node.template;
  const fits = Uint32Array.from(universe.usable);
  node.requests.forEach((amount, column) => intersectInto(fits, universe.fitting(column, amount)));
  const { columns, values } = shape.requests;
  columns.forEach((column, at) => {
    const amount = values[at];
    if (amount !== undefined) intersectInto(fits, universe.fitting(column, total(node, column, amount)));
  });
  return fits;
}

// From v1.14 on a type counts as fitting only where the fitting variant has an offering too; before, each test was made by itself.
function filterFacts(
  node: InFlightNode,
  {
    set,
    looked,
    fits,
    minValues,
  }: { set: RequirementSet; looked: Bits; fits: Bits; minValues: readonly string[] | undefined },
  { judgesSizeWithOffering }: KarpenterBehaviour,
): FilterFacts {
  const { universe } = node.template;
  const { compatible, offered } = universe.masks(set);
  const fitting = Uint32Array.from(fits);
  if (judgesSizeWithOffering) intersectInto(fitting, offered);
  const fitTypes = new Set(universe.typesIn(fitting));
  const offeredTypes = new Set(universe.typesIn(offered));
  const compatibleTypes = new Set(universe.typesIn(compatible));
  const types = universe.typesIn(looked);
  return {
    requirements: haveCommon(looked, compatible),
    fits: types.some((type) => fitTypes.has(type)),
    offering: haveCommon(looked, offered),
    requirementsAndFits: types.some(
      (type) => compatibleTypes.has(type) && fitTypes.has(type) && !offeredTypes.has(type),
    ),
    requirementsAndOffering: types.some(
      (type) => compatibleTypes.has(type) && offeredTypes.has(type) && !fitTypes.has(type),
    ),
    fitsAndOffering: types.some((type) => fitTypes.has(type) && offeredTypes.has(type) && !compatibleTypes.has(type)),
    minValues,
  };
}
