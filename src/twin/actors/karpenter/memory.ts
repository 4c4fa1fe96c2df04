import type { DisruptionCommand, MethodName } from "../../../disruption/types.ts";
import type { DisruptionReason } from "../../../karpenter/budgets.ts";
import type { Container } from "../../../kube/objects.ts";
import type { PodKey } from "../../../scheduling/types.ts";

/** EC2's answer to a launch is there. */
export type KarpenterEvent = { readonly kind: "launched"; readonly claim: string };

/** What Karpenter keeps in its memory. */
export interface KarpenterMemory {
  /** The process that runs: the container that it was started from. */
  running: { readonly container: Container } | undefined;
  /** When the first and the last pod of the current batch were seen. */
  batch: { readonly firstMs: number; readonly lastMs: number } | undefined;
  /** What triggered provisioning, and when: pods and nodes, as keys. */
  readonly triggeredMs: Record<string, number>;
  readonly nominatedMs: Record<string, number>;
  readonly provider: ProviderMemory;
  readonly disruption: DisruptionMemory;
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
  /** NodeClaims that EC2 has been asked for. */
  readonly asked: Record<string, true>;
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
    asked: {},
    launchAgainMs: {},
  };
}

/** What Karpenter's disruption controller and its queue keep. */
export interface DisruptionMemory {
  /** When the methods are asked next, at the earliest. */
  nextPassMs: number;
  /** A command that waits for its second look: until then no method is asked. */
  proposed: ProposedCommand | undefined;
  running: readonly RunningCommand[];
  /** When something changed that consolidation watches, or was taken to have (`Cluster.ConsolidationState`). */
  changedMs: number;
  /** When anything changed that a decision may depend on. */
  touchedMs: number;
  /** When the methods were asked last. */
  askedMs: number;
  /** Methods that found nothing, with the `changedMs` of the cluster in which they did. */
  settled: { [M in MethodName]?: number };
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

/** Of a Karpenter that does not run. */
export function emptyMemory(): KarpenterMemory {
  return {
    running: undefined,
    batch: undefined,
    triggeredMs: {},
    nominatedMs: {},
    provider: emptyProvider(),
    disruption: {
      nextPassMs: 0,
      proposed: undefined,
      running: [],
      changedMs: 0,
      touchedMs: 0,
      askedMs: -1,
      settled: {},
    },
  };
}
