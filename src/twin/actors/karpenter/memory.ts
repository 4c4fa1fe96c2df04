import type { DisruptionCommand, MethodName } from "../../../disruption/types.ts";
import type { DisruptionReason } from "../../../karpenter/budgets.ts";
import type { PodKey } from "../../../scheduling/types.ts";

/** What Karpenter keeps in its memory. */
export interface KarpenterMemory {
  /** When the first and the last pod of the current batch were seen. */
  batchFirstMs: number | undefined;
  batchLastMs: number | undefined;
  seenPods: Record<string, number>;
  nominatedMs: Record<string, number>;
  /** The pods last seen on each node and how far they are, daemons left out. */
  podsOnNode: Record<string, string>;
  readonly provider: ProviderMemory;
  readonly disruption: DisruptionMemory;
  isRunning: boolean;
}

/** What Karpenter's AWS provider keeps between launches. */
export interface ProviderMemory {
  /** Capacity pools, capacity types, subnets and zones that EC2 refused, until when they are left out. */
  readonly refusedUntilMs: {
    pools: Record<string, number>;
    capacityTypes: Record<string, number>;
    subnets: Record<string, number>;
    zones: Record<string, number>;
  };
  /** Free addresses by subnet as EC2 said last, and what launches since then are expected to leave. */
  readonly addresses: { cached: Record<string, number>; inFlight: Record<string, number> };
  /** Node classes by name: when their selectors were asked last, and for which generation. */
  readonly selected: Record<string, { readonly atMs: number; readonly generation: number }>;
  /** Launch templates that were made or found, by name: they go when no launch has used them for a while. */
  readonly templates: Record<string, { readonly id: string; readonly untilMs: number }>;
  /** NodeClaims whose launch failed, until when it is not tried again. */
  readonly launchAgainMs: Record<string, { readonly atMs: number; readonly delayMs: number }>;
}

/** Of a provider that has just started. */
function emptyProvider(): ProviderMemory {
  return {
    refusedUntilMs: { pools: {}, capacityTypes: {}, subnets: {}, zones: {} },
    addresses: { cached: {}, inFlight: {} },
    selected: {},
    templates: {},
    launchAgainMs: {},
  };
}

/** What Karpenter's disruption controller and its queue keep. */
export interface DisruptionMemory {
  /** When the methods are asked next. */
  nextPassMs: number;
  /** A command that waits for its second look: until then no method is asked. */
  proposed: ProposedCommand | undefined;
  running: readonly RunningCommand[];
  /** What consolidation depends on, as a key, and since when it is so. */
  cluster: { readonly key: string; readonly sinceMs: number };
  /** Methods that found nothing, with the `sinceMs` of the cluster in which they did. */
  settled: { [M in MethodName]?: number };
  /** NodePools and node classes as drift was last judged by, as a key. */
  driftKey: string;
  /** NodeClaims to when their drift was last judged. */
  driftJudgedMs: Record<string, number>;
}

/** What a method would do, as plain data. */
export interface ProposedCommand extends Omit<DisruptionCommand, "existing"> {
  readonly method: MethodName;
  readonly existing: Readonly<Record<string, readonly PodKey[]>>;
  readonly lookAgainMs: number;
}

/** A command under way: its nodes are tainted and go once all replacements are there. NodeClaims by name. */
export interface RunningCommand {
  readonly reason: DisruptionReason;
  readonly candidates: readonly string[];
  readonly startedMs: number;
  /** Replacements that have not been seen initialized yet. */
  readonly waitingFor: readonly string[];
}

/** Of a Karpenter that has just started, or does not run. */
export function emptyMemory(): KarpenterMemory {
  return {
    batchFirstMs: undefined,
    batchLastMs: undefined,
    seenPods: {},
    nominatedMs: {},
    podsOnNode: {},
    provider: emptyProvider(),
    disruption: {
      nextPassMs: 0,
      proposed: undefined,
      running: [],
      cluster: { key: "", sinceMs: 0 },
      settled: {},
      driftKey: "",
      driftJudgedMs: {},
    },
    isRunning: false,
  };
}
