import { isHeldByBudget, nextDisruption, validated } from "../../../disruption/disrupt.ts";
import { type MethodName, methodClasses, methodNames } from "../../../disruption/types.ts";
import { validationDelayMs } from "../../../disruption/validate.ts";
import { labelKeys } from "../../../karpenter/labels.ts";
import { isConditionTrue } from "../../../kube/conditions.ts";
import type { KarpenterHere } from "./here.ts";
import type { DisruptionMemory, ProposedCommand } from "./memory.ts";
import { followCommands, releaseOthers, startCommand } from "./commands.ts";
import { textKey } from "./key.ts";
import { nodeClaims } from "./objects.ts";
import { clusterView } from "./view.ts";

/** How long a pass that did nothing is followed by none. */
const idleMs = 10_000;
/** Consolidation looks at an unchanged cluster again this much later: what it does not watch may have changed. */
const forgottenAfterMs = 300_000;

/** Karpenter's disruption controller and its queue (`pkg/controllers/disruption`): one look, once a second. */
export function disrupt(here: KarpenterHere): void {
  followCommands(here);
  const memory = here.memory.disruption;
  const now = here.nowMs;
  if (memory.proposed !== undefined) {
    if (now >= memory.proposed.lookAgainMs) lookAgain(here, memory.proposed);
  } else if (now >= memory.nextPassMs) {
    releaseOthers(here);
    ask(here, methodNames);
  }
}

/** Asks the methods in their order. What consolidation decides is looked at again before it is done; drift acts at once. */
function ask(here: KarpenterHere, methods: readonly MethodName[]): void {
  const memory = here.memory.disruption;
  memory.nextPassMs = here.nowMs + idleMs;
  const sinceMs = unchangedSinceMs(here);
  const due = methods.filter((method) => memory.settled[method] !== sinceMs);
  if (due.length === 0 || !hasCandidates(here)) return;
  const { acting, idle } = nextDisruption({ ...clusterView(here), validation: "none" }, due);
  for (const outcome of idle) {
    const { method } = outcome;
    if (methodClasses[method] === "graceful" && !isHeldByBudget(outcome)) memory.settled[method] = sinceMs;
  }
  if (acting === undefined) return;
  const { method } = acting;
  for (const { existing, ...command } of acting.commands) {
    const plain = { ...command, existing: Object.fromEntries(existing) };
    if (methodClasses[method] === "graceful")
      memory.proposed = { ...plain, method, lookAgainMs: here.nowMs + validationDelayMs };
    else if (startCommand(here, method, plain)) askSoon(here, memory);
  }
}

/** Does what still holds. What does not leaves the turn to the methods that come after. */
function lookAgain(here: KarpenterHere, proposed: ProposedCommand): void {
  const memory = here.memory.disruption;
  memory.proposed = undefined;
  memory.nextPassMs = here.nowMs + idleMs;
  const { method, existing, ...rest } = proposed;
  const command = { ...rest, existing: new Map(Object.entries(existing)) };
  const holds = validated(clusterView(here), method, command);
  if (holds === undefined) ask(here, methodNames.slice(methodNames.indexOf(method) + 1));
  else if (startCommand(here, method, { ...holds, existing })) askSoon(here, memory);
}

function askSoon(here: KarpenterHere, memory: DisruptionMemory): void {
  memory.nextPassMs = here.nowMs;
}

/** Every method takes only nodes with one of these conditions: without any there is nothing to ask. */
function hasCandidates(here: KarpenterHere): boolean {
  return nodeClaims(here).some(
    (claim) => isConditionTrue(claim, "Consolidatable") || isConditionTrue(claim, "Drifted"),
  );
}

/**
 * Since when nothing has changed that consolidation watches: bound pods, nodes and NodeClaims, whether they are initialized or going, and
 * NodePools (`Cluster.ConsolidationState`). After five minutes it counts as changed.
 */
function unchangedSinceMs(here: KarpenterHere): number {
  const memory = here.memory.disruption;
  const key = textKey(watched(here));
  const { cluster } = memory;
  if (cluster.key !== key || here.nowMs - cluster.sinceMs >= forgottenAfterMs)
    memory.cluster = { key, sinceMs: here.nowMs };
  return memory.cluster.sinceMs;
}

function* watched({ store }: KarpenterHere): Generator<string> {
  for (const { metadata, spec } of store.all("pods"))
    if (spec.nodeName !== undefined) yield `${metadata.uid ?? ""} ${spec.nodeName}`;
  for (const { metadata } of store.all("nodes"))
    yield `${metadata.uid ?? ""} ${metadata.labels?.[labelKeys.initialized] ?? ""}`;
  for (const { metadata } of store.all("nodeclaims"))
    yield `${metadata.uid ?? ""} ${metadata.deletionTimestamp === undefined ? "" : "going"}`;
  for (const { metadata } of store.all("nodepools")) yield `${metadata.uid ?? ""} ${metadata.generation ?? 0}`;
}
