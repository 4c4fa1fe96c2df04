import type { Memory } from "../../autoscaler/engine/memory.ts";
import type { DisruptionCommand, MethodName } from "../../disruption/types.ts";
import type { DisruptionReason } from "../../karpenter/budgets.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { ResourceName } from "../../kube/resources.ts";
import type { RandomState } from "../time/random.ts";
import type { TimelineState } from "../time/timeline.ts";
import type { PodKey } from "../../scheduling/types.ts";
import type { Stored } from "../store/objects.ts";
import type { AwsState } from "../account/state.ts";

/** The form in which a sandbox is kept between two commands. */
export const sandboxSchema = "dovetail.sandbox/4";

/** Something that will happen. Plain data, so that a saved sandbox continues exactly where it was. */
export type SandboxEvent =
  /** Controllers look at what changed. */
  | { readonly kind: "reconcile" }
  | { readonly kind: "pod-ready"; readonly pod: string; readonly uid: string }
  | { readonly kind: "pod-gone"; readonly pod: string; readonly uid: string }
  | { readonly kind: "job-done"; readonly pod: string; readonly uid: string }
  | { readonly kind: "instance-running"; readonly instance: string }
  | { readonly kind: "node-joins"; readonly instance: string }
  | { readonly kind: "node-ready"; readonly node: string; readonly uid: string }
  | { readonly kind: "instance-terminated"; readonly instance: string }
  | { readonly kind: "node-removed"; readonly node: string }
  | { readonly kind: "groups" }
  | { readonly kind: "eks-update-done"; readonly update: string }
  | { readonly kind: "autoscaler-loop" }
  | { readonly kind: "autoscaler-deletions" }
  | { readonly kind: "karpenter-loop" };

/** Who wrote: `dovetail` through the ports, everybody else by the name of the program that would have done it. */
export type Actor = "dovetail" | "someone-else" | (string & {});

/** One write, as the audit log keeps it. */
export interface AuditEntry {
  readonly atMs: number;
  readonly actor: Actor;
  /** `kube:evict pods/shop/cart-0` or `iam:CreateRole`. */
  readonly operation: string;
  readonly target: string;
  readonly detail?: JsonObject;
}

/** A Helm release and what it made. */
export interface ReleaseState {
  readonly name: string;
  readonly namespace: string;
  readonly status: string;
  readonly revision: number;
  readonly chart: string;
  readonly appVersion: string;
  readonly updated: string;
  readonly values: JsonObject;
  /** Objects the release made, as `resource namespace/name`. */
  readonly objects: readonly string[];
}

/** What Cluster Autoscaler keeps in its memory. */
interface AutoscalerMemory {
  isRunning: boolean;
  /** Of the process that runs. */
  memory?: Memory | undefined;
  /** When it last changed the size of each group. */
  resizedMs: Record<string, number>;
}

/** What Karpenter keeps in its memory. */
interface KarpenterMemory {
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
  /** Capacity pools, capacity types and subnets that EC2 refused, until when they are left out. */
  readonly refusedUntilMs: {
    pools: Record<string, number>;
    capacityTypes: Record<string, number>;
    subnets: Record<string, number>;
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
    refusedUntilMs: { pools: {}, capacityTypes: {}, subnets: {} },
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
export function emptyMemory(): Omit<KarpenterMemory, "isRunning"> {
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
  };
}

/** Everything a sandbox is. Plain JSON: saved after every command that wrote, and continued by the next. */
export interface SandboxState {
  readonly schema: typeof sandboxSchema;
  readonly name: string;
  readonly seed: number;
  /** `major.minor.patch`. */
  readonly kubernetesVersion: string;
  random: RandomState;
  timeline: TimelineState<SandboxEvent>;
  resourceVersion: number;
  readonly objects: { [R in ResourceName]?: Record<string, Stored> };
  /** What this manager last applied, by `resource key`: server-side apply's memory. */
  readonly applied: Record<string, JsonObject>;
  readonly aws: AwsState;
  readonly releases: Record<string, ReleaseState>;
  readonly autoscaler: AutoscalerMemory;
  readonly karpenter: KarpenterMemory;
  readonly audit: AuditEntry[];
}
