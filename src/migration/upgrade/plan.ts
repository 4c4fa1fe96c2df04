import { behaviourChanges } from "../../karpenter/behaviour-changes.ts";
import { minorRank, type Release } from "../../karpenter/releases.ts";
import { type Hop, hopsBetween, isBefore } from "../../karpenter/upgrade-path.ts";
import { controllerActions } from "../setup/policies.ts";
import { checksOf } from "./checks.ts";
import { driftOfMove } from "./drift.ts";
import { passes, type MoveFacts, type UpgradeFacts } from "./facts.ts";
import { upgradeNotes } from "./notes.ts";
import { upgradeSteps } from "./steps.ts";
import type { UpgradeMove, UpgradePlan } from "./types.ts";

/**
 * The way from the Karpenter that runs to the one that is wanted: every release that has to be passed, with its conditions, its steps in
 * order, and what becomes of the nodes. Pure; nothing of it is done here.
 */
export function planUpgrade(facts: UpgradeFacts): UpgradePlan {
  const { from, to, kubernetesVersion } = facts;
  const hops = hopsBetween(from, to, kubernetesVersion);
  const moves = hops.map((hop, at) => moveOf(facts, { hop, isLast: at === hops.length - 1 }));
  const blocked = isBefore(from, to) ? blockedBy(hops) : undefined;
  return {
    cluster: facts.clusterName,
    from: from.version,
    to: to.version,
    kubernetes: kubernetesVersion,
    answer: answerOf(moves, blocked),
    ...(blocked === undefined ? {} : { blocked }),
    moves,
    manifests: { v1: facts.v1, v1beta1: facts.v1beta1 },
  };
}

function answerOf(moves: readonly UpgradeMove[], blocked: UpgradePlan["blocked"]): UpgradePlan["answer"] {
  if (moves.length === 0) return "done";
  if (blocked !== undefined) return "blocked";
  return moves.some(({ checks }) => checks.some(({ state }) => state === "wrong")) ? "mend-first" : "ready";
}

function blockedBy(hops: readonly Hop[]): UpgradePlan["blocked"] {
  const beyond = hops.find(({ isBeyondKubernetes }) => isBeyondKubernetes);
  if (beyond !== undefined) {
    const { to, kubernetes } = beyond;
    return {
      reason:
        `the way leads over Karpenter ${to.version}, which runs on Kubernetes ` +
        `up to ${to.kubernetes.max}; the cluster runs ${kubernetes ?? ""}`,
      fix:
        "take the old Karpenter away and set the new one up beside the nodes that " +
        "run: `dovetail convert`, then `dovetail setup` and `dovetail install`",
    };
  }
  const stuck = hops.find(({ from, kubernetesBefore }) =>
    kubernetesBefore.some((minor) => minorRank(minor) > minorRank(from.kubernetes.max)),
  );
  if (stuck === undefined) return undefined;
  const { from, to } = stuck;
  return {
    reason:
      `Karpenter ${to.version} needs Kubernetes ${to.kubernetes.min}, and ` +
      `Karpenter ${from.version} runs on it up to ${from.kubernetes.max}`,
    fix: "name a release between the two with --karpenter-version, and go on from there",
  };
}

function moveOf(facts: UpgradeFacts, { hop, isLast }: { readonly hop: Hop; readonly isLast: boolean }): UpgradeMove {
  const { from, to } = hop;
  const move: MoveFacts = { facts, from, to };
  return {
    from: from.version,
    to: to.version,
    why: whyOf(hop, isLast),
    kubernetes: { ...to.kubernetes, is: hop.kubernetes },
    checks: checksOf(move, hop.kubernetes),
    steps: upgradeSteps(move, hop),
    drift: driftOfMove(move),
    newActions: newActionsOf(from.release, to.release),
    notes: upgradeNotes.filter(({ release }) => passes(move, release)),
    behaviours: behavioursOf(from.release, to.release),
  };
}

function whyOf({ from, to }: Hop, isLast: boolean): string {
  if (from.minor === to.minor)
    return "the newest patch of its minor can read what the next release stores, and can be returned to";
  switch (to.minor) {
    case "0.27":
      return "it runs on Kubernetes 1.21 to 1.25, so that Kubernetes can be upgraded under it";
    case "0.31":
      return "the last release of v1alpha5, and the only one that 0.32 can be taken back to";
    case "0.32":
      return "the only release that serves both v1alpha5 and v1beta1: objects and nodes move over while it runs";
    case "0.37":
      return isLast
        ? "the release that was asked for"
        : "the last release of v1beta1, with the webhooks that convert to v1";
    case "1.0":
      return "the only release that serves both v1beta1 and v1";
    default:
      return "the release that was asked for; releases of v1 may be passed over";
  }
}

function newActionsOf(from: Release | undefined, to: Release | undefined): readonly string[] | undefined {
  if (from === undefined || to === undefined) return undefined;
  const before = new Set(controllerActions(from));
  return controllerActions(to).filter((action) => !before.has(action));
}

function behavioursOf(from: Release | undefined, to: Release | undefined): number | undefined {
  if (from?.line !== "v1" || to?.line !== "v1") return undefined;
  return behaviourChanges(from.decidedAs, to.decidedAs).length;
}
