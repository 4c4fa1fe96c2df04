import type { NodePool } from "../../karpenter/api.ts";
import { requirementText } from "../../karpenter/requirement.ts";
import { taintText } from "../../karpenter/taints.ts";
import { parseQuantity, toNumber } from "../../kube/quantity.ts";
import type { PoolTrace } from "../../scheduling/pass/explain.ts";
import type { Shortage, TypeRejection } from "../../scheduling/nodes/type-rejections.ts";
import type { NearestPool, Rejection } from "./types.ts";

const shownExamples = 3;

/** The engine's rejections in words, most types first. */
export function rejectionRows(rejections: readonly TypeRejection[]): readonly Rejection[] {
  return rejections
    .map((rejection) => ({
      rule: ruleText(rejection),
      instanceTypes: rejection.types.length,
      offerings: rejection.types.reduce((sum, type) => sum + type.offerings.length, 0),
      examples: rejection.types.slice(0, shownExamples).map(({ name }) => name),
    }))
    .toSorted((a, b) => b.instanceTypes - a.instanceTypes || (a.rule < b.rule ? -1 : 1));
}

function ruleText({ rule, what }: TypeRejection): string {
  switch (rule) {
    case "pool-requirement":
      return `NodePool requires ${what}`;
    case "pod-requirement":
      return `pods require ${what}`;
    case "offering":
      return "no offering in the zones and capacity types asked for";
    case "unavailable":
      return "not sold in any subnet's zone, or not for this node class";
    case "unpriced":
      return "no price is known, so Karpenter would not launch it";
    case "resources":
      return `too little ${what}`;
    case "combination":
      return "no single offering of it has all that is asked for";
    case "host-ports":
      return "a DaemonSet that would run on it holds the same host port";
    case "limits":
      return "larger than the NodePool's limits leave";
    case "min-values":
      return "fewer kinds than the NodePool's minValues ask for";
  }
}

/** Why a pool refuses a pod whatever the type; undefined when it comes down to types, or does not refuse. */
export function refusalSentence(refusal: PoolTrace["refusal"]): string | undefined {
  if (refusal === undefined) return undefined;
  const { cause, text } = refusal;
  switch (cause.kind) {
    case "taints":
      return `the pod does not tolerate ${cause.taints.map(taintText).join(", ")}`;
    case "requirements": {
      const { conflict } = cause;
      if (conflict.kind === "undefined") return `no node of it carries the label ${conflict.key}`;
      return `it allows ${requirementText(conflict.existing)}, the pod asks for ${requirementText(conflict.incoming)}`;
    }
    case "filter":
      return cause.facts.minValues === undefined ? undefined : text;
    default:
      // The engine's own words tell what no instance type explains.
      return text;
  }
}

/**
 * The least change with which a pod would have fitted one of the pools, if there is a small one. Undefined when none would have done
 * with one change.
 */
export function nearestOf(
  pools: readonly (Pick<PoolTrace, "nodePool" | "nearest"> & Partial<Pick<PoolTrace, "refusal">>)[],
): NearestPool | undefined {
  const misses = pools.flatMap(({ nodePool, nearest, refusal }) => {
    if (nearest !== undefined) {
      const sentence = `fits ${nearest.instanceType} if ${nearest.shortages.map(shortageText).join(" and ")}`;
      return [{ nodePool, sentence, share: nearest.share }];
    }
    const cause = refusal?.cause;
    if (cause?.kind !== "requirements" || cause.conflict.kind !== "undefined") return [];
    const { key } = cause.conflict;
    const sentence = `fits if the template carries the label ${key}, or if the pod stops asking for it`;
    return [{ nodePool, sentence, share: Number.POSITIVE_INFINITY }];
  });
  const [best] = misses.toSorted((a, b) => (a.share === b.share ? 0 : a.share - b.share));
  return best === undefined ? undefined : { nodePool: best.nodePool, sentence: best.sentence };
}

/** `memory is 0.3 GiB less`, `cpu is 1.25 cores less`. Rounded up: less than that would not be enough. */
function shortageText({ resource, requested, available }: Shortage): string {
  const value = toNumber(exact(requested) - exact(available));
  const up = (number: number, digits: number): string =>
    (Math.ceil(number * 10 ** digits) / 10 ** digits).toFixed(digits);
  if (resource === "pods") return `there are ${up(value, 0)} pods fewer`;
  if (resource === "memory" || resource === "ephemeral-storage")
    return `${resource} is ${up(value / 2 ** 30, 1)} GiB less`;
  return `${resource} is ${resource === "cpu" ? `${up(value, 2)} cores` : up(value, 0)} less`;
}

function exact(decimal: string): bigint {
  const parsed = parseQuantity(decimal);
  return parsed.ok ? parsed.value : 0n;
}

/** Why the engine did not even ask a pool. */
export function unaskedSentence({ spec, metadata }: NodePool): string {
  if (spec.replicas !== undefined) return "it keeps a fixed number of nodes and makes none on demand";
  if (metadata.deletionTimestamp !== undefined) return "it is being deleted";
  return `its node class is a ${spec.template.spec.nodeClassRef.kind}, which is not Karpenter's for AWS`;
}
