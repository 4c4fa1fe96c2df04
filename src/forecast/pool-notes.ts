import { shellWord } from "../kube/text.ts";
import type { NodePool } from "../karpenter/api.ts";
import { kubeletAnnotation } from "../karpenter/compatibility.ts";
import { labelKeys } from "../karpenter/labels.ts";
import { nearest } from "../fault/nearest.ts";
import { poolsAllowingTypes } from "../scheduling/pass/type-questions.ts";
import type { SimulateInput } from "./options.ts";
import type { ForecastPass } from "./pass.ts";

/** NodePools that are not what their author means: names of no instance type, no type left, a node class that nobody reads. */
export function poolNotes(input: SimulateInput, pass: ForecastPass): readonly string[] {
  const allowing = poolsAllowingTypes(pass.asked);
  return input.nodePools.flatMap((pool) => {
    const foreign = foreignClass(pool);
    if (foreign !== undefined) return [foreign];
    const unknown = unknownTypes(pool, input);
    const { name } = pool.metadata;
    const isEmpty = !allowing.has(name) && (pass.types.byPool.get(name)?.types ?? []).length > 0;
    const empty = `NodePool ${name} allows no instance type: \`dovetail explain nodepool ${shellWord(name)}\` counts why`;
    const kept = pool.metadata.annotations?.[kubeletAnnotation] === undefined ? [] : [ignored(name)];
    return [...unknown, ...(isEmpty ? [empty] : []), ...kept];
  });
}

function ignored(pool: string): string {
  return (
    `NodePool ${pool}: the kubelet settings in its annotation ${kubeletAnnotation} are ignored, as Karpenter does ` +
    "from 1.1 on (1.1 itself does not start); `dovetail convert` moves them"
  );
}

/** One sentence for each pool whose node class is another controller's: what it would offer cannot be known here. */
export function unjudgedPools(input: SimulateInput): readonly string[] {
  return input.nodePools.flatMap((pool) => foreignClass(pool) ?? []);
}

function foreignClass(pool: NodePool): string | undefined {
  const { group, kind } = pool.spec.template.spec.nodeClassRef;
  if (group === "karpenter.k8s.aws" && kind === "EC2NodeClass") return undefined;
  const whose = group === "eks.amazonaws.com" ? "EKS Auto Mode" : group;
  return `NodePool ${pool.metadata.name} refers to a ${kind} of ${whose}: only EC2NodeClasses are simulated, so what it offers is unknown`;
}

function unknownTypes(pool: NodePool, { catalogue }: SimulateInput): readonly string[] {
  const named = (pool.spec.template.spec.requirements ?? []).filter(
    (one) => one.key === labelKeys.instanceType && one.operator === "In",
  );
  const unknown = named.flatMap((one) => one.values ?? []).filter((type) => !catalogue.types.has(type));
  const [first] = unknown;
  if (first === undefined) return [];
  const close = nearest(first, Array.from(catalogue.types.keys()));
  const hint = close === undefined ? "" : ` (did you mean ${close}?)`;
  const list = unknown.slice(0, 5).join(", ");
  return [
    `NodePool ${pool.metadata.name} names types that the catalogue of ${catalogue.date} does not know: ${list}${hint}`,
  ];
}
