// Mirrors pkg/controllers/provisioning/scheduling/nodeclaimtemplate.go of karpenter v1.14.1.
import type { NodePool } from "../../karpenter/api.ts";
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import { labelKeys } from "../../karpenter/labels.ts";
import { requirementIn } from "../../karpenter/requirement.ts";
import { addRequirement } from "../../karpenter/requirements.ts";
import { templateLabels, templateRequirements } from "../../karpenter/template-basis.ts";
import type { Labels, Taint } from "../../kube/objects.ts";
import type { AmountTable } from "../amounts.ts";
import { type DaemonPod, daemonGroups } from "../pods/daemons.ts";
import { shortfalls } from "../types/min-values.ts";
import type { PoolWithTypes } from "./node-pools.ts";
import type { PortUsage } from "./port-usage.ts";
import { type RequirementTable, type RequirementSet, splitHostname } from "../types/requirement-table.ts";
import { typeFacts } from "../types/type-facts.ts";
import { TypeUniverse } from "../types/type-universe.ts";

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
   * Host ports in use on any new node of the pool in this pass, for releases whose claims share one record; undefined for others. See
   * `sharedPorts`.
   */
  readonly ports: PortUsage | undefined;
  /**
   * Whether the claim created last had its minValues lowered. All claims of a pool share the annotation that says so: the template's map is
   * not copied.
   */
  minValuesRelaxed: boolean | undefined;
}

/** What templates are made with. */
export interface TemplateContext {
  readonly table: AmountTable;
  readonly sets: RequirementTable;
  readonly behaviour: KarpenterBehaviour;
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
      universe: isEverything ? everything : new TypeUniverse(groups, context),
      ports: undefined,
      minValuesRelaxed: undefined,
    };
  });
}

/** What every new node of a pool meets, whatever its type (Karpenter's `NewNodeClaimTemplate`). */
export function templateSet(
  pool: NodePool,
  sets: RequirementTable,
  { hasStartedLabels }: Pick<KarpenterBehaviour, "hasStartedLabels">,
): RequirementSet {
  const all = templateRequirements(pool, sets.family);
  if (hasStartedLabels) {
    // Daemons may demand what only a started node has.
    addRequirement(all, requirementIn(labelKeys.registered, ["true"]));
    addRequirement(all, requirementIn(labelKeys.initialized, ["true"]));
  }
  splitHostname(all);
  return sets.intern(all);
}

function baseOf({ pool, types }: PoolWithTypes, context: TemplateContext) {
  const { sets, behaviour, relaxesMinValues } = context;
  const requirements = templateSet(pool, sets, behaviour);
  const facts = types.map((type) => typeFacts(type, sets.family));
  const everything = new TypeUniverse([{ types: facts, overhead: undefined, addresses: 0, ports: [] }], context);
  const kept = everything.whole(everything.masks(requirements).both);
  if (!relaxesMinValues && shortfalls(everything, kept, requirements, behaviour.minValuesCount) !== undefined)
    return [];
  const left = everything.typesAt(everything.typesIn(kept));
  if (left.length === 0) return [];
  const taints = pool.spec.template.spec.taints ?? [];
  const { name } = pool.metadata;
  return [{ pool, name, labels: templateLabels(pool), taints, requirements, types: left, everything }];
}
