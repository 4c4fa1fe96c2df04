import type { Manifest } from "../../translation/assemble.ts";

/** What a step of an upgrade is about; the order in which they come within a move is the planner's. */
export type UpgradeStepKind =
  | "kubernetes"
  | "look"
  | "permissions"
  | "crds"
  | "controller"
  | "webhooks"
  | "workloads"
  | "manifests"
  | "nodes"
  | "storage"
  | "remove";

/** One thing to do. Dovetail shows it and does not do it. */
export interface UpgradeStep {
  readonly kind: UpgradeStepKind;
  readonly title: string;
  readonly why: string;
  /** Lines for a shell, in order. Empty where a person has to look or edit. */
  readonly commands: readonly string[];
  /** What takes it back; undefined where nothing has to be, or nothing can. */
  readonly back?: string;
}

/** What the cluster says about a condition of a move. */
export interface UpgradeCheck {
  readonly what: string;
  /** `wrong`: mend it first. `look`: nothing forbids to go on, but somebody should know. `unknown`: what it needs was not read. */
  readonly state: "right" | "wrong" | "look" | "unknown";
  readonly detail: string;
  readonly fix?: string;
  /** Objects it is about. */
  readonly subjects: readonly string[];
}

/** What becomes of the nodes that run when the new controller starts. */
export interface MoveDrift {
  readonly nodePoolHash: { readonly from: string; readonly to: string };
  readonly nodeClassHash: { readonly from: string; readonly to: string };
  /** Nodes whose hash is written anew without a replacement; undefined where NodeClaims were not read. */
  readonly rewritten: readonly string[] | undefined;
  /** Nodes that go: those that had drifted before, and those that the move itself replaces. Undefined where they were not read. */
  readonly replaced: readonly string[] | undefined;
  /** Why they go, or why nothing does. */
  readonly why: string;
}

/** From one release to the next that has to be passed. */
export interface UpgradeMove {
  readonly from: string;
  readonly to: string;
  /** Why it is not left out. */
  readonly why: string;
  readonly kubernetes: { readonly min: string; readonly max: string; readonly is: string | undefined };
  readonly checks: readonly UpgradeCheck[];
  readonly steps: readonly UpgradeStep[];
  readonly drift: MoveDrift;
  /** IAM actions that the new release needs beside the old one's; undefined where the permissions of one of the two are not at hand. */
  readonly newActions: readonly string[] | undefined;
  /** What else changes, by the release that changed it. */
  readonly notes: readonly UpgradeNote[];
  /** How many behaviours the two decide otherwise, where both are in the table. */
  readonly behaviours: number | undefined;
}

/** Something that a release changed, for the one who upgrades to it or past it. */
export interface UpgradeNote {
  readonly release: string;
  readonly text: string;
}

/** From what runs to what is wanted. Plain data: the `--json` document holds this value. */
export interface UpgradePlan {
  readonly cluster: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly kubernetes: string | undefined;
  /** `done`: it runs already. `blocked`: something is wrong and has to be mended before the first move. */
  readonly answer: "done" | "ready" | "mend-first" | "blocked";
  /** Where the way ends; undefined where it does not. */
  readonly blocked?: { readonly reason: string; readonly fix: string };
  readonly moves: readonly UpgradeMove[];
  /** Karpenter's objects as the last move wants them, and as 0.32 does where v1alpha5 is left. */
  readonly manifests: { readonly v1: readonly Manifest[]; readonly v1beta1: readonly Manifest[] };
}
