import type { Json } from "../kube/objects.ts";
import type { FaultCode } from "../fault/registry.ts";
import type { Gate } from "../migration/contexts.ts";
import type { Plan, Stage } from "../migration/plan.ts";
import type { Step } from "../migration/step.ts";

/** Which plan an event speaks of. */
export type PlanNews = Pick<Plan, "id" | "command">;

/** Where a step stands among those of its plan, counted from 1. */
export interface StepPlace {
  readonly number: number;
  readonly of: number;
}

/** What a wait is for, while it lasts. */
export interface Waiting {
  /** The fault that it becomes when its time is over. */
  readonly code: FaultCode;
  /** `wait until 3 nodes of general left` */
  readonly what: string;
  /** What is still missing: a pod with its budget, a node that is not ready. */
  readonly missing: string;
  /** Looks so far, or how many of `of` are there where they can be counted. */
  readonly done: number;
  readonly of?: number;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** What the user should know although the command goes on. */
export type Warning =
  | { readonly code: "journal-torn"; readonly where: string }
  | { readonly code: "prices-unknown"; readonly problem: string }
  /** Which nodes are spot could not be asked. */
  | { readonly code: "spot-unknown"; readonly problem: string }
  | { readonly code: "prices-refused"; readonly operation: string; readonly problem: string }
  | { readonly code: "forecast-unknown"; readonly problem: string }
  | { readonly code: "simulation-left-out"; readonly problem: string; readonly fix?: string }
  /** A controller whose release is not known: the forecast is made as the given one. */
  | { readonly code: "waiting-unknown"; readonly problem: string }
  | {
      readonly code: "account-elsewhere";
      readonly server: string;
      readonly cluster: string;
      readonly endpoint: string;
    };

/** What is being read or computed, while it lasts. */
export type Work =
  | { readonly code: "reading"; readonly name: string }
  | { readonly code: "simulating"; readonly pods: number }
  | { readonly code: "rehearsing"; readonly world: "autoscaler" | "migration" | "karpenter" | "all" }
  | { readonly code: "judging" };

/**
 * News of a run, for whoever listens: a terminal makes sentences of it, a page streams it, a rehearsal asserts on it, a fleet sums it up.
 * The journal remains the truth; an event that nobody heard is no loss.
 */
export type RunEvent =
  | { readonly kind: "stage-began"; readonly plan: PlanNews; readonly stage: Stage; readonly place: StepPlace }
  /** Some nodes of a group, shifted together. */
  | { readonly kind: "wave"; readonly plan: PlanNews; readonly group: string; readonly nodes: readonly string[] }
  | { readonly kind: "step-began"; readonly plan: PlanNews; readonly step: Step; readonly place: StepPlace }
  | {
      readonly kind: "step-ended";
      readonly plan: PlanNews;
      readonly step: Step;
      /** `kept`: it was so already. `failed` carries the fault's code; the fault itself ends the run. */
      readonly outcome: "done" | "kept" | "failed" | "interrupted";
      readonly code?: FaultCode;
    }
  | {
      readonly kind: "undo-began";
      readonly plan: PlanNews;
      readonly step: Step;
      readonly place: StepPlace;
      /** What was recorded before the step was done, and is now restored. */
      readonly before: Json;
    }
  | {
      readonly kind: "undo-ended";
      readonly plan: PlanNews;
      readonly step: Step;
      readonly outcome: "undone" | "left";
      /** Why it was left. */
      readonly reason?: string;
    }
  | ({ readonly kind: "waiting" } & Waiting)
  | { readonly kind: "waited"; readonly code: FaultCode; readonly what: string }
  | { readonly kind: "evicted"; readonly pod: string; readonly owner: string; readonly node: string }
  | {
      readonly kind: "gate";
      readonly plan: PlanNews;
      readonly stage: Stage;
      readonly gate: Gate;
      readonly isOpen: boolean;
      readonly reasons: readonly string[];
    }
  | { readonly kind: "paused"; readonly by: string }
  | { readonly kind: "warning"; readonly warning: Warning }
  /** Not set: how much there is in all is not known. */
  | { readonly kind: "working"; readonly work: Work; readonly done: number; readonly of?: number; readonly at?: string }
  | { readonly kind: "worked"; readonly work: Work }
  | { readonly kind: "secrets-left-unread"; readonly count: number; readonly name: string };

/** What a command asks before its first write. */
export type Question =
  | { readonly code: "setup"; readonly cluster: string; readonly changes: number }
  | { readonly code: "undo-setup"; readonly cluster: string; readonly steps: number }
  | { readonly code: "install"; readonly cluster: string; readonly version: string }
  | { readonly code: "canary"; readonly cluster: string }
  /** `nodes` of Karpenter's that end with it: severe where there are some. */
  | { readonly code: "uninstall"; readonly cluster: string; readonly steps: number; readonly nodes: number }
  /** Severe ones: the cluster's name is the answer, and `--yes` is none. */
  | { readonly code: "migrate"; readonly cluster: string }
  | { readonly code: "rollback"; readonly cluster: string };
