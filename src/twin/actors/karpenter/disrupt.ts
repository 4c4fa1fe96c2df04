import { isHeldByBudget, nextDisruption, validated } from "../../../disruption/disrupt.ts";
import { type MethodName, methodClasses, methodNames } from "../../../disruption/types.ts";
import { validationDelayMs } from "../../../disruption/validate.ts";
import { labelKeys } from "../../../karpenter/labels.ts";
import { isConditionTrue } from "../../../kube/conditions.ts";
import type { Core } from "../../world/core.ts";
import type { DisruptionMemory, ProposedCommand } from "../../world/state.ts";
import { followCommands, releaseOthers, startCommand } from "./commands.ts";
import { textKey } from "./key.ts";
import { nodeClaims } from "./memory.ts";
import { clusterView } from "./view.ts";

/** How long a pass that did nothing is followed by none. */
const idleMs = 10_000;
/** Consolidation looks at an unchanged cluster again this much later: what it does not watch may have changed. */
const forgottenAfterMs = 300_000;

/** Karpenter's disruption controller and its queue (`pkg/controllers/disruption`): one look, once a second. */
export function disrupt(core: Core): void {
  followCommands(core);
  const memory = core.state.karpenter.disruption;
  const now = core.nowMs();
  if (memory.proposed !== undefined) {
    if (now >= memory.proposed.lookAgainMs) lookAgain(core, memory.proposed);
  } else if (now >= memory.nextPassMs) {
    releaseOthers(core);
    ask(core, methodNames);
  }
}

/** Asks the methods in their order. What consolidation decides is looked at again before it is done; drift acts at once. */
function ask(core: Core, methods: readonly MethodName[]): void {
  const memory = core.state.karpenter.disruption;
  memory.nextPassMs = core.nowMs() + idleMs;
  const sinceMs = unchangedSinceMs(core);
  const due = methods.filter((method) => memory.settled[method] !== sinceMs);
  if (due.length === 0 || !hasCandidates(core)) return;
  const { acting, idle } = nextDisruption({ ...clusterView(core), validation: "none" }, due);
  for (const outcome of idle) {
    const { method } = outcome;
    if (methodClasses[method] === "graceful" && !isHeldByBudget(outcome)) memory.settled[method] = sinceMs;
  }
  if (acting === undefined) return;
  const { method } = acting;
  for (const { existing, ...command } of acting.commands) {
    const plain = { ...command, existing: Object.fromEntries(existing) };
    if (methodClasses[method] === "graceful")
      memory.proposed = { ...plain, method, lookAgainMs: core.nowMs() + validationDelayMs };
    else if (startCommand(core, method, plain)) askSoon(core, memory);
  }
}

/** Does what still holds. What does not leaves the turn to the methods that come after. */
function lookAgain(core: Core, proposed: ProposedCommand): void {
  const memory = core.state.karpenter.disruption;
  memory.proposed = undefined;
  memory.nextPassMs = core.nowMs() + idleMs;
  const { method, existing, ...rest } = proposed;
  const command = { ...rest, existing: new Map(Object.entries(existing)) };
  const holds = validated(clusterView(core), method, command);
  if (holds === undefined) ask(core, methodNames.slice(methodNames.indexOf(method) + 1));
  else if (startCommand(core, method, { ...holds, existing })) askSoon(core, memory);
}

function askSoon(core: Core, memory: DisruptionMemory): void {
  memory.nextPassMs = core.nowMs();
}

/** Every method takes only nodes with one of these conditions: without any there is nothing to ask. */
function hasCandidates(core: Core): boolean {
  return nodeClaims(core).some(
    (claim) => isConditionTrue(claim, "Consolidatable") || isConditionTrue(claim, "Drifted"),
  );
}

/**
 * Since when nothing has changed that consolidation watches: bound pods, nodes and NodeClaims, whether they are initialized or going, and
 * NodePools (`Cluster.ConsolidationState`). After five minutes it counts as changed.
 */
function unchangedSinceMs(core: Core): number {
  const memory = core.state.karpenter.disruption;
  const key = textKey(watched(core));
  const { cluster } = memory;
  if (cluster.key !== key || core.nowMs() - cluster.sinceMs >= forgottenAfterMs)
    memory.cluster = { key, sinceMs: core.nowMs() };
  return memory.cluster.sinceMs;
}

function* watched({ api }: Core): Generator<string> {
  for (const { metadata, spec } of api.peek("pods"))
    if (spec.nodeName !== undefined) yield `${metadata.uid ?? ""} ${spec.nodeName}`;
  for (const { metadata } of api.peek("nodes"))
    yield `${metadata.uid ?? ""} ${metadata.labels?.[labelKeys.initialized] ?? ""}`;
  for (const { metadata } of api.peek("nodeclaims"))
    yield `${metadata.uid ?? ""} ${metadata.deletionTimestamp === undefined ? "" : "going"}`;
  for (const { metadata } of api.peek("nodepools")) yield `${metadata.uid ?? ""} ${metadata.generation ?? 0}`;
}
