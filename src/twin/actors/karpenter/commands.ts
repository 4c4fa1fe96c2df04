import { type MethodName, methodReasons } from "../../../disruption/types.ts";
import type { NodeClaim } from "../../../karpenter/api.ts";
import type { Node } from "../../../kube/objects.ts";
import { isConditionTrue } from "../../../kube/conditions.ts";
import type { KarpenterHere } from "./here.ts";
import type { ProposedCommand, RunningCommand } from "./memory.ts";
import { makeClaim, nominate } from "./claims.ts";
import { withClaimCondition } from "./conditions.ts";
import { disruptedTaint, nodeClaims, nodeOfClaim } from "./objects.ts";

/** A command is given up after this much for each node under way, within bounds. */
const patience = { perCandidateMs: 80, leastMs: 10 * 60_000, mostMs: 60 * 60_000 } as const;

/** A command about to begin. */
export type Command = Pick<ProposedCommand, "candidates" | "replacements" | "existing">;

/**
 * Taints the candidates, makes their replacements and puts the command into the queue (karpenter v1.14.1, `queue.go`). False when a
 * replacement was not to be had: then nothing is disrupted.
 */
export function startCommand(here: KarpenterHere, method: MethodName, command: Command): boolean {
  const reason = methodReasons[method];
  const nodes = new Set(command.candidates);
  const candidates = nodeClaims(here).filter(({ status }) => nodes.has(status?.nodeName ?? ""));
  const names = candidates.map(({ metadata }) => metadata.name);
  for (const claim of candidates) {
    const node = nodeOfClaim(here, claim);
    if (node !== undefined) setTaint(here, node, true);
    here.put("nodeclaims", withClaimCondition(here, claim, "DisruptionReason", reason));
  }
  const made = command.replacements.map((planned) => makeClaim(here, planned));
  const replacements = made.flatMap((claim) => claim?.metadata.name ?? []);
  if (replacements.length < made.length) {
    giveUp(here, names);
    return false;
  }
  for (const claim of made) {
    const message = `Launching NodeClaim: ${reason}`;
    if (claim !== undefined) here.tell(claim, { reason: "DisruptionLaunching", message });
  }
  for (const [node, keys] of Object.entries(command.existing))
    if (keys.length > 0)
      nominate(
        here,
        node,
        keys.flatMap((key) => here.store.at("pods", key) ?? []),
      );
  const memory = here.memory.disruption;
  const running = { reason, candidates: names, startedMs: here.nowMs, waitingFor: replacements };
  memory.running = [...memory.running, running];
  here.lookAgain("commands", 0);
  return true;
}

/** Deletes the candidates of commands whose replacements are all initialized, and gives up those that come to nothing. */
export function lookAtCommands(here: KarpenterHere): void {
  const memory = here.memory.disruption;
  const underWay = memory.running.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const limitMs = Math.min(Math.max(underWay * patience.perCandidateMs, patience.leastMs), patience.mostMs);
  memory.running = memory.running.flatMap((command) => {
    const next = seen(here, command);
    const leftMs = (next?.startedMs ?? 0) + limitMs - here.nowMs;
    if (next === undefined || (next.waitingFor.length > 0 && leftMs <= 0)) {
      giveUp(here, command.candidates);
      return [];
    }
    if (next.waitingFor.length > 0) {
      here.lookAgain("commands", leftMs + 1);
      return [next];
    }
    finish(here, next);
    return [];
  });
}

/** Without the replacements that are initialized by now; undefined when one that was not is gone. */
function seen(here: KarpenterHere, command: RunningCommand): RunningCommand | undefined {
  const claims = new Map(nodeClaims(here).map((claim) => [claim.metadata.name, claim]));
  const waitingFor = command.waitingFor.filter((name) => {
    const claim = claims.get(name);
    return claim === undefined || !isConditionTrue(claim, "Initialized");
  });
  if (waitingFor.some((name) => !claims.has(name))) return undefined;
  return waitingFor.length === command.waitingFor.length ? command : { ...command, waitingFor };
}

function finish(here: KarpenterHere, { candidates, reason }: RunningCommand): void {
  for (const claim of claimsNamed(here, candidates)) {
    here.delete("nodeclaims", claim);
    const node = nodeOfClaim(here, claim);
    const said = { reason: "DisruptionTerminating" };
    if (node !== undefined) here.tell(node, { ...said, message: `Disrupting Node: ${reason}` });
    here.tell(claim, { ...said, message: `Disrupting NodeClaim: ${reason}` });
  }
}

function giveUp(here: KarpenterHere, candidates: readonly string[]): void {
  for (const claim of claimsNamed(here, candidates)) release(here, claim);
}

/** Takes away what an interrupted command has left: taint and condition of nodes that are neither in a command nor going. */
export function releaseOthers(here: KarpenterHere): void {
  const held = new Set(here.memory.disruption.running.flatMap(({ candidates }) => candidates));
  for (const claim of nodeClaims(here)) {
    const isGoing = claim.metadata.deletionTimestamp !== undefined || isConditionTrue(claim, "InstanceTerminating");
    if (!isGoing && !held.has(claim.metadata.name)) release(here, claim);
  }
}

function release(here: KarpenterHere, claim: NodeClaim): void {
  const node = nodeOfClaim(here, claim);
  if (node !== undefined) setTaint(here, node, false);
  const next = withClaimCondition(here, claim, "DisruptionReason", undefined);
  if (next !== claim) here.put("nodeclaims", next);
}

function setTaint(here: KarpenterHere, node: Node, isWanted: boolean): void {
  const taints = node.spec?.taints ?? [];
  const others = taints.filter(({ key }) => key !== disruptedTaint.key);
  if (others.length < taints.length === isWanted) return;
  const next = isWanted ? [...others, disruptedTaint] : others;
  here.put("nodes", { ...node, spec: { ...node.spec, taints: next } });
}

function claimsNamed(here: KarpenterHere, names: readonly string[]): readonly NodeClaim[] {
  return nodeClaims(here).filter(({ metadata }) => names.includes(metadata.name));
}
