// Mirrors pkg/controllers/provisioning/scheduling/nodeclaim.go of karpenter v1.14.1.
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import type { InstanceType } from "../../karpenter/instance-type.ts";
import { requirementText } from "../../karpenter/requirement.ts";
import { disjoint } from "../../karpenter/requirements.ts";
import { type Amount, type ColumnAmounts, type AmountTable, amountIn } from "../amounts.ts";
import { type Bits, haveCommon, intersectInto } from "../bits.ts";
import type { PoolWithTypes } from "./node-pools.ts";
import type { RequirementTable, RequirementSet } from "../types/requirement-table.ts";
import { type Template, templateSet } from "./template.ts";
import { type TypeFacts, typeFacts } from "../types/type-facts.ts";
import { TypeUniverse } from "../types/type-universe.ts";

/**
 * What rejects an instance type:
 * - `pool-requirement`, `pod-requirement`: a label it cannot have; the NodePool's own rules out first;
 * - `offering`: none is in the zones and capacity types asked for; `unavailable`: those that are cannot be had; `unpriced`: nor are they
 *   known to the price list;
 * - `resources`: too little of one; `combination`: enough of each, but never in one offering;
 * - `host-ports`: a DaemonSet on it holds a port of the pod; `limits`: larger than the NodePool's limits leave;
 * - `min-values`: the NodePool's minValues are not reached, so it makes no node at all.
 */
export type TypeRule =
  | "pool-requirement"
  | "pod-requirement"
  | "offering"
  | "unavailable"
  | "unpriced"
  | "resources"
  | "combination"
  | "host-ports"
  | "limits"
  | "min-values";

/** Instance types of one pool that one rule rejected; a type rejected by several counts for the first. */
export interface TypeRejection {
  readonly rule: TypeRule;
  /** The requirement as Karpenter writes it, or the resource; empty where the rule says all. */
  readonly what: string;
  readonly types: readonly InstanceType[];
}

/** Room that a type lacks. Plain decimals in base units; `available` is what the type leaves beside its daemons. */
export interface Shortage {
  readonly resource: string;
  readonly requested: string;
  readonly available: string;
}

/** A type that would do if less were asked of it. */
export interface NearestMiss {
  readonly instanceType: string;
  /** What is missing of what there is, where it is most. */
  readonly share: number;
  readonly shortages: readonly Shortage[];
}

/** A pool's instance types, judged. */
export interface JudgedTypes {
  readonly left: readonly InstanceType[];
  readonly rejections: readonly TypeRejection[];
  /** Among the types that only lack room, the one that lacks the least of it in proportion. */
  readonly nearest: NearestMiss | undefined;
}

/** What is asked of a template's types, and what the scheduler left of them. */
export interface TypeQuestion {
  readonly set: RequirementSet;
  /** Daemons not included. */
  readonly requests: ColumnAmounts;
  readonly kept: Bits;
  /** Types within the pool's limits; undefined: all, or nobody knows any more. */
  readonly eligible: Bits | undefined;
  /** Daemon groups whose host ports are free; undefined: all. */
  readonly groups: readonly boolean[] | undefined;
}

/** A pool as a pass met it. */
export interface JudgedPool {
  readonly given: PoolWithTypes;
  /** Undefined where the pool itself rejects all its types. */
  readonly template: Template | undefined;
  readonly table: AmountTable;
  readonly sets: RequirementTable;
  readonly behaviour: KarpenterBehaviour;
}

/** A pool with its template among those of a pass. */
export function judgedPool(
  given: PoolWithTypes,
  templates: readonly Template[],
  { table, sets, behaviour }: Pick<JudgedPool, "table" | "sets" | "behaviour">,
): JudgedPool {
  return { given, template: templates.find(({ name }) => name === given.pool.metadata.name), table, sets, behaviour };
}

/** Every type that the pool was given by the rule that rejects it. Without a question: what the pool itself allows. */
export function judgeTypes(pool: JudgedPool, question: TypeQuestion | undefined): JudgedTypes {
  const { given, template, sets } = pool;
  const facts = given.types.map((type) => typeFacts(type, sets.family));
  const numbers = new Map(template?.universe.types.map((type, at) => [type, at]));
  const left: InstanceType[] = [];
  const rejections = new Map<string, { rule: TypeRule; what: string; types: InstanceType[] }>();
  const nearest = new Nearest(pool.table);
  const ofPool = poolJudge(pool, facts);
  const ofQuestion = template === undefined || question === undefined ? undefined : judge(template, question, pool);
  for (const type of facts) {
    const at = numbers.get(type);
    const rejected = at === undefined ? ofPool(type) : ofQuestion?.(type, at);
    if (rejected === undefined) {
      left.push(type.source);
      continue;
    }
    if (at !== undefined && rejected.shortages !== undefined) nearest.offer(type.name, rejected.shortages);
    const key = `${rejected.rule} ${rejected.what}`;
    const known = rejections.get(key) ?? { rule: rejected.rule, what: rejected.what, types: [] };
    known.types.push(type.source);
    rejections.set(key, known);
  }
  return { left, rejections: [...rejections.values()], nearest: nearest.found };
}

interface Rejected {
  readonly rule: TypeRule;
  readonly what: string;
  readonly shortages?: readonly Lacking[];
}

interface Lacking {
  readonly column: number;
  readonly requested: Amount;
  readonly available: Amount;
}

/** Why the pool does not even start with a type. */
function poolJudge(
  { given, table, sets, behaviour }: JudgedPool,
  facts: readonly TypeFacts[],
): (type: TypeFacts) => Rejected {
  const requirements = templateSet(given.pool, sets, behaviour);
  const universe = new TypeUniverse([{ types: facts, overhead: undefined, addresses: 0, ports: [] }], {
    table,
    sets,
    behaviour,
  });
  const numbers = new Map(facts.map((type, at) => [type, at]));
  return (type) => {
    const own = labelRejection(type, requirements, "pool-requirement") ?? offeringRejection(type, requirements, sets);
    if (own !== undefined) return own;
    const bits = universe.whereType((one) => one === numbers.get(type));
    const [short] = shortages(universe, bits, { requests: { columns: [], values: [] }, table });
    return short === undefined
      ? { rule: "min-values", what: "" }
      : { rule: "resources", what: table.names[short.column] ?? "" };
  };
}

function judge(
  template: Template,
  question: TypeQuestion,
  { table, sets }: JudgedPool,
): (type: TypeFacts, at: number) => Rejected | undefined {
  const { universe } = template;
  const { set, requests, groups } = question;
  const { offered, both } = universe.masks(set);
  const kept = new Set(universe.typesIn(question.kept));
  const eligible = question.eligible === undefined ? undefined : new Set(universe.typesIn(question.eligible));
  const portless = new Set(universe.groups.flatMap(({ types }, at) => (groups?.[at] === false ? types : [])));
  const fitting = Uint32Array.from(both);
  requests.columns.forEach((column, at) =>
    intersectInto(fitting, universe.fitting(column, requests.values[at] ?? table.zero)),
  );
  return (type, at) => {
    if (kept.has(at)) return undefined;
    if (eligible?.has(at) === false) return { rule: "limits", what: "" };
    const named = labelRejection(type, set, "pod-requirement") ?? offeringRejection(type, set, sets);
    if (named !== undefined) return named;
    if (portless.has(type)) return { rule: "host-ports", what: "" };
    const bits = universe.whereType((one) => one === at);
    const fits = haveCommon(bits, fitting);
    intersectInto(bits, offered);
    const lacking = shortages(universe, bits, { requests, table });
    if (lacking[0] !== undefined)
      return { rule: "resources", what: table.names[lacking[0].column] ?? "", shortages: lacking };
    // Nothing else can have taken it away from a node whose limits are not known any more.
    return { rule: fits ? "limits" : "combination", what: "" };
  };
}

function labelRejection(
  type: TypeFacts,
  { all }: RequirementSet,
  rule: "pool-requirement" | "pod-requirement",
): Rejected | undefined {
  const clash = disjoint(type.requirements, all);
  return clash?.kind === "disjoint" ? { rule, what: requirementText(clash.incoming) } : undefined;
}

function offeringRejection(type: TypeFacts, set: RequirementSet, sets: RequirementTable): Rejected | undefined {
  const admitted = type.offerings.filter(({ requirements }) => sets.conflict(set, sets.of(requirements)) === undefined);
  if (admitted.some(({ available }) => available)) return undefined;
  if (admitted.length === 0) return { rule: "offering", what: "" };
  const isPriced = admitted.some(({ source }) => source.isPriceKnown !== false);
  return { rule: isPriced ? "unavailable" : "unpriced", what: "" };
}

/** Resources first that people think of first. */
const firstNames = ["memory", "cpu", "pods"];

function shortages(
  universe: TypeUniverse,
  bits: Bits,
  { requests, table }: { readonly requests: ColumnAmounts; readonly table: AmountTable },
): readonly Lacking[] {
  const names = new Set([...firstNames, ...table.names]);
  return [...names].flatMap((name) => {
    const column = table.known(name);
    if (column === undefined) return [];
    const requested = amountIn(requests, column) ?? table.zero;
    const available = universe.mostFree(column, bits);
    return requested > available ? [{ column, requested, available }] : [];
  });
}

/** Keeps the type that lacks least. One that has nothing at all of a resource is no miss but another kind of machine. */
class Nearest {
  found: NearestMiss | undefined;
  #least = Number.POSITIVE_INFINITY;
  readonly #table: AmountTable;

  constructor(table: AmountTable) {
    this.#table = table;
  }

  /** Where DaemonSets alone fill a type, less to ask would not help either. */
  offer(instanceType: string, lacking: readonly Lacking[]): void {
    const table = this.#table;
    if (lacking.some(({ available }) => available <= table.zero)) return;
    // A proportion for choosing only; the amounts shown are exact.
    const share = Math.max(
      ...lacking.map(({ requested, available }) => Number(requested - available) / Number(available)),
    );
    if (share >= this.#least) return;
    this.#least = share;
    this.found = {
      instanceType,
      share,
      shortages: lacking.map(({ column, requested, available }) => ({
        resource: table.names[column] ?? "",
        requested: table.text(column, requested),
        available: table.text(column, available),
      })),
    };
  }
}
