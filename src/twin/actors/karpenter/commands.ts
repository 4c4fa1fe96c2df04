import { type MethodName, methodReasons } from "../../../disruption/types.ts";
import type { NodeClaim } from "../../../karpenter/api.ts";
import type { Node } from "../../../kube/objects.ts";
import { isConditionTrue } from "../../../kube/conditions.ts";
import { type Core, recordEvent } from "../../world/core.ts";
import type { ProposedCommand, RunningCommand } from "../../world/state.ts";
import { makeClaim, nominate, podsByKey } from "./claims.ts";
import { withClaimCondition } from "./conditions.ts";
import { by, disruptedTaint, nodeClaims, nodeOfClaim } from "./memory.ts";

/** A command is given up after this much for each node under way, within bounds. */
const patience = { perCandidateMs: 80, leastMs: 10 * 60_000, mostMs: 60 * 60_000 } as const;

/** A command about to begin. */
export type Command = Pick<ProposedCommand, "candidates" | "replacements" | "existing">;

/**
 * Taints the candidates, makes their replacements and puts the command into the queue (karpenter v1.14.1, `queue.go`). False when a
 * replacement was not to be had: then nothing is disrupted.
 */
export function startCommand(core: Core, method: MethodName, command: Command): boolean {
  const reason = methodReasons[method];
  const nodes = new Set(command.candidates);
  const candidates = nodeClaims(core).filter(({ status }) => nodes.has(status?.nodeName ?? ""));
  const names = candidates.map(({ metadata }) => metadata.name);
  for (const claim of candidates) {
    const node = nodeOfClaim(core, claim);
    if (node !== undefined) setTaint(core, node, true);
    core.api.put(by, "nodeclaims", withClaimCondition(core, claim, "DisruptionReason", reason));
  }
  const made = command.replacements.map((planned) => makeClaim(core, planned));
  const replacements = made.flatMap((claim) => claim?.metadata.name ?? []);
  if (replacements.length < made.length) {
    giveUp(core, names);
    return false;
  }
  for (const claim of made) {
    const message = `Launching NodeClaim: ${reason}`;
    if (claim !== undefined) recordEvent(core, claim, { reason: "DisruptionLaunching", message, from: by });
  }
  const pods = podsByKey(core);
  for (const [node, keys] of Object.entries(command.existing))
    if (keys.length > 0)
      nominate(
        core,
        node,
        keys.flatMap((key) => pods.get(key) ?? []),
      );
  const memory = core.state.karpenter.disruption;
  const running = { reason, candidates: names, startedMs: core.nowMs(), waitingFor: replacements };
  memory.running = [...memory.running, running];
  return true;
}

/** Deletes the candidates of commands whose replacements are all initialized, and gives up those that come to nothing. */
export function followCommands(core: Core): void {
  const memory = core.state.karpenter.disruption;
  const underWay = memory.running.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const limitMs = Math.min(Math.max(underWay * patience.perCandidateMs, patience.leastMs), patience.mostMs);
  memory.running = memory.running.flatMap((command) => {
    const next = seen(core, command);
    if (next === undefined || (next.waitingFor.length > 0 && core.nowMs() - next.startedMs > limitMs)) {
      giveUp(core, command.candidates);
      return [];
    }
    if (next.waitingFor.length > 0) return [next];
    finish(core, next);
    return [];
  });
}

/** Without the replacements that are initialized by now; undefined when one that was not is gone. */
function seen(core: Core, command: RunningCommand): RunningCommand | undefined {
  const claims = new Map(nodeClaims(core).map((claim) => [claim.metadata.name, claim]));
  const waitingFor = command.waitingFor.filter((name) => {
    const claim = claims.get(name);
    return claim === undefined || !isConditionTrue(claim, "Initialized");
  });
  if (waitingFor.some((name) => !claims.has(name))) return undefined;
  return waitingFor.length === command.waitingFor.length ? command : { ...command, waitingFor };
}

function finish(core: Core, { candidates, reason }: RunningCommand): void {
  for (const claim of claimsNamed(core, candidates)) {
    core.api.delete(by, { resource: "nodeclaims", name: claim.metadata.name });
    const node = nodeOfClaim(core, claim);
    const said = { reason: "DisruptionTerminating", from: by };
    if (node !== undefined) recordEvent(core, node, { ...said, message: `Disrupting Node: ${reason}` });
    recordEvent(core, claim, { ...said, message: `Disrupting NodeClaim: ${reason}` });
  }
}

function giveUp(core: Core, candidates: readonly string[]): void {
  for (const claim of claimsNamed(core, candidates)) release(core, claim);
}

/** Takes away what an interrupted command has left: taint and condition of nodes that are neither in a command nor going. */
export function releaseOthers(core: Core): void {
  const held = new Set(core.state.karpenter.disruption.running.flatMap(({ candidates }) => candidates));
  for (const claim of nodeClaims(core)) {
    const isGoing = claim.metadata.deletionTimestamp !== undefined || isConditionTrue(claim, "InstanceTerminating");
    if (!isGoing && !held.has(claim.metadata.name)) release(core, claim);
  }
}

function release(core: Core, claim: NodeClaim): void {
  const node = nodeOfClaim(core, claim);
  if (node !== undefined) setTaint(core, node, false);
  const next = withClaimCondition(core, claim, "DisruptionReason", undefined);
  if (next !== claim) core.api.put(by, "nodeclaims", next);
}

function setTaint(core: Core, node: Node, isWanted: boolean): void {
  const taints = node.spec?.taints ?? [];
  const others = taints.filter(({ key }) => key !== disruptedTaint.key);
  if (others.length < taints.length === isWanted) return;
  const next = isWanted ? [...others, disruptedTaint] : others;
  core.api.put(by, "nodes", { ...node, spec: { ...node.spec, taints: next } });
}

function claimsNamed(core: Core, names: readonly string[]): readonly NodeClaim[] {
  return nodeClaims(core).filter(({ metadata }) => names.includes(metadata.name));
}
