import type { NodePool } from "../karpenter/api.ts";
import { labelKeys } from "../karpenter/labels.ts";
import { requirementIn } from "../karpenter/requirement.ts";
import { addRequirement, fromLabels, fromSpecs, together } from "../karpenter/requirements.ts";
import type { Labels, Taint } from "../kube/objects.ts";
import type { AmountTable } from "./amounts.ts";
import { type DaemonPod, daemonGroups } from "./daemons.ts";
import { shortfalls } from "./min-values.ts";
import type { PoolWithTypes } from "./node-pools.ts";
import { type RequirementBook, type RequirementSet, splitHostname } from "./requirement-book.ts";
import { typeFacts } from "./type-facts.ts";
import { TypeUniverse } from "./type-universe.ts";

/** What every new node of a pool starts from (Karpenter's NodeClaimTemplate). */
export interface Template {
  readonly index: number;
  readonly pool: NodePool;
  readonly name: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly requirements: RequirementSet;
  readonly universe: TypeUniverse;
  /**
   * Whether the claim created last had its minValues lowered. All claims of a pool share the annotation that says so: the template's map is
   * not copied.
   */
  minValuesRelaxed: boolean | undefined;
}

/** What templates are made with. */
export interface TemplateContext {
  readonly table: AmountTable;
  readonly book: RequirementBook;
  readonly daemons: readonly DaemonPod[];
  readonly relaxesMinValues: boolean;
}

/** Templates of the pools that have a type left, in pool order. Daemons are asked template by template: their answers depend on it. */
export function templatesOf(pools: readonly PoolWithTypes[], context: TemplateContext): Template[] {
  const bases = pools.flatMap((one) => baseOf(one, context));
  return bases.map((base, index) => {
    const { types, everything, ...rest } = base;
    const groups = daemonGroups(types, { requirements: base.requirements.all, taints: base.taints }, context);
    const [only, second] = groups;
    const isEverything =
      second === undefined && only?.overhead === undefined && only?.types.length === everything.types.length;
    return {
      ...rest,
      index,
      universe: isEverything ? everything : new TypeUniverse(groups, context.table, context.book),
      minValuesRelaxed: undefined,
    };
  });
}

/** Labels and requirements that every new node of a pool has, whatever its type. */
export function templateBasis(
  pool: NodePool,
  book: RequirementBook,
): { readonly labels: Labels; readonly requirements: RequirementSet } {
  const { metadata, spec } = pool.spec.template;
  const { group, kind, name: nodeClass } = spec.nodeClassRef;
  const labels: Labels = {
    ...metadata?.labels,
    [labelKeys.nodePool]: pool.metadata.name,
    [`${group}/${kind.toLowerCase()}`]: nodeClass,
  };
  const all = together(fromSpecs(spec.requirements ?? [], book.family), fromLabels(labels, book.family));
  // Daemons may demand what only a started node has.
  addRequirement(all, requirementIn(labelKeys.registered, ["true"]));
  addRequirement(all, requirementIn(labelKeys.initialized, ["true"]));
  splitHostname(all);
  return { labels, requirements: book.intern(all) };
}

function baseOf({ pool, types }: PoolWithTypes, { table, book, relaxesMinValues }: TemplateContext) {
  const { labels, requirements } = templateBasis(pool, book);
  const facts = types.map((type) => typeFacts(type, book.family));
  const everything = new TypeUniverse([{ types: facts, overhead: undefined, addresses: 0, ports: [] }], table, book);
  const kept = everything.whole(everything.masks(requirements).both);
  if (!relaxesMinValues && shortfalls(everything, kept, requirements) !== undefined) return [];
  const left = everything.typesAt(everything.typesIn(kept));
  if (left.length === 0) return [];
  const taints = pool.spec.template.spec.taints ?? [];
  return [{ pool, name: pool.metadata.name, labels, taints, requirements, types: left, everything }];
}
