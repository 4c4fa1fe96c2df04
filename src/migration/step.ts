import type { Json, JsonObject } from "../kube/objects.ts";

/**
 * Unique within a plan, stable between plans of the same intent: `setup/node-role`,
 * `shift/batch-a/drain/ip-10-0-1-7`.
 */
export type StepId = string;

/** What a step means for the world, as the plan shows it. `keep` and `refuse` never act. */
export type StepAction = "create" | "change" | "remove" | "wait" | "check" | "keep" | "refuse";

/**
 * A call the step will make, in the API's own words: `iam:CreateRole` with its input, `kube:apply nodepools/general`,
 * or a helm command line.
 */
export interface PlannedCall {
  readonly operation: string;
  readonly input: JsonObject;
}

/**
 * One change, as data. Its handler in `app/` knows how to observe, act and undo by `kind`. Holds no secret: it is
 * written to the journal.
 */
export interface Step {
  readonly id: StepId;
  readonly kind: string;
  readonly action: StepAction;
  /** What happens, for people: `create role KarpenterNodeRole-prod`. */
  readonly title: string;
  readonly why: string;
  /** `Kind/namespace/name` or ARN. */
  readonly target: string;
  /** Everything the handler needs to act again after a crash, on another machine. */
  readonly params: JsonObject;
  readonly calls: readonly PlannedCall[];
  /**
   * The way back: `restore` puts the recorded value back; `none-needed` changed nothing; `irreversible` says so before
   * it acts.
   */
  readonly undo: "restore" | "none-needed" | "irreversible";
}

/** A reversible chapter that ends in a gate. */
export interface Stage {
  readonly id: string;
  readonly title: string;
  readonly steps: readonly Step[];
  /** Checks that must hold before the next stage, by gate kind; empty for setup and install. */
  readonly gates: readonly Gate[];
}

/** A check between stages, as data. */
export interface Gate {
  readonly kind: string;
  readonly title: string;
  readonly params: JsonObject;
}

/** Schema of plans, in journals and in `--json`. */
export const planSchema = "dovetail.plan/1";

/** What a command intends to do, complete before anything is touched. */
export interface Plan {
  readonly schema: typeof planSchema;
  /** Unique per run: derived from cluster, command and time. */
  readonly id: string;
  readonly command: "setup" | "install" | "migrate";
  readonly cluster: {
    readonly name: string;
    readonly region: string;
    readonly accountId: string;
    readonly server: string;
  };
  readonly madeAt: string;
  readonly stages: readonly Stage[];
  /** Facts about the world before the first step that `verify` and `status` compare with: baseline, forecast. */
  readonly context: Readonly<Record<string, Json>>;
}
