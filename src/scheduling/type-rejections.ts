import { hasIntersection, isNegative, requirementText } from "../karpenter/requirement.ts";
import { compareText } from "../karpenter/requirements.ts";
import { type Amount, type Amounts, type AmountTable } from "./amounts.ts";
import { type Bits, bitsOf } from "./bits.ts";
import type { FittingTools } from "./fitting.ts";
import type { RequirementSet } from "./requirement-book.ts";
import type { Template } from "./template.ts";
import type { TypeFacts } from "./type-facts.ts";

/** Instance types that one rule rejected. */
export interface TypeRejection {
  readonly rule: "limits" | "requirement" | "resources" | "offering";
  /** The requirement or the resource; empty where the rule says all. */
  readonly what: string;
  readonly count: number;
  readonly examples: readonly string[];
}

/** A type that would do with a little less of one resource. */
export interface NearestMiss {
  readonly instanceType: string;
  readonly resource: string;
  /** Plain decimals in base units; `requested` is the pod's own, `available` what the type leaves beside its daemons. */
  readonly requested: string;
  readonly available: string;
}

/** What is asked of a template's types. */
export interface TypeQuestion {
  readonly set: RequirementSet;
  readonly requests: Amounts;
  /** Types within the pool's limits; undefined: all. */
  readonly eligible: Bits | undefined;
}

const shownExamples = 3;

/** Types of a template by the first rule that rejects them: limits, requirements, offerings, resources. Most frequent first. */
export function typeRejections(
  template: Template,
  question: TypeQuestion,
  tools: FittingTools,
): readonly TypeRejection[] {
  const found = new Map<string, { rule: TypeRejection["rule"]; what: string; names: string[] }>();
  const { universe } = template;
  const eligible = new Set(universe.typesIn(question.eligible ?? universe.all));
  const offered = new Set(universe.typesIn(universe.masks(question.set).offered));
  universe.types.forEach((type, at) => {
    const rejected = rejection(template, { type, at }, { question, eligible, offered, table: tools.table });
    if (rejected === undefined) return;
    const key = `${rejected.rule} ${rejected.what}`;
    const before = found.get(key) ?? { ...rejected, names: [] };
    before.names.push(type.name);
    found.set(key, before);
  });
  return [...found.values()]
    .map(({ rule, what, names }) => ({ rule, what, count: names.length, examples: names.slice(0, shownExamples) }))
    .sort((a, b) => b.count - a.count || compareText(a.what, b.what));
}

interface Known {
  readonly question: TypeQuestion;
  readonly eligible: ReadonlySet<number>;
  readonly offered: ReadonlySet<number>;
  readonly table: AmountTable;
}

function rejection(
  template: Template,
  { type, at }: { readonly type: TypeFacts; readonly at: number },
  { question, eligible, offered, table }: Known,
): Pick<TypeRejection, "rule" | "what"> | undefined {
  if (!eligible.has(at)) return { rule: "limits", what: "" };
  for (const [key, wanted] of question.set.all) {
    const own = type.requirements.get(key);
    if (own === undefined || hasIntersection(own, wanted) || (isNegative(own) && isNegative(wanted))) continue;
    return { rule: "requirement", what: requirementText(wanted) };
  }
  if (!offered.has(at)) return { rule: "offering", what: "" };
  const short = shortages(template, at, question.requests, table)[0];
  return short === undefined ? undefined : { rule: "resources", what: short.resource };
}

interface Shortage {
  readonly resource: string;
  readonly requested: Amount;
  readonly available: Amount;
  readonly column: number;
}

function shortages(template: Template, type: number, requests: Amounts, table: AmountTable): Shortage[] {
  const { universe } = template;
  const bits = universe.whereType((one) => one === type);
  return requests.columns.flatMap((column, at) => {
    const requested = requests.values[at] ?? table.zero;
    const available = universe.mostFree(column, bits);
    return requested > available ? [{ resource: table.names[column] ?? "", requested, available, column }] : [];
  });
}

/** Among types that only lack one resource, the one that lacks least of it in proportion. */
export function nearestMiss(
  template: Template,
  { set, requests, eligible }: TypeQuestion,
  { table }: FittingTools,
): NearestMiss | undefined {
  const { universe } = template;
  const { compatible, offered } = universe.masks(set);
  const possible = bitsOf(universe.size, () => true);
  for (let word = 0; word < possible.length; word++) {
    possible[word] =
      (compatible[word] ?? 0) & (offered[word] ?? 0) & (eligible === undefined ? -1 : (eligible[word] ?? 0));
  }
  let nearest: NearestMiss | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const type of universe.typesIn(possible)) {
    const [short, more] = shortages(template, type, requests, table);
    if (short === undefined || more !== undefined) continue;
    // A proportion for choosing only; the amounts shown are exact.
    const lacking = 1 - Number(short.available) / Number(short.requested);
    if (lacking >= least) continue;
    least = lacking;
    nearest = {
      instanceType: universe.types[type]?.name ?? "",
      resource: short.resource,
      requested: table.text(short.column, short.requested),
      available: table.text(short.column, short.available),
    };
  }
  return nearest;
}
