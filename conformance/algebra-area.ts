import type { KarpenterBehaviour } from "../src/karpenter/behaviour.ts";
import { behaviourOf } from "../src/karpenter/behaviours.ts";
import { allowedDisruptions, type Budget, effectiveDisruptions } from "../src/karpenter/budgets.ts";
import { evictionCost, lifetimeRemaining } from "../src/karpenter/disruption-cost.ts";
import { goDurationText, parseNillableDuration } from "../src/kube/go-duration.ts";
import { goSort } from "../src/kube/go-sort.ts";
import { hostPortsOf, portsConflict } from "../src/kube/host-ports.ts";
import type { InstanceType, RequirementSpec } from "../src/karpenter/instance-type.ts";
import { awsLabels } from "../src/karpenter/labels.ts";
import type { NodeClaim, NodePool } from "../src/karpenter/api.ts";
import { nodePoolHash } from "../src/karpenter/node-pool-hash.ts";
import {
  isDisruptable,
  isDoNotDisruptActive,
  isDrainable,
  isEvictable,
  isProvisionable,
  isReschedulable,
  isWaitingEviction,
} from "../src/karpenter/pod-predicates.ts";
import { podRequirements } from "../src/karpenter/pod-requirements.ts";
import { adjustedPrice, buyableIn, orderByPrice, worstLaunchPrice } from "../src/karpenter/prices.ts";
import { requirementProblems } from "../src/karpenter/requirement-validation.ts";
import {
  hasIntersection,
  hasValue,
  intersection,
  lengthOf,
  operatorOf,
  type Requirement,
  requirementFromSpec,
  requirementText,
} from "../src/karpenter/requirement.ts";
import { compatible, fromSpecs, intersects, requirementsText, serialise } from "../src/karpenter/requirements.ts";
import { toleratesAll } from "../src/karpenter/taints.ts";
import type {
  ContainerPort,
  Labels,
  LabelSelector,
  Pod,
  ResourceTexts,
  Taint,
  Toleration,
} from "../src/kube/objects.ts";
import { isActive } from "../src/kube/pod.ts";
import { podRequests } from "../src/kube/pod-requests.ts";
import { formatDecimal } from "../src/kube/quantity.ts";
import {
  fits,
  max,
  merge,
  min,
  parseResources,
  type ResourceList,
  subtract,
  subtractFrom,
} from "../src/kube/resource-list.ts";
import { compileSelector } from "../src/kube/selector.ts";
import { type Demands, relax } from "../src/scheduling/pods/preferences.ts";
import { typeFacts } from "../src/scheduling/types/type-facts.ts";
import { shortfallsOf } from "../src/scheduling/types/min-values.ts";
import type { Area, Verdict } from "./area.ts";
import { goFloatText, quantityFacts } from "./go-text.ts";
import { firstDifference } from "./outcome.ts";

/** Tables of small facts: an input, and what Karpenter or the Kubernetes library it uses makes of it. */

const family = awsLabels;
const nowMs = Date.parse("2026-09-14T10:00:00Z");
const probes = [
  "",
  "A",
  "B",
  "C",
  "-1",
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
  "10",
  "1.5",
  " 5",
  "+5",
  "05",
];

type Table = (input: never, behaviour: KarpenterBehaviour) => unknown;

function shown(requirement: Requirement): unknown {
  return {
    key: requirement.key,
    operator: operatorOf(requirement),
    values: [...requirement.values].sort(),
    len: String(lengthOf(requirement)),
    minValues: requirement.minValues ?? null,
    text: requirementText(requirement),
    has: Object.fromEntries(probes.map((value) => [value, hasValue(requirement, value)])),
    api: serialise(new Map([[requirement.key, requirement]])),
  };
}

function podOf(part: {
  metadata?: Partial<Pod["metadata"]>;
  spec?: Partial<Pod["spec"]>;
  status?: Pod["status"];
}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "default", ...part.metadata },
    spec: { containers: [], ...part.spec },
    ...(part.status === undefined ? {} : { status: part.status }),
  };
}

function resources(texts: ResourceTexts): ResourceList {
  const parsed = parseResources(texts);
  return parsed.ok ? parsed.value : new Map();
}

// Go leaves an empty list out.
function plain(list: ResourceList): unknown {
  return list.size === 0
    ? undefined
    : Object.fromEntries([...list].map(([name, amount]) => [name, formatDecimal(amount)]));
}

function order<T>(items: readonly T[], before: (a: T, b: T) => boolean): number[] {
  const positions = items.map((item, at) => ({ item, at }));
  goSort(positions, (a, b) => before(a.item, b.item));
  return positions.map(({ at }) => at);
}

function budgetTable({
  budgets,
  nodes,
  now,
}: {
  budgets: readonly Budget[] | null;
  nodes: number;
  now: string;
}): unknown {
  const out: Record<string, unknown> = {};
  for (const reason of ["Empty", "Drifted", "Underutilized"] as const) {
    const when = { nowMs: Date.parse(now), nodes, reason };
    const allowed = allowedDisruptions(budgets ?? [], when);
    if (allowed.isBroken) out["error"] = true;
    out[reason] = allowed.nodes;
    out[`effective${reason}`] = effectiveDisruptions(budgets ?? [], when);
  }
  return out;
}

function relaxTable({ spec, toleratePreferNoSchedule }: { spec: Demands; toleratePreferNoSchedule: boolean }): unknown {
  const steps: unknown[] = [];
  let demands: Demands | undefined = withoutNulls(spec);
  while (steps.length < 40) {
    demands = relax(demands, toleratePreferNoSchedule)?.demands;
    if (demands === undefined) break;
    const { affinity, topologySpreadConstraints, tolerations } = demands;
    const [requirements, strict] = [false, true].map((isStrict) =>
      serialise(podRequirements(demands ?? {}, family, isStrict)),
    );
    steps.push({ affinity, topologySpreadConstraints, tolerations, requirements, strict });
  }
  return steps;
}

function withoutNulls(demands: Demands): Demands {
  return Object.fromEntries(Object.entries(demands).filter(([, value]) => value !== null));
}

function predicateTable(
  part: {
    metadata: Pod["metadata"];
    spec: Partial<Pod["spec"]>;
    status: Pod["status"];
  },
  behaviour: KarpenterBehaviour,
): unknown {
  const moment = { nowMs, behaviour };
  const { tolerations, ...spec } = part.spec;
  const pod = podOf({
    ...part,
    spec: tolerations === null || tolerations === undefined ? spec : { ...spec, tolerations },
  });
  return {
    provisionable: isProvisionable(pod),
    active: isActive(pod),
    reschedulable: isReschedulable(pod),
    disruptable: isDisruptable(pod, moment),
    evictable: isEvictable(pod, moment),
    waitingEviction: isWaitingEviction(pod, nowMs),
    drainable: isDrainable(pod, nowMs),
  };
}

function portsTable(input: { a: readonly ContainerPort[]; b: readonly ContainerPort[] }): unknown {
  const [a, b] = [input.a, input.b].map((ports) =>
    hostPortsOf(podOf({ spec: { containers: [{ name: "c", ports }] } })),
  );
  return { conflict: portsConflict(b ?? [], a ?? []), withItself: false };
}

function durationTable(text: string): unknown {
  const parsed = parseNillableDuration(text);
  if (parsed === undefined) return { error: true };
  return parsed === null ? { never: true } : { nanoseconds: String(parsed), text: goDurationText(parsed) };
}

function minValuesTable(
  {
    types,
    requirements,
  }: {
    types: readonly InstanceType[];
    requirements: readonly RequirementSpec[];
  },
  { minValuesCount }: KarpenterBehaviour,
): unknown {
  const set = { all: fromSpecs(requirements, family) };
  const facts = types.map((type) => ({ requirements: fromSpecs(type.requirements, family) }));
  const missing = shortfallsOf(facts, set, minValuesCount);
  if (missing !== undefined) return { needed: types.length, ok: false, distinct: Object.fromEntries(missing) };
  let needed = 1;
  while (needed < facts.length && shortfallsOf(facts.slice(0, needed), set, minValuesCount) !== undefined) needed += 1;
  return { needed, ok: true, distinct: null };
}

function priceTable(
  {
    types,
    requirements,
  }: {
    types: readonly InstanceType[];
    requirements: readonly RequirementSpec[] | null;
  },
  behaviour: KarpenterBehaviour,
): unknown {
  const wanted = fromSpecs(requirements ?? [], family);
  const whole = types.map((type) => ({
    ...type,
    offerings: typeFacts({ ...type, offerings: type.offerings ?? [] }, family).offerings,
  }));
  const buying = { family, buyable: buyableIn(behaviour) };
  const hasOffering = whole.filter(({ offerings }) =>
    offerings.some((one) => one.available && compatible(wanted, one.requirements, family.wellKnown)),
  );
  return {
    worstLaunchPrice: whole.map(({ offerings }) => worstLaunchPrice(offerings, wanted, buying) ?? null),
    orderByPrice: orderByPrice(whole, wanted, buying).map(({ name }) => name),
    compatible: hasOffering.map(({ name }) => name),
  };
}

const tables: Readonly<Record<string, Table>> = {
  "requirement.intersection": ({ a, b }: { a: RequirementSpec; b: RequirementSpec }) => {
    const [x, y] = [requirementFromSpec(a, family), requirementFromSpec(b, family)];
    return { result: shown(intersection(x, y)), hasIntersection: hasIntersection(x, y) };
  },
  "requirements.compatible": ({ have, want }: { have: RequirementSpec[] | null; want: RequirementSpec[] | null }) => {
    const [x, y] = [fromSpecs(have ?? [], family), fromSpecs(want ?? [], family)];
    return {
      compatible: compatible(x, y),
      compatibleWellKnownUndefined: compatible(x, y, family.wellKnown),
      intersects: intersects(x, y),
    };
  },
  "requirements.serialise": ({ requirements }: { requirements: RequirementSpec[] | null }) => {
    const all = fromSpecs(requirements ?? [], family);
    return { api: serialise(all), text: requirementsText(all) };
  },
  "requirement.valid": (spec: RequirementSpec) => requirementProblems(spec, family).length === 0,
  "taints.tolerated": ({ taints, tolerations }: { taints: Taint[] | null; tolerations: Toleration[] | null }) =>
    toleratesAll(taints ?? [], tolerations ?? []),
  "hostports.conflict": portsTable,
  "resources.ops": (input: { a: ResourceTexts; b: ResourceTexts }) => {
    const [a, b] = [resources(input.a), resources(input.b)];
    const sums = {
      merge: merge(a, b),
      subtract: subtract(a, b),
      subtractFrom: subtractFrom(a, b),
      max: max(a, b),
      min: min(a, b),
    };
    return { fits: fits(a, b), ...Object.fromEntries(Object.entries(sums).map(([name, list]) => [name, plain(list)])) };
  },
  "quantity.parse": quantityFacts,
  "pod.requests": (part: { spec: Pod["spec"]; status: Pod["status"] }, behaviour) => {
    const parsed = podRequests(podOf(part), { status: behaviour.resizes });
    return parsed.ok ? plain(parsed.value) : { error: true };
  },
  "budgets.allowed": budgetTable,
  "eviction.cost": ({ deletionCost, priority }: { deletionCost?: string; priority?: number }, behaviour) => {
    const annotations: Labels =
      deletionCost === undefined ? {} : { "controller.kubernetes.io/pod-deletion-cost": deletionCost };
    return goFloatText(
      evictionCost(podOf({ metadata: { annotations }, spec: priority === undefined ? {} : { priority } }), {
        behaviour,
        managesDeletionCost: false,
      }),
    );
  },
  "lifetime.remaining": ({ ageSeconds, expireAfter }: { ageSeconds: number; expireAfter: string }) => {
    const metadata = { name: "n", creationTimestamp: new Date(nowMs - ageSeconds * 1000).toISOString() };
    const spec = { nodeClassRef: { group: "", kind: "", name: "" }, expireAfter };
    const claim: NodeClaim = { apiVersion: "karpenter.sh/v1", kind: "NodeClaim", metadata, spec };
    return lifetimeRemaining(claim, nowMs);
  },
  "duration.parse": durationTable,
  "pod.doNotDisrupt": ({ value, startedOneHourAgo }: { value: string; startedOneHourAgo: boolean }, behaviour) => {
    const status = startedOneHourAgo ? { startTime: new Date(nowMs - 3_600_000).toISOString() } : {};
    return isDoNotDisruptActive(
      podOf({ metadata: { annotations: { "karpenter.sh/do-not-disrupt": value } }, status }),
      { nowMs, behaviour },
    );
  },
  "labels.match": ({ selector, labels }: { selector: LabelSelector | null; labels: Labels | null }) => {
    const compiled = compileSelector(selector ?? undefined);
    return compiled.ok ? { match: compiled.matches(labels ?? undefined) } : { error: true };
  },
  "sort.slice": (keys: readonly number[]) => ({ order: order(keys, (a, b) => a < b) }),
  "instanceTypes.price": priceTable,
  "instanceTypes.minValues": minValuesTable,
  "price.adjust": ({ price, change }: { price: number; change: string }) => adjustedPrice(price, change),
  "pod.predicates": predicateTable,
  "pod.relax": relaxTable,
  "nodepool.hash": ({ template }: { template: NodePool["spec"]["template"] }) => nodePoolHash({ spec: { template } }),
};

/** Go writes null, or leaves out, what is empty. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([, one]) => one !== null && one !== undefined && !(Array.isArray(one) && one.length === 0),
  );
  return Object.fromEntries(kept.map(([key, one]) => [key, comparable(one)]));
}

export const algebraArea: Area = {
  name: "algebra",
  check: ({ line, release }): Verdict => {
    const table = tables[String(line["table"])];
    if (table === undefined) return { outcome: "not-run", reason: `unknown table ${String(line["table"])}` };
    const got = table(line["in"] as never, behaviourOf(release));
    const difference = firstDifference(comparable(line["out"] ?? []), comparable(got ?? []));
    return difference === undefined
      ? { outcome: "match" }
      : { outcome: "mismatch", difference: `in ${JSON.stringify(line["in"]).slice(0, 300)} ${difference}`, got };
  },
};
