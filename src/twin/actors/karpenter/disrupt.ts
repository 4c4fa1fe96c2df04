import { isHeldByBudget, nextDisruption, validated } from "../../../disruption/disrupt.ts";
import { type MethodName, methodClasses, methodNames } from "../../../disruption/types.ts";
import { validationDelayMs } from "../../../disruption/validate.ts";
import { isConditionTrue } from "../../../kube/conditions.ts";
import type { KarpenterHere } from "./here.ts";
import type { DisruptionMemory, ProposedCommand } from "./memory.ts";
import { releaseOthers, startCommand } from "./commands.ts";
import { nodeClaims, nodePools } from "./objects.ts";
import { clusterView, isSynced } from "./view.ts";

/** How long a pass that did nothing is followed by none. */
const idleMs = 10_000;
/** Consolidation looks at an unchanged cluster again this much later: what it does not watch may have changed. */
const forgottenAfterMs = 300_000;
/** While a launch is under way. */
const unsyncedMs = 1000;
const minuteMs = 60_000;

/** Something happened that consolidation watches. */
export function noteChange(here: KarpenterHere): void {
  here.memory.disruption.changedMs = here.nowMs;
  noteTouch(here);
}

/** Something happened that a decision may depend on: the next pass has reason to look. */
export function noteTouch(here: KarpenterHere): void {
  const memory = here.memory.disruption;
  memory.touchedMs = here.nowMs;
  here.lookAgain("disrupt", Math.max(0, memory.nextPassMs - here.nowMs));
}

/** One look of Karpenter's disruption controller (`pkg/controllers/disruption`). */
export function lookAtDisruption(here: KarpenterHere): void {
  const memory = here.memory.disruption;
  const { proposed } = memory;
  if (!isSynced(here)) return here.lookAgain("disrupt", unsyncedMs);
  if (proposed !== undefined) {
    if (here.nowMs >= proposed.lookAgainMs) lookTwice(here, proposed);
    return planNext(here);
  }
  if (here.nowMs >= memory.nextPassMs) {
    releaseOthers(here);
    ask(here, methodNames);
  }
  planNext(here);
}

function planNext(here: KarpenterHere): void {
  const memory = here.memory.disruption;
  if (memory.proposed !== undefined) return here.lookAgain("disrupt", memory.proposed.lookAgainMs - here.nowMs);
  const isFresh = memory.touchedMs > memory.askedMs;
  if (isFresh) return here.lookAgain("disrupt", Math.max(0, memory.nextPassMs - here.nowMs));
  // Nothing has happened since the last pass: only the clock can change its answer.
  const hasSchedules = nodePools(here).some(({ spec }) =>
    (spec.disruption?.budgets ?? []).some(({ schedule }) => schedule !== undefined),
  );
  if (hasSchedules && hasCandidates(here)) here.lookAgain("disrupt", minuteMs - (here.nowMs % minuteMs));
}

/** Asks the methods in their order. What consolidation decides is looked at again before it is done; drift acts at once. */
function ask(here: KarpenterHere, methods: readonly MethodName[]): void {
  const memory = here.memory.disruption;
  memory.nextPassMs = here.nowMs + idleMs;
  const stateMs = consolidationState(here);
  memory.askedMs = here.nowMs;
  const due = methods.filter((method) => memory.settled[method] !== stateMs);
  if (due.length === 0 || !hasCandidates(here)) return;
  const { acting, idle } = nextDisruption({ ...clusterView(here), validation: "none" }, due);
  for (const outcome of idle) {
    const { method } = outcome;
    if (methodClasses[method] === "graceful" && !isHeldByBudget(outcome)) memory.settled[method] = stateMs;
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
function lookTwice(here: KarpenterHere, proposed: ProposedCommand): void {
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
  memory.touchedMs = here.nowMs + 1;
}

/** Every method takes only nodes with one of these conditions: without any there is nothing to ask. */
function hasCandidates(here: KarpenterHere): boolean {
  return nodeClaims(here).some(
    (claim) => isConditionTrue(claim, "Consolidatable") || isConditionTrue(claim, "Drifted"),
  );
}

/**
 * Since when nothing has changed that consolidation watches. After five minutes it counts as changed; here only when something happened
 * at all since the methods were asked, since else they would say the same.
 */
function consolidationState(here: KarpenterHere): number {
  const memory = here.memory.disruption;
  const isOld = here.nowMs - memory.changedMs >= forgottenAfterMs;
  if (isOld && memory.touchedMs > memory.askedMs) memory.changedMs = here.nowMs;
  return memory.changedMs;
}
