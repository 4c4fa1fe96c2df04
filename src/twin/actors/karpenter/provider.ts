import type { Ec2NodeClass, NodeClaim } from "../../../karpenter/api.ts";
import type { FleetAnswer } from "../../../karpenter/aws/fleet-request.ts";
import { providerWorldFor } from "../../../karpenter/aws/for-node-class.ts";
import type { NodeClassReady } from "../../../karpenter/aws/launch-failure.ts";
import type { LaunchState } from "../../../karpenter/aws/launch-state.ts";
import { launch, type LaunchClaim, type LaunchContext, type LaunchOutcome } from "../../../karpenter/aws/launch.ts";
import { launchedClaim, type LaunchedClaim } from "../../../karpenter/aws/launched.ts";
import type { NodeClassStatus } from "../../../karpenter/aws/node-class.ts";
import { conditionOf } from "../../../kube/conditions.ts";
import { parseResources } from "../../../kube/resource-list.ts";
import type { KarpenterHere } from "./here.ts";
import type { ProviderMemory } from "./memory.ts";
import { toldCluster } from "./told-cluster.ts";
import { askFleet } from "./fleet.ts";
import { listedTypes, providerInput, unavailableNow } from "./types.ts";

/** How long what EC2 refused is left out (`pkg/cache`). */
const refusedMs = 180_000;

/** One launch through the AWS provider: what came of it, and the claim's facts when there is an instance. */
export function launchMachine(
  here: KarpenterHere,
  claim: NodeClaim,
  nodeClass: Ec2NodeClass,
): { readonly outcome: LaunchOutcome; readonly launched: LaunchedClaim | undefined } {
  const context: LaunchContext = {
    world: providerWorldFor(providerInput(here, nodeClass)),
    cluster: toldCluster(here),
    ready: readinessOf(nodeClass),
    listed: () => ({ ok: true, value: [...listedTypes(here, nodeClass)] }),
    fleet: (request, templates): FleetAnswer => askFleet(here, claim, { request, templates }),
  };
  const state = stateOf(here);
  const asked = launchClaim(claim);
  const outcome = launch(asked, context, state);
  keep(here, state);
  // What was refused may be had again: consolidation looks anew.
  if (outcome.answer !== undefined && outcome.answer.errors.length > 0) here.lookAgain("touched", refusedMs + 1);
  return { outcome, launched: launchedClaim(outcome, asked, context) };
}

/** What EC2 says of free addresses replaces what launches were expected to have taken. */
export function learnAddresses(here: KarpenterHere, subnets: NonNullable<NodeClassStatus["subnets"]>): void {
  const { addresses } = here.memory.provider;
  for (const { id } of subnets) {
    addresses.cached[id] = Number(here.account.table("ec2.subnets")[id]?.["AvailableIpAddressCount"] ?? 0);
    delete addresses.inFlight[id];
  }
}

function readinessOf(nodeClass: Ec2NodeClass): NodeClassReady {
  const { status, message = "" } = conditionOf(nodeClass, "Ready") ?? { status: "Unknown" };
  return { status: status === "True" || status === "False" ? status : "Unknown", message, isCurrent: true };
}

function launchClaim({ metadata, spec }: NodeClaim): LaunchClaim {
  const requests = parseResources(spec.resources?.requests);
  return {
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    requirements: spec.requirements ?? [],
    requests: requests.ok ? requests.value : new Map(),
    taints: spec.taints ?? [],
    startupTaints: spec.startupTaints ?? [],
  };
}

function stateOf(here: KarpenterHere): LaunchState {
  const { addresses } = here.memory.provider;
  return {
    addresses: {
      cached: new Map(Object.entries(addresses.cached)),
      inFlight: new Map(Object.entries(addresses.inFlight)),
    },
    unavailable: unavailableNow(here),
    reservationCounts: new Map(),
  };
}

function keep(here: KarpenterHere, state: LaunchState): void {
  const memory: ProviderMemory = here.memory.provider;
  memory.addresses.cached = Object.fromEntries(state.addresses.cached);
  memory.addresses.inFlight = Object.fromEntries(state.addresses.inFlight);
  const untilMs = here.nowMs + refusedMs;
  for (const kind of ["pools", "capacityTypes", "subnets", "zones"] as const) {
    const before = memory.refusedUntilMs[kind];
    memory.refusedUntilMs[kind] = Object.fromEntries(
      Array.from(state.unavailable[kind], (key) => [key, before[key] ?? untilMs] as const),
    );
  }
}
