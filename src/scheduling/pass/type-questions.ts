// Our own: the real program has no such file.
import type { InstanceType } from "../../karpenter/instance-type.ts";
import type { Pod } from "../../kube/objects.ts";
import { sumOf } from "../amounts.ts";
import { intersectInto } from "../bits.ts";
import { managedPools, type PoolWithTypes, withTypes } from "../nodes/node-pools.ts";
import { type PassBase, SharedBase } from "./pass-base.ts";
import { readWorld } from "./solve.ts";
import { judgedPool, type JudgedTypes, judgeTypes } from "../nodes/type-rejections.ts";
import type { SolveInput } from "../types.ts";

/**
 * Which of its types a pool allows, whatever the pods; also of one that makes no nodes on demand. Undefined when there is no managed
 * pool of that name.
 */
export function judgePoolTypes(input: SolveInput, name: string): JudgedTypes | undefined {
  const own = managedPools(input.objects).filter(({ metadata }) => metadata.name === name);
  const pools = withTypes(own, input.instanceTypes);
  const [given] = pools;
  if (given === undefined) return undefined;
  return sharedBase(input, pools).use((base) => judgeTypes(judgedPool(given, base.templates, base), undefined));
}

/** Names of the pools that allow at least one of their types, whatever the pods; also of pools that make no nodes on demand. */
export function poolsAllowingTypes(input: SolveInput): ReadonlySet<string> {
  const pools = withTypes(managedPools(input.objects), input.instanceTypes);
  return sharedBase(input, pools).use(({ templates }) => new Set(templates.map(({ name }) => name)));
}

/** Pods that are to share one new node of a pool. */
export interface Company {
  readonly nodePool: string;
  readonly pods: readonly Pod[];
}

/** For each company the types that hold it beside their daemons. Only demands count: no preference, topology, volume, port or limit. */
export function typesHolding(input: SolveInput, companies: readonly Company[]): readonly (readonly InstanceType[])[] {
  const pools = withTypes(managedPools(input.objects), input.instanceTypes);
  return sharedBase(input, pools).use((base) => {
    const known = new Map<string, readonly InstanceType[]>();
    return companies.map((company) => holding(company, base, known));
  });
}

// Nodes of one pool that ask for the same get the same answer.
function holding(
  { nodePool, pods }: Company,
  { templates, shapes, table, sets }: PassBase,
  known: Map<string, readonly InstanceType[]>,
): readonly InstanceType[] {
  const template = templates.find(({ name }) => name === nodePool);
  if (template === undefined) return [];
  const { universe } = template;
  const asked = pods.map((pod) => shapes.of(pod));
  const set = asked.reduce((sum, { constraints }) => sets.sum(sum, constraints.strict), template.requirements);
  const { columns, values } = sumOf(
    table,
    asked.map(({ requests }) => requests),
  );
  const key = JSON.stringify([nodePool, set.id, columns, values.map(String)]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const bits = Uint32Array.from(universe.masks(set).both);
  columns.forEach((column, at) => intersectInto(bits, universe.fitting(column, values[at] ?? table.zero)));
  const found = universe.typesIn(bits).flatMap((type) => universe.types[type]?.source ?? []);
  known.set(key, found);
  return found;
}

/** Addresses that DaemonSets take on nodes of each pool; by type, as not every daemon runs on every type. */
export function daemonAddresses(input: SolveInput): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const pools = withTypes(managedPools(input.objects), input.instanceTypes);
  return sharedBase(input, pools).use(
    ({ templates }) =>
      new Map(
        templates.map(({ name, universe }) => [
          name,
          new Map(
            universe.groups.flatMap(({ types, addresses }) => types.map((type) => [type.name, addresses] as const)),
          ),
        ]),
      ),
  );
}

function sharedBase(input: SolveInput, pools: readonly PoolWithTypes[]): SharedBase {
  return new SharedBase({ ...readWorld(input), pools });
}
