import type { PlannedNodeClaim, SolveResult } from "../src/scheduling/types.ts";

/** What the oracle writes down of a decision. */
export interface Outcome {
  readonly error?: string;
  readonly newNodeClaims?: readonly OutcomeClaim[];
  readonly existing?: readonly OutcomePlacement[];
  readonly podErrors?: Readonly<Record<string, { readonly classes: readonly string[]; readonly text?: string }>>;
  readonly ignored?: readonly string[];
  readonly allNonPendingPodsScheduled?: boolean;
}

export interface OutcomePlacement {
  readonly node: string;
  readonly pods: readonly string[];
}

export interface OutcomeClaim {
  readonly pool: string;
  readonly pods: readonly string[];
  readonly requirements: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
    readonly minValues?: number;
  }[];
  /** Absent where it is the plain template of a static pool. */
  readonly instanceTypes?: readonly string[];
  readonly requests?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly minPrice?: number;
}

/** Our answer in the oracle's words. Pods kept out by validation are listed for provisioning only. */
export function outcomeOf(result: SolveResult, area: string): Outcome {
  const { newNodeClaims, existing, podErrors, ignored } = result;
  return {
    ...(result.error === undefined ? {} : { error: result.error }),
    ...(newNodeClaims.length === 0 ? {} : { newNodeClaims: newNodeClaims.map(claimOf) }),
    ...(existing.size === 0 ? {} : { existing: [...existing].map(([node, pods]) => ({ node, pods })) }),
    ...(podErrors.size === 0
      ? {}
      : {
          podErrors: Object.fromEntries(
            [...podErrors].map(([pod, { classes, message }]) => [pod, { classes, text: normal(message) }]),
          ),
        }),
    ...(ignored.size === 0 || area !== "provision" ? {} : { ignored: [...ignored.keys()].sort() }),
    ...(result.allNonPendingPodsScheduled === undefined || result.error !== undefined
      ? {}
      : { allNonPendingPodsScheduled: result.allNonPendingPodsScheduled }),
  };
}

function normal(text: string): string {
  return text.replace(/hostname-placeholder-\d+/g, "hostname-placeholder");
}

/** A planned NodeClaim in the oracle's words. */
export function claimOf(claim: PlannedNodeClaim): OutcomeClaim {
  const labels = Object.entries(claim.labels).filter(([key]) => key !== "karpenter.sh/nodepool");
  const annotations = Object.entries(claim.annotations).filter(
    ([key]) => !key.startsWith("karpenter.sh/nodepool-hash"),
  );
  const drawn = new Set(claim.drawnLabels ?? []);
  return {
    pool: claim.nodePool,
    pods: claim.pods,
    requirements: claim.requirements.map(({ key, operator, values, minValues }) => ({
      key,
      operator,
      ...(values === undefined || key === "node.kubernetes.io/instance-type" ? {} : { values }),
      ...(minValues === undefined ? {} : { minValues }),
    })),
    ...(claim.instanceTypes.length === 0 ? {} : { instanceTypes: claim.instanceTypes }),
    ...(Object.keys(claim.requests).length === 0 ? {} : { requests: claim.requests }),
    ...(labels.length === 0
      ? {}
      : { labels: Object.fromEntries(labels.map(([key, value]) => [key, drawn.has(key) ? "*" : value])) }),
    ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
    ...(claim.minPriceUsdPerHour === undefined ? {} : { minPrice: claim.minPriceUsdPerHour }),
  };
}

/** Without error texts: they are reported beside the verdict. */
export function withoutTexts(outcome: Outcome): Outcome {
  if (outcome.podErrors === undefined) return outcome;
  const podErrors = Object.fromEntries(
    Object.entries(outcome.podErrors).map(([pod, { classes }]) => [pod, { classes }]),
  );
  return { ...outcome, podErrors };
}

/** Orders forgotten: machines, pods, instance types. */
export function canonical(outcome: Outcome): Outcome {
  const { newNodeClaims, existing } = outcome;
  return {
    ...withoutTexts(outcome),
    ...(newNodeClaims === undefined ? {} : { newNodeClaims: sortedClaims(newNodeClaims) }),
    ...(existing === undefined ? {} : { existing: sortedPlacements(existing) }),
  };
}

/** NodeClaims by pool and pods, what is in them sorted too. */
export function sortedClaims(claims: readonly OutcomeClaim[]): OutcomeClaim[] {
  const sorted = claims.map((claim) => ({
    ...claim,
    pods: [...claim.pods].sort(),
    ...(claim.instanceTypes === undefined ? {} : { instanceTypes: [...claim.instanceTypes].sort() }),
  }));
  return sorted.sort((a, b) => compare(a.pool, b.pool) || compare(a.pods.join(","), b.pods.join(",")));
}

/** Placements by node, their pods sorted. */
export function sortedPlacements(placements: readonly OutcomePlacement[]): OutcomePlacement[] {
  return placements.map(({ node, pods }) => ({ node, pods: [...pods].sort() })).sort((a, b) => compare(a.node, b.node));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first place where two values differ, as `path: theirs / ours`; undefined when they are equal. */
export function firstDifference(theirs: unknown, ours: unknown, path = ""): string | undefined {
  if (Object.is(theirs, ours)) return undefined;
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    for (let at = 0; at < Math.max(theirs.length, ours.length); at++) {
      const found = firstDifference(theirs[at], ours[at], `${path}[${at}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isRecord(theirs) && isRecord(ours)) {
    for (const key of [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].sort(byImportance)) {
      const found = firstDifference(theirs[key], ours[key], path === "" ? key : `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return `${path}: Karpenter ${show(theirs)}, ours ${show(ours)}`;
}

// Where pods went says more than what follows from it.
function byImportance(a: string, b: string): number {
  const order = ["error", "existing", "newNodeClaims", "pool", "pods", "instanceTypes"];
  const rank = (key: string): number => (order.indexOf(key) + order.length + 1) % (order.length + 1);
  return rank(a) - rank(b) || compare(a, b);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text;
}
